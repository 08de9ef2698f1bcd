"""What stands beside the text: notes to oneself and the codex, for programs."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from django.shortcuts import get_object_or_404
from ninja import Query, Router, Status
from pydantic import BaseModel, Field

from accounts.api_auth import ApiRequest, reads, writes
from costory.lib.api import Input, Listed, Paging, Single, Text, refusals
from stories import services
from stories.models import Chapter, CodexEntry, Note, Story

router = Router(tags=["beside the text"])

Name = Annotated[Text, Field(min_length=1, max_length=120)]


class NoteIn(Input):
    """A note, and the passage it stands beside."""

    body: Annotated[Text, Field(min_length=1, max_length=services.MAX_NOTE_CHARACTERS)]
    quote: Annotated[Text, Field(max_length=300)] = ""
    position: Annotated[int, Field(ge=0, le=10_000_000)] = 0


class NoteChange(Input):
    """What of a note changes; what is not sent stays."""

    body: Annotated[Text, Field(min_length=1, max_length=services.MAX_NOTE_CHARACTERS)] | None = None
    is_done: bool | None = None


class NoteOut(BaseModel):
    """A note to oneself."""

    id: UUID
    chapter_id: UUID
    body: str
    quote: str
    position: int
    created_at: datetime
    updated_at: datetime
    done_at: datetime | None


class EntryIn(Input):
    """An entry of the codex."""

    name: Name
    kind: Literal["character", "place", "thing", "fact"] = "character"
    aliases: Annotated[list[Name], Field(max_length=50)] = []
    description: Annotated[Text, Field(max_length=10_000)] = ""
    inclusion: Literal["always", "named", "never"] = "named"
    played_by: Literal["", "writer", "coach"] = ""


class EntryOut(BaseModel):
    """An entry of the codex."""

    id: UUID
    story_id: UUID
    name: str
    kind: str
    aliases: list[str]
    description: str
    inclusion: str
    played_by: str
    created_at: datetime
    updated_at: datetime


def note_out(note: Note) -> NoteOut:
    """A note as the API shows it."""
    return NoteOut(**{name: getattr(note, name) for name in NoteOut.model_fields})


def entry_out(entry: CodexEntry) -> EntryOut:
    """An entry as the API shows it."""
    return EntryOut(**{name: getattr(entry, name) for name in EntryOut.model_fields})


@router.get(
    "/chapters/{uuid:chapter_id}/notes",
    response={200: Listed[NoteOut], **refusals(401, 403, 404)},
    auth=reads,
    summary="Notes to oneself",
)
def note_list(request: ApiRequest, chapter_id: UUID, paging: Query[Paging]) -> Listed[NoteOut]:
    """In the order of the text; done ones among them."""
    notes = Note.objects.filter(chapter=_own_chapter(request, chapter_id))
    page = paging.page_of(notes, keys=("position", "id"))
    return Listed(data=[note_out(note) for note in page.rows], meta=page.meta)


@router.post(
    "/chapters/{uuid:chapter_id}/notes",
    response={201: Single[NoteOut], **refusals(401, 403, 404, 409)},
    auth=writes,
    summary="New note",
)
def note_create(request: ApiRequest, chapter_id: UUID, body: NoteIn) -> Status[Single[NoteOut]]:
    """Beside a passage, or beside the chapter."""
    note = services.add_note(chapter=_own_chapter(request, chapter_id), **body.model_dump())
    return Status(201, Single(data=note_out(note)))


@router.patch(
    "/notes/{uuid:note_id}",
    response={200: Single[NoteOut], **refusals(401, 403, 404)},
    auth=writes,
    summary="Change a note",
)
def note_revise(request: ApiRequest, note_id: UUID, body: NoteChange) -> Single[NoteOut]:
    """Its words, or whether it is done."""
    note = _own_note(request, note_id)
    if body.body is not None:
        note = services.revise_note(note=note, body=body.body)
    if body.is_done is not None:
        note = services.finish_note(note=note, is_done=body.is_done)
    return Single(data=note_out(note))


@router.delete(
    "/notes/{uuid:note_id}", response={204: None, **refusals(401, 403, 404)}, auth=writes, summary="Throw a note away"
)
def note_delete(request: ApiRequest, note_id: UUID) -> Status[None]:
    """For good."""
    services.delete_note(note=_own_note(request, note_id))
    return Status(204, None)


@router.get(
    "/stories/{uuid:story_id}/codex",
    response={200: Listed[EntryOut], **refusals(401, 403, 404)},
    auth=reads,
    summary="The codex",
)
def codex(request: ApiRequest, story_id: UUID, paging: Query[Paging]) -> Listed[EntryOut]:
    """Who and what a story of yours is about, by name."""
    entries = _own_story(request, story_id).codex_entries.present()
    page = paging.page_of(entries, keys=("name", "id"))
    return Listed(data=[entry_out(entry) for entry in page.rows], meta=page.meta)


@router.post(
    "/stories/{uuid:story_id}/codex",
    response={201: Single[EntryOut], **refusals(401, 403, 404, 409)},
    auth=writes,
    summary="New entry",
)
def codex_entry_create(request: ApiRequest, story_id: UUID, body: EntryIn) -> Status[Single[EntryOut]]:
    """At most 500 in a story."""
    entry = services.create_codex_entry(story=_own_story(request, story_id), **body.model_dump())
    return Status(201, Single(data=entry_out(entry)))


@router.put(
    "/codex/{uuid:entry_id}",
    response={200: Single[EntryOut], **refusals(401, 403, 404)},
    auth=writes,
    summary="Replace an entry",
)
def codex_entry_revise(request: ApiRequest, entry_id: UUID, body: EntryIn) -> Single[EntryOut]:
    """Every field takes the value sent, or its default."""
    entry = _own_entry(request, entry_id)
    return Single(data=entry_out(services.revise_codex_entry(entry=entry, **body.model_dump())))


@router.delete(
    "/codex/{uuid:entry_id}",
    response={204: None, **refusals(401, 403, 404)},
    auth=writes,
    summary="Take an entry out of the codex",
)
def codex_entry_delete(request: ApiRequest, entry_id: UUID) -> Status[None]:
    """For 30 days it can be had back."""
    services.delete_codex_entry(entry=_own_entry(request, entry_id))
    return Status(204, None)


def _own_chapter(request: ApiRequest, chapter_id: UUID) -> Chapter:
    return get_object_or_404(Chapter.objects.editable_by(request.auth.user).without_text(), pk=chapter_id)


def _own_story(request: ApiRequest, story_id: UUID) -> Story:
    return get_object_or_404(Story.objects.editable_by(request.auth.user), pk=story_id)


def _own_note(request: ApiRequest, note_id: UUID) -> Note:
    return get_object_or_404(Note, pk=note_id, chapter__in=Chapter.objects.editable_by(request.auth.user))


def _own_entry(request: ApiRequest, entry_id: UUID) -> CodexEntry:
    entries = CodexEntry.objects.editable_by(request.auth.user).filter(deleted_at=None).select_related("story")
    return get_object_or_404(entries, pk=entry_id)
