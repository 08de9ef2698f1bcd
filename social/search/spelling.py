"""What a word that finds nothing may have meant: a word of a title, a tag, a description or an author's name.

A word is kept under itself and under what is left when letters are taken away (from its first seven, one of them, of
a word of eight letters or more also two: W. Garbe's SymSpell). A misspelt word with letters taken away in the same
manner meets it there; the Damerau-Levenshtein distance then says whether it is near enough: 1, and 2 from eight
letters on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import NamedTuple

from django.db import connection

from social.models import SearchTypo, SearchWord
from social.search.analysis import fold, is_stop_word, tokens
from social.search.query import Query

SHORTEST = 4
LONGEST = 30
# Words from this length on may be wrong in two places.
LONG = 8
PREFIX = 7
MOST_WORDS_OF_STORY = 400
MOST_CANDIDATES = 200

COUNT = """
    INSERT INTO social_searchword (form, spelling, stories) VALUES {rows}
    ON CONFLICT (form) DO UPDATE SET stories = social_searchword.stories + excluded.stories
    RETURNING form, stories
"""


class Candidate(NamedTuple):
    form: str
    spelling: str
    stories: int


def is_correctable(form: str) -> bool:
    return SHORTEST <= len(form) <= LONGEST and form.isalpha()


def words_of(texts: Iterable[str], language: str) -> dict[str, str]:
    """The words of these texts that others may misspell, by their folded form, as they are spelt."""
    found: dict[str, str] = {}
    for text in texts:
        for token in tokens(text):
            form = fold(token.word)
            if is_correctable(form) and not is_stop_word(token.word, language):
                found.setdefault(form, token.word)
                if len(found) == MOST_WORDS_OF_STORY:
                    return found
    return found


def variants(form: str, distance: int) -> set[str]:
    """The word's first letters, and what is left of them with up to `distance` taken away."""
    beginning = form[:PREFIX]
    found = {beginning}
    for count in range(1, distance + 1):
        if count < len(beginning):
            found.update("".join(letters) for letters in combinations(beginning, len(beginning) - count))
    return found


def replace_words(*, old: Iterable[str], new: dict[str, str]) -> None:
    """Count a story's words in SearchWord: without those it had, with those it has."""
    before = set(old)
    changes = sorted([(form, -1) for form in before - new.keys()] + [(form, 1) for form in new.keys() - before])
    if not changes:
        return
    added: list[str] = []
    # In one order for everybody, so that two stories with the same words do not wait for each other.
    for start in range(0, len(changes), 200):
        part = changes[start : start + 200]
        values = [value for form, change in part for value in (form, new.get(form, form), change)]
        with connection.cursor() as cursor:
            cursor.execute(COUNT.format(rows=", ".join(["(%s, %s, %s)"] * len(part))), values)
            counted = cursor.fetchall()
        asked = dict(part)
        # The first story to have a word, by its count; a word that nobody has any more goes.
        added += [form for form, stories in counted if asked[form] == 1 and stories == 1]
    SearchTypo.objects.bulk_create(
        [
            SearchTypo(form=variant, word=form)
            for form in added
            for variant in sorted(variants(form, 2 if len(form) >= LONG else 1))
        ],
        ignore_conflicts=True,
        batch_size=300,
    )
    if gone := [form for form, change in changes if change == -1]:
        unused = list(SearchWord.objects.filter(form__in=gone, stories__lte=0).values_list("form", flat=True))
        SearchTypo.objects.filter(word__in=unused).delete()
        SearchWord.objects.filter(form__in=unused).delete()


def correct(query: Query) -> str:
    """The query with its unknown words replaced by known ones that are spelt nearly so; empty when none is."""
    wrong = {
        fold(word): span
        for term in query.wanted
        for word, span in zip(term.words, term.spans, strict=True)
        if is_correctable(fold(word))
    }
    near = _candidates(list(wrong))
    text = query.text
    is_changed = False
    for form, (start, end) in sorted(wrong.items(), key=lambda item: -item[1][0]):
        best = _best(form, near)
        if best is not None and best.form != form:
            text = text[:start] + best.spelling + text[end:]
            is_changed = True
    return text if is_changed else ""


def _candidates(forms: Sequence[str]) -> list[Candidate]:
    """Known words that meet one of these under a variant, the most frequent first."""
    met = {variant for form in forms for variant in variants(form, 2 if len(form) >= LONG - 1 else 1)}
    if not met:
        return []
    words = SearchTypo.objects.filter(form__in=met).values("word")
    found = SearchWord.objects.filter(form__in=words, stories__gt=0).order_by("-stories", "form")
    return [Candidate(*row) for row in found.values_list("form", "spelling", "stories")[:MOST_CANDIDATES]]


def _best(form: str, candidates: Sequence[Candidate]) -> Candidate | None:
    """The nearest: then one with the same first letter, then the most frequent."""
    scored = [
        (distance, candidate.form[0] != form[0], place)
        for place, candidate in enumerate(candidates)
        if (distance := damerau_levenshtein(form, candidate.form)) <= (2 if len(candidate.form) >= LONG else 1)
    ]
    return candidates[min(scored)[2]] if scored else None


def damerau_levenshtein(one: str, other: str) -> int:
    """How many letters to put in, take away, change or swap with their neighbour; 3 when the lengths tell enough."""
    if abs(len(one) - len(other)) > 2:
        return 3
    before_last: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, start=1):
        current = [row]
        for column, against in enumerate(other, start=1):
            cost = min(last[column] + 1, current[-1] + 1, last[column - 1] + (letter != against))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == against:
                cost = min(cost, before_last[column - 2] + 1)
            current.append(cost)
        before_last, last = last, current
    return last[-1]
