"""The page being written."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django.views.decorators.vary import vary_on_headers

from costory.lib.errors import DomainError
from costory.lib.http import AuthedRequest
from stories import services
from stories.forms import ChapterForm
from stories.models import Chapter
from stories.services import ContentTooLong, StaleRevision
from stories.views.arrangement import chapter_list_html, mark_current


@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def chapter_edit(request: AuthedRequest, story_pk: UUID, pk: UUID) -> HttpResponse:
    """The chapter in its studio; a POST saves it from the version it names, or says that it came too late."""
    if request.method != "POST":
        chapter = _chapter(request, story_pk, pk)
        return _studio(request, chapter, ChapterForm.of(chapter))
    chapter = get_object_or_404(Chapter.objects.to_save_by(request.user), pk=pk, story=story_pk)
    form = ChapterForm(request.POST)
    if not form.is_valid():
        return _studio(request, chapter, form, status=422)
    try:
        chapter = services.revise_chapter(chapter=chapter, author=request.user, **form.cleaned_data)
    except StaleRevision as conflict:
        return _studio(request, conflict.chapter, form, conflict=conflict, status=409)
    except DomainError as refusal:
        form.add_error(None, str(refusal))
        return _studio(request, chapter, form, status=413 if isinstance(refusal, ContentTooLong) else 422)
    if not request.htmx:
        messages.success(request, _("Saved."))
        return redirect(chapter)
    return render(request, "stories/chapter_edit.html#editor-status", {"chapter": chapter, "is_saved": True})


def _chapter(request: AuthedRequest, story_pk: UUID, pk: UUID) -> Chapter:
    editable = Chapter.objects.editable_by(request.user).select_related("story")
    return get_object_or_404(editable, pk=pk, story=story_pk)


def _studio(
    request: AuthedRequest,
    chapter: Chapter,
    form: ChapterForm,
    *,
    conflict: StaleRevision | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {"chapter": chapter, "story": chapter.story, "form": form, "conflict": conflict}
    if request.htmx:
        # The writer's own text stays where it is; only what is to be said about it comes.
        fragment = "conflict" if conflict is not None else "editor-status"
        return render(request, f"stories/chapter_edit.html#{fragment}", context, status=status)
    context["statuses"] = Chapter.Status.choices
    context["chapter_list"] = mark_current(chapter_list_html(chapter.story), chapter)
    return render(request, "stories/chapter_edit.html", context, status=status)
