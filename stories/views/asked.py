"""A journal by its days, and the interview of a life."""

import calendar
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import get_format
from django.views.decorators.http import require_POST, require_safe

from costory.lib.errors import DomainError
from costory.lib.http import AuthedRequest, local_date
from stories import prompts, services
from stories.forms import DayForm, MonthForm, QuestionForm
from stories.models import Chapter, Story
from stories.selectors.journal import days_in_a_row, entries_between, life_of, month_of, on_this_day, undated


class Day(NamedTuple):
    """A day of the calendar: its entry, if there is one."""

    day: date
    is_in_month: bool
    is_today: bool
    has_come: bool
    entry: Chapter | None


@require_safe
def journal(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """A month of a journal, today's question, and what was written on this day in other years."""
    story = _story(request, pk, Story.Mode.JOURNAL)
    asked = MonthForm(request.GET)
    asked.is_valid()
    today = local_date(request)
    first = asked.first_day(today)
    skipped = asked.cleaned_data.get("skip") or 0
    weeks = calendar.Calendar(firstweekday=(get_format("FIRST_DAY_OF_WEEK") - 1) % 7).monthdatescalendar(
        first.year, first.month
    )
    entries = entries_between(story, weeks[0][0], weeks[-1][-1])
    month = month_of(story, first)
    context = {
        "story": story,
        "first": first,
        "today": today,
        "weeks": [
            [Day(day, day.month == first.month, day == today, day <= today, entries.get(day)) for day in week]
            for week in weeks
        ],
        "previous": first - timedelta(days=1),
        "next": (first + timedelta(days=31)).replace(day=1),
        "prompt": prompts.prompt_for(story_id=story.pk, language=story.language, day=today, skipped=skipped),
        "skip": skipped + 1,
        "days_written": month.days_written,
        "words_written": month.words_written,
        "streak": days_in_a_row(story, today),
        "earlier": on_this_day(story, today),
        "undated": undated(story),
        "has_today": today in entries,
    }
    return render(request, "stories/journal.html", context)


@require_POST
def journal_write(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Open a day's entry, today's unless another is named."""
    story = _story(request, pk, Story.Mode.JOURNAL)
    form = DayForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest()
    day = form.cleaned_data["day"] or local_date(request)
    try:
        return redirect(
            services.open_day(story=story, author=request.user, day=day, prompt=form.cleaned_data["prompt"])
        )
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect("stories:journal", pk=pk)


@require_safe
def interview(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """The chapters of a life, with the questions that are answered and those that wait."""
    return _interview(request, _story(request, pk, Story.Mode.LEGACY), QuestionForm())


@require_POST
def interview_answer(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Open the chapter that answers a question."""
    story = _story(request, pk, Story.Mode.LEGACY)
    form = QuestionForm(request.POST)
    if not form.is_valid():
        return _interview(request, story, form, status=422)
    question = form.cleaned_data["question"]
    return redirect(services.answer_question(story=story, author=request.user, question=question))


@require_POST
def prompt_choose(request: AuthedRequest, story_pk: UUID, pk: UUID) -> HttpResponse:
    """Another question above a page, or none."""
    editable = Chapter.objects.editable_by(request.user).without_text().select_related("story")
    chapter = get_object_or_404(editable, pk=pk, story=story_pk)
    language = chapter.story.language
    another = "" if request.POST.get("none") else prompts.prompt_after(prompt=chapter.prompt, language=language)
    services.set_prompt(chapter=chapter, prompt=another)
    return redirect(chapter)


def _story(request: AuthedRequest, pk: UUID, mode: str) -> Story:
    return get_object_or_404(Story.objects.editable_by(request.user), pk=pk, mode=mode)


def _interview(request: AuthedRequest, story: Story, form: QuestionForm, *, status: int = 200) -> HttpResponse:
    parts, own = life_of(story)
    context = {"story": story, "parts": parts, "own": own, "form": form}
    return render(request, "stories/interview.html", context, status=status)
