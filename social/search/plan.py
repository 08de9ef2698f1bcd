"""What both databases are asked, and what they answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple
from uuid import UUID

from social.search.matching import Condition, Lexeme

Sort = Literal["relevance", "new", "trending", "loved"]

MOST_RANKED = 1_500
# So many among the newest are enough: with those whose title, author or tags say it, they are what is ranked.
ENOUGH = 300
# Counted so far and no further: "1,000+".
MOST_COUNTED = 1_001
# By what readers gave: from so many among the newest on it is quicker to walk the listings and look at each story. Of
# fewer, up to so many are sorted, and up to so many met with on a walk of the order alone.
COMMON = 250
MOST_SORTED = 800
MOST_MET = 32_000
MOST_WALKED = 20_000

COLUMNS = {"trending": "trend", "loved": "like_count"}


class Place(NamedTuple):
    """Where a page ended: what was sorted by, and what tells equals apart."""

    value: int | str
    id: int | str


class Row(NamedTuple):
    """A story that was found, and its place."""

    story_id: UUID
    place: Place


class Answer(NamedTuple):
    """The rows of a page, and how many there are in all, counted so far; None where it was not asked."""

    rows: list[Row]
    total: int | None


@dataclass(frozen=True, slots=True)
class Plan:
    """One question to the index."""

    sort: Sort
    wanted: Condition
    # The same where the title is the query; where every word is a leading one; where the last one's beginning is. For
    # relevance only.
    titled: Condition
    leading: Condition | None
    beginning: Condition | None
    ranking: tuple[Lexeme, ...]
    since: datetime | None
    after: Place | None
    limit: int
    # Which stories may be found: a query for their ids, its parameters as %(among0)s and so on.
    among: str
    among_params: dict[str, Any]

    @property
    def counts(self) -> bool:
        """The first page says how many there are."""
        return self.after is None
