"""Cutting a text so that what is left can be read: at paragraphs, sentences or words, never inside one."""

import re
from dataclasses import dataclass
from typing import Final

from coaching.material import CURSOR_MARK
from coaching.tokens import estimate_tokens

_WHOLE_BELOW: Final = 1_800
_OPENING: Final = 500
_CLOSE: Final = 800
_NEAREST_CLOSE: Final = 1_600  # The chapter just before says most about where the story stands.
_SNAP: Final = 400
_MOST_CHARACTERS_PER_TOKEN: Final = 3  # 2.5, rounded up: no character weighs less than two fifths of a token.
_END_OF_SENTENCE: Final = re.compile(r"[.!?…][»”\"’)]*(?=\s)|\n")
_PARAGRAPH_BREAK: Final = re.compile(r"\n\s*")
_SPACE: Final = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A text, perhaps without its middle."""

    text: str
    is_cut: bool


@dataclass(frozen=True, slots=True)
class Window:
    """The part of a text around a place, with a mark at that place unless it is the end."""

    text: str
    is_cut_before: bool
    is_cut_after: bool


def opening(text: str, characters: int) -> str:
    """The beginning of a text, at most this long, up to the end of a sentence or else of a word."""
    if len(text) <= characters:
        return text
    head = text[:characters]
    ends = [match.end() for match in _END_OF_SENTENCE.finditer(text, 0, characters + 1) if match.end() <= characters]
    if ends and ends[-1] > characters // 2:
        return head[: ends[-1]].rstrip()
    return (head[: _last_space(head)] or head).rstrip()


def close(text: str, characters: int) -> str:
    """The end of a text, at most this long, from the beginning of a sentence or else of a word."""
    if len(text) <= characters:
        return text
    tail = text[-characters:]
    first = _END_OF_SENTENCE.search(tail)
    if first and first.end() < characters // 2:
        return tail[first.end() :].lstrip()
    space = _SPACE.search(tail, 0, _SNAP)
    return tail[space.end() :] if space else tail


def ends(text: str, omitted: str, *, is_nearest: bool = False) -> Excerpt:
    """A chapter's opening and close, with the mark for what is left out between them; a short one whole."""
    text = text.strip()
    closing = _NEAREST_CLOSE if is_nearest else _CLOSE
    if len(text) <= max(_WHOLE_BELOW, _OPENING + closing):
        return Excerpt(text, is_cut=False)
    return Excerpt(f"{opening(text, _OPENING)}\n{omitted}\n{close(text, closing)}", is_cut=True)


def last_words(text: str) -> str:
    """How a chapter closes, as much of it as of the chapter nearest to the one being written."""
    return close(text.strip(), _NEAREST_CLOSE)


def spread(text: str, tokens: int, *, pieces: int = 12) -> str:
    """A text too long for these tokens as pieces from its whole length, with a mark between them; else as it is."""
    if len(text) <= tokens * _MOST_CHARACTERS_PER_TOKEN and estimate_tokens(text) <= tokens:
        return text
    length = tokens // pieces
    while True:
        starts = [round(number * (len(text) - length) / (pieces - 1)) for number in range(pieces)]
        cut = [text[start : start + length] for start in starts]
        shown = [opening(piece, length) if not number else close(piece, length) for number, piece in enumerate(cut)]
        told = "\n\n[…]\n\n".join(piece.strip() for piece in shown)
        if estimate_tokens(told) <= tokens or length < pieces:
            return told
        length = length * 4 // 5


def around(text: str, at: int, tokens: int) -> Window:
    """As much of the text around this place as these tokens allow, three quarters of it before.

    The tokens are those of the text alone; the mark at the cursor comes on top.
    """
    if len(text) <= tokens * _MOST_CHARACTERS_PER_TOKEN and estimate_tokens(text) <= tokens:
        return Window(_marked(text, at), is_cut_before=False, is_cut_after=False)
    least, most = 0, max(0, min(len(text), tokens * _MOST_CHARACTERS_PER_TOKEN))
    while least < most:
        middle = (least + most + 1) // 2
        start, end = _span(text, at, middle)
        if estimate_tokens(text[start:end]) <= tokens:
            least = middle
        else:
            most = middle - 1
    start, end = _snapped(text, at, *_span(text, at, least))
    return Window(_marked(text[start:end], at - start), is_cut_before=start > 0, is_cut_after=end < len(text))


def _span(text: str, at: int, length: int) -> tuple[int, int]:
    """A span of this length, three quarters before the place, unless the text ends sooner on one side."""
    after = min(len(text) - at, length // 4)
    before = min(at, length - after)
    after = min(len(text) - at, length - before)
    return at - before, at + after


def _snapped(text: str, at: int, start: int, end: int) -> tuple[int, int]:
    """The span drawn in to whole paragraphs, or else words, where one begins or ends near by."""
    if start > 0:
        limit = min(at, start + _SNAP)
        begin = _PARAGRAPH_BREAK.search(text, start - 1, limit) or _SPACE.search(text, start - 1, limit)
        start = begin.end() if begin else start
    if end < len(text):
        tail = text[max(at, end - _SNAP) : end + 1]
        cut = max(0, tail.rfind("\n")) or _last_space(tail)
        end = end + 1 - len(tail) + cut if cut else end
    return start, end


def _last_space(text: str) -> int:
    """Where the last white space begins, or 0 if there is none."""
    return max(0, *(text.rfind(space) for space in (" ", "\n", "\t")))


def _marked(text: str, at: int) -> str:
    at = max(0, min(at, len(text)))
    return f"{text[:at]}{CURSOR_MARK}{text[at:]}" if text[at:].strip() else text
