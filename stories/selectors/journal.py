"""A journal by its days, and a life by its questions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from django.db.models import QuerySet, Sum

from stories import prompts
from stories.models import Chapter, Story

MOST_EARLIER = 20
MOST_UNDATED = 50


@dataclass(frozen=True, kw_only=True)
class Month:
    """What a journal says of a month: on how many days it was written, and how many words."""

    days_written: int
    words_written: int


class Asked(NamedTuple):
    """A question, and the chapter that answers it."""

    question: str
    answer: Chapter | None


@dataclass(frozen=True, kw_only=True)
class LifePart:
    """A chapter of a life, with its questions."""

    name: str
    questions: Sequence[Asked]

    @property
    def count(self) -> int:
        """How many questions there are."""
        return len(self.questions)

    @property
    def answered(self) -> int:
        """How many have words for an answer."""
        return sum(1 for asked in self.questions if asked.answer is not None and asked.answer.word_count)


def entries_between(story: Story, first: date, last: date) -> dict[date, Chapter]:
    """The entry of each day that has one; of two, the one that comes first. Without their text."""
    entries = _dated(story).filter(entry_date__range=(first, last)).order_by("-position")
    return {chapter.entry_date: chapter for chapter in entries if chapter.entry_date is not None}


def month_of(story: Story, first: date) -> Month:
    """The figures of the month that begins at `first`."""
    written = _dated(story).filter(entry_date__year=first.year, entry_date__month=first.month, word_count__gt=0)
    return Month(
        days_written=written.values("entry_date").distinct().count(),
        words_written=written.aggregate(words=Sum("word_count"))["words"] or 0,
    )


def on_this_day(story: Story, today: date) -> QuerySet[Chapter]:
    """What was written on this day in other years, the last one first."""
    earlier = _dated(story).filter(entry_date__month=today.month, entry_date__day=today.day, entry_date__lt=today)
    return earlier.order_by("-entry_date")[:MOST_EARLIER]


def undated(story: Story) -> QuerySet[Chapter]:
    """Chapters of a journal that belong to no day."""
    return _dated(story).filter(entry_date=None).order_by("position")[:MOST_UNDATED]


def days_in_a_row(story: Story, today: date) -> int:
    """How many days up to today were written on without a gap; today itself may still come. Counted up to a year."""
    written = _dated(story).filter(word_count__gt=0, entry_date__range=(today - timedelta(days=366), today))
    days = set(written.order_by("-entry_date").values_list("entry_date", flat=True))
    last = today if today in days else today - timedelta(days=1)
    count = 0
    while last - timedelta(days=count) in days:
        count += 1
    return count


def life_of(story: Story) -> tuple[list[LifePart], list[Asked]]:
    """The parts of a life with what is asked and answered, and the writer's own questions with their answers."""
    chapters = _dated(story).order_by("-position")
    answers = {chapter.prompt: chapter for chapter in chapters if chapter.prompt}
    parts = [
        LifePart(name=part.name, questions=[Asked(question, answers.get(question)) for question in part.questions])
        for part in prompts.life_chapters(story.language)
    ]
    known = {asked.question for part in parts for asked in part.questions}
    own = [Asked(prompt, chapter) for prompt, chapter in reversed(answers.items()) if prompt not in known]
    return parts, own


def _dated(story: Story) -> QuerySet[Chapter]:
    return Chapter.objects.present().filter(story=story).without_text()
