"""A cover drawn from a title and an author: SVG, because letters need no picture.

Safe as the source of an `<img>`: no script, no style, and nothing that is fetched. The letters are the reader's own
machine's; that is why widths are guessed here, and why every box has air.
"""

import re
from typing import Final
from unicodedata import combining, east_asian_width
from uuid import UUID

from stories.exporting.art import Box, jacket
from stories.exporting.xhtml import is_right_to_left, xml_text

WIDTH: Final = 1200
HEIGHT: Final = 1800
# Sizes of the title's letters, from the largest; the first in which it fits its box is taken.
SIZES: Final = (184, 166, 148, 132, 116, 100, 88, 76, 66, 58, 50)
AUTHOR_SIZES: Final = (64, 56, 48, 40)
LEADING: Final = 1.18
# A title in few words looks lost in a column of single words, and shouts in the largest letters.
MOST_LINES: Final = {184: 2, 166: 2, 148: 3, 132: 4, 116: 5}
_BLANKS: Final = re.compile(r"[^\S\u00a0\u202f]+")
_AFTER: Final = re.compile("« ")
_BEFORE: Final = re.compile(" (?=[?!:;»–—])")
# From here on a word that is wider than its line is divided, rather than the whole made smaller still.
DIVIDED_FROM: Final = 88

SERIF: Final = "Palatino,'Palatino Linotype','Book Antiqua',Georgia,serif"


def cover_svg(*, title: str, author: str, language: str, seed: UUID | str) -> str:
    """The cover as an SVG document, of about 1 kB. The seed (a story's id) decides what it looks like."""
    title, author = one_line(title), one_line(author)
    drawn = jacket(seed, width=WIDTH, height=HEIGHT)
    spoken = ", ".join(xml_text(words) for words in (title, author) if words)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" xml:lang="{xml_text(language)}" '
        f'role="img"><title>{spoken}</title>{drawn.drawing}<g fill="{drawn.letters}" font-family="{SERIF}">'
        f"{_set(title, drawn.title, SIZES)}{_set(author, drawn.author, AUTHOR_SIZES)}</g></svg>\n"
    )


def one_line(text: str) -> str:
    """A title or a name in one line, with its no-break spaces, and with those that French wants."""
    return _BEFORE.sub("\u00a0", _AFTER.sub("«\u00a0", _BLANKS.sub(" ", text).strip()))


def _set(text: str, box: Box, sizes: tuple[int, ...]) -> str:
    """A text in the middle of its box, in the largest letters that fit."""
    if not text:
        return ""
    size, lines = _fit(text, box, sizes)
    leading = size * LEADING
    is_turned = is_right_to_left(text) and not any("a" <= letter.lower() <= "z" for letter in text)
    anchor = ' text-anchor="middle"' if box.align == "centre" else ""
    x = box.x + (box.width / 2 if box.align == "centre" else box.width if is_turned else 0)
    # Words that start at a side hang from the top of their box; centred ones stand in its middle.
    air = 0 if box.align == "start" else (box.height - len(lines) * leading) / 2
    first = box.y + air + size * 0.92
    spans = "".join(
        f'<tspan x="{x:g}" y="{round(first + number * leading)}">{xml_text(line)}</tspan>'
        for number, line in enumerate(lines)
    )
    direction = ' direction="rtl"' if is_turned else ""
    return f'<text font-size="{size}"{anchor}{direction}>{spans}</text>'


def _fit(text: str, box: Box, sizes: tuple[int, ...]) -> tuple[int, list[str]]:
    lines: list[str] = []
    most = 1
    for size in sizes:
        most = max(1, min(int(box.height / (size * LEADING)), MOST_LINES.get(size, 99)))
        ems = box.width / size
        lines = _wrap(text, ems)
        if len(lines) <= most and (size <= DIVIDED_FROM or not any(_ems(word) > ems for word in whole_words(text))):
            return size, lines
    return sizes[-1], [*lines[: most - 1], lines[most - 1] + "…"]


def whole_words(text: str) -> list[str]:
    """The words that should not be divided: those of scripts that put spaces between words."""
    return [word for word in text.split(" ") if not any(east_asian_width(letter) in "WF" for letter in word)]


def _wrap(text: str, ems: float) -> list[str]:
    """Lines of at most so many ems, as wide as letters usually are; a word that is wider is divided."""
    lines: list[str] = [""]
    for whole in text.split(" "):
        word = whole
        while _ems(word) > ems:
            cut = 1
            while _ems(word[: cut + 1]) <= ems:
                cut += 1
            # A letter and what is written over it stay together.
            while cut < len(word) - 1 and (combining(word[cut]) or word[cut] in "\u200d\ufe0f"):
                cut += 1
            lines.append(word[:cut])
            word = word[cut:]
        line = f"{lines[-1]} {word}".strip()
        if _ems(line) <= ems:
            lines[-1] = line
        else:
            lines.append(word)
    return [line for line in lines if line] or [""]


def _ems(text: str) -> float:
    return sum(_width(letter) for letter in text)


def _width(letter: str) -> float:
    if combining(letter) or letter in "\u200d\ufe0f":
        return 0.0
    if east_asian_width(letter) in "WF":
        return 1.05
    if letter in "iljtf.,;:!'’|()[] \u00a0\u202f":
        return 0.32
    return 0.72 if letter.isupper() or letter in "mwMW" else 0.53
