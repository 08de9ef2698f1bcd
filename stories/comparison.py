"""Two texts side by side, word by word; and two that grew from one, brought together where they do not touch."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from stories.provenance.matching import gaps_of, matches

SAME: Final = "same"
REMOVED: Final = "removed"
ADDED: Final = "added"


class Change(NamedTuple):
    """What of an old text (from `start` to `end`) became what of a new one. Whole words on both sides."""

    start: int
    end: int
    new_start: int
    new_end: int


class Piece(NamedTuple):
    """A stretch of a comparison: `same` in both texts, `removed` from the old one, `added` in the new one."""

    kind: str
    text: str

    @property
    def is_same(self) -> bool:
        """Whether it stands in both."""
        return self.kind == SAME


def changes(old: str, new: str) -> list[Change]:
    """What differs, in order. A change inside a word is the word's. Time is bounded for texts of any length."""
    found: list[Change] = []
    for change in gaps_of(matches(old, new), len(old), len(new)):
        widened = _whole_words(old, new, Change(*change))
        if found and widened.start <= found[-1].end:
            found[-1] = Change(found[-1].start, widened.end, found[-1].new_start, widened.new_end)
        else:
            found.append(widened)
    return found


def compare(old: str, new: str) -> list[Piece]:
    """The pieces of which both texts are made: the old one of all but the added, the new one of all but the removed."""
    pieces: list[Piece] = []
    place = 0
    for change in changes(old, new):
        pieces += [
            Piece(SAME, old[place : change.start]),
            Piece(REMOVED, old[change.start : change.end]),
            Piece(ADDED, new[change.new_start : change.new_end]),
        ]
        place = change.end
    pieces.append(Piece(SAME, old[place:]))
    return [piece for piece in pieces if piece.text]


def merge(base: str, mine: str, theirs: str) -> str | None:
    """Both sides' changes to `base` in one text, or nothing where they touch the same words.

    What both changed alike is changed once. Two changes touch when no character of `base` stands between them.
    """
    ours = [(change.start, change.end, mine[change.new_start : change.new_end]) for change in changes(base, mine)]
    others = [(change.start, change.end, theirs[change.new_start : change.new_end]) for change in changes(base, theirs)]
    if _touch(ours, others):
        return None
    parts: list[str] = []
    place = 0
    for start, end, words in sorted({*ours, *others}):
        parts += [base[place:start], words]
        place = end
    return "".join([*parts, base[place:]])


def _touch(ours: Sequence[tuple[int, int, str]], others: Sequence[tuple[int, int, str]]) -> bool:
    """Whether any two different changes meet; both lists are in order, so each is walked once."""
    waiting = list(others)
    at = 0
    for change in ours:
        while at < len(waiting) and waiting[at][1] < change[0]:
            at += 1
        near = at
        while near < len(waiting) and waiting[near][0] <= change[1]:
            if waiting[near] != change:
                return True
            near += 1
    return False


def _whole_words(old: str, new: str, change: Change) -> Change:
    """The change, with what stands beside it of a word that it cuts. What stands beside it is the same in both."""
    start, end, new_start, new_end = change
    is_inside = _is_in_word(old, start) or _is_in_word(new, new_start)
    while is_inside and start and new_start and old[start - 1].isalnum() and old[start - 1] == new[new_start - 1]:
        start, new_start = start - 1, new_start - 1
    is_inside = _is_in_word(old, end) or _is_in_word(new, new_end)
    while is_inside and end < len(old) and new_end < len(new) and old[end].isalnum() and old[end] == new[new_end]:
        end, new_end = end + 1, new_end + 1
    return Change(start, end, new_start, new_end)


def _is_in_word(text: str, place: int) -> bool:
    return 0 < place < len(text) and text[place - 1].isalnum() and text[place].isalnum()
