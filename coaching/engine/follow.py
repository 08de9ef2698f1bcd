"""Watching a reply that another process runs: one query for all of them, as often as that process checkpoints."""

import asyncio
import logging
from collections.abc import AsyncIterator
from uuid import UUID

from coaching.engine.generation import Broadcast
from coaching.engine.store import Snapshot, Store, load_snapshots

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.4


class Follower:
    """Follows the checkpoints of replies that run elsewhere, for as long as somebody here watches them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._followed: dict[UUID, Broadcast] = {}
        self._watchers: dict[UUID, int] = {}
        self._task: asyncio.Task[None] | None = None

    async def watch(self, reply_id: UUID, snapshot: Snapshot, offset: int) -> AsyncIterator[bytes]:
        """Yield encoded events from the character `offset` on, until the reply has ended."""
        broadcast = self._followed.get(reply_id)
        if broadcast is None:
            broadcast = self._followed[reply_id] = Broadcast(snapshot.content)
        self._watchers[reply_id] = self._watchers.get(reply_id, 0) + 1
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._poll(), name="follow-replies")
        try:
            async for event in broadcast.watch(offset):
                yield event
        finally:
            self._watchers[reply_id] -= 1
            if not self._watchers[reply_id]:
                del self._watchers[reply_id]
                self._followed.pop(reply_id, None)

    def nudge(self) -> None:
        """Let everyone who waits send a sign of life."""
        for broadcast in self._followed.values():
            broadcast.nudge()

    async def stop(self) -> None:
        """Let everyone go; their browsers ask again elsewhere."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        for broadcast in list(self._followed.values()):
            broadcast.close()

    async def _poll(self) -> None:
        while self._followed:
            await asyncio.sleep(POLL_SECONDS)
            try:
                snapshots = await self._store.call(load_snapshots, list(self._followed))
            except Exception:
                logger.exception("Replies that run elsewhere could not be read.")
                continue
            for reply_id, broadcast in list(self._followed.items()):
                snapshot = snapshots.get(reply_id)
                if snapshot is None:
                    broadcast.close()
                    continue
                if len(snapshot.content) > broadcast.length:
                    broadcast.push(snapshot.content[broadcast.length :])
                if snapshot.is_finished:
                    broadcast.close()
