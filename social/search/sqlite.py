"""The index on SQLite: an FTS5 table, met by expressions built of quoted words.

FTS5 knows no two words in one place. A column holds the folded words in their order ("_" for a stop word), so that
phrases are phrases, and after them what else each is found by. A trigger takes a story's text away with its row.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from social.search.matching import (
    AllOf,
    AnyOf,
    Condition,
    Leading,
    Lexeme,
    Mark,
    Phrase,
    TitleStop,
    Without,
)
from social.search.plan import COLUMNS, MOST_COUNTED, MOST_RANKED, Answer, Place, Plan, Row
from social.search.sections import Section

_COLUMN = {"A": "title", "B": "byline", "C": "description", "D": "body"}
_WORDS = "{title byline description body}"
_LEADING = "{title byline}"


def write(document_id: int, sections: Sequence[Section], marks: Iterable[str]) -> None:
    """Put a story's words into the index, in place of what stood there."""
    columns = {_COLUMN[section.weight]: _text(section) for section in sections}
    titles = [passage for section in sections if section.weight == "A" for passage in section.passages]
    exact = [entry.exact for passage in titles for entry in passage]
    values = [*(columns.get(name, "") for name in _COLUMN.values()), " ".join(exact), " ".join(marks)]
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM social_searchtext WHERE rowid = %s", [document_id])
        cursor.execute(
            "INSERT INTO social_searchtext (rowid, title, byline, description, body, heading, marks)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s)",
            [document_id, *values],
        )


def _text(section: Section) -> str:
    forms = [" ".join(entry.form or "_" for entry in passage) for passage in section.passages]
    others = [other for passage in section.passages for entry in passage for other in entry.others]
    return " _ ".join([*forms, *others])


def quoted(words: str) -> str:
    """Words as FTS5 takes them literally."""
    clean = words.replace("\x00", "")[:1000].replace('"', '""')
    return f'"{clean}"'


def expression(condition: Condition) -> str:
    """The FTS5 expression for a condition."""
    match condition:
        case Lexeme(form, is_prefix):
            return f"{_WORDS} : {quoted(form)}{' *' if is_prefix else ''}"
        case Leading(form, is_prefix):
            return f"{_LEADING} : {quoted(form)}{' *' if is_prefix else ''}"
        case TitleStop(form):
            return f"heading : {quoted(form)}"
        case Mark(name):
            return f"marks : {quoted(name)}"
        case Phrase(forms, is_prefix):
            return f"{_WORDS} : {quoted(' '.join(form or '_' for form in forms))}{' *' if is_prefix else ''}"
        case AllOf(parts):
            return f"({' AND '.join(map(expression, parts))})"
        case AnyOf(parts):
            return f"({' OR '.join(map(expression, parts))})"
        case Without(wanted, unwanted):
            return f"({expression(wanted)} NOT {expression(unwanted)})"


HITS = """
    SELECT document.id AS document_id, document.story_id, document.published_at {rank}
    FROM social_searchtext JOIN social_searchdocument document ON document.id = social_searchtext.rowid
    WHERE social_searchtext MATCH %(wanted)s AND (%(since)s IS NULL OR document.released_at >= %(since)s)
"""
RANK = ", bm25(social_searchtext, 10.0, 6.0, 3.0, 1.0, 0.0, 0.0) AS rank"
RANKED = """
    WITH hits AS MATERIALIZED ({hits} LIMIT %(most)s),
    titled AS MATERIALIZED (SELECT rowid FROM social_searchtext WHERE social_searchtext MATCH %(titled)s LIMIT 100),
    ranked AS MATERIALIZED (
        SELECT story_id, document_id, CAST(-1000000 * rank AS INTEGER)
            + CASE WHEN document_id IN (SELECT rowid FROM titled) THEN 1000000000 ELSE 0 END AS score FROM hits
    )
    SELECT story_id, score, document_id, (SELECT count(*) FROM hits) FROM ranked
    WHERE story_id IN ({among}) AND {after}
    ORDER BY score DESC, document_id DESC LIMIT %(limit)s
"""
SORTED = """
    WITH hits AS MATERIALIZED ({hits})
    SELECT hits.story_id, {value}, {key}, (SELECT count(*) FROM (SELECT 1 FROM hits LIMIT %(count_to)s))
    FROM hits {join}
    WHERE hits.story_id IN ({among}) AND {after}
    ORDER BY {column} DESC, {key} DESC LIMIT %(limit)s
"""


def find(plan: Plan) -> Answer:
    """The stories of one page."""
    params: dict[str, Any] = {
        **plan.among_params,
        "wanted": expression(plan.wanted),
        "titled": expression(plan.titled),
        "since": connection.ops.adapt_datetimefield_value(plan.since) if plan.since else None,
        "value": plan.after.value if plan.after else None,
        "id": plan.after.id if plan.after else None,
        "limit": plan.limit,
        "most": MOST_RANKED,
        "count_to": MOST_COUNTED,
    }
    if plan.sort == "relevance":
        column, key, join = "score", "document_id", ""
        statement = RANKED
    elif plan.sort == "new":
        column, key, join = "published_at", "document_id", ""
        statement = SORTED
    else:
        column, key = f"listing.{COLUMNS[plan.sort]}", "hits.story_id"
        join = "JOIN social_listing listing ON listing.story_id = hits.story_id"
        statement = SORTED
    # Joined to an empty text, a date stays the text it is kept as.
    value = f"{column} || ''" if plan.sort == "new" else column
    hits = HITS.format(rank=RANK if plan.sort == "relevance" else "")
    after = f"({column}, {key}) < (%(value)s, %(id)s)" if plan.after else "TRUE"
    with connection.cursor() as cursor:
        cursor.execute(
            statement.format(hits=hits, column=column, value=value, key=key, join=join, among=plan.among, after=after),
            params,
        )
        rows = cursor.fetchall()
    return Answer([Row(UUID(row[0]), Place(row[1], row[2])) for row in rows], rows[0][3] if rows else 0)
