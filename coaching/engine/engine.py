"""The engine: claims replies, runs them to their end, checkpoints them, and lets any number of people watch."""

import asyncio
import contextlib
import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable
from uuid import UUID

from django.conf import settings

from coaching import models_client
from coaching.engine import running, store
from coaching.engine.follow import Follower
from coaching.engine.generation import Generation, Write, delta_event
from coaching.engine.relay import Relay
from coaching.services import settlement

logger = logging.getLogger(__name__)

CHECKPOINT_SECONDS = 0.4
HEARTBEAT_SECONDS = 4.0
KEEP_ALIVE_SECONDS = 15.0


class Engine:
    """Runs the replies of one server process on its event loop.

    `offer` and `request_stop` may be called from any thread; all else belongs to the loop.
    """

    def __init__(self) -> None:
        self.process = f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"
        self.store = store.Store()
        self.relay = Relay(settings.REDIS_URL) if settings.REDIS_URL else None
        self.follower = Follower(self.store, self.relay)
        self.client = models_client.create()
        self._running: dict[UUID, Generation] = {}
        self._claims: dict[UUID, asyncio.Task[Generation | None]] = {}
        self._ended: dict[UUID, str] = {}
        self._offers: dict[UUID, asyncio.TimerHandle] = {}
        self._background: list[asyncio.Task[None]] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = 0
        self._deadline: float | None = None

    # --- Life ---

    async def start(self) -> None:
        """Begin to checkpoint, on the running loop."""
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        self._background = [
            asyncio.create_task(self._checkpoint_forever(), name="checkpoints"),
            asyncio.create_task(self._keep_alive_forever(), name="keep-alives"),
        ]
        if self.relay is not None:
            publishing = self.relay.publish_forever(lambda: self._running.values())
            self._background.append(asyncio.create_task(publishing, name="relay"))

    def begin_stop(self) -> None:
        """Take nothing new; what runs has GRACEFUL_STOP_SECONDS from now."""
        if self._deadline is not None or self._loop is None:
            return
        self._deadline = self._loop.time() + settings.GRACEFUL_STOP_SECONDS
        self._loop.call_at(self._deadline, self._abandon_all)

    async def stop(self) -> None:
        """Let running replies end until the deadline, leave the others to the next start, and let go of everything."""
        self.begin_stop()
        for handle in self._offers.values():
            handle.cancel()
        if self._claims:
            # One that is asking the database still may come back with a reply: it is begun, and has its time below.
            await asyncio.wait(list(self._claims.values()))
        tasks = [g.task for g in self._running.values() if g.task is not None]
        if tasks:
            await asyncio.wait(tasks)
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        await self.follower.stop()
        if self.relay is not None:
            await self.relay.aclose()
        await self.client.aclose()
        self.store.shut_down()

    def _abandon_all(self) -> None:
        for generation in self._running.values():
            generation.is_abandoned = True
            if generation.task is not None:
                generation.task.cancel()

    @property
    def is_stopping(self) -> bool:
        """Whether the process is about to end."""
        return self._deadline is not None

    @property
    def running_count(self) -> int:
        """How many replies this process writes at this moment."""
        return len(self._running)

    # --- From other threads ---

    def _on_loop(self, function: Callable[[UUID], None], reply_id: UUID) -> None:
        if self._loop is None or self._loop.is_closed():
            return
        if threading.get_ident() == self._thread:
            function(reply_id)
        else:
            self._loop.call_soon_threadsafe(function, reply_id)

    def offer(self, reply_id: UUID) -> None:
        """This process took the POST: run the reply if nobody has begun to watch it within two seconds."""
        self._on_loop(self._offer, reply_id)

    def _offer(self, reply_id: UUID) -> None:
        if self.is_stopping or reply_id in self._running or reply_id in self._claims:
            return
        loop = asyncio.get_running_loop()
        self._offers[reply_id] = loop.call_later(settings.REPLY_OFFER_SECONDS, self._take_offer, reply_id)

    def _take_offer(self, reply_id: UUID) -> None:
        self._offers.pop(reply_id, None)
        self._claim(reply_id)

    def request_stop(self, reply_id: UUID) -> None:
        """End the reply if it runs here. Its stop is in the database already, for a process elsewhere."""
        self._on_loop(self._stop, reply_id)

    def _stop(self, reply_id: UUID) -> None:
        generation = self._running.get(reply_id)
        if generation is not None and not generation.is_stopping and generation.task is not None:
            generation.is_stopping = True
            generation.task.cancel()

    # --- Claiming and running ---

    def _claim(self, reply_id: UUID) -> "asyncio.Task[Generation | None]":
        task = self._claims.get(reply_id)
        if task is None:
            task = asyncio.create_task(self._claim_and_run(reply_id), name=f"claim-{reply_id}")
            self._claims[reply_id] = task
            task.add_done_callback(lambda _: self._claims.pop(reply_id, None))
        return task

    async def _claim_and_run(self, reply_id: UUID) -> Generation | None:
        if self.is_stopping:
            return None
        offer = self._offers.pop(reply_id, None)
        if offer is not None:
            offer.cancel()
        claimed = await self.store.call(store.claim, reply_id, self.process)
        if claimed is None:
            return None
        generation = Generation(reply_id)
        generation.saved_at = time.monotonic()
        self._running[reply_id] = generation
        generation.task = asyncio.create_task(self._run(generation, claimed), name=f"reply-{reply_id}")
        return generation

    async def _run(self, generation: Generation, claimed: store.Claimed) -> None:
        outcome: settlement.Outcome | None = None
        try:
            outcome = await running.write(generation, claimed, self.client)
        except asyncio.CancelledError:
            # The server stops, or the reply is no longer ours: what there is stands in the checkpoint.
            if generation.is_abandoned:
                await self._write_last_checkpoint(generation)
        except Exception:
            logger.exception("A reply failed for a reason nobody foresaw: %s", generation.reply_id)
            outcome = settlement.Outcome.failed("internal", content=generation.text)
        try:
            if outcome is not None:
                await self._end(generation, outcome)
        finally:
            self._running.pop(generation.reply_id, None)
            generation.close()
            if self.relay is not None:
                await self.relay.publish_end(generation)

    async def _end(self, generation: Generation, outcome: settlement.Outcome) -> None:
        """Settle, with a little patience for a database that is away; the sweep does it where this cannot."""
        for pause in (0.2, 1.0, 3.0, None):
            try:
                await self.store.call(
                    settlement.end_reply, reply_id=generation.reply_id, claimed_by=self.process, outcome=outcome
                )
            except Exception:
                logger.exception("A reply could not be settled: %s", generation.reply_id)
                if pause is None:
                    return
                await asyncio.sleep(pause)
            else:
                self._remember_end(generation.reply_id, outcome.state)
                return

    def _remember_end(self, reply_id: UUID, state: str) -> None:
        """Keep how the last thousand replies ended, so that those who watched them need not ask the database."""
        self._ended[reply_id] = state
        if len(self._ended) > 1000:
            self._ended.pop(next(iter(self._ended)))

    # --- Checkpoints ---

    async def _checkpoint_forever(self) -> None:
        while True:
            await asyncio.sleep(CHECKPOINT_SECONDS)
            if self._running:
                try:
                    await self._checkpoint()
                except Exception:
                    logger.exception("Checkpoints could not be written.")

    async def _checkpoint(self) -> None:
        now = time.monotonic()
        running_now = list(self._running.values())
        due = [g for g in running_now if g.needs_checkpoint(now, HEARTBEAT_SECONDS)]
        written = [(g, g.length, g.generation_id) for g in due]
        checkpoints = [store.Checkpoint(g.reply_id, g.text, g.generation_id) for g in due]
        standing = await self.store.call(store.write_checkpoints, checkpoints, self.process)
        for generation, length, generation_id in written:
            generation.saved_length = length
            generation.saved_generation_id = generation_id
            generation.saved_at = now
        for generation in running_now:
            if generation.reply_id not in self._running:
                continue
            if generation.reply_id in standing.stops:
                self._stop(generation.reply_id)
            elif generation.reply_id not in standing.owned and generation.task is not None:
                # Its story was deleted, or a sweep took us for dead. Not ours to settle any more.
                generation.task.cancel()

    async def _write_last_checkpoint(self, generation: Generation) -> None:
        checkpoint = store.Checkpoint(generation.reply_id, generation.text, generation.generation_id)
        with contextlib.suppress(Exception):
            await self.store.call(store.write_checkpoints, [checkpoint], self.process, abandon=True)

    async def _keep_alive_forever(self) -> None:
        while True:
            await asyncio.sleep(KEEP_ALIVE_SECONDS)
            for generation in list(self._running.values()):
                generation.nudge()
            self.follower.nudge()

    # --- Watching ---

    async def watch(self, reply_id: UUID, offset: int = 0) -> AsyncIterator[bytes]:
        """Yield encoded events from the character `offset` on, until the reply has ended.

        The first to watch a pending reply is the one who starts it. Watching what runs in this process costs no query.
        Yields nothing for a reply that does not exist.
        """
        generation = self._running.get(reply_id) or await self._claim(reply_id)
        events = generation.watch(offset) if generation is not None else self._watch_elsewhere(reply_id, offset)
        async for event in events:
            yield event

    async def pour(self, reply_id: UUID, offset: int, write: Write) -> None:
        """Write what `watch` yields; of a reply that runs here without waking a task for each event."""
        generation = self._running.get(reply_id) or await self._claim(reply_id)
        if generation is not None:
            await generation.pour(offset, write)
            return
        async for event in self._watch_elsewhere(reply_id, offset):
            await write(event)

    async def _watch_elsewhere(self, reply_id: UUID, offset: int) -> AsyncIterator[bytes]:
        snapshot = (await self.store.call(store.load_snapshots, [reply_id])).get(reply_id)
        if snapshot is None:
            return
        if snapshot.is_finished:
            if offset < len(snapshot.content):
                yield delta_event(snapshot.content[offset:], len(snapshot.content))
            return
        async for event in self.follower.watch(reply_id, snapshot, offset):
            yield event

    async def final_state(self, reply_id: UUID) -> str | None:
        """How a reply ended, or None while it has not."""
        state = self._ended.get(reply_id)
        if state is None:
            snapshot = (await self.store.call(store.load_snapshots, [reply_id])).get(reply_id)
            state = snapshot.state if snapshot is not None and snapshot.is_finished else None
        return state
