"""Notes to oneself, beside the words they are about."""

from datetime import datetime
from typing import ClassVar

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from costory.lib import markdown
from costory.lib.errors import DomainError
from stories.models import Chapter, Note

MAX_NOTE_CHARACTERS = 5_000
MAX_QUOTE_CHARACTERS = 300
MAX_NOTES = 500


class InvalidNote(DomainError):
    """A note says nothing, says more than 5,000 characters, or is the 501st of its chapter."""

    code: ClassVar[str] = "validation_error"


@transaction.atomic
def add_note(*, chapter: Chapter, body: str, quote: str = "", position: int = 0) -> Note:
    """Put a note beside a passage, or beside the chapter as a whole. Raises InvalidNote."""
    words = _clean(body)
    if Note.objects.filter(chapter=chapter).count() >= MAX_NOTES:
        raise InvalidNote(_("A chapter has room for %(most)d notes.") % {"most": MAX_NOTES})
    return Note.objects.create(
        chapter=chapter,
        body=words,
        quote=markdown.normalise_text(quote)[:MAX_QUOTE_CHARACTERS],
        position=min(max(position, 0), 10_000_000),
    )


def revise_note(*, note: Note, body: str) -> Note:
    """Say something else in a note. Raises InvalidNote."""
    note.body = _clean(body)
    note.save(update_fields=["body", "updated_at"])
    return note


def finish_note(*, note: Note, is_done: bool) -> Note:
    """Strike a note out, or take that back. Repeatable."""
    if is_done != (note.done_at is not None):
        note.done_at = timezone.now() if is_done else None
        note.save(update_fields=["done_at", "updated_at"])
    return note


def delete_note(*, note: Note) -> None:
    """Throw a note away; it can be taken back for some weeks. Repeatable."""
    Note.objects.filter(pk=note.pk).update(deleted_at=timezone.now())


def restore_note(*, note: Note) -> None:
    """Take a note back. Repeatable."""
    Note.thrown_away.filter(pk=note.pk).update(deleted_at=None)


def purge_notes(*, before: datetime) -> int:
    """Forget notes that were thrown away before this moment. Returns how many."""
    return Note.thrown_away.filter(deleted_at__lt=before).delete()[0]


def _clean(body: str) -> str:
    words = markdown.normalise_text(body).strip()
    if not words or len(words) > MAX_NOTE_CHARACTERS:
        raise InvalidNote(_("A note has between 1 and %(most)d characters.") % {"most": MAX_NOTE_CHARACTERS})
    return words
