"""What went at one place of a text and came at another: a passage cut and pasted, whole or in parts."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from stories.provenance.matching import Match, common_suffix, same_ends

# Fewer characters than these are chance, as "in the middle of the night" is; as many were not thought of twice.
MOVED_CHARACTERS = 40
# A passage is looked for by four words in a row: of what is short from each word on, of what is long from each fourth.
_WORDS = re.compile(r"\w+(?:\W+\w+){3}")
_WORDS_AHEAD = re.compile(r"\b(?=(\w+(?:\W+\w+){3}))")
LONG_CHARACTERS = 30_000
_WITHIN_A_WORD = re.compile(r"\w\w")
FIRST_LOOK = 128
# More passages than these are moved by nobody in one save: the text was written anew.
MOST_MOVED = 40

Stretch = tuple[int, int]


def moved(old: str, new: str, removed: Sequence[Stretch], typed: Sequence[Stretch]) -> list[Match]:
    """The passages of `removed` that stand in `typed` too, in the order of the new text.

    Each has at least 40 characters of whole words, and stood once in the old text: of two that are equal nobody could
    say whose was taken. Nor could they of what stands twice in the new one. Linear in what was removed and typed.
    """
    if max(len(removed), len(typed)) > MOST_MOVED:
        return []
    places = _places(old, removed)
    found = (match for stretch in typed for match in _moved_to(old, new, stretch, places))
    return _once([match for match in islice(found, MOST_MOVED) if _stood_once(old, match)])


def _places(old: str, gone: Sequence[Stretch]) -> dict[str, tuple[int, Stretch] | None]:
    """Where four words stand in what went, and in which stretch of it; None where they stand twice."""
    is_long = sum(end - start for start, end in gone) > LONG_CHARACTERS
    places: dict[str, tuple[int, Stretch] | None] = {}
    for stretch in gone:
        for found in (_WORDS if is_long else _WORDS_AHEAD).finditer(old, *stretch):
            words = found[0] if is_long else found[1]
            places[words] = None if words in places else (found.start(), stretch)
    return places


def _once(found: list[Match]) -> list[Match]:
    """What of the matches no other one has too."""
    found = sorted(found)
    alone: list[Match] = []
    taken = 0
    for place, match in enumerate(found):
        end = match.old + match.length
        start, until = max(match.old, taken), min([end, *(following.old for following in found[place + 1 : place + 2])])
        if start < until:
            alone.append(Match(start, match.new + start - match.old, until - start))
        taken = max(taken, end)
    return sorted(alone, key=lambda match: match.new)


def _moved_to(old: str, new: str, come: Stretch, places: dict[str, tuple[int, Stretch] | None]) -> Iterator[Match]:
    begin, end = come
    at = begin
    while found := _WORDS_AHEAD.search(new, at, end):
        at = found.start() + 1
        place = places.get(found[1])
        if place is None:
            continue
        was, (first, last) = place
        before = _same_before(old, was, new, found.start(), most=min(was - first, found.start() - begin))
        after = _same_after(old, was, new, found.start(), most=min(last - was, end - found.start()))
        match = _whole_words(old, new, Match(was - before, found.start() - before, before + after))
        if match.length < MOVED_CHARACTERS:
            continue
        begin = at = match.new + match.length
        yield match


def _stood_once(old: str, match: Match) -> bool:
    words = old[match.old : match.old + match.length]
    return old.find(words) == match.old and old.find(words, match.old + 1) < 0


def _same_after(old: str, was: int, new: str, is_now: int, *, most: int) -> int:
    """How many characters are the same from here on. Most are few, so the looks grow."""
    same, look = 0, FIRST_LOOK
    while same < most:
        look = min(look, most - same)
        one, other = old[was + same : was + same + look], new[is_now + same : is_now + same + look]
        if one != other:
            return same + same_ends(one, other)[0]
        same, look = same + look, 2 * look
    return same


def _same_before(old: str, was: int, new: str, is_now: int, *, most: int) -> int:
    same, look = 0, FIRST_LOOK
    while same < most:
        look = min(look, most - same)
        one, other = old[was - same - look : was - same], new[is_now - same - look : is_now - same]
        if one != other:
            return same + common_suffix(one, other, most=look)
        same, look = same + look, 2 * look
    return same


def _whole_words(old: str, new: str, match: Match) -> Match:
    """The match without the words that were cut through at its ends, and without the blanks there."""
    start, end = match.old, match.old + match.length
    further = match.new - match.old
    if _is_within_a_word(old, start) or _is_within_a_word(new, start + further):
        while start < end and _is_within_a_word(old, start + 1):
            start += 1
        start += 1
    if _is_within_a_word(old, end) or _is_within_a_word(new, end + further):
        while end > start and _is_within_a_word(old, end - 1):
            end -= 1
        end -= 1
    while start < end and old[start].isspace():
        start += 1
    while end > start and old[end - 1].isspace():
        end -= 1
    return Match(start, start + further, max(end - start, 0))


def _is_within_a_word(text: str, place: int) -> bool:
    return place > 0 and bool(_WITHIN_A_WORD.match(text, place - 1))
