"""What stands out in a chapter, as a page shows it: figures, sentence lengths as a drawing, and findings in place."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from coaching.offline import craft
from coaching.offline.craft import CraftFinding
from stories.models import Chapter

BESIDE: Final = 60
MOST_BARS: Final = 240
_TALLEST: Final = 60

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
"""What each kind is called, and the question that goes with it."""


@dataclass(frozen=True)
class Spot:
    """A finding in the words around it."""

    finding: CraftFinding
    before: str
    after: str
    url: str


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
    def craft(self) -> craft.Craft:
        return craft.find(self.chapter.content, language=self.chapter.story.language)

    @property
    def is_empty(self) -> bool:
        return not self.craft.measures.words

    @property
    def speech_share(self) -> int:
        """In hundredths of the words."""
        return round(self.craft.measures.dialogue_share * 100)

    @property
    def mean_length(self) -> int:
        return round(self.craft.measures.mean_length)

    @property
    def bars(self) -> list[Bar]:
        """One for each sentence, the first few hundred, none taller than the drawing."""
        lengths = self.craft.lengths[:MOST_BARS]
        most = max(lengths, default=1)
        heights = [max(1, length * _TALLEST // most) for length in lengths]
        return [Bar(place * 4, _TALLEST - height, height, lengths[place]) for place, height in enumerate(heights)]

    @property
    def width(self) -> int:
        """Of the drawing, in its own units."""
        return max(4, min(len(self.craft.lengths), MOST_BARS) * 4)

    @property
    def groups(self) -> list[Group]:
        """What stands out, by kind."""
        return [
            Group(*KINDS[kind], [self._spot(finding) for finding in found])
            for kind, found in self.craft.findings.items()
        ]

    def _spot(self, finding: CraftFinding) -> Spot:
        text = self.chapter.content
        before = text[max(0, finding.start - BESIDE) : finding.start].rpartition("\n")[2]
        after = text[finding.end : finding.end + BESIDE].partition("\n")[0]
        url = f"{self.chapter.get_absolute_url()}?at={finding.start}-{finding.end}"
        return Spot(finding, before, after, url)
