"""Words set with real fonts by typst: which letters there are, and how a jacket is handed over.

typst carries its own fonts (Libertinus Serif, New Computer Modern, DejaVu Sans Mono) and takes from the system's what
they lack. What no font has is left out, for a box says nothing.
"""

import json
import re
import unicodedata
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final, Literal

import typst

from stories.exporting.art import Jacket
from stories.exporting.cover import one_line, whole_words
from stories.exporting.xhtml import is_right_to_left, plain_xml

JACKET: Final = Path(__file__).with_name("jacket.typ").read_text()
# What the fonts that come along have for sure; everything else is asked for.
_KNOWN: Final = re.compile(
    "[ -~\u00a0-\u017f\u0391-\u03a1\u03a3-\u03c9\u0410-\u044f\u2010-\u2015\u2018-\u201e\u2026\u202f]*"
)
_LACKING: Final = re.compile(r'the text `"(.+?)"` could not be displayed')
_ESCAPED: Final = re.compile(r"\\u\{([0-9a-f]+)\}")
_PROBE: Final = b"""#set text(font: "Libertinus Serif", lang: "en")
#for letter in sys.inputs.letters.clusters() [#letter \\ ]"""
_TURNS: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
# What joins and colours the parts of an emoji, and is nothing alone.
_JOINTS: Final = re.compile("(?<![^\\W_])[\u200d\ufe0e\ufe0f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]+")
# A word without a space in it, as long as a line, may be parted; a hyphen shows where.
_LONG: Final = re.compile(r"\w{18,}")
_PART: Final = 9


@cache
def fonts() -> typst.Fonts:
    """The fonts of this machine, looked for once."""
    return typst.Fonts()


class PressStumbled(Exception):
    """A fault inside of typst, met with jumbles of scripts that are written from the right."""


def plain(text: str) -> str:
    """What is left of a text in the letters that every press sets."""
    return " ".join("".join(re.findall(_KNOWN, text)).split())


def drawable(text: str) -> str:
    """A line without what no font here can draw, and without what would turn its neighbours around."""
    text = unicodedata.normalize("NFC", _TURNS.sub("", plain_xml(text)))
    unknown = {letter for letter in text if not _KNOWN.fullmatch(letter)}
    lacking = lacking_of("".join(sorted(unknown))) if unknown else frozenset()
    if not lacking:
        return text
    kept = _JOINTS.sub("", text.translate(dict.fromkeys(map(ord, lacking))))
    return " ".join(word for word in kept.split(" ") if word)


def drawable_signs(text: str) -> str:
    """The text without the signs (emoji, controls, private ones) that no font here can draw; letters all stay.

    A letter that nothing draws leaves a box where it stood, so that a reader sees that something is missing.
    """
    signs = {sign for sign in set(text) if not _KNOWN.fullmatch(sign) and unicodedata.category(sign)[0] in "SC"}
    lacking = lacking_of("".join(sorted(signs - {"\n", "\t"}))) if signs else frozenset()
    return _JOINTS.sub("", text.translate(dict.fromkeys(map(ord, lacking)))) if lacking else text


@lru_cache(maxsize=512)
def lacking_of(letters: str) -> frozenset[str]:
    """Those of the letters that no font has. PDF/A allows no missing glyph, so its complaints are the answer."""
    try:
        _typeset(_PROBE, kind="pdf", inputs={"letters": "\n".join(letters)}, standards=["a-2u"])
    except PressStumbled:
        return frozenset(letters)
    except typst.TypstError as error:
        said = _LACKING.findall(error.diagnostic)
        named = {_ESCAPED.sub(lambda code: chr(int(code[1], 16)), one) for one in said}
        return frozenset(letter for letter in letters if letter in named) or frozenset(letters)
    return frozenset()


def jacket_input(
    *, title: str, author: str, drawn: Jacket, sizes: tuple[tuple[int, ...], tuple[int, ...]], divided: int
) -> dict[str, Any]:
    """What `jacket.typ` draws: the drawing, and the words with their boxes and the sizes to be tried."""
    width, height = drawn.width, drawn.height
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">{drawn.drawing}</svg>'
    parts = [
        {
            "words": _words(drawable(one_line(text))),
            "box": {"x": box.x, "y": box.y, "width": box.width, "height": box.height, "align": box.align},
            "sizes": tried,
            "divided": divided,
        }
        for text, box, tried in zip((title, author), (drawn.title, drawn.author), sizes, strict=True)
    ]
    return {"width": width, "height": height, "drawing": svg, "letters": drawn.letters, "parts": parts}


def compiled(source: str, it: dict[str, Any]) -> bytes:
    """A PNG of one page made of a template and what goes into it, a pixel for a point. Raises PressStumbled."""
    return _typeset(source.encode(), kind="png", inputs={"it": json.dumps(it)}, standards=[])


def _typeset(
    source: bytes, *, kind: Literal["pdf", "png"], inputs: dict[str, str], standards: list[Literal["a-2u"]]
) -> bytes:
    try:
        made = typst.compile(
            source, format=kind, ppi=72, font_paths=fonts(), sys_inputs=inputs, pdf_standards=[*standards]
        )
    except BaseException as fault:
        # A panic of Rust's is no Exception, and its class has no address to be imported from.
        if type(fault).__name__ == "PanicException":
            raise PressStumbled from None
        raise
    return bytes(made)


def _words(text: str) -> dict[str, Any]:
    parted = _LONG.sub(lambda word: "\u00ad".join(re.findall(f".{{1,{_PART}}}", word[0])), text)
    return {"text": parted, "whole": whole_words(text), "turned": is_right_to_left(text)}
