"""How many characters are whose, by chapter and for the whole story."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from stories.models import Chapter, Story

TENTH = Decimal("0.1")


@dataclass(frozen=True, kw_only=True)
class Bar:
    """Widths of the parts of a bar, from its beginning: a person's, the coach's edited, the coach's."""

    human: int
    coach_edited: int
    coach: int

    @property
    def coach_from(self) -> int:
        """Where the coach's part begins."""
        return self.human + self.coach_edited


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Characters of a text: all of them, the coach's as it wrote them, and the coach's that a person edited."""

    characters: int
    coach: int
    coach_edited: int

    @property
    def human(self) -> int:
        """What the record calls a person's."""
        return self.characters - self.coach - self.coach_edited

    @property
    def has_coach_text(self) -> bool:
        """Whether there is anything to disclose."""
        return self.coach + self.coach_edited > 0

    @property
    def is_coach_only(self) -> bool:
        """Whether the coach wrote all of it, and nobody changed a word."""
        return 0 < self.characters == self.coach

    @property
    def human_percent(self) -> Decimal:
        """The share of what the record calls a person's."""
        return self.percent(self.human)

    @property
    def coach_percent(self) -> Decimal:
        """The share of the coach's words as it wrote them."""
        return self.percent(self.coach)

    @property
    def coach_edited_percent(self) -> Decimal:
        """The share of the coach's words that a person edited."""
        return self.percent(self.coach_edited)

    @property
    def bar(self) -> "Bar":
        """The shares as widths of a bar that is a thousand wide; what is there can be seen."""
        coach = self._width(self.coach)
        edited = min(self._width(self.coach_edited), 1000 - coach)
        return Bar(human=1000 - coach - edited if self.characters else 0, coach_edited=edited, coach=coach)

    def _width(self, part: int) -> int:
        return max(8, part * 1000 // self.characters) if part else 0

    def percent(self, part: int) -> Decimal:
        """A part in hundredths, to one decimal place: never 0 for something, never 100 for less than all."""
        if not part:
            return Decimal(0)
        if part == self.characters:
            return Decimal(100)
        rounded = (Decimal(part) * 100 / self.characters).quantize(TENTH, rounding=ROUND_HALF_EVEN)
        return min(max(rounded, TENTH), 100 - TENTH)


@dataclass(frozen=True, kw_only=True)
class ChapterFigures(Figures):
    """A chapter's figures, under its place in the story."""

    number: int
    title: str


@dataclass(frozen=True, kw_only=True)
class StoryFigures(Figures):
    """A story's figures, and those of each of its chapters."""

    chapters: list[ChapterFigures]

    @property
    def with_coach_text(self) -> list[ChapterFigures]:
        """The chapters in which there is something to disclose."""
        return [chapter for chapter in self.chapters if chapter.has_coach_text]


def chapter_figures(chapter: Chapter) -> ChapterFigures:
    """A chapter's figures, from what it keeps of its record."""
    return ChapterFigures(
        number=chapter.position,
        title=chapter.title,
        characters=chapter.character_count,
        coach=chapter.coach_characters,
        coach_edited=chapter.coach_edited_characters,
    )


def story_figures(story: Story) -> StoryFigures:
    """The figures of a story as it stands, bin left out. One query, and no text is read."""
    return total_figures(Chapter.objects.present().filter(story=story).without_text().order_by("position"))


def total_figures(chapters: Iterable[Chapter]) -> StoryFigures:
    """The figures of these chapters together."""
    listed = [chapter_figures(chapter) for chapter in chapters]
    return StoryFigures(
        characters=sum(chapter.characters for chapter in listed),
        coach=sum(chapter.coach for chapter in listed),
        coach_edited=sum(chapter.coach_edited for chapter in listed),
        chapters=listed,
    )
