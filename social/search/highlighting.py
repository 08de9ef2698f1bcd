"""A text with the words marked that a query asked for, found by the same analysis as the stories themselves."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from social.search.analysis import LANGUAGES, Token, compounds, fold, is_stop_word, lexemes, tokens
from social.search.query import Query, Term, parse

SNIPPET_LENGTH = 240


class Found(NamedTuple):
    """A place in a text, and which term of the query stands there."""

    start: int
    end: int
    term: int


def highlight(text: str, query: str | Query, *, language: str = "") -> SafeString:
    """The text, escaped, with <mark> around what the query asked for. `language` is the text's, if it is known."""
    return _marked(text, find(text, query, language=language))


def snippet(text: str, query: str | Query, *, language: str = "", length: int = SNIPPET_LENGTH) -> SafeString:
    """The part of a text in which most of the query stands, highlighted: about `length` characters, cut at blanks."""
    places = find(text, query, language=language)
    first, last = _best_window(places, length) if places else (0, 0)
    spare = max(length - (last - first), 0)
    # A third of what is left goes before, so that the words have their sentence around them.
    start = _blank_after(text, first - spare // 3) if first - spare // 3 > 0 else 0
    end = _blank_before(text, start + max(length, last - start)) if start + length < len(text) else len(text)
    inside = [Found(place.start - start, place.end - start, place.term) for place in places]
    piece = _marked(text[start:end], [place for place in inside if place.start >= 0 and place.end <= end - start])
    return mark_safe(f"{'…' if start else ''}{piece}{'…' if end < len(text) else ''}")  # noqa: S308 - _marked escapes


def find(text: str, query: str | Query, *, language: str = "") -> list[Found]:
    """Where in a text the words of a query stand, in order, without overlaps."""
    asked = parse(query) if isinstance(query, str) else query
    languages = (language,) if language else LANGUAGES
    words = [token for token in tokens(text) if fold(token.word)]
    tied = compounds(words)
    found: list[Found] = []
    for number, term in _telling(asked.wanted, languages):
        if len(term.words) == 1:
            found += _single(number, term, words, languages)
        else:
            found += _sequence(number, term, words, languages)
        if not term.is_phrase:
            found += [
                Found(words[place].start, words[_end_of_tied(words, place)].end, number)
                for place, joined in tied.items()
                if joined == term.joined
            ]
    found.sort(key=lambda place: (place.start, -place.end))
    distinct: list[Found] = []
    for place in found:
        if not distinct or place.start >= distinct[-1].end:
            distinct.append(place)
    return distinct


def _telling(terms: Sequence[Term], languages: Sequence[str]) -> list[tuple[int, Term]]:
    """The terms that are more than words which one of the languages has for small; all of them when none is."""
    numbered = list(enumerate(terms))
    telling = [
        (number, term)
        for number, term in numbered
        if not all(any(is_stop_word(word, language) for language in languages) for word in term.words)
    ]
    return telling or numbered


def _single(number: int, term: Term, words: list[Token], languages: Sequence[str]) -> Iterator[Found]:
    word = term.words[0]
    folded = fold(word)
    wanted = {language: {folded} if term.is_phrase else set(lexemes(word, language)) for language in languages}
    for token in words:
        if (term.is_prefix and fold(token.word).startswith(folded)) or any(
            not wanted[language].isdisjoint(lexemes(token.word, language)) for language in languages
        ):
            yield Found(token.start, token.end, number)


def _sequence(number: int, term: Term, words: list[Token], languages: Sequence[str]) -> Iterator[Found]:
    # A stop word within a phrase stands for any word.
    forms = [None if any(is_stop_word(word, language) for language in languages) else fold(word) for word in term.words]
    if not any(forms):
        forms = [fold(word) for word in term.words]
    folded = [fold(token.word) for token in words]
    for place in range(len(words) - len(forms) + 1):
        if all(form is None or form == folded[place + step] for step, form in enumerate(forms)):
            yield Found(words[place].start, words[place + len(forms) - 1].end, number)
    if not term.is_phrase:
        yield from (
            Found(token.start, token.end, number)
            for token, form in zip(words, folded, strict=True)
            if form == term.joined
        )


def _end_of_tied(words: list[Token], place: int) -> int:
    while place + 1 < len(words) and words[place + 1].is_tied:
        place += 1
    return place


def _best_window(places: list[Found], length: int) -> tuple[int, int]:
    """The stretch of at most `length` characters with most different terms, then most places, then the first."""
    starts = [place.start for place in places]
    best: tuple[int, int, int] = (0, 0, 0)
    window = (places[0].start, places[0].end)
    for number, place in enumerate(places[:2000]):
        inside = places[number : bisect_right(starts, place.start + length, lo=number)]
        inside = [other for other in inside if other.end <= place.start + length] or [place]
        score = (len({other.term for other in inside}), len(inside), -number)
        if number == 0 or score > best:
            best, window = score, (place.start, inside[-1].end)
    return window


def _blank_after(text: str, place: int) -> int:
    """The start of the first word from here on, unless it is far."""
    for step in range(place, min(place + 40, len(text))):
        if text[step].isspace():
            return step + 1
    return place


def _blank_before(text: str, place: int) -> int:
    """The end of the last whole word before this place, unless it is far."""
    for step in range(min(place, len(text) - 1), max(place - 40, 0), -1):
        if text[step].isspace():
            return step
    return place


def _marked(text: str, places: Sequence[Found]) -> SafeString:
    parts: list[str] = []
    last = 0
    for place in places:
        parts += [escape(text[last : place.start]), "<mark>", escape(text[place.start : place.end]), "</mark>"]
        last = place.end
    parts.append(escape(text[last:]))
    return mark_safe("".join(parts))  # noqa: S308 - every piece was escaped
