"""`search`: one question in front of both indexes."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from social.search import marks, postgresql, sqlite
from social.search.marks import SearchFilters
from social.search.matching import Condition, Mark, all_of
from social.search.plan import MOST_COUNTED, Answer, Place, Plan, Sort
from social.search.query import EVERYWHERE, LEADING, NOWHERE, Query, condition, is_stop, parse, ranking_forms
from social.search.spelling import correct
from stories.models import Story

PAGE = 24
MOST_ON_A_PAGE = 100
LONG_BEGINNING = 5
ALL = SearchFilters()
SORTS: tuple[Sort, ...] = ("relevance", "new", "trending", "loved")


@dataclass(frozen=True, slots=True)
class SearchPage:
    """Stories that were found, in their order.

    `query` is what was looked for: hand it to `highlight`. `corrected` is set when nothing was found for the words as
    they were typed, and says what was looked for instead. `total` is of the first page only, and counted no further
    than 1,001 ("1,000+").
    """

    story_ids: list[UUID]
    query: Query
    next_cursor: str = ""
    total: int | None = None
    corrected: str = ""

    @property
    def is_capped(self) -> bool:
        """There are more than were counted."""
        return self.total is not None and self.total >= MOST_COUNTED


class _Cursor(NamedTuple):
    """Where the page before ended, and of which question."""

    sort: Sort
    reach: int
    corrected: str
    place: Place


@dataclass(frozen=True, slots=True)
class _Question:
    filters: SearchFilters
    sort: Sort
    limit: int
    among: str
    among_params: dict[str, Any] = field(default_factory=dict)

    def ask(self, query: Query, *, reach: int, after: Place | None = None) -> Answer:
        languages = marks.languages_of(self.filters)
        asked = condition(query, languages=languages, reach=reach)
        if asked is None:
            return Answer([], 0)
        wanted = marks.narrowed(asked, self.filters)
        leading, beginning = self._leading(query, languages, NOWHERE), None
        if leading is not None and query.reach > NOWHERE:
            beginning = self._leading(query, languages, LEADING)
        words = " ".join(word for term in query.wanted for word in term.words)
        plan = Plan(
            sort=self.sort,
            wanted=wanted,
            titled=all_of(Mark(marks.title(words)), wanted),
            leading=leading,
            beginning=beginning,
            ranking=tuple(ranking_forms(query, languages=languages)),
            since=self.filters.updated_since,
            after=after,
            # One more says whether there is a next page.
            limit=self.limit + 1,
            among=self.among,
            among_params=self.among_params,
        )
        answer = (postgresql.find if connection.vendor == "postgresql" else sqlite.find)(plan)
        return answer if plan.counts else answer._replace(total=None)

    def _leading(self, query: Query, languages: tuple[str, ...], reach: int) -> Condition | None:
        """The question with every word in title, author or tags; nothing where it has no words but small ones."""
        if not any(not is_stop(term, language) for term in query.wanted for language in languages):
            return None
        asked = condition(query, languages=languages, reach=reach, is_leading=True)
        return None if asked is None else marks.narrowed(asked, self.filters)


def search(
    query: str,
    *,
    filters: SearchFilters = ALL,
    sort: Sort = "relevance",
    cursor: str = "",
    limit: int = PAGE,
    among: QuerySet[Story] | None = None,
) -> SearchPage:
    """Find published stories; never an error, whatever is asked.

    Of a query the first 200 characters and 12 words are looked at. Of very many hits 1,500 are ranked: those with the
    words in title, author or tags, then the newest. A cursor that is not of this question begins at the beginning.
    `among` narrows the stories further (without muted authors); it has to come from `Story.objects.published()`.
    """
    parsed = parse(query)
    try:
        stories = Story.objects.published() if among is None else among
        statement, params = stories.order_by().values("id").query.sql_with_params()
    except EmptyResultSet:
        return SearchPage([], parsed, total=0)
    names = [f"among{number}" for number in range(len(params))]
    question = _Question(
        filters=filters,
        sort=sort,
        limit=max(1, min(limit, MOST_ON_A_PAGE)),
        among=statement % tuple(f"%({name})s" for name in names),
        among_params=dict(zip(names, params, strict=True)),
    )
    if (seen := _read(cursor)) is not None and seen.sort == sort:
        followed = parse(seen.corrected) if seen.corrected else parsed
        answer = question.ask(followed, reach=seen.reach, after=seen.place)
        return _page(question, followed, answer, reach=seen.reach, corrected=seen.corrected)

    answer, reach = _first(question, parsed)
    if not answer.rows and (corrected := correct(parsed)):
        other = parse(corrected)
        better, reach = _first(question, other)
        if better.rows:
            return _page(question, other, better, reach=reach, corrected=corrected)
    return _page(question, parsed, answer, reach=reach)


def _first(question: _Question, query: Query) -> tuple[Answer, int]:
    """The first page. The last word's beginning is looked for where its own stories do not fill it, step by step."""
    answer, reach = question.ask(query, reach=NOWHERE), NOWHERE
    # What PostgreSQL ranks has the beginnings in titles among it already; few words begin with many letters.
    has_leading = question.sort == "relevance" and connection.vendor == "postgresql"
    is_long = bool(query.terms) and len(query.terms[-1].words[-1]) >= LONG_BEGINNING
    steps = (EVERYWHERE,) if has_leading or is_long else (LEADING, EVERYWHERE)
    for step in steps:
        if step <= query.reach and len(answer.rows) <= question.limit:
            wider = question.ask(query, reach=step)
            if len(wider.rows) > len(answer.rows):
                answer, reach = wider, step
    return answer, reach


def _page(question: _Question, query: Query, answer: Answer, *, reach: int, corrected: str = "") -> SearchPage:
    rows = answer.rows[: question.limit]
    following = ""
    if len(answer.rows) > question.limit:
        following = _write(_Cursor(question.sort, reach, corrected, rows[-1].place))
    total = None if answer.total is None else min(answer.total, MOST_COUNTED)
    return SearchPage([row.story_id for row in rows], query, following, total, corrected)


def _write(cursor: _Cursor) -> str:
    return base64.urlsafe_b64encode(json.dumps(cursor, separators=(",", ":")).encode()).decode().rstrip("=")


def _read(text: str) -> _Cursor | None:
    """The cursor, unless it is none of ours."""
    if not text or len(text) > 2_000:
        return None
    try:
        sort, reach, corrected, (value, key) = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if sort not in SORTS or reach not in (NOWHERE, LEADING, EVERYWHERE) or type(corrected) is not str:
            return None
        return _Cursor(sort, int(reach), corrected, _place(sort, value, key))
    except (ValueError, TypeError, binascii.Error, RecursionError):
        return None


def _place(sort: Sort, value: Any, key: Any) -> Place:
    """What the statements compare with, of the types they compare; raises ValueError or TypeError for others."""
    if sort == "new":
        return Place(_moment(value), _whole(key))
    return Place(_whole(value), _whole(key) if sort == "relevance" else UUID(key).hex)


def _whole(value: Any) -> int:
    if type(value) is not int or not -(2**63) <= value < 2**63:
        raise ValueError(value)
    return value


def _moment(value: Any) -> str:
    datetime.fromisoformat(value)
    return str(value)
