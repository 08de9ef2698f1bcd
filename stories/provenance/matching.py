"""Where two texts are the same: by their ends, by paragraphs, by words. Linear for one edit, bounded for any."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import accumulate, groupby
from operator import eq
from typing import NamedTuple

# Fewer words in a row than these, found again in a paragraph that was rewritten, are chance: "in the", "and then".
KEPT_TOKENS = 4
CHANCE_CHARACTERS = 12
# Comparing word by word grows with the product of the lengths. Beyond this much of it in one save, what changed is
# the person's, but for what is known from the story's passages.
MOST_COMPARISONS = 2_000_000

_TOKEN = re.compile(r"\s*(?:\w+|[^\w\s])|\s+")


class Match(NamedTuple):
    """A stretch that stands in both texts."""

    old: int
    new: int
    length: int


def _common_prefix(one: str, other: str) -> int:
    """How many characters the texts share at their beginning, found by halving: comparing slices is fast."""
    low, high = 0, min(len(one), len(other))
    if one[:high] == other[:high]:
        return high
    while high - low > 1:
        middle = (low + high) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle
    return low


def common_suffix(one: str, other: str, *, most: int) -> int:
    """How many characters the texts share at their end, at most so many."""
    one_end, other_end = len(one), len(other)
    if not most or one[one_end - most :] == other[other_end - most :]:
        return most
    low, high = 0, most
    while high - low > 1:
        middle = (low + high) // 2
        if one[one_end - middle : one_end - low] == other[other_end - middle : other_end - low]:
            low = middle
        else:
            high = middle
    return low


def same_ends(old: str, new: str) -> tuple[int, int]:
    """How many characters the texts share at their beginning, and how many of the others at their end."""
    prefix = _common_prefix(old, new)
    return prefix, common_suffix(old, new, most=min(len(old), len(new)) - prefix)


def matches(old: str, new: str) -> list[Match]:
    """The stretches that stand in both texts, in their order."""
    prefix, suffix = same_ends(old, new)
    found = [Match(0, 0, prefix)] if prefix else []
    old_end, new_end = len(old) - suffix, len(new) - suffix
    if prefix < old_end and prefix < new_end:
        found += _match_lines(old[prefix:old_end], new[prefix:new_end], prefix)
    if suffix:
        found.append(Match(old_end, new_end, suffix))
    return _joined(found)


def _match_lines(old: str, new: str, offset: int) -> Iterator[Match]:
    """What two changed stretches share: by paragraphs that stand once in each, else line for line, then by words."""
    old_lines, new_lines = old.splitlines(keepends=True), new.splitlines(keepends=True)
    old_starts, new_starts = _starts(old_lines), _starts(new_lines)
    left = MOST_COMPARISONS
    old_line = new_line = 0
    for old_anchor, new_anchor in [*_anchors(old_lines, new_lines), (len(old_lines), len(new_lines))]:
        if old_anchor - old_line == new_anchor - new_line:
            # Where as many lines stand as before, each is the successor of one: a word replaced throughout.
            pairs = zip(range(old_line, old_anchor), range(new_line, new_anchor), strict=True)
            stretches = [(old_starts[o], old_lines[o], new_starts[n], new_lines[n]) for o, n in pairs]
        else:
            start, place = old_starts[old_line], new_starts[new_line]
            stretches = [(start, old[start : old_starts[old_anchor]], place, new[place : new_starts[new_anchor]])]
        for start, was, place, is_now in stretches:
            left -= (len(was) // 5) * (len(is_now) // 5)
            if was == is_now:
                yield Match(offset + start, offset + place, len(was))
            elif left > 0:
                yield from _match_words(was, is_now, offset + start, offset + place)
        if old_anchor < len(old_lines):
            yield Match(offset + old_starts[old_anchor], offset + new_starts[new_anchor], len(old_lines[old_anchor]))
            old_line, new_line = old_anchor + 1, new_anchor + 1


def _starts(lines: list[str]) -> list[int]:
    return [0, *accumulate(map(len, lines))]


def _anchors(old: list[str], new: list[str]) -> list[tuple[int, int]]:
    """Pairs of equal lines that stand once in each list, in rising order in both (patience diff's anchors)."""
    places: dict[str, list[int]] = {}
    for which, lines in enumerate((old, new)):
        for number, line in enumerate(lines):
            found = places.setdefault(line, [0, 0, -1, -1])
            found[which] += 1
            found[2 + which] = number
    pairs = sorted((found[2], found[3]) for found in places.values() if found[0] == found[1] == 1)
    # The longest rising sequence of the new places.
    ends: list[int] = []
    chain: list[tuple[int, int | None]] = []
    tails: list[int] = []
    for index, (_, place) in enumerate(pairs):
        at = bisect_left(ends, place)
        chain.append((index, tails[at - 1] if at else None))
        if at == len(ends):
            ends.append(place)
            tails.append(index)
        else:
            ends[at], tails[at] = place, index
    rising: list[tuple[int, int]] = []
    step = tails[-1] if tails else None
    while step is not None:
        rising.append(pairs[step])
        step = chain[step][1]
    return rising[::-1]


def _match_words(old: str, new: str, old_offset: int, new_offset: int) -> Iterator[Match]:
    if not old or not new:
        return
    prefix, suffix = same_ends(old, new)
    if prefix + suffix < min(CHANCE_CHARACTERS, len(old) // 2, len(new) // 2):
        # Another paragraph that ends like this one, with a full stop at least, is not this one.
        prefix = suffix = 0
    if prefix:
        yield Match(old_offset, new_offset, prefix)
    old_tokens = _TOKEN.findall(old[prefix : len(old) - suffix])
    new_tokens = _TOKEN.findall(new[prefix : len(new) - suffix])
    if min(len(old_tokens), len(new_tokens)) >= KEPT_TOKENS:
        old_starts, new_starts = _starts(old_tokens), _starts(new_tokens)
        for old_token, new_token, size in _same_tokens(old_tokens, new_tokens):
            if size >= KEPT_TOKENS:
                yield Match(
                    old_offset + prefix + old_starts[old_token],
                    new_offset + prefix + new_starts[new_token],
                    old_starts[old_token + size] - old_starts[old_token],
                )
    if suffix:
        yield Match(old_offset + len(old) - suffix, new_offset + len(new) - suffix, suffix)


def _same_tokens(old: list[str], new: list[str]) -> Iterator[tuple[int, int, int]]:
    """Stretches of equal tokens: place in the old, place in the new, how many."""
    if len(old) == len(new):
        same = list(map(eq, old, new))
        if 2 * sum(same) > len(same):
            # Words replaced one by one: no search is needed.
            place = 0
            for is_same, run in groupby(same):
                size = len(list(run))
                if is_same:
                    yield place, place, size
                place += size
            return
    yield from SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()


def _joined(matches: Iterable[Match]) -> list[Match]:
    joined: list[Match] = []
    for match in matches:
        last = joined[-1] if joined else None
        if last and last.old + last.length == match.old and last.new + last.length == match.new:
            joined[-1] = Match(last.old, last.new, last.length + match.length)
        elif match.length:
            joined.append(match)
    return joined


def gaps(matches: Sequence[Match], length: int) -> Iterator[tuple[int, int]]:
    """What of the new text stands in no match."""
    return ((start, end) for _, _, start, end in gaps_of(matches, 0, length) if end > start)


def gaps_of(matches: Sequence[Match], old_length: int, new_length: int) -> Iterator[tuple[int, int, int, int]]:
    """What stands in no match: from where to where in the old text, and in the new one."""
    old_place = new_place = 0
    for match in [*matches, Match(old_length, new_length, 0)]:
        if match.old > old_place or match.new > new_place:
            yield old_place, match.old, new_place, match.new
        old_place, new_place = match.old + match.length, match.new + match.length
