"""What the server does by itself every minute, besides the coach's sweep: forgetting what is to be forgotten."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from django.conf import settings

from accounts.idempotency import prune_idempotency_keys
from costory.leaving import purge_erased
from costory.trying.keeping import prune_sessions
from social.search import refresh_names
from social.services import (
    announce_chapters,
    fold_reads,
    forget_comments,
    forget_notifications,
    forget_reporters,
    look_at_changed_stories,
    mail_digests,
    refresh_listings,
    send_due_letters,
)
from stories.services import purge_thrown_away

logger = logging.getLogger(__name__)

Chore = Callable[[], int]
CHORES: tuple[Chore, ...] = (
    prune_idempotency_keys,
    purge_erased,
    purge_thrown_away,
    prune_sessions,
    look_at_changed_stories,
    refresh_listings,
    send_due_letters,
    forget_reporters,
    forget_comments,
    forget_notifications,
    refresh_names,
    fold_reads,
    announce_chapters,
    mail_digests,
)


async def keep_house(call: Callable[..., Awaitable[Any]], chores: tuple[Chore, ...] = CHORES) -> None:
    """Do every chore once. One that fails is reported and keeps none of the others from being done.

    `call` runs a function on a thread with a database.
    """
    for chore in chores:
        try:
            done = await call(chore)
        except Exception:
            logger.exception("%s failed.", chore.__name__)
        else:
            if done:
                logger.info("%s: %d", chore.__name__, done)


async def keep_house_forever(call: Callable[..., Awaitable[Any]]) -> None:
    """Do the chores at start and every minute after. Each may be repeated, and done by several processes at once."""
    while True:
        await keep_house(call)
        await asyncio.sleep(settings.SWEEP_SECONDS)
