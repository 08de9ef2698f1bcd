"""Earlier versions of a chapter: all of them, one of them, and back to one."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from costory.lib.api import ApiError, Paging
from costory.lib.http import AuthedRequest
from stories import services
from stories.models import Chapter, Revision

REVISIONS = 50


@require_safe
def revision_list(request: AuthedRequest, story_pk: UUID, chapter_pk: UUID) -> HttpResponse:
    """Every version that is kept, newest first."""
    editable = Chapter.objects.editable_by(request.user).without_text().select_related("story")
    chapter = get_object_or_404(editable, pk=chapter_pk, story=story_pk)
    revisions = Revision.objects.filter(chapter=chapter).without_text()
    keys = ("-version", "-created_at", "-id")
    try:
        page = Paging(limit=REVISIONS, cursor=request.GET.get("after", "")[:1000] or None).page_of(revisions, keys=keys)
    except ApiError:
        # A cursor that is none: from the beginning.
        page = Paging(limit=REVISIONS).page_of(revisions, keys=keys)
    context = {"chapter": chapter, "story": chapter.story, "revisions": page.rows, "older": page.meta.next}
    return render(request, "stories/revision_list.html", context)


@require_safe
def revision_detail(request: AuthedRequest, story_pk: UUID, chapter_pk: UUID, pk: UUID) -> HttpResponse:
    """A version as it was."""
    revision = _revision(request, story_pk, chapter_pk, pk)
    context = {"revision": revision, "chapter": revision.chapter, "story": revision.chapter.story}
    return render(request, "stories/revision_detail.html", context)


@require_POST
def revision_restore(request: AuthedRequest, story_pk: UUID, chapter_pk: UUID, pk: UUID) -> HttpResponse:
    """Make a version the chapter's text again."""
    revision = _revision(request, story_pk, chapter_pk, pk)
    services.restore_revision(revision=revision, author=request.user)
    messages.success(
        request, _("This version is the chapter’s text again. What it replaced is among the earlier ones.")
    )
    return redirect(revision.chapter)


def _revision(request: AuthedRequest, story_pk: UUID, chapter_pk: UUID, pk: UUID) -> Revision:
    readable = Revision.objects.readable_by(request.user).select_related("chapter__story")
    return get_object_or_404(readable, pk=pk, chapter=chapter_pk, chapter__story=story_pk)
