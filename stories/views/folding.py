"""A comparison as a page shows it: what is the same and long is folded, so that what differs can be seen."""

from collections.abc import Sequence
from typing import NamedTuple

from stories.comparison import Piece

# What is shown of the same text before and after a change, and how much must lie between to be folded.
NEAR = 240
WORTH_FOLDING = 3 * NEAR


class Shown(NamedTuple):
    """A piece to be shown, and whether it is to be opened first."""

    kind: str
    text: str
    is_folded: bool = False


def folded(pieces: Sequence[Piece]) -> list[Shown]:
    """The pieces, with the middle of long stretches that are the same in both texts folded away."""
    shown: list[Shown] = []
    for number, piece in enumerate(pieces):
        if not piece.is_same or len(piece.text) < WORTH_FOLDING:
            shown.append(Shown(piece.kind, piece.text))
            continue
        start = _end_of_word(piece.text, NEAR) if number else 0
        end = len(piece.text) if number == len(pieces) - 1 else _end_of_word(piece.text, len(piece.text) - NEAR)
        parts = (piece.text[:start], piece.text[start:end], piece.text[end:])
        shown += [
            Shown(piece.kind, text, is_folded=place == 1 and len(pieces) > 1)
            for place, text in enumerate(parts)
            if text
        ]
    return shown


def _end_of_word(text: str, place: int) -> int:
    found = text.find(" ", place)
    return found + 1 if found >= 0 else len(text)
