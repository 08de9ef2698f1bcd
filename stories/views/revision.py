"""Earlier versions of a chapter: all of them, one of them, and back to one."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from costory.lib.api import ApiError, Paging
from costory.lib.http import AuthedRequest
from stories import comparison, services
from stories.forms import SnapshotForm
from stories.models import Chapter, Revision
from stories.selectors.revision import revision_sides
from stories.views.folding import folded

REVISIONS = 50


@require_safe
def revision_list(request: AuthedRequest, story_pk: UUID, chapter_pk: UUID) -> HttpResponse:
    """Every version that is kept, newest first."""
    editable = Chapter.objects.editable_by(request.user).without_text().select_related("story")
    chapter = get_object_or_404(editable, pk=chapter_pk, story=story_pk)
    revisions = Revision.objects.filter(chapter=chapter).without_text()
    is_named = request.GET.get("named") == "1"
    if is_named:
        revisions = revisions.exclude(name="")
    keys = ("-version", "-created_at", "-id")
    try:
        page = Paging(limit=REVISIONS, cursor=request.GET.get("after", "")[:1000] or None).page_of(revisions, keys=keys)
    except ApiError:
        # A cursor that is none: from the beginning.
        page = Paging(limit=REVISIONS).page_of(revisions, keys=keys)
    context = {
        "chapter": chapter,
        "story": chapter.story,
        "revisions": page.rows,
        "older": page.meta.next,
        "is_named": is_named,
        "form": SnapshotForm(),
    }
    return render(request, "stories/revision_list.html", context)


@require_safe
def revision_detail(request: AuthedRequest, story_pk: UUID, chapter_pk: UUID, pk: UUID) -> HttpResponse:
    """A version as it was: whole, or compared with the one before it, or with the text as it stands."""
    revision = _revision(request, story_pk, chapter_pk, pk)
    shown = request.GET.get("show", "")
    is_compared = shown in {"now", "changes"}
    older, newer = revision_sides(revision, is_against_now=shown == "now") if is_compared else ("", "")
    pieces = folded(comparison.compare(older, newer)) if is_compared else []
    context = {
        "revision": revision,
        "chapter": revision.chapter,
        "story": revision.chapter.story,
        "shown": shown if pieces else "",
        "pieces": pieces,
        "is_current": revision.version == revision.chapter.version and revision.kind != Revision.Kind.CONFLICT,
        "form": SnapshotForm(initial={"name": revision.name}),
    }
    return render(request, "stories/revision_detail.html", context)


@require_POST
def revision_restore(request: AuthedRequest, story_pk: UUID, chapter_pk: UUID, pk: UUID) -> HttpResponse:
    """Make a version the chapter's text again; what it replaces is a version too, so this can be taken back."""
    revision = _revision(request, story_pk, chapter_pk, pk)
    replaced = (
        Revision.objects.filter(chapter=revision.chapter, version=revision.chapter.version)
        .exclude(kind=Revision.Kind.CONFLICT)
        .first()
    )
    services.restore_revision(revision=revision, author=request.user)
    undo = reverse("stories:revision-restore", args=[story_pk, chapter_pk, replaced.pk]) if replaced else ""
    messages.success(
        request,
        _("This version is the chapter’s text again. What it replaced is among the earlier ones."),
        extra_tags=undo,
    )
    return redirect(revision.chapter)


@require_POST
def revision_name(request: AuthedRequest, story_pk: UUID, chapter_pk: UUID, pk: UUID) -> HttpResponse:
    """Keep a version under a name, or take its name away."""
    revision = _revision(request, story_pk, chapter_pk, pk)
    form = SnapshotForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("A name has at most 120 characters."))
    else:
        services.name_revision(revision=revision, name=form.cleaned_data["name"])
        messages.success(request, _("Saved."))
    return redirect("stories:revision-detail", story_pk=story_pk, chapter_pk=chapter_pk, pk=pk)


@require_POST
def snapshot_create(request: AuthedRequest, story_pk: UUID, pk: UUID) -> HttpResponse:
    """Keep what the chapter says now under a name."""
    chapter = get_object_or_404(Chapter.objects.editable_by(request.user).without_text(), pk=pk, story=story_pk)
    form = SnapshotForm(request.POST)
    if not form.is_valid() or not form.cleaned_data["name"]:
        messages.error(request, _("A version needs a name of at most 120 characters."))
    elif services.keep_snapshot(chapter=chapter, name=form.cleaned_data["name"]) is None:
        messages.error(request, _("Nothing was written here yet."))
    else:
        messages.success(request, _("This version is kept under its name."))
    return redirect("stories:revision-list", story_pk=story_pk, chapter_pk=pk)


def _revision(request: AuthedRequest, story_pk: UUID, chapter_pk: UUID, pk: UUID) -> Revision:
    readable = Revision.objects.readable_by(request.user).select_related("chapter__story")
    return get_object_or_404(readable, pk=pk, chapter=chapter_pk, chapter__story=story_pk)
