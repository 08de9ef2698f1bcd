"""Findings as a page shows them: in words, with both passages and the way to each."""

from dataclasses import dataclass

from django.utils.functional import Promise

from coaching import continuity
from coaching.models import Finding
from stories.models import Chapter, Story


@dataclass(frozen=True)
class Place:
    """A passage, in its chapter."""

    chapter: Chapter
    quote: str
    start: int

    @property
    def url(self) -> str:
        """The chapter, opened at this passage."""
        return f"{self.chapter.get_absolute_url()}?at={self.start}-{self.start + len(self.quote)}"


@dataclass(frozen=True)
class Row:
    """One finding."""

    finding: Finding

    @property
    def kind(self) -> "str | Promise":
        return continuity.KINDS.get(self.finding.kind, self.finding.kind)

    @property
    def explanation(self) -> str:
        return continuity.explain(self.finding.explanation, self.finding.parameters)

    @property
    def is_waived(self) -> bool:
        return self.finding.waived_at is not None

    @property
    def places(self) -> list[Place]:
        """Both passages, or one where they are the same."""
        row = self.finding
        first = Place(row.first_chapter, row.first_quote, row.first_start)
        second = Place(row.second_chapter, row.second_quote, row.second_start)
        return [first] if first == second else [first, second]


def found_in(story: Story, chapter: Chapter | None) -> list[Row]:
    """The findings of a story, or those that touch a chapter, in the order of the text. One query."""
    rows = Finding.objects.filter(story=story).select_related("first_chapter", "second_chapter")
    rows = rows.defer(
        *("first_chapter__content", "first_chapter__content_html", "first_chapter__provenance"),
        *("second_chapter__content", "second_chapter__content_html", "second_chapter__provenance"),
    )
    if chapter is not None:
        rows = rows.filter(first_chapter=chapter) | rows.filter(second_chapter=chapter)
    return [Row(row) for row in rows.order_by("first_chapter__position", "first_start", "id")]
