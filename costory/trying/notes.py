"""What the offline coach finds in a paragraph, as a page shows it: marks in the text, and a note for each."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from coaching.helplines import DIRECTORY, Help, help_for
from coaching.offline import danger, measure
from coaching.offline.answer import shortened
from coaching.offline.findings import Finding, Reading, find
from coaching.offline.phrases import Phrases, Remark, phrases

ENOUGH_WORDS: Final = 40
MOST_NOTES: Final = 5
_LONGEST_QUOTE: Final = 120


@dataclass(frozen=True, slots=True)
class Note:
    """One finding: its number in the text, its words, what is said of it and what is asked."""

    number: int
    title: str
    quote: str
    explanation: str
    question: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some of the text in its order. `number` is that of the note it belongs to; 0 is what nothing is said of."""

    text: str
    number: int = 0
    is_first: bool = False


@dataclass(frozen=True)
class Paragraph:
    """A paragraph read, in the language of whoever asks."""

    text: str
    language: str

    @cached_property
    def is_care(self) -> bool:
        """Whether it sounds like somebody in danger. What an invented person says is let pass."""
        return danger.is_heard(self.text, of_a_true_life=False)

    @property
    def help(self) -> Help:
        return help_for("", self.language)

    @property
    def directory(self) -> str:
        return DIRECTORY

    @property
    def words(self) -> int:
        return self._reading.figures.words

    @property
    def sentences(self) -> int:
        return self._reading.figures.sentences

    @property
    def longest(self) -> int:
        """Words of the longest sentence."""
        return max(self._reading.figures.lengths, default=0)

    @property
    def speech_share(self) -> int:
        """In hundredths of the words."""
        return round(100 * self._reading.figures.dialogue_share)

    @property
    def is_short(self) -> bool:
        """Too short for its figures to mean anything."""
        return self.words < ENOUGH_WORDS

    @property
    def unknown_language(self) -> str:
        """What is said where the word lists do not know the text's language."""
        return "" if self._reading.language else self._phrases.other_language

    @cached_property
    def notes(self) -> list[Note]:
        """The weightiest few, in the order of the text; none where there is too little to go by."""
        if self.is_short:
            return []
        return [
            Note(
                number,
                finding.remark(self.language).title,
                shortened(finding.quote, _LONGEST_QUOTE),
                finding.explanation(self.language),
                finding.question(self.language),
            )
            for number, finding in enumerate(self._chosen, start=1)
        ]

    @cached_property
    def stretches(self) -> list[Stretch]:
        """The whole text, cut where a mark begins or ends."""
        if self.is_short:
            return [Stretch(self.text)]
        stretches, at, seen = [], 0, set[int]()
        for start, end, number in self._marks():
            if start > at:
                stretches.append(Stretch(self.text[at:start]))
            stretches.append(Stretch(self.text[start:end], number, is_first=number not in seen))
            seen.add(number)
            at = end
        if at < len(self.text):
            stretches.append(Stretch(self.text[at:]))
        return stretches

    @property
    def last_line(self) -> str:
        """Where the text stops, to go on from."""
        return shortened(measure(self.text, self.language).closing, _LONGEST_QUOTE)

    @property
    def going_on(self) -> Remark:
        return self._phrases.remarks["next"]

    @property
    def doors(self) -> tuple[str, ...]:
        """Three ways to go on, as questions."""
        return self._phrases.doors

    @cached_property
    def _reading(self) -> Reading:
        return find(self.text, language=self.language)

    @property
    def _phrases(self) -> Phrases:
        return phrases(self.language)

    @cached_property
    def _chosen(self) -> list[Finding]:
        return sorted(self._reading.first[:MOST_NOTES], key=lambda finding: (finding.start, finding.end))

    def _marks(self) -> Iterator[tuple[int, int, int]]:
        """Places with their notes' numbers, in order. Where two overlap the shorter stays: it says more."""
        places = [
            (start, end, number)
            for number, finding in enumerate(self._chosen, start=1)
            for start, end in finding.places
        ]
        kept: list[tuple[int, int, int]] = []
        for start, end, number in sorted(places, key=lambda place: place[1] - place[0]):
            if all(end <= other[0] or other[1] <= start for other in kept):
                kept.append((start, end, number))
        yield from sorted(kept)
