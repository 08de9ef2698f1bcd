"""Notes to oneself, beside the text, for programs."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.shortcuts import get_object_or_404
from ninja import Query, Router, Status
from pydantic import BaseModel, Field

from accounts.api_auth import ApiRequest, reads, writes
from costory.lib.api import Input, Listed, Paging, Single, Text, refusals
from stories import services
from stories.api.owned import own_chapter_beside
from stories.models import Chapter, Note

router = Router(tags=["notes"])


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


def note_out(note: Note) -> NoteOut:
    """A note as the API shows it."""
    return NoteOut(**{name: getattr(note, name) for name in NoteOut.model_fields})


@router.get(
    "/chapters/{uuid:chapter_id}/notes",
    response={200: Listed[NoteOut], **refusals(401, 403, 404)},
    auth=reads,
    summary="Notes to oneself",
)
def note_list(request: ApiRequest, chapter_id: UUID, paging: Query[Paging]) -> Listed[NoteOut]:
    """In the order of the text; done ones among them."""
    notes = Note.objects.filter(chapter=own_chapter_beside(request, chapter_id))
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
    note = services.add_note(chapter=own_chapter_beside(request, chapter_id), **body.model_dump())
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
    """It can be taken back for thirty days."""
    services.delete_note(note=_own_note(request, note_id))
    return Status(204, None)


@router.post(
    "/notes/{uuid:note_id}/restore",
    response={200: Single[NoteOut], **refusals(401, 403, 404, 409)},
    auth=writes,
    summary="Take a note back",
)
def note_restore(request: ApiRequest, note_id: UUID) -> Single[NoteOut]:
    """One thrown away within the last thirty days."""
    mine = Note.thrown_away.filter(chapter__in=Chapter.objects.editable_by(request.auth.user))
    note = get_object_or_404(mine, pk=note_id)
    services.restore_note(note=note)
    return Single(data=note_out(note))


def _own_note(request: ApiRequest, note_id: UUID) -> Note:
    return get_object_or_404(Note, pk=note_id, chapter__in=Chapter.objects.editable_by(request.auth.user))
