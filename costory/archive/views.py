"""A story's archive: given out, and taken in."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from costory.archive.story import MAX_BYTES, export_story, import_story
from costory.lib.archive import InvalidArchive
from costory.lib.http import AuthedRequest
from stories.exporting import content_disposition, file_name
from stories.models import Story


class ArchiveForm(forms.Form):
    """An archive to be taken in."""

    archive = forms.FileField(
        label=gettext_lazy("Archive"),
        help_text=gettext_lazy("A file that CoStory made, ending in .json; at most 100 MB."),
        widget=forms.ClearableFileInput(attrs={"accept": ".json,application/json"}),
    )


@require_safe
def story_archive(request: AuthedRequest, pk: UUID) -> FileResponse:
    """Everything of a story in one file; notes to oneself where they are asked for."""
    story = get_object_or_404(Story.objects.editable_by(request.user), pk=pk)
    file = export_story(story, with_notes=request.GET.get("notes") == "on")
    response = FileResponse(file, content_type="application/json")
    response["Content-Disposition"] = content_disposition(file_name(story.title, "costory.json"))
    response["Cache-Control"] = "private, no-store"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def archive_import(request: AuthedRequest) -> HttpResponse:
    """Take a story in from its archive."""
    if request.method != "POST":
        return render(request, "stories/archive_import.html", {"form": ArchiveForm()})
    form = ArchiveForm(request.POST, request.FILES)
    places: list[str] = []
    if form.is_valid():
        upload = form.cleaned_data["archive"]
        if upload.size > MAX_BYTES:
            form.add_error("archive", _("This file is too large: at most 100 MB."))
        else:
            try:
                story = import_story(owner=request.user, content=upload.read())
            except InvalidArchive as refusal:
                places = refusal.details.get("places", [])
                form.add_error(
                    "archive", _("This is not an archive of CoStory’s, or it was changed. Nothing was taken in.")
                )
            else:
                messages.success(request, _("The story is here, with everything that was in its archive."))
                return redirect(story if story.deleted_at is None else "stories:story-bin")
    return render(request, "stories/archive_import.html", {"form": form, "places": places}, status=422)
