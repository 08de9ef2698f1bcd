"""One reply being written in this process: its text so far, and who waits for more."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine, Generator
from typing import Any
from uuid import UUID

from costory.lib import sse

# JSON inside an event: the marks of HTML are escaped too, so that no reader of the stream can take text for markup.
_ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})

Write = Callable[[bytes], Coroutine[Any, Any, None]]


def delta_event(text: str, length: int) -> bytes:
    """Encode a piece of a reply; its id is the number of characters up to its end, from which a watcher resumes."""
    # As `sse.encode` does it, which looks for line ends: JSON holds none, and nothing but ASCII.
    return f'id: {length}\nevent: delta\ndata: {{"text": {json.dumps(text).translate(_ESCAPES)}}}\n\n'.encode("ascii")


class Broadcast:
    """A growing text, encoded once and read by any number of watchers, each at its own pace.

    It belongs to one event loop and needs no lock. A watcher that joins late gets what there is as one event.
    """

    def __init__(self, text: str = "") -> None:
        self._parts: list[str] = [text] if text else []
        self._events: list[bytes] = []
        self._waiters: list[asyncio.Future[None]] = []
        self._level: list[_Pouring] = []
        self.length = len(text)
        self.is_closed = False

    @property
    def text(self) -> str:
        """All of it."""
        if len(self._parts) > 1:
            self._parts = ["".join(self._parts)]
        return self._parts[0] if self._parts else ""

    @property
    def is_watched(self) -> bool:
        """Whether somebody waits at this moment."""
        return bool(self._waiters or self._level)

    def push(self, text: str) -> None:
        """Add text, write it to those who have all else, and wake those who wait."""
        self._parts.append(text)
        self.length += len(text)
        event = delta_event(text, self.length)
        self._events.append(event)
        if self._level:
            self._level = [pouring for pouring in self._level if pouring.take(event)]
        if self._waiters:
            self._wake()

    def close(self) -> None:
        """Nothing more will come: every watcher ends."""
        self.is_closed = True
        self._wake()

    def nudge(self) -> None:
        """Wake those who wait though there is nothing new; they send a sign of life."""
        self._wake()

    def _wake(self) -> None:
        level, self._level = self._level, []
        for pouring in level:
            pouring.wake()
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    async def watch(self, offset: int) -> AsyncIterator[bytes]:
        """Yield encoded events from the character `offset` on, until it is closed.

        All that has come since the watcher last looked goes out as one piece.
        """
        place = _Place(self, offset)
        while True:
            if piece := place.take():
                yield piece
            elif self.is_closed:
                return
            else:
                await self._more()
                if not place.is_behind and not self.is_closed:
                    yield sse.KEEP_ALIVE

    async def pour(self, offset: int, write: Write) -> None:
        """Write what `watch` yields. While the reader keeps up no task is woken: `push` itself begins each write.

        A write that cannot end at once is waited for here, and what came meanwhile goes out after it as one piece. So
        no more waits for a slow reader than what its connection holds back, and nobody else waits for it.
        """
        place = _Place(self, offset)
        while True:
            if piece := place.take():
                await write(piece)
            elif self.is_closed:
                return
            elif not place.is_level:
                await self._more()
                if not place.is_behind and not self.is_closed:
                    await write(sse.KEEP_ALIVE)
            elif (unfinished := await self._pour_on(place, write)) is not None:
                await unfinished
            elif not place.is_behind and not self.is_closed:
                await write(sse.KEEP_ALIVE)

    async def _pour_on(self, place: "_Place", write: Write) -> "_Unfinished | None":
        """Let `push` write for a reader that has everything, until a write cannot end at once or somebody wakes it."""
        pouring = _Pouring(place, write)
        self._level.append(pouring)
        try:
            return await pouring.ended
        finally:
            if pouring in self._level:
                self._level.remove(pouring)

    async def _more(self) -> None:
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        await waiter


class _Place:
    """Where a watcher stands in a broadcast.

    Up to its offset it needs a piece cut for it; from then on it shares everybody's events. A browser may also be
    ahead of us: it had live what is not in the checkpoint that is followed here.
    """

    __slots__ = ("_broadcast", "_offset", "is_level", "read")

    def __init__(self, broadcast: Broadcast, offset: int) -> None:
        self._broadcast = broadcast
        self._offset = offset
        self.is_level = offset == broadcast.length
        self.read = len(broadcast._events)

    @property
    def is_behind(self) -> bool:
        """Whether there is something to take."""
        if self.is_level:
            return self.read < len(self._broadcast._events)
        return self._broadcast.length > self._offset

    def take(self) -> bytes:
        """All that has come since, as one piece; empty where nothing has."""
        broadcast = self._broadcast
        if not self.is_level:
            if broadcast.length <= self._offset:
                return b""
            self.is_level = True
            self.read = len(broadcast._events)
            return delta_event(broadcast.text[self._offset :], broadcast.length)
        fresh = broadcast._events[self.read :]
        self.read += len(fresh)
        return fresh[0] if len(fresh) == 1 else b"".join(fresh)


class _Pouring:
    """A reader that has everything: the next event is written where it is pushed."""

    __slots__ = ("_place", "_write", "ended")

    def __init__(self, place: _Place, write: Write) -> None:
        self._place = place
        self._write = write
        self.ended: asyncio.Future[_Unfinished | None] = asyncio.get_running_loop().create_future()

    def take(self, event: bytes) -> bool:
        """Begin to write an event; False where that takes time, or failed, or where nobody waits for it any more."""
        if self.ended.done():
            return False
        self._place.read += 1
        writing = self._write(event)
        try:
            waits_for = writing.send(None)
        except StopIteration:
            return True
        except Exception as error:  # noqa: BLE001  Raised again in the reader's own task.
            self.ended.set_exception(error)
        else:
            self.ended.set_result(_Unfinished(writing, waits_for))
        return False

    def wake(self) -> None:
        if not self.ended.done():
            self.ended.set_result(None)


class _Unfinished:
    """The rest of a write that was begun without a task; awaiting it goes on from where it waits."""

    __slots__ = ("_waits_for", "_writing")

    def __init__(self, writing: Coroutine[Any, Any, None], waits_for: Any) -> None:
        self._writing = writing
        self._waits_for = waits_for

    def __await__(self) -> Generator[Any, None, None]:
        try:
            while True:
                yield self._waits_for
                try:
                    self._waits_for = self._writing.send(None)
                except StopIteration:
                    return
        finally:
            self._writing.close()


class Generation(Broadcast):
    """A reply that this process runs."""

    def __init__(self, reply_id: UUID) -> None:
        super().__init__()
        self.reply_id = reply_id
        self.task: asyncio.Task[None] | None = None
        self.generation_id = ""
        self.is_stopping = False
        self.is_abandoned = False
        self.saved_length = 0
        self.saved_generation_id = ""
        self.saved_at = 0.0
        self.published_length = 0

    def needs_checkpoint(self, now: float, heartbeat_seconds: float) -> bool:
        """Whether there is something to write, or a sign of life is due."""
        return (
            self.length != self.saved_length
            or self.generation_id != self.saved_generation_id
            or now - self.saved_at >= heartbeat_seconds
        )
