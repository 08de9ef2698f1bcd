"""The engine's words with the database: few, whole, and each on a thread of a small pool.

Every function runs in one transaction or one statement and leaves no connection behind.
"""

import asyncio
import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from django.db import close_old_connections, connection, transaction
from django.utils import timezone

from coaching.models import Reply
from costory.lib.prepared import prepared_cursor

P = ParamSpec("P")
T = TypeVar("T")

# Four is enough for a thousand replies: a checkpoint of them all is one call, and ends are far apart.
THREADS = 4


class Store:
    """A pool of threads that talk to the database for the event loop."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="reply-store")

    async def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `function` on one of the threads and give its connection back before returning."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, _whole(function, *args, **kwargs))

    def shut_down(self) -> None:
        """Close each thread's connection and end the threads."""
        for thread in [self._threads.submit(_let_go) for _ in range(THREADS)]:
            thread.result(timeout=5)
        self._threads.shutdown(wait=True)


def _let_go() -> None:
    # Looked up here: `connection` is another one in each thread.
    connection.close()


def _whole(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Callable[[], T]:
    def run() -> T:
        close_old_connections()
        try:
            return function(*args, **kwargs)
        finally:
            close_old_connections()

    return run


@dataclass(frozen=True)
class Claimed:
    """A reply that is ours to run, with what is to be sent."""

    reply_id: UUID
    request: dict[str, Any]
    is_offline: bool
    model: str


def claim(reply_id: UUID, process: str) -> Claimed | None:
    """Make a pending reply ours, or return None where somebody else has it, it is to stop, or it has ended."""
    now = timezone.now()
    table = Reply._meta.db_table
    as_stored = Reply._meta.pk.get_db_prep_value(reply_id, connection)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET state = 'running', claimed_by = %s, heartbeat_at = %s"  # noqa: S608  The table's name is ours.
            " WHERE id = %s AND state = 'pending' AND stop_requested_at IS NULL RETURNING request, is_offline, model",
            [process, _as_time(now), as_stored],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    request = json.loads(row[0])
    return Claimed(reply_id=reply_id, request=request, is_offline=bool(row[1]), model=row[2])


@dataclass(frozen=True)
class Checkpoint:
    """What there is of a reply."""

    reply_id: UUID
    content: str
    generation_id: str


@dataclass(frozen=True)
class Standing:
    """How the replies of this process stand in the database."""

    owned: frozenset[UUID]
    stops: frozenset[UUID]


def write_checkpoints(checkpoints: Sequence[Checkpoint], process: str, *, abandon: bool = False) -> Standing:
    """Write the text so far of every reply in one transaction, and read which are still ours and which are to stop.

    With `abandon` the sign of life is taken back, so that the next start sweeps them at once.
    """
    heartbeat = None if abandon else timezone.now()
    with transaction.atomic():
        if checkpoints:
            write = _write_on_postgresql if connection.vendor == "postgresql" else _write_one_by_one
            write(checkpoints, process, heartbeat)
        mine = Reply.objects.filter(state=Reply.State.RUNNING, claimed_by=process)
        rows = list(mine.values_list("id", "stop_requested_at"))
    return Standing(
        owned=frozenset(row[0] for row in rows), stops=frozenset(row[0] for row in rows if row[1] is not None)
    )


# All of them in one statement: a round trip and its share of the ORM for each would be most of what it takes.
POSTGRESQL_WRITE = """
    UPDATE coaching_reply AS reply
    SET content = written.content, generation_id = written.generation_id, heartbeat_at = %(heartbeat)s
    FROM unnest(%(ids)s::uuid[], %(contents)s::text[], %(generation_ids)s::text[])
        AS written (id, content, generation_id)
    WHERE reply.id = written.id AND reply.state = 'running' AND reply.claimed_by = %(process)s
"""


def _write_on_postgresql(checkpoints: Sequence[Checkpoint], process: str, heartbeat: datetime | None) -> None:
    with prepared_cursor() as cursor:
        cursor.execute(
            POSTGRESQL_WRITE,
            {
                "heartbeat": heartbeat,
                "process": process,
                "ids": [checkpoint.reply_id for checkpoint in checkpoints],
                "contents": [checkpoint.content for checkpoint in checkpoints],
                "generation_ids": [checkpoint.generation_id for checkpoint in checkpoints],
            },
        )


def _write_one_by_one(checkpoints: Sequence[Checkpoint], process: str, heartbeat: datetime | None) -> None:
    for checkpoint in checkpoints:
        Reply.objects.filter(pk=checkpoint.reply_id, state=Reply.State.RUNNING, claimed_by=process).update(
            content=checkpoint.content, generation_id=checkpoint.generation_id, heartbeat_at=heartbeat
        )


@dataclass(frozen=True)
class Snapshot:
    """A reply as the database has it."""

    state: str
    content: str

    @property
    def is_finished(self) -> bool:
        """Whether it has ended."""
        return self.state not in Reply.UNFINISHED


def load_snapshots(reply_ids: Sequence[UUID]) -> dict[UUID, Snapshot]:
    """How these replies stand, in one query."""
    rows = Reply.objects.filter(pk__in=reply_ids).values_list("id", "state", "content")
    return {row[0]: Snapshot(state=row[1], content=row[2]) for row in rows}


def _as_time(moment: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(moment)
