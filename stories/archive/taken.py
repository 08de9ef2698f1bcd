"""The parts of an archive as new rows of somebody's: made before the transaction, written in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.db import models
from django.db.models.fields.files import FieldFile
from PIL import Image

import events.services
from accounts.models import User
from costory.lib import archive
from stories.archive.schema import BeatPart, ChapterPart, CodexPart, InsertionPart, RevisionPart, StoryPart
from stories.models import (
    Beat,
    Chapter,
    CodexEntry,
    CodexFact,
    CodexRelation,
    Insertion,
    Note,
    Photograph,
    Revision,
    Story,
)
from stories.services.chapter import chapter_record
from stories.services.tag import set_tags
from stories.services.wording import Wording

Dates = Mapping[str, datetime]
Dated = list[tuple[models.Model, Dates]]


@dataclass
class StoryRows:
    """Rows that are not written yet, and the new ids in place of the archive's."""

    story: Story
    chapter_ids: archive.NewIds
    reply_ids: archive.NewIds
    # In the order in which they can be written.
    dated: list[Dated] = field(default_factory=list)
    pictures: list[tuple[Photograph | CodexEntry | Story, "ContentFile[bytes]"]] = field(default_factory=list)
    tags: Sequence[str] = ()
    _stored: list[tuple[Storage, str]] = field(default_factory=list)

    def write(self) -> Story:
        """Write all of it. The caller has a transaction open, and calls `forget_files` should it fail."""
        for row, picture in self.pictures:
            image = _picture_of(row)
            image.save(str(picture.name), picture, save=False)
            self._stored.append((image.storage, str(image.name)))
        for rows in self.dated:
            archive.create_dated(rows)
        set_tags(story=self.story, names=self.tags)
        events.services.record(
            "story.imported",
            person_id=self.story.owner_id,
            subject=self.story,
            payload={"chapters": self.story.chapter_count, "words": self.story.word_count},
        )
        return self.story

    def forget_files(self) -> None:
        """Take away the files of a story that was not written after all."""
        for storage, name in self._stored:
            storage.delete(name)


def make_rows(
    owner: User,
    story: StoryPart,
    *,
    chapters: Sequence[ChapterPart],
    codex: Sequence[CodexPart],
    beats: Sequence[BeatPart],
    insertions: Sequence[InsertionPart],
) -> StoryRows:
    """New rows for an archive's parts: new ids, private, the bin as it was. Raises InvalidArchive.

    All that takes time is done here: rendering, counting, decoding pictures.
    """
    own = Story(
        owner=owner,
        **story.model_dump(exclude={"id", "visibility", "published_at", "created_at", "updated_at", "tags", "cover"}),
    )
    rows = StoryRows(story=own, chapter_ids=archive.NewIds(), reply_ids=archive.NewIds())
    rows.dated.append([(own, _dates(story, "created_at", "updated_at"))])
    if story.cover is not None:
        rows.pictures.append((own, archive.read_picture(story.cover, place="story → cover")))
    rows.tags = story.tags
    maker = _Maker(owner, rows)
    maker.chapters(chapters)
    maker.codex(codex)
    maker.beats(beats)
    rows.dated.append(
        [
            (
                Insertion(story=own, reply_id=rows.reply_ids.of(each.reply), text=each.text),
                _dates(each, "created_at"),
            )
            for each in insertions
        ]
    )
    return rows


class _Maker:
    def __init__(self, owner: User, rows: StoryRows) -> None:
        self.owner = owner
        self.rows = rows
        self.story = rows.story

    def chapters(self, parts: Sequence[ChapterPart]) -> None:
        chapters: Dated = []
        revisions: Dated = []
        photographs: Dated = []
        notes: Dated = []
        for place, part in enumerate(self._in_order(parts), start=1):
            wording = Wording(title=part.title, content=part.content)
            chapter = Chapter(
                id=self.rows.chapter_ids.add(part.id),
                story=self.story,
                # The places of those present are 1 to n; in the bin a chapter keeps the one it had.
                position=place if part.deleted_at is None else part.position,
                content_html=wording.content_html,
                word_count=wording.word_count,
                **part.model_dump(include={"title", "content", "status", "entry_date", "prompt", "setting", "version"}),
                **part.model_dump(include={"released_at", "is_silent"}),
                # Whom it was for in the house it comes from has heard of it there.
                announced_at=part.released_at,
                **chapter_record(part.content, self._runs(part.provenance)),
                deleted_at=part.deleted_at,
            )
            chapters.append((chapter, _dates(part, "created_at", "updated_at")))
            if part.deleted_at is None:
                self.story.chapter_count += 1
                self.story.word_count += chapter.word_count
            revisions += [self._revision(chapter, revision) for revision in part.revisions]
            for number, picture in enumerate(part.photographs, start=1):
                where = f"chapters → {place} → photographs → {number}"
                content = archive.read_picture(picture.picture, place=where)
                photograph = Photograph(
                    chapter=chapter,
                    position=number,
                    **picture.model_dump(include={"caption", "description"}),
                )
                photograph.width, photograph.height = Image.open(content).size
                self.rows.pictures.append((photograph, content))
                photographs.append((photograph, _dates(picture, "created_at")))
            notes += [
                (
                    Note(chapter=chapter, **note.model_dump(exclude={"created_at", "updated_at"})),
                    _dates(note, "created_at", "updated_at"),
                )
                for note in part.notes
            ]
        self.rows.dated += [chapters, revisions, photographs, notes]

    def _in_order(self, parts: Sequence[ChapterPart]) -> list[ChapterPart]:
        return sorted(parts, key=lambda part: (part.deleted_at is not None, part.position))

    def _revision(self, chapter: Chapter, part: RevisionPart) -> tuple[Revision, Dates]:
        revision = Revision(
            chapter=chapter,
            author=self.owner if part.is_own else None,
            provenance=self._runs(part.provenance),
            reply_id=self.rows.reply_ids.of(part.reply) if part.reply is not None else None,
            **part.model_dump(include={"version", "kind", "name", "title", "content", "word_count", "base_version"}),
        )
        return revision, _dates(part, "created_at", "updated_at")

    def _runs(self, runs: Sequence[Sequence[Any]]) -> list[list[Any]]:
        """The record with the replies' new ids."""
        return [[*run[:2], *(str(self.rows.reply_ids.of(reply)) for reply in run[2:])] for run in runs]

    def codex(self, parts: Sequence[CodexPart]) -> None:
        ids = archive.NewIds()
        entries: dict[UUID, CodexEntry] = {}
        dated: Dated = []
        for part in parts:
            entry = CodexEntry(
                id=ids.add(part.id),
                story=self.story,
                **part.model_dump(
                    include={"kind", "name", "aliases", "description", "inclusion", "played_by", "deleted_at"}
                ),
            )
            entries[part.id] = entry
            dated.append((entry, _dates(part, "created_at", "updated_at")))
            if part.picture is not None:
                picture = archive.read_picture(part.picture, place=f"codex → {part.name} → picture")
                self.rows.pictures.append((entry, picture))
        facts: Dated = []
        relations: dict[tuple[UUID, UUID, str], CodexRelation] = {}
        for part in parts:
            entry = entries[part.id]
            for fact in part.facts:
                row = CodexFact(
                    entry=entry,
                    text=fact.text,
                    holds_from_id=self.rows.chapter_ids.get(fact.holds_from),
                    holds_until_id=self.rows.chapter_ids.get(fact.holds_until),
                )
                facts.append((row, _dates(fact, "created_at")))
            for relation in part.relations:
                other = entries.get(relation.other)
                if other is not None and other is not entry:
                    key = (entry.pk, other.pk, relation.label)
                    relations[key] = CodexRelation(entry=entry, other=other, label=relation.label)
        self.rows.dated += [dated, facts, [(relation, {}) for relation in relations.values()]]

    def beats(self, parts: Sequence[BeatPart]) -> None:
        taken: set[UUID] = set()
        beats: Dated = []
        places: dict[int, int] = {}
        for part in sorted(parts, key=lambda each: (each.act, each.position)):
            chapter_id = self.rows.chapter_ids.get(part.chapter)
            if chapter_id in taken:
                chapter_id = None
            if chapter_id is not None:
                taken.add(chapter_id)
            # Places within an act rise; two on one place follow each other.
            places[part.act] = max(part.position, places.get(part.act, 0) + 1)
            beat = Beat(
                story=self.story,
                act=part.act,
                position=places[part.act],
                title=part.title,
                summary=part.summary,
                chapter_id=chapter_id,
            )
            beats.append((beat, _dates(part, "created_at", "updated_at")))
        self.rows.dated.append(beats)


def _picture_of(row: Photograph | CodexEntry | Story) -> FieldFile:
    if isinstance(row, Story):
        return row.cover
    return row.picture if isinstance(row, CodexEntry) else row.image


def _dates(part: archive.Part, *names: str) -> dict[str, datetime]:
    return {name: getattr(part, name) for name in names}
