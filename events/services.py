"""The one way to write an event."""

import re
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, models
from django.utils import timezone

from costory.lib.prepared import prepared_cursor
from events.models import Event

_NAME = re.compile(r"[a-z][a-z_]*\.[a-z_]+")


# Every write of the house records one: by hand and prepared, at a third of what the ORM takes.
POSTGRESQL_INSERT = """
    INSERT INTO events_event (id, name, person_id, subject_type, subject_id, payload, occurred_at, recorded_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
"""

Subscriber = Callable[[Event], None]
_subscribers: defaultdict[str, list[Subscriber]] = defaultdict(list)


class EventOutsideTransaction(RuntimeError):
    """An event was recorded outside the transaction that makes its fact."""


def record(
    name: str,
    *,
    person_id: UUID | None = None,
    subject: models.Model | None = None,
    payload: dict[str, Any] | None = None,
    occurred_at: datetime | None = None,
) -> Event:
    """Record a fact, named `<noun>.<past tense>` (`reply.settled`), in the transaction that makes it.

    Raises ValueError for a name of another form and EventOutsideTransaction where no transaction is open: a fact and
    its event stand or fall together.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(f"Not an event's name: {name!r}. It is a noun, a dot and a verb in the past tense.")
    if not connection.in_atomic_block:
        raise EventOutsideTransaction(name)
    event = Event(
        name=name,
        person_id=person_id,
        subject_type=subject._meta.label_lower if subject is not None else "",
        subject_id=str(subject.pk) if subject is not None else "",
        payload=payload or {},
        occurred_at=occurred_at or timezone.now(),
    )
    _insert(event)
    for subscriber in _subscribers[name]:
        subscriber(event)
    return event


def _insert(event: Event) -> None:
    if connection.vendor != "postgresql":
        event.save(force_insert=True)
        return
    event.recorded_at = timezone.now()
    with prepared_cursor() as cursor:
        cursor.execute(
            POSTGRESQL_INSERT,
            [
                *(event.pk, event.name, event.person_id, event.subject_type, event.subject_id),
                *(connection.ops.adapt_json_value(event.payload, None), event.occurred_at, event.recorded_at),
            ],
        )
    event._state.adding = False
    event._state.db = connection.alias


def subscribe(name: str, subscriber: Subscriber) -> None:
    """Have `subscriber` called with each event of this name, in the transaction that records it.

    For what is kept in step with facts of an app below (its `AppConfig.ready` is the place to call this): the fact,
    its event and what follows from it stand or fall together. Repeatable.
    """
    if subscriber not in _subscribers[name]:
        _subscribers[name].append(subscriber)
