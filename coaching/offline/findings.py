"""What stands out in a chapter, each finding with its place: something to look at, never a fault.

Every pass is linear in the text. Places are code points of the text as it was given.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

from coaching.offline import listening, repetition
from coaching.offline.lexicon import LEXICONS, Lexicon
from coaching.offline.passages import Passage, passages
from coaching.offline.phrases import Remark, craft_phrases
from coaching.offline.readability import reading_ease
from coaching.offline.reading import LONGEST_READ, text_language
from coaching.offline.repetition import Mark
from coaching.offline.wordlists import wordlists

LIMIT_PER_KIND: Final = 8
LISTENED_FOR: Final = frozenset({"cliche", "filter", "tag", "tag.adverb", "pov.heads"})
"""Kinds that no figure of `measures` stands for."""

_FIRST: Final = 7
_FIRST_PER_KIND: Final = 2


@dataclass(frozen=True, slots=True)
class Finding:
    """Words of the text (`text[start:end] == quote`), the sentence they stand in, and how much they weigh.

    `places` are all the places of something that comes back, the first being its own.
    """

    kind: str
    start: int
    end: int
    quote: str
    sentence: tuple[int, int]
    severity: int
    facts: Mapping[str, int | str] = field(default_factory=dict)
    places: tuple[tuple[int, int], ...] = ()

    def remark(self, language: str) -> Remark:
        """What is said of it in a language: a title, an explanation, and the questions to choose from."""
        return craft_phrases(language)[self.kind]

    def explanation(self, language: str) -> str:
        return self.remark(language).seen.format(quote=self.quote, **self.facts)

    def question(self, language: str) -> str:
        """A craft question; which of them depends on the place alone."""
        questions = self.remark(language).questions
        return questions[self.start % len(questions)]


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of the whole chapter. `ease` is Flesch's or Kandel and Moles's score; None where it cannot be told."""

    words: int = 0
    sentences: int = 0
    spoken: int = 0
    lengths: tuple[int, ...] = ()
    ease: int | None = None
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def dialogue_share(self) -> float:
        return self.spoken / self.words if self.words else 0.0


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found, the weightiest first, and the figures. `language` is None where no list knows the text's."""

    language: str | None
    findings: tuple[Finding, ...]
    figures: Figures

    @property
    def first(self) -> list[Finding]:
        """The few to begin with, no more than two of a kind."""
        chosen: list[Finding] = []
        for finding in self.findings:
            alike = sum(other.kind == finding.kind for other in chosen)
            if alike < _FIRST_PER_KIND and len(chosen) < _FIRST:
                chosen.append(finding)
        return chosen

    @property
    def by_kind(self) -> list[tuple[str, list[Finding]]]:
        """The kinds, the weightiest first, each with its findings in the order of the text."""
        weight: dict[str, int] = {}
        for finding in self.findings:
            weight.setdefault(finding.kind, len(weight))
        ordered = sorted(self.findings, key=lambda finding: (weight[finding.kind], finding.start))
        return [(kind, list(group)) for kind, group in groupby(ordered, key=lambda finding: finding.kind)]


def find(text: str, *, language: str, point_of_view: str = "", limit_per_kind: int = LIMIT_PER_KIND) -> Reading:
    """Read a chapter. The text's own language wins over the one given, where it can be told."""
    text = text[:LONGEST_READ]
    known = text_language(text, language)
    sentences = passages(text, known)
    lexicon = LEXICONS.get(known or "")
    marks = list(repetition.rhythm(sentences))
    if known and lexicon:
        marks += repetition.echoes(sentences, lexicon)
        marks += listening.adverbs(sentences, lexicon)
        marks += listening.passives(sentences, lexicon)
        marks += listening.slips(sentences, lexicon, known, point_of_view)
        marks += _listened_for(text, sentences, lexicon, known, point_of_view)
    kept, counts = _kept(text, sentences, marks, limit_per_kind)
    return Reading(known, tuple(kept), _figures(sentences, known, counts))


def listen(text: str, *, language: str) -> list[Finding]:
    """Of what `find` finds only the kinds in LISTENED_FOR, in the same order."""
    text = text[:LONGEST_READ]
    known = text_language(text, language)
    lexicon = LEXICONS.get(known or "")
    if not known or lexicon is None:
        return []
    sentences = passages(text, known)
    return _kept(text, sentences, list(_listened_for(text, sentences, lexicon, known, "")), LIMIT_PER_KIND)[0]


def _listened_for(
    text: str, sentences: list[Passage], lexicon: Lexicon, language: str, point_of_view: str
) -> Iterator[Mark]:
    lists = wordlists(language)
    yield from listening.filters(sentences, lists)
    yield from listening.cliches(sentences, lists)
    yield from listening.tags(text, sentences, lexicon, lists, language)
    yield from listening.heads(sentences, lists, point_of_view)


def _kept(
    text: str, sentences: list[Passage], marks: list[Mark], limit_per_kind: int
) -> tuple[list[Finding], dict[str, int]]:
    """The weightiest of each kind as findings, and how many there were."""
    spans = [(sentence.start, sentence.end) for sentence in sentences]
    counts: dict[str, int] = {}
    kept: list[Finding] = []
    for mark in sorted(marks, key=lambda mark: (-mark.severity, mark.start)):
        counts[mark.kind] = counts.get(mark.kind, 0) + 1
        if counts[mark.kind] <= limit_per_kind:
            quote = text[mark.start : mark.end]
            kept.append(
                Finding(
                    mark.kind,
                    mark.start,
                    mark.end,
                    quote,
                    spans[mark.sentence],
                    mark.severity,
                    mark.facts,
                    mark.places or ((mark.start, mark.end),),
                )
            )
    return kept, counts


def _figures(sentences: list[Passage], language: str | None, counts: Mapping[str, int]) -> Figures:
    lengths = tuple(sentence.length for sentence in sentences)
    return Figures(
        words=sum(lengths),
        sentences=len(lengths),
        spoken=sum(_spoken(sentences)),
        lengths=lengths,
        ease=reading_ease(sentences, language),
        counts=counts,
    )


def _spoken(sentences: list[Passage]) -> Iterator[int]:
    for sentence in sentences:
        yield sum(word.is_spoken and not word.text.endswith("'") for word in sentence.words)
