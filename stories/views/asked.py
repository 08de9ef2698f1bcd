"""A journal by its days, and the interview of a life."""

import calendar
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet, Sum
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import get_format
from django.views.decorators.http import require_POST, require_safe

from costory.lib.errors import DomainError
from costory.lib.http import AuthedRequest
from stories import prompts, services
from stories.forms import DayForm, MonthForm, QuestionForm
from stories.models import Chapter, Story


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
    today = timezone.localdate()
    first = asked.first_day(today)
    skipped = asked.cleaned_data.get("skip") or 0
    dated = Chapter.objects.present().filter(story=story).without_text()
    weeks = calendar.Calendar(firstweekday=(get_format("FIRST_DAY_OF_WEEK") - 1) % 7).monthdatescalendar(
        first.year, first.month
    )
    entries = {
        chapter.entry_date: chapter
        for chapter in dated.filter(entry_date__range=(weeks[0][0], weeks[-1][-1])).order_by("-position")
    }
    written = dated.filter(entry_date__year=first.year, entry_date__month=first.month, word_count__gt=0)
    earlier = dated.filter(entry_date__month=today.month, entry_date__day=today.day, entry_date__lt=today)
    undated = dated.filter(entry_date=None).order_by("position")[:50]
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
        "days_written": written.values("entry_date").distinct().count(),
        "words_written": written.aggregate(words=Sum("word_count"))["words"] or 0,
        "streak": _days_in_a_row(dated.filter(word_count__gt=0), today),
        "earlier": earlier.order_by("-entry_date")[:20],
        "undated": undated,
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
    day = form.cleaned_data["day"] or timezone.localdate()
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


def _days_in_a_row(written: QuerySet[Chapter], today: date) -> int:
    """How many days up to today were written on without a gap; today itself may still come. Counted up to a year."""
    latest = written.filter(entry_date__range=(today - timedelta(days=366), today)).order_by("-entry_date")
    days = set(latest.values_list("entry_date", flat=True))
    last = today if today in days else today - timedelta(days=1)
    count = 0
    while last - timedelta(days=count) in days:
        count += 1
    return count


def _story(request: AuthedRequest, pk: UUID, mode: str) -> Story:
    return get_object_or_404(Story.objects.editable_by(request.user), pk=pk, mode=mode)


def _interview(request: AuthedRequest, story: Story, form: QuestionForm, *, status: int = 200) -> HttpResponse:
    chapters = Chapter.objects.present().filter(story=story).without_text().order_by("-position")
    answers = {chapter.prompt: chapter for chapter in chapters if chapter.prompt}
    known: set[str] = set()
    parts: list[dict[str, Any]] = []
    for part in prompts.life_chapters(story.language):
        known.update(part.questions)
        questions = [(question, answers.get(question)) for question in part.questions]
        answered = sum(1 for _, answer in questions if answer is not None and answer.word_count)
        parts.append({"name": part.name, "questions": questions, "answered": answered, "count": len(questions)})
    own = [(prompt, chapter) for prompt, chapter in reversed(answers.items()) if prompt not in known]
    context = {"story": story, "parts": parts, "own": own, "form": form}
    return render(request, "stories/interview.html", context, status=status)
