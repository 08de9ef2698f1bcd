"""Notes to oneself, in the margin of a chapter."""

import json
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from costory.lib.errors import DomainError
from costory.lib.http import AuthedRequest
from stories import services
from stories.forms import NoteForm
from stories.models import Chapter, Note


@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def note_list(request: AuthedRequest, story_pk: UUID, chapter_pk: UUID) -> HttpResponse:
    """The notes of a chapter, in the order of the text; a POST adds one."""
    chapter = _chapter(request, story_pk, chapter_pk)
    if request.method != "POST":
        return _notes(request, chapter)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _notes(request, chapter, form=form, status=422)
    said = form.cleaned_data
    try:
        services.add_note(chapter=chapter, body=said["body"], quote=said["quote"], position=said["position"] or 0)
    except DomainError as refusal:
        form.add_error(None, str(refusal))
        return _notes(request, chapter, form=form, status=422)
    return _after(request, chapter)


@require_POST
@vary_on_headers("HX-Request")
def note_revise(request: AuthedRequest, story_pk: UUID, chapter_pk: UUID, pk: UUID) -> HttpResponse:
    """Another wording of a note."""
    chapter, note = _note(request, story_pk, chapter_pk, pk)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _notes(request, chapter, editing=note, edit_form=form, status=422)
    services.revise_note(note=note, body=form.cleaned_data["body"])
    return _after(request, chapter)


@require_POST
@vary_on_headers("HX-Request")
def note_finish(request: AuthedRequest, story_pk: UUID, chapter_pk: UUID, pk: UUID) -> HttpResponse:
    """Strike a note out, or take that back."""
    chapter, note = _note(request, story_pk, chapter_pk, pk)
    services.finish_note(note=note, is_done=request.POST.get("done") == "1")
    return _after(request, chapter)


@require_POST
@vary_on_headers("HX-Request")
def note_delete(request: AuthedRequest, story_pk: UUID, chapter_pk: UUID, pk: UUID) -> HttpResponse:
    """Throw a note away."""
    chapter, note = _note(request, story_pk, chapter_pk, pk)
    services.delete_note(note=note)
    said, undo = _("The note is thrown away."), reverse("stories:note-restore", args=[story_pk, chapter_pk, pk])
    if not request.htmx:
        messages.success(request, said, extra_tags=undo)
        return _after(request, chapter)
    response = _after(request, chapter)
    response["HX-Trigger"] = json.dumps({"toast": {"message": said, "undo": undo, "undoLabel": _("Undo")}})
    return response


@require_POST
@vary_on_headers("HX-Request")
def note_restore(request: AuthedRequest, story_pk: UUID, chapter_pk: UUID, pk: UUID) -> HttpResponse:
    """Take a note back that was thrown away."""
    chapter = _chapter(request, story_pk, chapter_pk)
    services.restore_note(note=get_object_or_404(Note.thrown_away, pk=pk, chapter=chapter))
    return _after(request, chapter)


def _chapter(request: AuthedRequest, story_pk: UUID, chapter_pk: UUID) -> Chapter:
    editable = Chapter.objects.editable_by(request.user).without_text().select_related("story")
    return get_object_or_404(editable, pk=chapter_pk, story=story_pk)


def _note(request: AuthedRequest, story_pk: UUID, chapter_pk: UUID, pk: UUID) -> tuple[Chapter, Note]:
    chapter = _chapter(request, story_pk, chapter_pk)
    return chapter, get_object_or_404(Note, pk=pk, chapter=chapter)


def _after(request: AuthedRequest, chapter: Chapter) -> HttpResponse:
    if request.htmx:
        return _notes(request, chapter)
    return redirect("stories:note-list", story_pk=chapter.story_id, chapter_pk=chapter.pk)


def _notes(
    request: AuthedRequest,
    chapter: Chapter,
    *,
    form: NoteForm | None = None,
    editing: Note | None = None,
    edit_form: NoteForm | None = None,
    status: int = 200,
) -> HttpResponse:
    notes = list(Note.objects.filter(chapter=chapter).order_by("position", "created_at"))
    context = {
        "chapter": chapter,
        "story": chapter.story,
        "form": form or NoteForm(),
        "open_notes": [note for note in notes if note.done_at is None],
        "done_notes": [note for note in notes if note.done_at is not None],
        "editing": editing,
        "edit_form": edit_form,
    }
    template = "stories/note_list.html#notes" if request.htmx else "stories/note_list.html"
    return render(request, template, context, status=status)
