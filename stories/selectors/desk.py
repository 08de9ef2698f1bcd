"""The chapter on a writer's desk, read as often as people write: by SQL that is made once (costory.lib.statement)."""

import json
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import Model, TextField
from django.db.models.functions import Cast

from accounts.models import User
from costory.lib.statement import SOMEBODY, SOMETHING, Statement
from stories.models import Chapter, Story
from stories.models.chapter import ChapterQuerySet

M = TypeVar("M", bound=Model)

# In the order in which the models name them; what is left out is read when somebody asks for it.
COMPARED = (
    *("id", "story_id", "position", "title", "content", "provenance", "word_count", "character_count", "version"),
    *("released_at", "updated_at", "deleted_at"),
)
WRITTEN = (
    *("id", "story_id", "position", "title", "content", "word_count", "version", "status", "entry_date", "prompt"),
    *("setting", "released_at", "updated_at", "deleted_at"),
)
WRITTEN_OF = (
    *("id", "owner_id", "title", "mode", "language", "visibility", "share_token", "word_count", "chapter_count"),
    *("updated_at", "deleted_at"),
)


def chapter_to_save(user: User, pk: UUID) -> Chapter | None:
    """A chapter this person writes, with what a save compares and no more; None where there is no such."""
    row = _to_save().first({SOMEBODY: user.pk, SOMETHING: pk})
    if row is None:
        return None
    chapter = _made(Chapter, COMPARED, row)
    chapter.provenance = json.loads(chapter.provenance)
    return chapter


def chapter_to_write(user: User, pk: UUID) -> Chapter | None:
    """A chapter this person writes with its story, as the studio shows them; None where there is no such."""
    row = _to_write().first({SOMEBODY: user.pk, SOMETHING: pk})
    if row is None:
        return None
    chapter = _made(Chapter, WRITTEN, row[: len(WRITTEN)])
    chapter.story = _made(Story, WRITTEN_OF, row[len(WRITTEN) :])
    return chapter


def _made(model: type[M], names: tuple[str, ...], values: tuple[Any, ...]) -> M:
    return model.from_db(connection.alias, names, values)


@cache
def _to_save() -> Statement:
    # As text: to PostgreSQL's binary form of it Django has no key.
    record = Cast("provenance", TextField())
    columns = [record if name == "provenance" else name for name in COMPARED]
    return Statement(_own().values_list(*columns)[:1])


@cache
def _to_write() -> Statement:
    return Statement(_own().values_list(*WRITTEN, *(f"story__{name}" for name in WRITTEN_OF))[:1])


def _own() -> ChapterQuerySet:
    return Chapter.objects.editable_by(User(pk=SOMEBODY)).filter(pk=SOMETHING)
