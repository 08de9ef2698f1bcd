"""The index on PostgreSQL: a stored `tsvector` under GIN, met by `tsquery`s built of quoted lexemes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

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
    any_of,
    loosened,
)
from social.search.plan import (
    COMMON,
    ENOUGH,
    MOST_COUNTED,
    MOST_MET,
    MOST_RANKED,
    MOST_SORTED,
    MOST_WALKED,
    Answer,
    Place,
    Plan,
    Row,
)
from social.search.sections import Section, keywords

# A tsvector counts places up to 16,383 and keeps 255 of a lexeme; beyond, a word is found, but in no phrase.
LAST_PLACE = 16_000
MOST_PLACES = 255
# It may have 1 MB. Words that come when it is nearly full are left out.
MOST_BYTES = 900_000
BETWEEN_PASSAGES = 10


class Vector:
    """A tsvector in the making."""

    def __init__(self) -> None:
        self._places: defaultdict[str, list[str]] = defaultdict(list)
        self._bytes = 0

    def add(self, lexeme: str, place: int = 0, weight: str = "") -> None:
        """A lexeme, at a place if that is not 0."""
        if lexeme not in self._places:
            size = len(lexeme.encode()) + 8
            if self._bytes + size > MOST_BYTES:
                return
            self._bytes += size
        places = self._places[lexeme]
        if 0 < place <= LAST_PLACE and len(places) < MOST_PLACES and self._bytes < MOST_BYTES:
            places.append(f"{place}{weight}")
            self._bytes += 2

    def __str__(self) -> str:
        return " ".join(
            f"{quoted(lexeme)}:{','.join(places)}" if places else quoted(lexeme)
            for lexeme, places in self._places.items()
        )


def vectors(sections: Sequence[Section], marks: Iterable[str]) -> tuple[Vector, Vector]:
    """What a story is found by, and what it is ranked by: its head, and the words its text uses most."""
    found, head = Vector(), Vector()
    for mark in marks:
        found.add(mark)
    place = 0
    for section in sections:
        is_text = section.weight == "D"
        for passage in section.passages:
            for entry in passage:
                place += 1
                if entry.form is None and section.weight == "A":
                    found.add(f":{entry.exact}", place, section.weight)
                for form in (entry.form, *entry.others) if entry.form is not None else entry.others:
                    found.add(form, place, section.weight)
                    if not is_text:
                        head.add(form, place, section.weight)
                    if section.weight in "AB":
                        found.add(f"^{form}")
            place += BETWEEN_PASSAGES
        if is_text:
            for form, count in keywords(section):
                for step in range(1, count + 1):
                    head.add(form, step)
    return found, head


def write(document_id: int, sections: Sequence[Section], marks: Iterable[str]) -> None:
    """Put a story's words into its row."""
    found, head = vectors(sections, marks)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE social_searchdocument SET vector = %s::tsvector, head = %s::tsvector WHERE id = %s",
            [str(found), str(head), document_id],
        )


def quoted(lexeme: str) -> str:
    """A lexeme as the text form of a tsvector and a tsquery has it. Longer than 100 characters none of ours is."""
    clean = lexeme.replace("\x00", "")[:100].replace("\\", "\\\\").replace("'", "''")
    return f"'{clean}'"


def tsquery(condition: Condition) -> str:
    """The text form of a tsquery for a condition."""
    match condition:
        case Lexeme(form, is_prefix):
            return quoted(form) + (":*" if is_prefix else "")
        case Leading(form, is_prefix):
            return quoted(f"^{form}") + (":*" if is_prefix else "")
        case TitleStop(form):
            return quoted(f":{form}")
        case Mark(name):
            return quoted(name)
        case Phrase():
            return f"({''.join(_phrase(condition))})"
        case AllOf(parts):
            return f"({' & '.join(map(tsquery, parts))})"
        case AnyOf(parts):
            return f"({' | '.join(map(tsquery, parts))})"
        case Without(wanted, unwanted):
            return f"({tsquery(wanted)} & !({tsquery(unwanted)}))"


def _phrase(phrase: Phrase) -> Iterator[str]:
    """Its words with the distances between them; it begins and ends with one that is no stop word."""
    distance = 0
    for place, form in enumerate(phrase.forms):
        if form is None:
            distance += 1
            continue
        if place:
            yield f" <{distance + 1}> "
        distance = 0
        yield quoted(form)
    if phrase.is_prefix:
        yield ":*"


# How many there are: known when all of them came, or when they are very many.
TOTAL = """CASE WHEN count(DISTINCT document_id) >= %(count_to)s THEN %(count_to)s
    WHEN bool_or(tier = 9) THEN count(DISTINCT document_id) END"""
# Whether a story may be found is asked of those on the page alone: the order is made first, in a subquery of its own,
# and OFFSET keeps the planner from collecting all stories that may.
IS_FOUND = "EXISTS (SELECT FROM ({among}) story WHERE story.id = ordered.story_id OFFSET 0)"
# Exact titles come first; then what weighs most: title, author and tags, description, and words the text uses much.
RANKED = """
    WITH found AS MATERIALIZED (
        SELECT * FROM social_search_ranked(
            %(titled)s::tsquery, %(leading)s::tsquery, %(beginning)s::tsquery, %(wanted)s::tsquery,
            %(exact)s::tsquery, %(since)s::timestamptz, %(most)s, %(enough)s
        )
    ), hits AS MATERIALIZED (
        SELECT * FROM (
            SELECT DISTINCT ON (document_id) document_id, story_id, tier, head FROM found
            WHERE tier < 9 ORDER BY document_id, tier
        ) once ORDER BY tier LIMIT %(most)s
    ), ranked AS MATERIALIZED (
        SELECT story_id, document_id,
            ((CASE WHEN tier = 0 THEN 2 ELSE 0 END
              + ts_rank(ARRAY[0.05, 0.3, 0.7, 1.0]::real[], head, %(ranking)s::tsquery)) * 1000000)::bigint AS score
        FROM hits
    )
    SELECT story_id, score, document_id, (SELECT {total} FROM found)
    FROM (SELECT * FROM ranked WHERE {after} ORDER BY score DESC, document_id DESC) ordered
    WHERE {is_found}
    ORDER BY score DESC, document_id DESC LIMIT %(limit)s
"""
NEWEST = """
    WITH hits AS MATERIALIZED (
        SELECT DISTINCT document_id, story_id, published_at FROM social_search_newest(
            %(wanted)s::tsquery, %(exact)s::tsquery, %(since)s::timestamptz,
            %(value)s::timestamptz, %(id)s, %(limit)s + 25
        )
    )
    SELECT story_id, published_at, document_id, {count}
    FROM (SELECT * FROM hits ORDER BY published_at DESC, document_id DESC) ordered
    WHERE {is_found}
    ORDER BY published_at DESC, document_id DESC LIMIT %(limit)s
"""
# What came may be all there is.
COUNT = """
    CASE WHEN %(exact)s::tsquery IS NULL AND (SELECT count(*) FROM hits) < %(limit)s + 25
    THEN (SELECT count(*) FROM hits) ELSE (SELECT {total} FROM social_search_ranked(
        NULL, NULL, NULL, %(wanted)s::tsquery, %(exact)s::tsquery, %(since)s::timestamptz, %(count_to)s, %(enough)s
    )) END
"""
# By what readers gave. More than a page comes: some may be of people whom this reader has muted.
BY_LISTING = """
    WITH found AS MATERIALIZED (
        SELECT * FROM social_search_{name}(
            %(wanted)s::tsquery, %(exact)s::tsquery, %(since)s::timestamptz, %(value)s, %(id)s::uuid,
            %(limit)s + 25, %(common)s, %(few)s, %(many)s, %(walked)s, %(count_to)s
        )
    )
    SELECT page.story_id, page.value, page.story_id, counted.total
    FROM (SELECT total FROM found WHERE story_id IS NULL) counted LEFT JOIN (
        SELECT * FROM (
            SELECT * FROM found WHERE story_id IS NOT NULL ORDER BY value DESC, story_id DESC
        ) ordered
        WHERE {is_found}
        ORDER BY value DESC, story_id DESC LIMIT %(limit)s
    ) page ON TRUE
    ORDER BY page.value DESC, page.story_id DESC
"""


def find(plan: Plan) -> Answer:
    """The stories of one page."""
    loose = loosened(plan.wanted)
    params: dict[str, Any] = {
        **plan.among_params,
        "wanted": tsquery(loose),
        "exact": tsquery(plan.wanted) if loose != plan.wanted else None,
        "since": plan.since,
        "value": plan.after.value if plan.after else None,
        "id": plan.after.id if plan.after else None,
        "limit": plan.limit,
        "most": MOST_RANKED,
        "enough": ENOUGH,
        "common": COMMON,
        "few": MOST_SORTED,
        "many": MOST_MET,
        "walked": MOST_WALKED,
        "count_to": MOST_COUNTED,
    }
    is_found = IS_FOUND.format(among=plan.among)
    if plan.sort == "relevance":
        params |= {
            "titled": tsquery(loosened(plan.titled)),
            "leading": tsquery(plan.leading) if plan.leading else None,
            "beginning": tsquery(plan.beginning) if plan.beginning else None,
            "ranking": tsquery(any_of(*plan.ranking)) if plan.ranking else "'='",
        }
        after = "(score, document_id) < (%(value)s, %(id)s)" if plan.after else "TRUE"
        return _answer(RANKED.format(is_found=is_found, after=after, total=TOTAL), params)
    if plan.sort == "new":
        count = COUNT.format(total=TOTAL) if plan.counts else "NULL"
        return _answer(NEWEST.format(is_found=is_found, count=count), params)
    return _answer(BY_LISTING.format(name=plan.sort, is_found=is_found), params)


def _answer(statement: str, params: dict[str, Any]) -> Answer:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        rows = cursor.fetchall()
    total = rows[0][3] if rows else 0
    # Where only the count was wanted, a row stands for no story.
    return Answer([Row(row[0], Place(_plain(row[1]), _plain(row[2]))) for row in rows if row[0]], total)


def _plain(value: Any) -> int | str:
    """As a cursor carries it."""
    return value if isinstance(value, int) else value.isoformat() if isinstance(value, datetime) else str(value)
