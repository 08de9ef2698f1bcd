"""What a reader typed, taken apart: words, "phrases", -exclusions; and what that asks of the index."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from social.search.analysis import LANGUAGES, fold, is_stop_word, lexemes, tokens
from social.search.matching import Condition, Leading, Lexeme, Mark, Phrase, TitleStop, Without, all_of, any_of

LONGEST_QUERY = 200
MOST_WORDS = 12
# Where the beginning of a word is looked for: nowhere, among the words of titles, authors and tags, everywhere. Too
# many words begin with one letter, and in a text with two.
NOWHERE, LEADING, EVERYWHERE = range(3)
SHORTEST = {LEADING: 2, EVERYWHERE: 3}

_QUOTES = '"“”„«»'
_PIECE = re.compile(
    rf"(?P<minus>(?<!\S)-)?(?:[{_QUOTES}](?P<phrase>[^{_QUOTES}]*)[{_QUOTES}]|(?P<plain>[^\s{_QUOTES}]+))"
)


@dataclass(frozen=True, slots=True)
class Term:
    """Words that were asked for together: a word, a compound tied by hyphens, or a phrase in quotation marks."""

    words: tuple[str, ...]
    # Where each stands in what was typed.
    spans: tuple[tuple[int, int], ...] = ()
    is_phrase: bool = False
    is_excluded: bool = False
    is_prefix: bool = False

    @property
    def joined(self) -> str:
        """The words written as one."""
        return fold("".join(self.words))


@dataclass(frozen=True, slots=True)
class Query:
    """A reader's query. `is_truncated` when it was longer than what is looked at (200 characters, 12 words)."""

    text: str
    terms: tuple[Term, ...]
    is_truncated: bool = False

    @property
    def wanted(self) -> tuple[Term, ...]:
        return tuple(term for term in self.terms if not term.is_excluded)

    @property
    def unwanted(self) -> tuple[Term, ...]:
        return tuple(term for term in self.terms if term.is_excluded)

    @property
    def reach(self) -> int:
        """How far its last word may be looked for as a beginning."""
        if not self.terms or not self.terms[-1].is_prefix:
            return NOWHERE
        length = len(fold(self.terms[-1].words[-1]))
        return max((reach for reach, shortest in SHORTEST.items() if length >= shortest), default=NOWHERE)


def parse(text: str) -> Query:
    """Take a query apart. Any text is one; a text without letters and digits asks for nothing."""
    kept = text[: LONGEST_QUERY + 1].replace("\x00", " ").encode("utf-8", "replace").decode()[:LONGEST_QUERY]
    terms: list[Term] = []
    count = 0
    is_truncated = len(text) > LONGEST_QUERY
    for term in _terms(kept):
        words = term.words[: MOST_WORDS - count]
        is_truncated |= len(words) < len(term.words)
        count += len(words)
        if words:
            terms.append(replace(term, words=words, spans=term.spans[: len(words)]))
    if terms and not terms[-1].is_phrase and not terms[-1].is_excluded and not is_truncated:
        terms[-1] = replace(terms[-1], is_prefix=True)
    return Query(text=kept, terms=tuple(terms), is_truncated=is_truncated)


def _terms(text: str) -> Iterator[Term]:
    for piece in _PIECE.finditer(text):
        is_excluded = piece["minus"] is not None
        name = "plain" if piece["phrase"] is None else "phrase"
        offset = piece.start(name)
        found = [token for token in tokens(piece[name]) if fold(token.word)]
        if not found:
            continue
        # A phrase is one term; elsewhere only hyphens keep words together.
        cuts = [0, *(place for place in range(1, len(found)) if name == "plain" and not found[place].is_tied)]
        for first, last in pairwise([*cuts, len(found)]):
            words = found[first:last]
            yield Term(
                words=tuple(token.word for token in words),
                spans=tuple((offset + token.start, offset + token.end) for token in words),
                is_phrase=name == "phrase",
                is_excluded=is_excluded,
            )


def is_stop(term: Term, language: str) -> bool:
    return all(is_stop_word(word, language) for word in term.words)


def condition(
    query: Query, *, languages: Sequence[str] = LANGUAGES, reach: int = NOWHERE, is_leading: bool = False
) -> Condition | None:
    """What the query asks of stories in one of these languages; None when it asks for nothing.

    `reach` says where the last word's beginning is looked for. With `is_leading` every single word has to stand in
    title, author or tags.
    """
    if not query.terms:
        return None
    # Where the languages agree on what is a stop word, one condition does for them all.
    words = [word for term in query.terms for word in term.words]
    agree = all(len({is_stop_word(word, language) for language in languages}) == 1 for word in words)
    groups: list[tuple[str, ...]] = [tuple(languages)] if agree else [(language,) for language in languages]
    parts: list[Condition] = []
    for group in groups:
        wanted = _wanted(query, group, reach=min(reach, query.reach), is_leading=is_leading)
        unwanted = [_term(term, group, reach=NOWHERE, is_leading=False) for term in query.unwanted]
        if len(groups) > 1 or not wanted:
            wanted.append(any_of(*(Mark(f"=l:{language}") for language in group)))
        whole = all_of(*wanted)
        parts.append(Without(whole, any_of(*unwanted)) if unwanted else whole)
    return any_of(*parts)


def _wanted(query: Query, languages: Sequence[str], *, reach: int, is_leading: bool) -> list[Condition]:
    telling = [term for term in query.wanted if not is_stop(term, languages[0])]
    if telling:
        return [_term(term, languages, reach=reach, is_leading=is_leading) for term in telling]
    return [TitleStop(fold(word)) for term in query.wanted for word in term.words]


def _term(term: Term, languages: Sequence[str], *, reach: int, is_leading: bool) -> Condition:
    forms = [None if is_stop_word(word, languages[0]) else fold(word) for word in term.words]
    if len(term.words) == 1:
        return _word(term, languages, reach=reach, is_leading=is_leading)
    while forms and forms[0] is None:
        forms.pop(0)
    while forms and forms[-1] is None:
        forms.pop()
    if not forms:
        # Excluded stop words: nothing is known of where they stand.
        return all_of(*(TitleStop(fold(word)) for word in term.words))
    if is_leading:
        # In any order: where they stand is looked up besides.
        return any_of(all_of(*(Leading(form) for form in forms if form is not None)), Leading(term.joined))
    last = str(forms[-1])
    is_prefix = term.is_prefix and reach == EVERYWHERE and last == fold(term.words[-1])
    phrase: Condition = Lexeme(last, is_prefix) if len(forms) == 1 else Phrase(tuple(forms), is_prefix)
    return phrase if term.is_phrase else any_of(phrase, Lexeme(term.joined))


def _word(term: Term, languages: Sequence[str], *, reach: int, is_leading: bool) -> Condition:
    word = term.words[0]
    forms = list(dict.fromkeys(form for language in languages for form in lexemes(word, language)))
    if term.is_phrase:
        # In quotation marks a word is meant as it is spelt.
        forms = forms[:1]
    is_prefix = term.is_prefix and reach > NOWHERE
    if is_leading:
        return any_of(Leading(forms[0], is_prefix), *(Leading(form) for form in forms[1:]))
    exact: list[Condition] = [Lexeme(form) for form in forms]
    if is_prefix and reach == EVERYWHERE:
        return any_of(Lexeme(forms[0], is_prefix=True), *exact[1:])
    if is_prefix:
        exact.append(Leading(forms[0], is_prefix=True))
    return any_of(*exact)


def ranking_forms(query: Query, *, languages: Sequence[str] = LANGUAGES) -> list[Lexeme]:
    """The words by which what was found is ranked, each for itself."""
    found: dict[Lexeme, None] = {}
    for term in query.wanted:
        is_dropped = any(is_stop(term, language) for language in languages)
        for word in () if is_dropped else term.words:
            forms = [form for language in languages for form in lexemes(word, language)]
            found |= dict.fromkeys(Lexeme(form) for form in forms)
        if len(term.words) > 1 and not term.is_phrase:
            found[Lexeme(term.joined)] = None
        if term.is_prefix:
            found[Lexeme(fold(term.words[-1]), is_prefix=True)] = None
    return list(found)
