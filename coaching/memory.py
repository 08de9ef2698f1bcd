"""What the coach remembers of each chapter, as a page shows it."""

from dataclasses import dataclass
from typing import Final

from coaching import exchanges
from coaching.models import Reply, Summary, SummaryRequest
from coaching.services.asking import ceiling_for
from coaching.tasks import SUMMARY_TOKENS
from coaching.tokens import estimate_tokens
from stories.models import Chapter, Story

# The instructions and the brief beside the chapter, for the price of all of them: each is reckoned again when asked.
_BESIDE_TOKENS: Final = 3_000


@dataclass(frozen=True)
class Remembered:
    """A chapter and what stands of it.

    `is_waiting`: a summary of it is being written; `was_tried`: one of this very text was, in vain.
    """

    chapter: Chapter
    summary: Summary | None
    holds: bool
    is_waiting: bool
    was_tried: bool
    ceiling_micros: int

    @property
    def is_stale(self) -> bool:
        """Whether there is a summary, but of an older text."""
        return self.summary is not None and not self.holds

    @property
    def is_missing(self) -> bool:
        """Whether the coach would read only the opening and the close."""
        return not self.holds and bool(self.chapter.content.strip())

    @property
    def price(self) -> str:
        """What a summary would cost at most."""
        return exchanges.price(self.ceiling_micros)


@dataclass(frozen=True)
class Memory:
    """The chapters of a story in order."""

    rows: list[Remembered]

    @property
    def missing(self) -> list[Remembered]:
        """Those to be summarised, but for those that are."""
        return [row for row in self.rows if row.is_missing and not row.is_waiting]

    @property
    def untried(self) -> list[Remembered]:
        """Those of them that no model has failed at yet: what is asked for without being asked again."""
        return [row for row in self.missing if not row.was_tried]

    @property
    def waiting(self) -> int:
        """How many are being written."""
        return sum(row.is_waiting for row in self.rows)

    @property
    def price(self) -> str:
        """What all the missing ones would cost at most."""
        return exchanges.price(sum(row.ceiling_micros for row in self.missing))


def memory_of(story: Story) -> Memory:
    """Three queries, whatever the number of chapters."""
    chapters = story.chapters.filter(deleted_at=None).order_by("position").select_related("summary")
    chapters = chapters.defer("content_html", "provenance")
    asked = SummaryRequest.objects.filter(chapter__story=story).values_list("chapter_id", "text_sha256", "reply__state")
    waiting = {chapter_id for chapter_id, _digest, state in asked if state in Reply.UNFINISHED}
    tried = {(chapter_id, digest) for chapter_id, digest, state in asked if state not in Reply.UNFINISHED}
    price = ceiling_for()
    rows = []
    for chapter in chapters:
        chapter.story = story
        summary: Summary | None = getattr(chapter, "summary", None)
        rows.append(
            Remembered(
                chapter=chapter,
                summary=summary,
                holds=summary is not None and summary.holds_for(chapter.content),
                is_waiting=chapter.pk in waiting,
                was_tried=(chapter.pk, Summary.digest(chapter.content)) in tried,
                ceiling_micros=price(estimate_tokens(chapter.content) + _BESIDE_TOKENS, SUMMARY_TOKENS),
            )
        )
    return Memory(rows)
