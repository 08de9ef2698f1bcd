"""What an author is told of their readers: numbers of days, of places they came from, and of chapters."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.db.models import Count, Sum

from social.models import ReadChapter, ReadDay, ReadSource, ReadToday
from social.services.read import FEW_READERS
from social.visitors import DIRECT, HERE, OTHERS
from stories.models import Chapter, Story

PERIODS: Final = (30, 90, 365)
MOST_SOURCES: Final = 20
MOST_CHAPTERS: Final = 200
BAR_WIDTH: Final = 10
CHART_HEIGHT: Final = 100
_SHORTEST_BAR: Final = 2


@dataclass(frozen=True)
class DayBar:
    """A day's readers, and its bar in a chart that is CHART_HEIGHT high."""

    day: date
    reads: int
    x: int
    height: int

    @property
    def y(self) -> int:
        return CHART_HEIGHT - self.height


@dataclass(frozen=True)
class SourceBar:
    """Where readers came from: a host, or HERE, DIRECT or OTHERS. Its width is a share of the widest, in hundredths."""

    host: str
    reads: int
    width: int

    @property
    def is_host(self) -> bool:
        return self.host not in {HERE, DIRECT, OTHERS}


@dataclass(frozen=True)
class ChapterBar:
    """How many reached a chapter and how many went no further that day; position 0 is all of them on one page."""

    position: int
    chapter: Chapter | None
    reached: int
    stopped: int
    width: int
    stopped_width: int
    is_last: bool

    @property
    def is_stop(self) -> bool:
        """Whether going no further says something: not after the last chapter, nor of a page with all of them."""
        return bool(self.position) and not self.is_last

    @property
    def stopped_x(self) -> int:
        return self.width - self.stopped_width


@dataclass(frozen=True)
class ReaderFigures:
    """A story's readers in a period. Of fewer than FEW_READERS nothing but their number is told."""

    days: int
    first_day: date
    last_day: date
    total: int
    bars: list[DayBar]
    sources: list[SourceBar]
    unsaid: int
    chapters: list[ChapterBar]
    more_chapters: int

    @property
    def most(self) -> int:
        return max((bar.reads for bar in self.bars), default=0)

    @property
    def today(self) -> int:
        return self.bars[-1].reads

    @property
    def width(self) -> int:
        return len(self.bars) * BAR_WIDTH

    @property
    def read_days(self) -> list[DayBar]:
        """The days on which somebody read, the last first."""
        return [bar for bar in reversed(self.bars) if bar.reads]

    @property
    def is_told(self) -> bool:
        return self.total >= FEW_READERS


def reader_figures(story: Story, *, days: int, today: date) -> ReaderFigures:
    """What is known of who read this story in so many days up to today, in five queries."""
    since = today - timedelta(days=days - 1)
    live = list(
        ReadToday.objects.filter(story=story, day__gte=since, first_position__isnull=False)
        .values_list("day", "host", "first_position", "last_position")
        .annotate(reads=Count("pk"))
    )
    by_day = _days(story, since, live)
    sources = _sources(story, since, live, by_day)
    total = sum(by_day.values())
    most = max(by_day.values(), default=0)
    bars = []
    for at in range(days):
        day = since + timedelta(days=at)
        bars.append(DayBar(day, by_day[day], at * BAR_WIDTH, _scaled(by_day[day], most, CHART_HEIGHT)))
    chapters = _chapters(story, since, live) if total >= FEW_READERS else []
    return ReaderFigures(
        days=days,
        first_day=since,
        last_day=today,
        total=total,
        bars=bars,
        sources=_source_bars(sources),
        unsaid=total - sum(sources.values()),
        chapters=chapters[:MOST_CHAPTERS],
        more_chapters=max(0, len(chapters) - MOST_CHAPTERS),
    )


type_live = list[tuple[date, str, int, int, int]]


def _days(story: Story, since: date, live: type_live) -> "Counter[date]":
    days = Counter(dict(ReadDay.objects.filter(story=story, day__gte=since).values_list("day", "reads")))
    for day, _host, _first, _last, reads in live:
        days[day] += reads
    return days


def _sources(story: Story, since: date, live: type_live, days: "Counter[date]") -> "Counter[str]":
    folded = ReadSource.objects.filter(story=story, day__gte=since).order_by().values_list("host")
    sources = Counter(dict(folded.annotate(sum=Sum("reads"))))
    for day, host, _first, _last, reads in live:
        if days[day] >= FEW_READERS:
            sources[host] += reads
    return sources


def _source_bars(sources: "Counter[str]") -> list[SourceBar]:
    named = sorted(sources.items(), key=lambda item: (-item[1], item[0]))
    shown = Counter(dict(named[:MOST_SOURCES]))
    shown[OTHERS] += sum(reads for _host, reads in named[MOST_SOURCES:])
    # What is no place of its own stands last.
    ranked = sorted(shown.items(), key=lambda item: (item[0] == OTHERS, -item[1], item[0]))
    most = max(shown.values(), default=0)
    return [SourceBar(host, reads, _scaled(reads, most, 100)) for host, reads in ranked if reads]


def _chapters(story: Story, since: date, live: type_live) -> list[ChapterBar]:
    began: defaultdict[int, int] = defaultdict(int)
    stopped: defaultdict[int, int] = defaultdict(int)
    folded = ReadChapter.objects.filter(story=story, day__gte=since).order_by().values_list("position")
    for position, begun, ended in folded.annotate(Sum("began"), Sum("stopped")):
        began[position] += begun
        stopped[position] += ended
    for _day, _host, first, last, reads in live:
        began[first] += reads
        stopped[last] += reads
    chapters = {row.position: row for row in Chapter.objects.readable().filter(story=story).without_text()}
    last_position = max(chapters, default=0)
    # Whoever began before a chapter, or with it, and did not stop before it has reached it.
    rows, reading = [], 0
    for position in sorted({*began, *stopped, *chapters}):
        reading += began[position]
        if reading:
            rows.append((position, reading, stopped[position]))
        reading -= stopped[position]
    most = max((reached for _position, reached, _stopped in rows), default=0)
    return [
        ChapterBar(
            position=position,
            chapter=chapters.get(position),
            reached=reached,
            stopped=ended,
            width=_scaled(reached, most, 100),
            stopped_width=_scaled(ended, most, 100) if position not in {0, last_position} else 0,
            is_last=bool(position) and position == last_position,
        )
        for position, reached, ended in rows
    ]


def _scaled(value: int, most: int, length: int) -> int:
    """A bar's length; what is not nothing is seen."""
    return max(_SHORTEST_BAR, round(length * value / most)) if value else 0
