"""The facts of a story that filters ask for, as lexemes of the index: two lists to meet instead of rows to look at.

No reader's word can be one of them: they begin with "=", and a reader's words are letters and digits.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from social.search.analysis import LANGUAGES, fold, is_stop_word, tokens
from social.search.matching import Condition, Mark, Without, all_of, any_of
from stories.models import Story

# A story's length in words of its released chapters: each name up to, and without, its number. The library's own.
LENGTHS: dict[str, int | None] = {"short": 7_500, "medium": 40_000, "long": None}


def length_of(words: int) -> str:
    """The name of this length."""
    return next(name for name, limit in LENGTHS.items() if limit is None or words < limit)


@dataclass(frozen=True, slots=True)
class SearchFilters:
    """What a story has to be besides. Empty values ask for nothing; `tags` are slugs and all of them are wanted."""

    language: str = ""
    mode: str = ""
    theme: str = ""
    # Any of these.
    ratings: Sequence[str] = ()
    # A name of LENGTHS.
    length: str = ""
    is_complete: bool = False
    tags: Sequence[str] = ()
    without_tags: Sequence[str] = ()
    # The last chapter was released since.
    updated_since: datetime | None = None


def week(moment: datetime) -> str:
    """The week in which a story was published; the database makes the same (social_search_recent)."""
    year, number, _day = moment.astimezone(UTC).isocalendar()
    return f"=p:{year}{number:02}"


def title(text: str) -> str:
    """A title as a whole: equal for two that differ in case, accents, punctuation or small words only."""
    words = [token.word for token in tokens(text)]
    telling = [word for word in words if not any(is_stop_word(word, language) for language in LANGUAGES)]
    folded = " ".join(filter(None, map(fold, telling or words)))
    return f"=t:{hashlib.sha256(folded.encode()).hexdigest()[:24]}"


def of_story(story: Story, *, words: int, tags: Sequence[str], published_at: datetime) -> Iterator[str]:
    """All marks of a story; `words` are those of its released chapters, `tags` slugs."""
    yield f"=l:{story.language}"
    yield f"=m:{story.mode}"
    if story.theme:
        yield f"=th:{story.theme}"
    if story.rating:
        yield f"=r:{story.rating}"
    yield f"=w:{length_of(words)}"
    if story.is_complete:
        yield "=c"
    yield from (f"=tag:{slug}" for slug in tags)
    yield week(published_at)
    yield title(story.title)


def languages_of(filters: SearchFilters) -> tuple[str, ...]:
    """The languages whose rules a query is read by."""
    return (filters.language,) if filters.language in LANGUAGES else LANGUAGES


def narrowed(wanted: Condition, filters: SearchFilters) -> Condition:
    """The condition and the filters' together."""
    parts: list[Condition] = [wanted]
    unwanted: list[Condition] = [Mark(f"=tag:{slug}") for slug in filters.without_tags]
    for prefix, value in (("l", filters.language), ("m", filters.mode), ("th", filters.theme), ("w", filters.length)):
        if value:
            parts.append(Mark(f"={prefix}:{value}"))
    if filters.is_complete:
        parts.append(Mark("=c"))
    parts += [Mark(f"=tag:{slug}") for slug in filters.tags]
    if filters.ratings:
        # The shorter list is the quicker one: most stories are for everyone.
        others = [rating for rating in Story.Rating.values if rating not in filters.ratings]
        if len(others) <= len(filters.ratings):
            unwanted += [Mark(f"=r:{rating}") for rating in others]
        else:
            parts.append(any_of(*(Mark(f"=r:{rating}") for rating in filters.ratings)))
    whole = all_of(*parts)
    return Without(whole, any_of(*unwanted)) if unwanted else whole
