"""Watching a reply that another process runs: by Redis where there is one, and always by its checkpoints."""

import asyncio
import logging
from collections.abc import AsyncIterator
from uuid import UUID

from coaching.engine.generation import Broadcast
from coaching.engine.relay import Relay
from coaching.engine.store import Snapshot, Store, load_snapshots

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.4
# With Redis the checkpoints are only there in case it fails.
POLL_SECONDS_WITH_RELAY = 2.0


class Followed(Broadcast):
    """A reply that runs elsewhere, and how many watch it here."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.watchers = 0
        self.listener: asyncio.Task[None] | None = None


class Follower:
    """Follows replies that run elsewhere for as long as somebody here watches: one query a tick for all of them."""

    def __init__(self, store: Store, relay: Relay | None = None) -> None:
        self._store = store
        self._relay = relay
        self._followed: dict[UUID, Followed] = {}
        self._task: asyncio.Task[None] | None = None

    async def watch(self, reply_id: UUID, snapshot: Snapshot, offset: int) -> AsyncIterator[bytes]:
        """Yield encoded events from the character `offset` on, until the reply has ended."""
        followed = self._followed.get(reply_id)
        if followed is None:
            followed = self._followed[reply_id] = Followed(snapshot.content)
            if self._relay is not None:
                listening = self._listen(self._relay, reply_id, followed)
                followed.listener = asyncio.create_task(listening, name=f"listen-{reply_id}")
        followed.watchers += 1
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._poll(), name="follow-replies")
        try:
            async for event in followed.watch(offset):
                yield event
        finally:
            followed.watchers -= 1
            if not followed.watchers and self._followed.get(reply_id) is followed:
                self._forget(reply_id)

    def _forget(self, reply_id: UUID) -> None:
        followed = self._followed.pop(reply_id)
        if followed.listener is not None:
            followed.listener.cancel()

    def nudge(self) -> None:
        """Let everyone who waits send a sign of life."""
        for followed in self._followed.values():
            followed.nudge()

    async def stop(self) -> None:
        """Let everyone go; their browsers ask again elsewhere."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        for reply_id, followed in list(self._followed.items()):
            self._forget(reply_id)
            followed.close()

    async def _poll(self) -> None:
        pause = POLL_SECONDS if self._relay is None else POLL_SECONDS_WITH_RELAY
        while self._followed:
            await asyncio.sleep(pause)
            try:
                await self._read(list(self._followed))
            except Exception:
                logger.exception("Replies that run elsewhere could not be read.")

    async def _read(self, reply_ids: list[UUID]) -> None:
        snapshots = await self._store.call(load_snapshots, reply_ids)
        for reply_id in reply_ids:
            followed = self._followed.get(reply_id)
            if followed is None:
                continue
            snapshot = snapshots.get(reply_id)
            if snapshot is not None and len(snapshot.content) > followed.length:
                followed.push(snapshot.content[followed.length :])
            if snapshot is None or snapshot.is_finished:
                followed.close()

    async def _listen(self, relay: Relay, reply_id: UUID, followed: Followed) -> None:
        async for piece in relay.listen(reply_id):
            if piece.is_end or piece.start > followed.length:
                # The end, or a gap: the database has what is missing, or soon will.
                try:
                    await self._read([reply_id])
                except Exception:
                    logger.exception("A reply that runs elsewhere could not be read.")
            elif piece.start + len(piece.text) > followed.length:
                followed.push(piece.text[followed.length - piece.start :])
