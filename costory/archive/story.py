"""A story whole, in one JSON file, and back into anybody's account.

The format is named and numbered. An archive holds everything that belongs to a story: chapters with every revision and
the record of who wrote what, the bin, the codex, the outline, pictures, the coach's passages and the conversations.
Notes to oneself are in it when asked for. Taken in, it becomes a new private story with ids of its own.
"""

import threading
from tempfile import SpooledTemporaryFile
from typing import IO, Annotated, Any, Literal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import Field, ValidationError

import stories.archive
from accounts.models import User
from coaching.archive import (
    BeatPlacePart,
    ConversationPart,
    FindingPart,
    SummaryPart,
    beat_place_parts,
    conversation_parts,
    create_conversations,
    create_memory,
    finding_parts,
    summary_parts,
)
from costory.lib.archive import InvalidArchive, Moment, Part, places_of, write_json
from stories.archive import BeatPart, ChapterPart, CodexPart, InsertionPart, StoryPart
from stories.models import Story

FORMAT = "costory-story"
VERSION = 1
MAX_BYTES = 100_000_000
IN_MEMORY = 2_000_000
# A large archive takes several times its size while it is read: one after the other.
_READING = threading.BoundedSemaphore(1)


class StoryArchive(Part):
    """The whole file."""

    format: Literal["costory-story"]
    version: Literal[1]
    exported_at: Moment
    story: StoryPart
    chapters: Annotated[list[ChapterPart], Field(max_length=10_000)]
    codex: Annotated[list[CodexPart], Field(max_length=5_000)]
    beats: Annotated[list[BeatPart], Field(max_length=5_000)]
    insertions: Annotated[list[InsertionPart], Field(max_length=100_000)]
    conversations: Annotated[list[ConversationPart], Field(max_length=10_000)]
    # Archives from before the coach had a memory are without them.
    summaries: Annotated[list[SummaryPart], Field(max_length=10_000)] = Field(default_factory=list)
    findings: Annotated[list[FindingPart], Field(max_length=100_000)] = Field(default_factory=list)
    beat_places: Annotated[list[BeatPlacePart], Field(max_length=1_000)] = Field(default_factory=list)


def write_story(story: Story, into: IO[bytes], *, with_notes: bool = False) -> None:
    """Write a story's archive. A chapter with its revisions is in memory at a time, never the story."""
    parts: list[tuple[str, Any]] = [
        ("format", FORMAT),
        ("version", VERSION),
        ("exported_at", timezone.now()),
        ("story", stories.archive.story_part(story)),
        ("chapters", stories.archive.chapter_parts(story, with_notes=with_notes)),
        ("codex", stories.archive.codex_parts(story)),
        ("beats", stories.archive.beat_parts(story)),
        ("insertions", stories.archive.insertion_parts(story)),
        ("conversations", conversation_parts(story, user_id=story.owner_id)),
        ("summaries", summary_parts(story)),
        ("findings", finding_parts(story)),
        ("beat_places", beat_place_parts(story)),
    ]
    write_json(into, parts)


def export_story(story: Story, *, with_notes: bool = False) -> IO[bytes]:
    """A story's archive as a file at its beginning. Whoever takes it closes it."""
    file: IO[bytes] = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - its reader closes it when it is sent
    try:
        write_story(story, file, with_notes=with_notes)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def import_story(*, owner: User, content: bytes) -> Story:
    """Make an archive a new, private story of this person's: all of it, or nothing. Raises InvalidArchive."""
    if len(content) > MAX_BYTES:
        raise InvalidArchive(_("This file is too large: at most 100 MB."), details={"max_bytes": MAX_BYTES})
    with _READING:
        try:
            archive = StoryArchive.model_validate_json(content)
        except ValidationError as error:
            raise InvalidArchive(
                _("This is not an archive of CoStory’s."), details={"places": places_of(error)}
            ) from error
        rows = stories.archive.make_rows(
            owner,
            archive.story,
            chapters=archive.chapters,
            codex=archive.codex,
            beats=archive.beats,
            insertions=archive.insertions,
        )
        try:
            with transaction.atomic():
                story = rows.write()
                create_conversations(
                    archive.conversations,
                    user=owner,
                    story=story,
                    chapter_ids=rows.chapter_ids,
                    reply_ids=rows.reply_ids,
                )
                create_memory(
                    archive.summaries,
                    archive.findings,
                    archive.beat_places,
                    story=story,
                    chapter_ids=rows.chapter_ids,
                    reply_ids=rows.reply_ids,
                )
        except BaseException:
            rows.forget_files()
            raise
    return story
