"""The coach's memory: a summary for each chapter, made when the writer asks, and theirs to change."""

import uuid
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from billing.services import InsufficientCredits
from coaching import memory, services
from costory.lib.errors import DomainError
from costory.lib.http import AuthedRequest
from stories.models import Chapter, Story

# How many are asked for at once where all are wanted; the page asks for the next when these have ended.
AT_ONCE = 3


@require_GET
@vary_on_headers("HX-Request")
def memory_detail(request: AuthedRequest, story_pk: UUID) -> HttpResponse:
    """What the coach knows of each chapter when it cannot read it whole."""
    return _page(request, _story(request, story_pk))


@require_GET
def summary_offer(request: AuthedRequest, story_pk: UUID) -> HttpResponse:
    """A line offered when a chapter was finished: its summary, and the price. Nothing where there is one."""
    story = _story(request, story_pk)
    finished = [row for row in memory.memory_of(story).missing if row.chapter.status == Chapter.Status.FINISHED]
    row = max(finished, key=lambda row: row.chapter.updated_at) if finished else None
    return render(request, "coaching/_summary_offer.html", {"story": story, "row": row, "key": uuid.uuid4().hex})


@require_POST
@vary_on_headers("HX-Request")
def summary_create(request: AuthedRequest, story_pk: UUID) -> HttpResponse:
    """Ask for the summary of one chapter, or with `all` of the next few that miss one."""
    story = _story(request, story_pk)
    wants_all = "all" in request.POST
    if wants_all:
        refusal = _ask_for_more(request, story, again=True)
    else:
        refusal = _ask(request, [_chapter(request, story, request.POST.get("chapter", ""))])
    if not request.htmx:
        if refusal is not None:
            messages.error(request, str(refusal))
        return redirect("coaching:memory-detail", story_pk=story.pk)
    if request.POST.get("from") == "offer" and refusal is None:
        return render(request, "coaching/_summary_offer.html", {"story": story, "is_asked": True})
    status = 200 if refusal is None else 402 if isinstance(refusal, InsufficientCredits) else 422
    response = _page(request, story, is_going_on=wants_all and refusal is None, refusal=refusal, status=status)
    response["HX-Trigger"] = "wallet-changed"
    return response


@require_POST
@vary_on_headers("HX-Request")
def memory_wait(request: AuthedRequest, story_pk: UUID) -> HttpResponse:
    """The chapters whose summary has come since; where all were wanted, the next few are asked for."""
    story = _story(request, story_pk)
    before = memory.memory_of(story)
    waited_for = set(request.POST.getlist("waiting"))
    refusal = _ask_for_more(request, story) if "all" in request.POST and before.untried else None
    now = memory.memory_of(story)
    response = render(
        request,
        "coaching/_memory_news.html",
        {
            "story": story,
            "memory": now,
            "is_going_on": "all" in request.POST and refusal is None and bool(now.untried or now.waiting),
            "ended": [row for row in now.rows if str(row.chapter.pk) in waited_for and not row.is_waiting],
            "refusal": refusal,
        },
    )
    response["HX-Trigger"] = "wallet-changed"
    return response


@require_POST
@vary_on_headers("HX-Request")
def summary_revise(request: AuthedRequest, story_pk: UUID, chapter_pk: UUID) -> HttpResponse:
    """Set a summary in the writer's words, or forget it."""
    story = _story(request, story_pk)
    chapter = _chapter(request, story, str(chapter_pk))
    try:
        if "forget" in request.POST:
            services.forget_summary(chapter=chapter)
        else:
            services.revise_summary(chapter=chapter, text=request.POST.get("text", ""))
    except DomainError as refusal:
        if request.htmx:
            return _page(request, story, refusal=refusal, status=422)
        messages.error(request, str(refusal))
    else:
        said = _("The summary is forgotten.") if "forget" in request.POST else _("The summary is kept.")
        if not request.htmx:
            messages.success(request, said)
    return _page(request, story) if request.htmx else redirect("coaching:memory-detail", story_pk=story.pk)


def _ask_for_more(request: AuthedRequest, story: Story, *, again: bool = False) -> DomainError | None:
    """Ask for the next few; those that a model has failed at only where the writer says `again`."""
    remembered = memory.memory_of(story)
    room = max(0, AT_ONCE - remembered.waiting)
    wanted = remembered.untried or (remembered.missing if again else [])
    return _ask(request, [row.chapter for row in wanted[:room]])


def _ask(request: AuthedRequest, chapters: list[Chapter]) -> DomainError | None:
    """Ask for these summaries, one after the other; what stands in the way ends it."""
    for chapter in chapters:
        try:
            services.summarise(user=request.user, chapter=chapter, request_key=uuid.uuid4().hex)
        except DomainError as refusal:
            return refusal
    return None


def _story(request: AuthedRequest, pk: UUID) -> Story:
    return get_object_or_404(Story.objects.editable_by(request.user), pk=pk)


def _chapter(request: AuthedRequest, story: Story, pk: str) -> Chapter:
    try:
        asked = UUID(pk)
    except ValueError:
        asked = uuid.uuid4()
    chapters = Chapter.objects.editable_by(request.user).filter(story=story).select_related("story__owner")
    return get_object_or_404(chapters, pk=asked)


def _page(
    request: AuthedRequest,
    story: Story,
    *,
    is_going_on: bool = False,
    refusal: DomainError | None = None,
    status: int = 200,
) -> HttpResponse:
    remembered = memory.memory_of(story)
    context = {
        "story": story,
        "memory": remembered,
        "is_going_on": is_going_on and bool(remembered.untried or remembered.waiting),
        "refusal": refusal,
    }
    template = "coaching/memory.html#memory" if request.htmx else "coaching/memory.html"
    return render(request, template, context, status=status)
