"""The hot path's SQL: a save into the revision of a sitting that goes on, in one statement, on PostgreSQL.

A writer who types saves every few seconds; all but one of those saves in three minutes are this one. The story's row
is held first, as by every write of a chapter; the chapter's version is compared by the update itself, which looks
again at what a save that came first has left; totals and revision follow only where the chapter was written. SQLite
has no statements that write several tables, and its one writer is alone: there the services' own transaction does it.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from psycopg.types.json import Jsonb

from costory.lib.prepared import prepared_cursor
from stories.models import Chapter
from stories.services.wording import Wording

POSTGRESQL_SAVE = """
    WITH held AS (
        SELECT id FROM stories_story WHERE id = %(story)s FOR NO KEY UPDATE
    ), sitting AS (
        SELECT id FROM stories_revision
        WHERE chapter_id = %(chapter)s AND version = %(version)s AND kind = 'edit' AND name = ''
          AND author_id = %(author)s AND created_at > %(since)s AND is_open
          AND NOT EXISTS (
              SELECT 1 FROM stories_revision
              WHERE chapter_id = %(chapter)s AND version = %(version)s AND kind = 'conflict'
          )
    ), saved AS (
        UPDATE stories_chapter
        SET title = %(title)s, content = %(content)s, content_html = %(content_html)s, provenance = %(provenance)s,
            word_count = %(word_count)s, character_count = %(character_count)s,
            coach_characters = %(coach_characters)s, coach_edited_characters = %(coach_edited_characters)s,
            version = version + 1, updated_at = %(now)s
        FROM held, sitting
        WHERE stories_chapter.id = %(chapter)s AND version = %(version)s AND deleted_at IS NULL
          AND (released_at IS NULL OR %(has_html)s)
        RETURNING stories_chapter.id
    ), story AS (
        UPDATE stories_story SET word_count = word_count + %(word_change)s, updated_at = %(now)s
        WHERE id = %(story)s AND EXISTS (SELECT 1 FROM saved)
    )
    UPDATE stories_revision
    SET version = %(version)s + 1, title = %(title)s, word_count = %(word_count)s, updated_at = %(now)s
    FROM sitting, saved
    WHERE stories_revision.id = sitting.id
"""


def save_in_sitting(
    *,
    chapter: Chapter,
    wording: Wording,
    author_id: UUID,
    since: datetime,
    now: datetime,
    fields: dict[str, Any],
) -> str | None:
    """Write `fields` into a chapter still at its version, and into the revision its writer began after `since`.

    Returns the HTML that was stored with them: none as long as no reader is shown the chapter (decision 9), and a
    chapter that was released since it was read is not written without. Returns None where nothing was done; the long
    way finds out why.
    """
    if connection.vendor != "postgresql":
        return None
    has_html = chapter.released_at is not None
    html = wording.content_html if has_html else ""
    with prepared_cursor() as cursor:
        parameters: dict[str, Any] = {
            **fields,
            "content_html": html,
            "has_html": has_html,
            "provenance": Jsonb(fields["provenance"]),
            "word_change": fields["word_count"] - chapter.word_count,
            "story": chapter.story_id,
            "chapter": chapter.pk,
            "version": chapter.version,
            "author": author_id,
            "since": since,
            "now": now,
        }
        cursor.execute(POSTGRESQL_SAVE, parameters)
        return html if cursor.rowcount else None
