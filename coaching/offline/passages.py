"""A chapter as sentences and words that know where they stand, in code points of the text as it is stored."""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from coaching.offline.lexicon import ENGLISH, LEXICONS, Lexicon
from coaching.offline.reading import ANY_SPEECH_DASH, HEADING, ITALIC, QUOTED, SCENE_BREAK, SPEECH_DASH, ends

_MARK: Final = "\u0300-\u036f"
_WORD: Final = {
    "en": re.compile(rf"[^\W\d_][^\W\d_{_MARK}]*(?:[{_MARK}]+[^\W\d_]*)*(?:['’][^\W\d_]+)*"),
    "fr": re.compile(rf"[^\W\d_][^\W\d_{_MARK}]*(?:[{_MARK}]+[^\W\d_]*)*['’]?"),
}
# An apostrophe inside a word does not end speech in single quotation marks.
_SINGLE: Final = re.compile(r"(?<!\w)‘(?:[^’]|’(?=\w))*+’?")
_FENCE: Final = re.compile(r"[ ]{0,3}(?:```|~~~)")
_CODE: Final = re.compile(r"```.*?```", re.DOTALL)
# Each is bounded or stops at its own opening, so that a text of nothing but marks is read in a line.
_SKIPPED: Final = re.compile(r"`[^`\n]+`|<[^<>\n]{1,300}>|\]\([^()\n]{0,500}\)|https?://[^\s)]{1,500}")


@dataclass(frozen=True, slots=True)
class Word:
    """A word: as the lists write it (lower case, composed, straight apostrophe, oe), and its place."""

    text: str
    start: int
    end: int
    is_spoken: bool
    is_capital: bool


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence of a paragraph, from its first to its last visible character."""

    start: int
    end: int
    words: tuple[Word, ...]
    paragraph: int
    scene: int

    @property
    def told(self) -> list[Word]:
        """The words that the narration says."""
        return [word for word in self.words if not word.is_spoken]

    @property
    def is_spoken(self) -> bool:
        return any(word.is_spoken for word in self.words)

    @property
    def length(self) -> int:
        """Words as a reader counts them: an elided one (l’, qu’) goes with the next."""
        return sum(not word.text.endswith("'") for word in self.words)


def passages(text: str, language: str | None) -> list[Passage]:
    """The sentences of a Markdown text. Headings, code, addresses and marks are passed over."""
    lexicon = LEXICONS.get(language or "", ENGLISH)
    dash = SPEECH_DASH.get(language or "", ANY_SPEECH_DASH)
    found: list[Passage] = []
    paragraph = scene = place = 0
    in_code = False
    text = _CODE.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
    for raw in text.splitlines(keepends=True):
        start, place = place, place + len(raw)
        if _FENCE.match(raw):
            in_code = not in_code
            continue
        line = raw.rstrip()
        visible = line.lstrip().lstrip(">").lstrip()
        if in_code or not visible or HEADING.match(visible):
            continue
        if SCENE_BREAK.match(visible):
            scene += 1
            continue
        start += len(line) - len(visible)
        whole = bool(dash.match(visible))
        found += _sentences(visible, start, lexicon, language or "", (paragraph, scene), is_speech=whole)
        paragraph += 1
    return found


def _sentences(
    line: str, offset: int, lexicon: Lexicon, language: str, place: tuple[int, int], *, is_speech: bool
) -> Iterator[Passage]:
    line = _SKIPPED.sub(_blank, line)
    aside = _spans(line, language)
    opens = [start for start, _ in aside]
    start = 0
    for end in [*ends(line, lexicon), len(line)]:
        words = []
        for match in _WORD.get(language, _WORD["en"]).finditer(line, start, end):
            near = bisect_left(opens, match.start() + 1) - 1
            spoken = is_speech or (near >= 0 and match.start() < aside[near][1])
            plain = unicodedata.normalize("NFC", match[0]).lower().replace("’", "'").replace("œ", "oe")
            words.append(Word(plain, offset + match.start(), offset + match.end(), spoken, match[0][0].isupper()))
        if words:
            shown = line[start:end].strip()
            first = offset + line.index(shown, start)
            yield Passage(first, first + len(shown), tuple(words), *place)
        start = end


def _spans(line: str, language: str) -> list[tuple[int, int]]:
    """What stands in quotation marks or in italics, in order and without overlap."""
    spans = [match.span() for match in QUOTED.finditer(line)]
    if language == "en" and "‘" in line:
        spans += [match.span() for match in _SINGLE.finditer(line)]
    if "*" in line or "_" in line:
        spans += [match.span() for match in ITALIC.finditer(line)]
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])
