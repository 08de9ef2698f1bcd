"""Taking a story along, and saying what of it an AI wrote."""

from uuid import UUID

from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from costory.lib.http import AuthedRequest, local_date
from stories import disclosure, exporting
from stories.exporting import Format
from stories.forms import ExportForm
from stories.models import Story


@require_safe
def story_export(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """What a story can be taken along as."""
    story = _story(request, pk)
    form = ExportForm(story=story, initial={"format": Format.EPUB, "chapter": request.GET.get("chapter")})
    return render(request, "stories/story_export.html", {"story": story, "form": form})


@require_safe
def story_download(request: AuthedRequest, pk: UUID) -> HttpResponseBase:
    """The story, or one chapter of it, as a file."""
    story = _story(request, pk)
    form = ExportForm(request.GET, story=story)
    if not form.is_valid():
        return render(request, "stories/story_export.html", {"story": story, "form": form}, status=422)
    kind = Format(form.cleaned_data["format"])
    try:
        export = exporting.export_story(story=story, kind=kind, chapter=form.cleaned_data["chapter"])
    except exporting.NotPrinted as refusal:
        form.add_error("format", str(refusal))
        return render(request, "stories/story_export.html", {"story": story, "form": form}, status=409)
    return send(export)


@require_safe
def story_disclosure(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Who wrote what, by the record: figures, and the statement a publisher asks for."""
    story = _story(request, pk)
    figures = disclosure.story_figures(story)
    today = local_date(request)
    languages = sorted(Story.Language.values, key=lambda language: language != get_language())
    statements = [
        (
            language,
            Story.Language(language).label,
            disclosure.statement(figures, title=story.title, author=story.owner.name, on=today, language=language),
        )
        for language in languages
    ]
    context = {"story": story, "figures": figures, "statements": statements}
    return render(request, "stories/story_disclosure.html", context)


def send(export: exporting.ExportFile) -> FileResponse:
    """A finished export as a download. The file is closed when it is sent."""
    response = FileResponse(export.file, content_type=export.content_type)
    response["Content-Disposition"] = exporting.content_disposition(export.name)
    # A story is nobody's but its writer's, and never the same file twice.
    response["Cache-Control"] = "private, no-store"
    return response


def _story(request: AuthedRequest, pk: UUID) -> Story:
    return get_object_or_404(Story.objects.editable_by(request.user).select_related("owner"), pk=pk)
