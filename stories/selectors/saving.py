"""What a save compares with what was sent."""

import json
from functools import cache
from uuid import UUID

from django.db import connection
from django.db.models import TextField
from django.db.models.functions import Cast

from accounts.models import User
from costory.lib.statement import SOMEBODY, SOMETHING, Statement
from stories.models import Chapter

COMPARED = (
    *("id", "story_id", "position", "title", "content", "provenance", "word_count", "character_count", "version"),
    *("released_at", "updated_at", "deleted_at"),
)


def chapter_to_save(user: User, pk: UUID) -> Chapter:
    """A chapter this person writes, with what a save compares and no more. Raises Chapter.DoesNotExist.

    It is read every few seconds for everybody who writes, by SQL that is made once.
    """
    row = _reading().first({SOMEBODY: user.pk, SOMETHING: pk})
    if row is None:
        raise Chapter.DoesNotExist
    said = dict(zip(COMPARED, row, strict=True))
    said["provenance"] = json.loads(said["provenance"])
    return Chapter.from_db(connection.alias, list(said), list(said.values()))


@cache
def _reading() -> Statement:
    # As text: to PostgreSQL's binary form of it Django has no key.
    record = Cast("provenance", TextField())
    columns = [record if name == "provenance" else name for name in COMPARED]
    return Statement(Chapter.objects.editable_by(User(pk=SOMEBODY)).filter(pk=SOMETHING).values_list(*columns)[:1])
