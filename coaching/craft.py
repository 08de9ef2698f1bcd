"""What stands out in a chapter, as a page shows it: figures, sentence lengths as a drawing, and findings in place."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from coaching.offline.findings import Finding, Reading, find
from coaching.offline.phrases import phrases
from stories.models import Chapter, Story

BESIDE: Final = 60
MOST_BARS: Final = 240
_TALLEST: Final = 60
_LONGEST_QUOTE: Final = 160
_SOURCES: Final = {"en": "Flesch, 1948", "fr": "Kandel & Moles, 1958"}

KINDS: Final = {
    "echo": (_("Echoes"), _("Which of these returns did you want, and which came back by themselves?")),
    "cliche": (_("Turns that others have used"), _("What did you see before this phrase offered itself?")),
    "filter": (_("Filters"), _("If you take out who sees or feels it, does the reader see it more closely?")),
    "tag": (_("Verbs around speech"), _("Does the line itself not say how it is spoken?")),
    "tag_adverb": (_("Adverbs around speech"), _("Could the words, or a gesture, do what the adverb does?")),
    "adverb": (_("Adverbs of manner"), _("Is there a verb that holds the adverb already?")),
    "passive": (_("Passive forms"), _("Who acts here, and do you want them out of sight?")),
    "long": (_("Long sentences"), _("Where would you breathe if you read it aloud?")),
}
"""What some kinds are called, and the question that goes with each; the phrases of the coach name the others."""

_TOGETHER: Final = {"adverbs": "adverb", "passive.agent": "passive", "tag.adverb": "tag_adverb", "rhythm.long": "long"}


@dataclass(frozen=True)
class Spot:
    """A finding in the words around it."""

    quote: str
    before: str
    after: str
    url: str
    explanation: str


@dataclass(frozen=True)
class Group:
    """The findings of one kind."""

    name: "str | Promise"
    question: "str | Promise"
    spots: list[Spot]


@dataclass(frozen=True)
class Bar:
    """A sentence in the drawing: its place, its height and how many words it stands for."""

    x: int
    y: int
    height: int
    words: int


@dataclass(frozen=True)
class CraftPage:
    """A chapter read."""

    chapter: Chapter

    @cached_property
    def reading(self) -> Reading:
        story = self.chapter.story
        return find(self.chapter.content, language=story.language, point_of_view=story.pov)

    @property
    def gentle(self) -> str:
        """What is said in the place of all this beside a journal, where nothing is weighed."""
        is_journal = self.chapter.story.mode == Story.Mode.JOURNAL
        return phrases(self._language).gentle_no_craft if is_journal else ""

    @property
    def is_empty(self) -> bool:
        return not self.reading.figures.words

    @property
    def speech_share(self) -> int:
        """In hundredths of the words."""
        return round(self.reading.figures.dialogue_share * 100)

    @property
    def mean_length(self) -> int:
        return round(self.reading.figures.words / max(1, self.reading.figures.sentences))

    @property
    def shortest(self) -> int:
        return min(self.reading.figures.lengths, default=0)

    @property
    def longest(self) -> int:
        return max(self.reading.figures.lengths, default=0)

    @property
    def ease_source(self) -> str:
        """Whose formula the ease of reading is."""
        return _SOURCES.get(self.reading.language or "", "")

    @property
    def _language(self) -> str:
        return get_language() or self.chapter.story.language

    @property
    def bars(self) -> list[Bar]:
        """One for each sentence, the first few hundred, none taller than the drawing."""
        lengths = self.reading.figures.lengths[:MOST_BARS]
        most = max(lengths, default=1)
        heights = [max(1, length * _TALLEST // most) for length in lengths]
        return [Bar(place * 4, _TALLEST - height, height, lengths[place]) for place, height in enumerate(heights)]

    @property
    def width(self) -> int:
        """Of the drawing, in its own units."""
        return max(4, min(len(self.reading.figures.lengths), MOST_BARS) * 4)

    @property
    def groups(self) -> list[Group]:
        """What stands out, by kind, the weightiest first."""
        together: dict[str, list[Finding]] = {}
        for kind, found in self.reading.by_kind:
            together.setdefault(_TOGETHER.get(kind, kind), []).extend(found)
        groups = []
        for kind, found in together.items():
            first = found[0]
            named = KINDS.get(kind) or (first.remark(self._language).title, first.question(self._language))
            groups.append(
                Group(named[0], named[1], [self._spot(one) for one in sorted(found, key=lambda one: one.start)])
            )
        return groups

    def _spot(self, finding: Finding) -> Spot:
        text = self.chapter.content
        before = _cut(text[max(0, finding.start - BESIDE) : finding.start][::-1], is_more=finding.start > BESIDE)[::-1]
        after = _cut(text[finding.end : finding.end + BESIDE], is_more=len(text) > finding.end + BESIDE)
        url = f"{self.chapter.get_absolute_url()}?at={finding.start}-{finding.end}"
        quote = finding.quote
        if len(quote) > _LONGEST_QUOTE:
            quote, after = quote[:_LONGEST_QUOTE].rpartition(" ")[0] + "…", ""
        return Spot(quote, before, after, url, finding.explanation(self._language))


def _cut(beside: str, *, is_more: bool) -> str:
    """What stands beside a passage on its line, in whole words."""
    line, end, _rest = beside.partition("\n")
    if end or not is_more or " " not in line:
        return line
    return line.rpartition(" ")[0] + " …"
