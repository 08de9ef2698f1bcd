"""What stands out in a text, each with its place in it and a question to ask oneself. No model, nothing leaves.

Rules and lists, in English and French. A finding is an invitation to look, never a fault: its question says why.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from coaching.offline.lists import LISTS, WordLists
from coaching.offline.measures import Measures, measure
from coaching.offline.reading import text_language

MOST_OF_A_KIND: Final = 12
LONGEST: Final = 200_000
# An echo is a word of some length that comes back within so many words.
_ECHO_WITHIN: Final = 40
_ECHO_LETTERS: Final = 5
_LONG_SENTENCE: Final = 45
_LONGEST_QUOTE: Final = 160

_WORD: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_SENTENCE: Final = re.compile(r"[^.!?…\n]+(?:[.!?…]+[»”\"’)]*|$)", re.MULTILINE)
_CODE: Final = re.compile(r"```.*?```|`[^`\n]*`|\]\([^)\n]*\)", re.DOTALL)
_SPOKEN: Final = re.compile(r"^[ \t]*[—–-] .*$|“[^”\n]*”|\"[^\"\n]*\"|«[^»]*»", re.MULTILINE)
_EN_SYLLABLE: Final = re.compile(r"[aeiouy]+")
_FR_SYLLABLE: Final = re.compile(r"[aeiouyàâäéèêëîïôöùûüœ]+")


@dataclass(frozen=True, slots=True)
class CraftFinding:
    """Something that stands out: the text from `start` to `end`, in code points, is `quote`."""

    kind: str
    start: int
    end: int
    quote: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class Craft:
    """The figures of a text and what stands out in it. `readability` is from 0, hard, to 100, easy."""

    language: str
    measures: Measures
    readability: int | None
    lengths: tuple[int, ...]
    findings: dict[str, list[CraftFinding]] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How much stands out in all."""
        return sum(len(found) for found in self.findings.values())


def find(text: str, *, language: str) -> Craft:
    """Read a text. `language` is the story's; the text's own goes before it. Time grows with the length."""
    text = text[:LONGEST]
    spoken_language = text_language(text, language.split("-")[0].lower()) or "en"
    lists = LISTS.get(spoken_language, LISTS["en"])
    plain = _blanked(text, _CODE)
    narrated = _blanked(plain, _SPOKEN)
    sentences = [(found.start(), found.end(), _words(found[0])) for found in _SENTENCE.finditer(plain)]
    sentences = [sentence for sentence in sentences if sentence[2]]
    found: dict[str, list[CraftFinding]] = {}
    for kind, findings in (
        ("echo", _echoes(plain, text, lists)),
        ("cliche", _matches("cliche", lists.cliches, plain, text)),
        ("filter", _matches("filter", lists.filters, narrated, text)),
        ("tag", _matches("tag", lists.tags, plain, text)),
        ("tag_adverb", _matches("tag_adverb", lists.tag_adverbs, plain, text)),
        ("adverb", _adverbs(narrated, text, lists)),
        ("passive", _matches("passive", lists.passives, narrated, text)),
        ("long", _long(sentences, text)),
    ):
        if kept := list(findings)[:MOST_OF_A_KIND]:
            found[kind] = kept
    return Craft(
        language=spoken_language,
        measures=measure(text, spoken_language),
        readability=_readability(sentences, spoken_language),
        lengths=tuple(len(words) for _start, _end, words in sentences),
        findings=found,
    )


def _blanked(text: str, pattern: re.Pattern[str]) -> str:
    """The text with these stretches blanked out: every place stays where it was."""
    return pattern.sub(lambda match: re.sub(r"\S", " ", match[0]), text)


def _words(text: str) -> list[str]:
    return _WORD.findall(text)


def _finding(kind: str, start: int, end: int, text: str, count: int = 1) -> CraftFinding:
    end = min(end, start + _LONGEST_QUOTE)
    return CraftFinding(kind, start, end, text[start:end], count)


def _matches(kind: str, pattern: re.Pattern[str], searched: str, text: str) -> Iterator[CraftFinding]:
    for match in pattern.finditer(searched):
        yield _finding(kind, match.start(), match.end(), text)


def _echoes(plain: str, text: str, lists: WordLists) -> Iterator[CraftFinding]:
    """Words that come back too soon, the most insistent first; a word is told once, at its densest place."""
    places: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
    for number, match in enumerate(_WORD.finditer(plain)):
        word = match[0]
        folded = word.lower().replace("’", "'").rpartition("'")[2]
        # A name comes back as often as it is called.
        if len(folded) < _ECHO_LETTERS or folded in lists.common or word[0].isupper():
            continue
        places[lists.stem(folded)].append((number, match.start(), match.end()))
    ranked = []
    for spots in places.values():
        best, first = 1, spots[0]
        start = 0
        for end, spot in enumerate(spots):
            while spot[0] - spots[start][0] > _ECHO_WITHIN:
                start += 1
            if end - start + 1 > best:
                best, first = end - start + 1, spots[start]
        if best >= 3 or (best == 2 and len(spots) == 2 and spots[1][0] - spots[0][0] <= _ECHO_WITHIN // 4):
            ranked.append((-best, first[1], first[2], best))
    for _rank, start, end, count in sorted(ranked):
        yield _finding("echo", start, end, text, count)


def _adverbs(narrated: str, text: str, lists: WordLists) -> Iterator[CraftFinding]:
    for match in lists.adverb.finditer(narrated):
        if match[0].lower() not in lists.not_adverbs:
            yield _finding("adverb", match.start(), match.end(), text)


def _long(sentences: list[tuple[int, int, list[str]]], text: str) -> Iterator[CraftFinding]:
    for start, end, words in sorted(sentences, key=lambda sentence: -len(sentence[2])):
        if len(words) < _LONG_SENTENCE:
            return
        lead = len(text[start:end]) - len(text[start:end].lstrip())
        yield _finding("long", start + lead, end, text, len(words))


def _readability(sentences: list[tuple[int, int, list[str]]], language: str) -> int | None:
    """Flesch's ease of reading (1948); in French with the weights of Kandel and Moles (1958)."""
    words = [word for _start, _end, found in sentences for word in found]
    if len(words) < 100:
        return None
    pattern = _FR_SYLLABLE if language == "fr" else _EN_SYLLABLE
    syllables = sum(max(1, len(pattern.findall(word.lower()))) for word in words)
    # A silent e at the end is no syllable in either language.
    syllables -= sum(word.lower().endswith("e") and len(pattern.findall(word.lower())) > 1 for word in words)
    per_sentence, per_word = len(words) / len(sentences), syllables / len(words)
    if language == "fr":
        score = 207 - 1.015 * per_sentence - 73.6 * per_word
    else:
        score = 206.835 - 1.015 * per_sentence - 84.6 * per_word
    return max(0, min(100, round(score)))
