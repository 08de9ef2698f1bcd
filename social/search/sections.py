"""A story's words in the form both indexes are made from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from social.search.analysis import compounds, fold, is_stop_word, lexemes, tokens

# How much of a story's text is found: about a long novel. What comes later is not in the index.
MOST_WORDS_OF_TEXT = 100_000
# The words of the text that a story is ranked by: those it uses most.
KEYWORDS = 100


@dataclass(frozen=True, slots=True)
class Entry:
    """A word in its place: its folded form (None for a stop word), and what else it is found by."""

    form: str | None
    others: tuple[str, ...]
    # The word itself, of a stop word too.
    exact: str


@dataclass(slots=True)
class Section:
    """A part of a story that weighs the same: A the title, B author and tags, C the description, D the text."""

    weight: str
    # Phrases do not reach from one passage into the next.
    passages: list[list[Entry]] = field(default_factory=list)


def entries(text: str, language: str) -> list[Entry]:
    """The words of a text, in order."""
    words = [token for token in tokens(text) if fold(token.word)]
    tied = compounds(words)
    found = []
    for place, token in enumerate(words):
        forms = lexemes(token.word, language)
        joined = (tied[place],) if place in tied else ()
        if is_stop_word(token.word, language):
            found.append(Entry(None, joined, forms[0]))
        else:
            found.append(Entry(forms[0], (*forms[1:], *joined), forms[0]))
    return found


def section(weight: str, texts: Iterable[str], language: str, *, most: int | None = None) -> Section:
    """A section of these texts, of at most so many words."""
    made = Section(weight)
    room = most
    for text in texts:
        found = entries(text, language)[:room]
        if found:
            made.passages.append(found)
        if room is not None:
            room -= len(found)
            if room <= 0:
                break
    return made


def keywords(text: Section) -> Iterator[tuple[str, int]]:
    """The words a text uses most, with how often (8 at most: then it is enough)."""
    counted: Counter[str] = Counter()
    for passage in text.passages:
        for entry in passage:
            if entry.form is not None:
                counted.update((entry.form, *entry.others))
    for form, count in counted.most_common(KEYWORDS):
        if count > 1:
            yield form, min(count, 8)
