"""Ending replies whose process died, so that no hold stays open and nothing is paid twice."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from asgiref.sync import async_to_sync, sync_to_async
from django.conf import settings
from django.db.models import Q
from django.utils import timezone

import billing.services
from billing.models import Hold
from coaching import models_client
from coaching.models import Reply
from coaching.services.settlement import Outcome, end_reply
from costory.lib import openrouter

logger = logging.getLogger(__name__)

# How long a dead reply's real cost is asked for before its hold is released: the provider may be away as well.
PATIENCE = timedelta(minutes=10)
SWEEPER = "sweep"

Call = Callable[..., Awaitable[Any]]


@dataclass(frozen=True)
class Orphan:
    """A reply whose process gave no sign of life for longer than its lease."""

    reply_id: UUID
    state: str
    claimed_by: str
    content: str
    generation_id: str
    was_stopped: bool
    created_at: datetime
    heartbeat_at: datetime | None


def find_orphans() -> list[Orphan]:
    """Replies that nobody runs: pending ones nobody came for, running ones whose lease has run out."""
    limit = timezone.now() - timedelta(seconds=settings.REPLY_LEASE_SECONDS)
    dead = Q(state=Reply.State.PENDING, created_at__lt=limit) | Q(state=Reply.State.RUNNING, heartbeat_at__lt=limit)
    dead |= Q(state=Reply.State.RUNNING, heartbeat_at=None)
    rows = Reply.objects.filter(dead).order_by("created_at")[:500]
    return [
        Orphan(
            reply_id=row.pk,
            state=row.state,
            claimed_by=row.claimed_by,
            content=row.content,
            generation_id=row.generation_id,
            was_stopped=row.stop_requested_at is not None,
            created_at=row.created_at,
            heartbeat_at=row.heartbeat_at,
        )
        for row in rows
    ]


def take(orphan: Orphan) -> bool:
    """Take a reply from its dead process, so that nobody else ends it, nor runs it. False where it has moved since.

    The process may not be dead at all but stalled: then its own settlement finds the reply taken and changes nothing.
    """
    return bool(
        Reply.objects.filter(
            pk=orphan.reply_id,
            state=orphan.state,
            claimed_by=orphan.claimed_by,
            heartbeat_at=orphan.heartbeat_at,
        ).update(state=Reply.State.RUNNING, claimed_by=SWEEPER, heartbeat_at=timezone.now())
    )


def put_back(orphan: Orphan) -> None:
    """Leave it to the next sweep, as long dead as it was: the provider could not be asked."""
    Reply.objects.filter(pk=orphan.reply_id, claimed_by=SWEEPER, state=Reply.State.RUNNING).update(heartbeat_at=None)


def release_orphaned_holds() -> int:
    """Release holds whose reply is gone with its story or its writer."""
    limit = timezone.now() - timedelta(seconds=settings.REPLY_LEASE_SECONDS)
    stale = Hold.objects.open().filter(cause__startswith="reply:", opened_at__lt=limit)
    released = 0
    for hold in stale.exclude(pk__in=Reply.objects.unfinished().exclude(hold=None).values("hold"))[:500]:
        released += billing.services.release_hold(hold_id=hold.pk)
    return released


async def sweep(call: Call, client: openrouter.OpenRouter) -> int:
    """End what has no process any more, and return how many. `call` runs a function on a thread with a database."""
    ended = 0
    for orphan in await call(find_orphans):
        if not await call(take, orphan):
            continue
        cost: Decimal | None = None
        is_known = True
        if orphan.generation_id and client.is_openrouter:
            try:
                found = await client.generation(orphan.generation_id)
            except openrouter.OpenRouterError as error:
                logger.warning("The cost of %s could not be asked for: %s", orphan.reply_id, type(error).__name__)
                found = None
            cost = found.cost if found is not None else None
            is_known = cost is not None
        if not is_known and timezone.now() - orphan.created_at < PATIENCE:
            await call(put_back, orphan)
            continue
        # What came and is paid for was stopped; what nobody billed has failed.
        is_kept = orphan.was_stopped or (bool(cost) and bool(orphan.content))
        outcome = Outcome(
            state=Reply.State.STOPPED if is_kept else Reply.State.FAILED,
            content=orphan.content,
            error_code="" if orphan.was_stopped else "interrupted",
            generation_id=orphan.generation_id,
            provider_cost_usd=cost or Decimal(0),
        )
        ended += await call(end_reply, reply_id=orphan.reply_id, outcome=outcome, claimed_by=SWEEPER)
    await call(release_orphaned_holds)
    return ended


def sweep_replies() -> int:
    """The same for a command: end what has no process any more, and return how many."""

    async def run() -> int:
        client = models_client.create()
        try:
            return await sweep(_in_thread, client)
        finally:
            await client.aclose()

    return async_to_sync(run)()


async def _in_thread(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    return await sync_to_async(function, thread_sensitive=True)(*args, **kwargs)
