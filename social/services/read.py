"""Counting reads: once for each story, reader and day, without knowing tomorrow who read today.

docs/decisions/0014-counting-without-following.md says why it is done so.
"""

import hashlib
import hmac
import logging
import secrets
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db import connection, models, transaction
from django.db.models import Count, OuterRef, Subquery, Sum
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Coalesce
from django.utils.crypto import salted_hmac

from social.models import ReadChapter, ReadDay, ReadKey, ReadSource, ReadToday
from social.services.listing import count_answers
from social.visitors import DIRECT, HERE, OTHERS, ReadFacts, reading_day
from stories.models import Story

logger = logging.getLogger(__name__)

FEW_READERS: Final = 3
"""Of a day with fewer it is told to nobody where they came from: it would be told of somebody."""
MOST_HOSTS: Final = 200
BATCH: Final = 500
_MOST_MET: Final = 10_000

# The one statement of a read: a new row, or an old one that reaches further. It answers what stands there when it
# has changed something, and nothing for the author, for a story that has gone, and for who was there already.
_READ: Final = """
    INSERT INTO social_readtoday AS today (story_id, day, digest, first_position, last_position, host)
    SELECT id, %s, %s, %s, %s, %s FROM stories_story WHERE id = %s AND owner_id <> %s
    ON CONFLICT (story_id, day, digest) DO UPDATE SET
        first_position = CASE WHEN today.first_position <= excluded.first_position
            THEN today.first_position ELSE excluded.first_position END,
        last_position = CASE WHEN today.last_position >= excluded.last_position
            THEN today.last_position ELSE excluded.last_position END
    WHERE today.first_position IS NULL
        OR excluded.first_position < today.first_position OR excluded.last_position > today.last_position
    RETURNING first_position, last_position
"""


@dataclass
class _Day:
    """What this process knows of today: the key, and whom it has met where. Both are gone with the day."""

    day: date
    key: bytes
    met: dict[str, tuple[int, int] | None] = field(default_factory=dict)

    def has_met(self, digest: str, position: int | None) -> bool:
        if digest not in self.met:
            return False
        between = self.met[digest]
        return position is None or (between is not None and between[0] <= position <= between[1])

    def meet(self, digest: str, between: tuple[int, int] | None) -> None:
        if len(self.met) >= _MOST_MET:
            self.met.clear()
        self.met[digest] = between


@dataclass
class _Memory:
    today: _Day | None = None


_memory = _Memory()


def count_read(*, story_id: UUID, chapter_position: int, facts: ReadFacts) -> bool:
    """Count a reader who opens a chapter (0: all of them on one page). Returns whether they are the day's new one.

    It never raises: a page is worth more than its count.
    """
    return _noted(story_id, chapter_position, facts)


def note_arrival(*, story_id: UUID, facts: ReadFacts) -> None:
    """Remember where somebody comes from who opens the title page: no read yet, but its source when they begin.

    Whoever comes from elsewhere mostly comes to that page, and to the first chapter from there.
    """
    if facts.source not in {HERE, DIRECT}:
        _noted(story_id, None, facts)


def _noted(story_id: UUID, position: int | None, facts: ReadFacts) -> bool:
    if not facts.is_person:
        return False
    try:
        return _note(story_id, position, facts)
    except Exception:
        logger.exception("A read was not counted.")
        return False


def _note(story_id: UUID, position: int | None, facts: ReadFacts) -> bool:
    today = _today(facts.day)
    digest = _digest(today.key, f"{story_id.hex} {facts.reader}")
    if today.has_met(digest, position):
        return False
    with transaction.atomic():
        between = _write(story_id, position, facts, digest)
        # Whoever opened the first chapter of the day stands at one; whoever goes on stands between two.
        is_new = between is not None and between[0] == between[1]
        if is_new:
            count_answers(story_id=story_id, reads=1)
    if between is None and position is not None:
        known = today.met.get(digest) or (position, position)
        between = min(position, known[0]), max(position, known[1])
    today.meet(digest, between)
    return is_new


def _digest(key: bytes, told: str) -> str:
    return hmac.new(key, told.encode(errors="backslashreplace"), hashlib.sha256).hexdigest()[:32]


def _write(story_id: UUID, position: int | None, facts: ReadFacts, digest: str) -> tuple[int, int] | None:
    key = Story._meta.pk
    day = connection.ops.adapt_datefield_value(facts.day)
    story, reader = (key.get_db_prep_value(value, connection) for value in (story_id, facts.user_id))
    with connection.cursor() as cursor:
        cursor.execute(_READ, [day, digest, position, position, facts.source, story, reader])
        row = cursor.fetchone()
    return (row[0], row[1]) if row is not None and row[0] is not None else None


def _today(day: date) -> _Day:
    """The day with its key: a number drawn at random that is in the database, under the secret that is not."""
    today = _memory.today
    if today is None or today.day != day:
        ReadKey.objects.bulk_create([ReadKey(day=day, secret=secrets.token_hex(32))], ignore_conflicts=True)
        secret = ReadKey.objects.values_list("secret", flat=True).get(pk=day)
        today = _Day(day, salted_hmac("social.reads", secret, algorithm="sha256").digest())
        _memory.today = today
    return today


def fold_reads() -> int:
    """Turn the readers of days that are over into numbers, and forget them and their keys. Returns how many."""
    today = reading_day()
    if _memory.today is not None and _memory.today.day < today:
        _memory.today = None
    ReadKey.objects.filter(day__lt=today).delete()
    over = ReadToday.objects.filter(day__lt=today).order_by("day", "story_id").values_list("day", "story_id").distinct()
    folded = 0
    while groups := list(over[:BATCH]):
        done = sum(_fold(day, story_id) for day, story_id in groups)
        folded += done
        if not done:
            # They are somebody else's, who is at it.
            break
    return folded


@transaction.atomic
def _fold(day: date, story_id: UUID) -> int:
    # One at a time for each story: whoever waits here finds what is left. Readers need not wait for it.
    if not Story.objects.select_for_update(no_key=True).filter(pk=story_id).values_list("pk").first():
        return 0
    rows = list(ReadToday.objects.filter(story_id=story_id, day=day).order_by("pk")[:BATCH])
    reads = [row for row in rows if row.first_position is not None]
    of_day: dict[str, Any] = {"story_id": story_id, "day": day}
    if reads:
        _add(ReadDay, of_day, {(): {"reads": len(reads)}})
        total = ReadDay.objects.values_list("reads", flat=True).get(**of_day)
        began = Counter(row.first_position for row in reads)
        stopped = Counter(row.last_position for row in reads)
        chapters = {(at,): {"began": began[at], "stopped": stopped[at]} for at in {*began, *stopped}}
        _add(ReadChapter, of_day, chapters, "position")
        if total >= FEW_READERS:
            hosts = _capped(of_day, Counter(row.host for row in reads))
            _add(ReadSource, of_day, {(host,): {"reads": count} for host, count in hosts.items()}, "host")
    ReadToday.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return len(rows)


def _capped(of_day: dict[str, Any], hosts: "Counter[str]") -> "Counter[str]":
    """At most so many hosts a day, those that sent most; the rest together."""
    named = {*ReadSource.objects.filter(**of_day).values_list("host", flat=True), HERE, DIRECT, OTHERS}
    capped: Counter[str] = Counter()
    for host, count in sorted(hosts.items(), key=lambda item: (-item[1], item[0])):
        if host not in named and len(named) >= MOST_HOSTS:
            capped[OTHERS] += count
        else:
            named.add(host)
            capped[host] += count
    return capped


def _add(
    model: type[models.Model],
    of_day: dict[str, Any],
    numbers: dict[tuple[Any, ...], dict[str, int]],
    *names: str,
) -> None:
    """Add to the rows of a day, by these names, those there are and those not yet. The caller has the lock."""
    rows = model._base_manager.filter(**of_day)
    standing = {tuple(getattr(row, name) for name in names): row for row in rows}
    fresh = {key: model(**of_day, **dict(zip(names, key, strict=True))) for key in numbers if key not in standing}
    for key, added in numbers.items():
        row = standing.get(key) or fresh[key]
        for name, value in added.items():
            setattr(row, name, getattr(row, name) + value)
    model._base_manager.bulk_create(fresh.values())
    changed = [standing[key] for key in numbers if key in standing]
    model._base_manager.bulk_update(changed, list(next(iter(numbers.values()))))


def reads_found() -> CombinedExpression:
    """For a query of listings: the reads that the days add up to.

    One statement sees either a day's readers or the number they have become, never both.
    """
    over = ReadDay.objects.filter(story=OuterRef("pk")).values("story").values(sum=Sum("reads"))
    now = ReadToday.objects.filter(first_position__isnull=False, story=OuterRef("pk")).values("story")
    return Coalesce(Subquery(over), 0) + Coalesce(Subquery(now.values(count=Count("pk"))), 0)
