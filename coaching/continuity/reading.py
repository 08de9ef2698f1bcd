"""A chapter taken apart for checking: scenes, sentences with their places, and what the narration alone says.

`told` is the text with everything that is not narration struck out, character for character, so that a place in one
is a place in the other: speech in quotation marks, paragraphs a dash opens (but for "dit Paul" within them), italics,
quoted blocks and headings. Every step is linear.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from coaching.continuity.findings import Passage, Quote

STRUCK: Final = "\x01"
"""What stands in `told` for each character that is not narration. No pattern's white space matches it."""
LONGEST_QUOTE: Final = 220
LONGEST_SENTENCE: Final = 3_000
"""What goes on for longer is cut, so that the work within a sentence stays bounded."""

_HEADING: Final = re.compile(r"\s*#{1,6}(?:\s|$)")
_BREAK: Final = re.compile(r"\s*(?:[*\-_~⁂•·#=] ?){1,9}\s*$")
_DASH: Final = {"fr": re.compile(r"\s*[—–―\-]\s"), "en": re.compile(r"\s*[—―]\s?")}
_GUILLEMETS: Final = re.compile(r"«[^«»]{0,4000}»|«[^\n]*")
_QUOTED: Final = re.compile(
    r"“[^”\n]*”?|\"[^\"\n]*\"?"
    r"|(?<![^\s(—–\x01])‘[^‘\n]*?’(?![^\W_])"
    r"|(?<![^\s(—–\x01])'(?=[A-Z])[^\n]{0,1000}?[.,!?…—]'(?![^\W_])"
)
_ITALIC: Final = re.compile(r"(?<!\*)\*(?!\*)[^*\n]++\*(?!\*)|(?<!\w)_[^_\n]++_(?!\w)")
# Never begun inside a run of stops, so that a megabyte of dots is read once.
_STOP: Final = re.compile(r"(?<![.!?…])[.!?…]++(?:[\"”’)\]]|[ \u00a0\u202f]?»)*+\s++")
_ABBREVIATION: Final = re.compile(
    r"(?:^|[^\w])(?:mr|mrs|ms|dr|st|prof|capt|m|mme|mlle|me|no|vs|cf|[A-Z])$", re.IGNORECASE
)
# How a French narrator cuts in on a speech that no mark closes: ", répondit Paul".
_TAG: Final = re.compile(
    r"(?<=[,!?…])[ \u00a0\u202f](?:se |s’|lui |leur |me |m’|nous )?"
    r"(?:dit|répondit|répond|demanda|demande|cria|crie|murmura|murmure|souffla|souffle|reprit|reprend|ajouta|ajoute|"
    r"fit|lança|lance|répliqua|réplique|déclara|déclare|annonça|annonce|chuchota|chuchote|grogna|s’écria|s’exclama|"
    r"soupira|soupire|expliqua|protesta|insista|conclut|poursuivit|continua|admit|avoua|ordonna|hurla|promit|affirma|"
    r"remarqua|observa|assura|suggéra|proposa|avait dit|a dit)"
    r"(?:-(?:t-)?(?:il|elle|ils|elles|on|je))?\b[^,.!?…:;\n]*"
)
_STARTS_LOWER: Final = re.compile(r"[^\S\n]{0,8}[a-zà-öø-ÿ]")


@dataclass(slots=True)
class Sentence:
    """A sentence with its place; `told` is its narration, as long as `text`."""

    chapter: "Chapter"
    start: int
    end: int
    text: str
    told: str
    paragraph: int
    scene: int
    index: int

    def quote(self, start: int | None = None, end: int | None = None) -> Quote:
        """The sentence as a quotation; a long one is cut to what stands around `start` to `end`, between words."""
        first, last = self.start, self.end
        if last - first > LONGEST_QUOTE and start is not None and end is not None:
            text = self.chapter.passage.text
            room = max(0, LONGEST_QUOTE - (end - start)) // 2
            first, last = max(first, start - room), min(last, end + room)
            while first > self.start and not text[first - 1].isspace():
                first -= 1
            while last < self.end and not text[last].isspace():
                last += 1
        return self.chapter.quote(first, last)

    @property
    def is_told(self) -> bool:
        """Whether it holds narration at all."""
        return any(sign.isalpha() for sign in self.told)


@dataclass(slots=True)
class Chapter:
    """A chapter's sentences in their order, and where its paragraphs are in the list of them."""

    passage: Passage
    place: int
    told: str = ""
    sentences: list[Sentence] = field(default_factory=list)

    def quote(self, start: int, end: int) -> Quote:
        """The words from one place to another, without white space around them."""
        text = self.passage.text
        while start < end and text[start].isspace():
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        return Quote(self.passage.chapter_id, start, end, text[start:end])

    def scenes(self) -> Iterator[list[Sentence]]:
        """The sentences scene by scene."""
        scene: list[Sentence] = []
        for sentence in self.sentences:
            if scene and sentence.scene != scene[-1].scene:
                yield scene
                scene = []
            scene.append(sentence)
        if scene:
            yield scene


def read(passage: Passage, place: int, language: str) -> Chapter:
    """Take a chapter apart; `place` is where it stands in the order of reading."""
    text = passage.text
    chapter = Chapter(passage, place)
    dash = _DASH.get(language, _DASH["en"])
    marked = _GUILLEMETS.sub(_strike, text)
    told: list[str] = []
    spans: list[tuple[int, int, int]] = []
    scene = 0
    for start, end in _paragraphs(text):
        line = text[start:end]
        if not line.strip():
            told.append(line)
        elif _HEADING.match(line) or _BREAK.match(line):
            told.append(STRUCK * len(line))
            scene += 1
        elif line.lstrip().startswith(">"):
            told.append(STRUCK * len(line))
        else:
            narration = _only_tags(line) if dash.match(line) else _QUOTED.sub(_strike, marked[start:end])
            told.append(_ITALIC.sub(_strike, narration))
            spans.append((start, end, scene))
    chapter.told = "".join(told)
    for paragraph, (start, end, at_scene) in enumerate(spans):
        for first, last in _sentences(text, start, end):
            chapter.sentences.append(
                Sentence(
                    chapter=chapter,
                    start=first,
                    end=last,
                    text=text[first:last],
                    told=chapter.told[first:last],
                    paragraph=paragraph,
                    scene=at_scene,
                    index=len(chapter.sentences),
                )
            )
    return chapter


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    """Every line with its end; a line that goes on in small letters belongs to the one before, as in wrapped text."""
    start = 0
    while start < len(text):
        end = text.find("\n", start) + 1 or len(text)
        is_text = bool(text[start:end].strip())
        while is_text and end < len(text) and _STARTS_LOWER.match(text, end):
            end = text.find("\n", end) + 1 or len(text)
        yield start, end
        start = end


def _sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    first = start
    for stop in _STOP.finditer(text, start, end):
        if text[stop.end() : stop.end() + 1].islower():
            continue
        if text[stop.start()] == "." and _ABBREVIATION.search(text[max(start, stop.start() - 6) : stop.start()]):
            continue
        while stop.end() - first > LONGEST_SENTENCE:
            yield first, first + LONGEST_SENTENCE
            first += LONGEST_SENTENCE
        yield first, stop.end()
        first = stop.end()
    while end - first > LONGEST_SENTENCE:
        yield first, first + LONGEST_SENTENCE
        first += LONGEST_SENTENCE
    if text[first:end].strip():
        yield first, end


def _only_tags(line: str) -> str:
    """A paragraph of speech with all of it struck out but what the narrator says in between."""
    told = []
    last = 0
    for tag in _TAG.finditer(line):
        told.append(STRUCK * (tag.start() - last))
        told.append(tag[0])
        last = tag.end()
    told.append(STRUCK * (len(line) - last))
    return "".join(told)


def _strike(match: re.Match[str]) -> str:
    # Lines stay lines, or a place in the narration would not be the place in the text.
    return "\n".join(STRUCK * len(line) for line in match[0].split("\n"))
