"""The list of chapters: add, name, order, mark, put away and take back.

Each works as an ordinary form on the story's page; from the studio each answers with the list as it now is.
"""

import json
from uuid import UUID

from django.contrib import messages
from django.core.cache import cache
from django.forms import Form
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django.views.decorators.vary import vary_on_headers

from costory.lib.errors import DomainError
from costory.lib.http import AuthedRequest
from stories import services
from stories.forms import MoveForm, OrderForm, RenameForm, StatusForm
from stories.models import Chapter, Story

LIST = "stories/studio/_chapter_list.html"
# Rises with the template, so that a new release shows no list of the old one's.
LIST_EDITION = 2
LIST_SECONDS = 3600


def chapter_list_html(story: Story) -> SafeString:
    """The studio's list of a story's chapters, rendered once for each state of the story and language.

    Every write to a chapter touches its story's `updated_at`, so a list never outlives its chapters. It holds nothing
    of one request: no token, and not which chapter is open.
    """
    key = f"chapter-list:{LIST_EDITION}:{story.pk}:{story.updated_at.isoformat()}:{get_language()}"
    html = cache.get(key)
    if html is None:
        chapters = Chapter.objects.present().filter(story=story).without_text().order_by("position")
        html = render_to_string(LIST, {"chapters": chapters})
        cache.set(key, html, LIST_SECONDS)
    return SafeString(html)


def mark_current(chapter_list: SafeString, chapter: Chapter) -> SafeString:
    """The list with one chapter marked as the one that is open."""
    link = f'href="{chapter.get_absolute_url()}"'
    return SafeString(chapter_list.replace(link, f'{link} aria-current="page"', 1))


@require_POST
def chapter_create(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """A new empty chapter at the end, opened to be written."""
    story = get_object_or_404(Story.objects.editable_by(request.user), pk=pk)
    return redirect(services.create_chapter(story=story, author=request.user))


@require_POST
@vary_on_headers("HX-Request")
def chapter_reorder(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Every chapter in the order given. An order that is not of these chapters changes nothing and is told so."""
    story = get_object_or_404(Story.objects.editable_by(request.user), pk=pk)
    form = OrderForm(request.POST)
    if not form.is_valid():
        return _refuse(request, story, _reasons(form))
    try:
        services.reorder_chapters(story=story, chapter_ids=form.cleaned_data["order"])
    except services.IncompleteOrder:
        return _refuse(request, story, _("The chapters have changed in the meantime. Nothing was moved."), status=409)
    return _answer(request, story)


@require_POST
@vary_on_headers("HX-Request")
def chapter_move(request: AuthedRequest, story_pk: UUID, pk: UUID) -> HttpResponse:
    """Move a chapter one place up or down."""
    chapter = _chapter(request, story_pk, pk)
    form = MoveForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest()
    services.move_chapter(chapter=chapter, **form.cleaned_data)
    return _answer(request, chapter.story)


@require_POST
@vary_on_headers("HX-Request")
def chapter_rename(request: AuthedRequest, story_pk: UUID, pk: UUID) -> HttpResponse:
    """Another title for a chapter, or none."""
    chapter = _chapter(request, story_pk, pk)
    form = RenameForm(request.POST)
    if not form.is_valid():
        return _refuse(request, chapter.story, _reasons(form))
    try:
        services.rename_chapter(chapter=chapter, author=request.user, **form.cleaned_data)
    except DomainError as refusal:
        return _refuse(request, chapter.story, str(refusal))
    return _answer(request, chapter.story)


@require_POST
@vary_on_headers("HX-Request")
def chapter_status(request: AuthedRequest, story_pk: UUID, pk: UUID) -> HttpResponse:
    """How far a chapter is: a draft, being revised, finished."""
    chapter = _chapter(request, story_pk, pk)
    form = StatusForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest()
    services.set_status(chapter=chapter, **form.cleaned_data)
    response = _answer(request, chapter.story)
    if request.htmx and form.cleaned_data["status"] == Chapter.Status.FINISHED:
        # Whoever wants to do something about a finished chapter listens for it on the page.
        response["HX-Trigger"] = json.dumps({"chapter-finished": {}})
    return response


@require_POST
@vary_on_headers("HX-Request")
def chapter_delete(request: AuthedRequest, story_pk: UUID, pk: UUID) -> HttpResponse:
    """Put a chapter in its story's bin; the message holds the way back."""
    chapter = _chapter(request, story_pk, pk)
    services.delete_chapter(chapter=chapter)
    said = _("The chapter is in the bin of its story. You can take it out again for 30 days.")
    undo = reverse("stories:chapter-restore", args=[story_pk, pk])
    if not request.htmx:
        messages.success(request, said, extra_tags=undo)
    return _answer(request, chapter.story, toast={"message": said, "undo": undo, "undoLabel": _("Undo")})


@require_POST
@vary_on_headers("HX-Request")
def chapter_restore(request: AuthedRequest, story_pk: UUID, pk: UUID) -> HttpResponse:
    """Take a chapter out of the bin."""
    binned = Chapter.objects.in_bin_of(request.user).without_text().select_related("story")
    chapter = get_object_or_404(binned, pk=pk, story=story_pk)
    services.restore_chapter(chapter=chapter)
    return _answer(request, chapter.story)


def _chapter(request: AuthedRequest, story_pk: UUID, pk: UUID) -> Chapter:
    editable = Chapter.objects.editable_by(request.user).without_text().select_related("story")
    return get_object_or_404(editable, pk=pk, story=story_pk)


def _answer(
    request: AuthedRequest, story: Story, *, toast: dict[str, str] | None = None, status: int = 200
) -> HttpResponse:
    """To a script the list as it now is; to an ordinary form the story's page."""
    if not request.htmx:
        return redirect(f"{story.get_absolute_url()}#chapters-heading")
    story.refresh_from_db(fields=["updated_at"])
    response = HttpResponse(chapter_list_html(story), status=status)
    if toast:
        response["HX-Trigger"] = json.dumps({"toast": toast})
    return response


def _reasons(form: Form) -> str:
    return " ".join(str(reason) for reasons in form.errors.values() for reason in reasons)


def _refuse(request: AuthedRequest, story: Story, reason: str, *, status: int = 422) -> HttpResponse:
    """Nothing was changed: say why, and show what there is."""
    if request.htmx:
        return _answer(request, story, toast={"message": reason, "level": "error"}, status=status)
    context = {"story": story, "reason": reason}
    return render(request, "stories/chapter_refused.html", context, status=status)
