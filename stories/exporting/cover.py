"""A cover drawn from a title and an author: SVG, because letters need no picture."""

import unicodedata
from typing import Final

from stories.exporting.xhtml import direction, xml_text

WIDTH: Final = 1200
HEIGHT: Final = 1800
# Sizes of the title's letters, from the largest; the first in which it takes few enough lines is taken.
SIZES: Final = ((120, 5), (96, 6), (76, 8), (60, 11))
ROOM: Final = 900
AUTHOR_SIZE: Final = 52

SERIF: Final = "Palatino, 'Palatino Linotype', 'Book Antiqua', Georgia, serif"


def cover_svg(*, title: str, author: str, language: str) -> str:
    """The cover as an SVG document."""
    size, lines = _set(title)
    leading = round(size * 1.22)
    first = 560 - (len(lines) - 1) * leading // 2
    spans = "".join(
        f'<tspan x="{WIDTH // 2}" y="{max(first, 300) + number * leading}">{xml_text(line)}</tspan>'
        for number, line in enumerate(lines)
    )
    names = _wrap(author, ROOM / AUTHOR_SIZE)[:3]
    by = "".join(
        f'<tspan x="{WIDTH // 2}" y="{1500 + number * 64}">{xml_text(line)}</tspan>'
        for number, line in enumerate(names)
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" xml:lang="{language}" role="img">
<title>{xml_text(title)}, {xml_text(author)}</title>
<rect width="{WIDTH}" height="{HEIGHT}" fill="#1d5b4a"/>
<rect x="60" y="60" width="{WIDTH - 120}" height="{HEIGHT - 120}" fill="none" stroke="#e9e2cf" stroke-width="3"/>
<rect x="78" y="78" width="{WIDTH - 156}" height="{HEIGHT - 156}" fill="none" stroke="#e9e2cf" stroke-width="1"/>
<g fill="#f6f1e3" font-family="{SERIF}" text-anchor="middle">
<text font-size="{size}"{_direction(title)}>{spans}</text>
<text font-size="{AUTHOR_SIZE}"{_direction(author)}>{by}</text>
</g>
<path d="M540 1330h120M600 1310l20 20-20 20-20-20z" fill="none" stroke="#e9e2cf" stroke-width="3"/>
</svg>
"""


def _direction(text: str) -> str:
    return ' direction="rtl"' if direction(text) and not any("a" <= letter.lower() <= "z" for letter in text) else ""


def _set(title: str) -> tuple[int, list[str]]:
    for size, most in SIZES:
        lines = _wrap(title, ROOM / size)
        if len(lines) <= most:
            return size, lines
    return size, [*lines[: most - 1], lines[most - 1] + "…"]


def _wrap(text: str, ems: float) -> list[str]:
    """Lines of at most so many ems, as wide as letters usually are; a word that is wider is divided."""
    lines: list[str] = [""]
    for whole in text.split():
        word = whole
        while _ems(word) > ems:
            cut = 1
            while _ems(word[: cut + 1]) <= ems:
                cut += 1
            # A letter and what is written over it stay together.
            while cut < len(word) - 1 and (unicodedata.combining(word[cut]) or word[cut] in "\u200d\ufe0f"):
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
    if unicodedata.combining(letter) or letter in "\u200d\ufe0f":
        return 0.0
    if unicodedata.east_asian_width(letter) in "WF":
        return 1.05
    if letter in "iljtf.,;:!'’|()[] ":
        return 0.32
    return 0.72 if letter.isupper() or letter in "mwMW" else 0.53
