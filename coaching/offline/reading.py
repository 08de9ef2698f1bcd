"""Taking a chapter apart: scenes, paragraphs, sentences and words, and who speaks. Every step is linear."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from coaching.offline.lexicon import ENGLISH, FRENCH, LEXICONS, Lexicon, guess_language

LONGEST_READ: Final = 240_000
"""Characters, about 40,000 words: no chapter is longer, and what comes after is left alone."""

HEADING: Final = re.compile(r"#{1,6}(?:\s|$)")
SCENE_BREAK: Final = re.compile(r"(?:[*\-_~⁂•·#=] ?){1,9}$")
SPEECH_DASH: Final = {"fr": re.compile(r"[—–―\-]\s"), "en": re.compile(r"[—―]\s?")}
ANY_SPEECH_DASH: Final = re.compile(r"[—―]\s")
QUOTED: Final = re.compile(r"«[^»]*»?|“[^”]*”?|\"[^\"]*\"?")
ITALIC: Final = re.compile(r"(?<!\*)\*++[^*]++\*++|(?<!\w)_++[^_]++_++(?!\w)")
# Possessive, and never begun inside a run of stops: a megabyte of dots is read once.
_STOP: Final = re.compile(r"(?<![.!?…])[.!?…]++(?:[\"”’)\]]|[ \u00a0\u202f]?»)*+\s++")
_LAST_WORD: Final = re.compile(r"([^\W\d_]{1,5})$")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence as written, its words in lower case, and those of them that the narration says.

    `length` counts words as a reader would (l’eau is one), `spoken` those said aloud.
    """

    text: str
    words: list[str]
    narrated: list[str]
    names: list[str]
    is_spoken: bool
    length: int
    spoken: int


@dataclass(slots=True)
class Scene:
    """What stands between two breaks."""

    opening: str = ""
    words: int = 0


@dataclass(slots=True)
class Reading:
    """A chapter taken apart. `language` is None where the text is in none the lists know."""

    language: str | None
    sentences: list[Sentence] = field(default_factory=list)
    scenes: list[Scene] = field(default_factory=list)
    paragraphs: int = 0
    spoken: int = 0
    is_cut: bool = False

    @property
    def words(self) -> int:
        """Words as a word processor counts them, or nearly."""
        return sum(sentence.length for sentence in self.sentences)


def read(text: str, language: str | None) -> Reading:
    """Take a chapter apart. The text's own language wins over the one given, where it can be told."""
    is_cut = len(text) > LONGEST_READ
    text = unicodedata.normalize("NFC", text[:LONGEST_READ])
    language = text_language(text, language)
    lexicon = LEXICONS.get(language or "", ENGLISH)
    dash = SPEECH_DASH.get(language or "", ANY_SPEECH_DASH)
    reading = Reading(language, is_cut=is_cut)
    in_scene = False
    for raw in text.splitlines():
        line = raw.strip().lstrip(">").lstrip()
        if not line or HEADING.match(line):
            continue
        if SCENE_BREAK.match(line):
            in_scene = False
            continue
        sentences = list(_sentences(line, lexicon, is_speech=bool(dash.match(line))))
        if not sentences:
            continue
        if not in_scene:
            reading.scenes.append(Scene(opening=sentences[0].text))
            in_scene = True
        reading.paragraphs += 1
        reading.sentences += sentences
        reading.scenes[-1].words += sum(sentence.length for sentence in sentences)
        reading.spoken += sum(sentence.spoken for sentence in sentences)
    return reading


def text_language(text: str, fallback: str | None) -> str | None:
    """The language of a text by its small words; for a short text, the one given."""
    sample = text[:20_000].lower().replace("’", "'")
    words = FRENCH.word.findall(sample)
    guessed = guess_language(words)
    return guessed if guessed or len(words) >= 60 else (fallback if fallback in LEXICONS else None)


def _sentences(line: str, lexicon: Lexicon, *, is_speech: bool) -> Iterator[Sentence]:
    """The sentences of one paragraph. `is_speech` says that a dash opens it, so that all of it is spoken."""
    narration = QUOTED.sub(_blank, line)
    narration = ITALIC.sub(_blank, narration) if "*" in line or "_" in line else narration
    start = 0
    for end in [*ends(line, lexicon), len(line)]:
        text = line[start:end].strip()
        originals = lexicon.word.findall(text.replace("’", "'"))
        if originals:
            words = [word.lower() for word in originals]
            told = narration[start:end]
            if is_speech:
                narrated = []
            elif told.strip() == text:
                narrated = words
            else:
                narrated = lexicon.word.findall(told.lower().replace("’", "'"))
            yield Sentence(
                text=text,
                words=words,
                narrated=narrated,
                names=[word.lower() for word in originals[1:] if word[0].isupper()],
                is_spoken=is_speech or len(narrated) < len(words),
                length=_length(words),
                spoken=_length(words) - _length(narrated),
            )
        start = end


def ends(line: str, lexicon: Lexicon) -> Iterator[int]:
    """Where each sentence of a line ends, but for the last."""
    for stop in _STOP.finditer(line):
        following = line[stop.end() : stop.end() + 1]
        if following.islower():
            continue
        last = _LAST_WORD.search(line[max(0, stop.start() - 6) : stop.start()])
        if line[stop.start()] == "." and last and last[1].lower() in lexicon.abbreviations:
            continue
        yield stop.end()


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _length(words: list[str]) -> int:
    """How many words: an elided one (l’, qu’) counts with the next."""
    return sum(not word.endswith("'") for word in words)
