"""What can be asked about the page being written without saving it: how it will look, and who wrote what."""

from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from costory.lib import markdown
from costory.lib.http import AuthedRequest
from stories import provenance
from stories.forms import PreviewForm
from stories.models import Chapter, Photograph
from stories.services import MAX_CONTENT_CHARACTERS


@require_POST
@vary_on_headers("HX-Request")
def chapter_preview(request: AuthedRequest, story_pk: UUID, pk: UUID) -> HttpResponse:
    """The words that were sent as readers would see them. Nothing is stored."""
    editable = Chapter.objects.editable_by(request.user).without_text().select_related("story")
    chapter = get_object_or_404(editable, pk=pk, story=story_pk)
    form = PreviewForm(request.POST)
    context = {"chapter": chapter, "story": chapter.story}
    template = "stories/chapter_preview.html#preview-text" if request.htmx else "stories/chapter_preview.html"
    if not form.is_valid():
        return render(request, template, {**context, "reason": _("This could not be read.")}, status=422)
    content = form.cleaned_data["content"]
    if len(content) > MAX_CONTENT_CHARACTERS:
        reason = _("This chapter is too long to be shown. Please divide it.")
        return render(request, template, {**context, "reason": reason}, status=413)
    chapter.title = form.cleaned_data["title"]
    photographs = Photograph.objects.filter(chapter=chapter).order_by("position")
    return render(request, template, {**context, "preview_html": markdown.render(content), "photographs": photographs})


@require_safe
def chapter_provenance(request: AuthedRequest, story_pk: UUID, pk: UUID) -> JsonResponse:
    """Who wrote what in the text as it is stored: runs of [length in code points, source], and the shares."""
    editable = Chapter.objects.editable_by(request.user).defer("content_html")
    chapter = get_object_or_404(editable, pk=pk, story=story_pk)
    runs = provenance.cover(chapter.provenance, len(chapter.content))
    return JsonResponse(
        {
            "version": chapter.version,
            "characters": len(chapter.content),
            "runs": [run[:2] for run in runs],
            "shares": provenance.shares(runs)._asdict(),
        }
    )
