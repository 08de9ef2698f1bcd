"""One reply being written in this process: its text so far, and who waits for more."""

import asyncio
import json
from collections.abc import AsyncIterator
from uuid import UUID

from costory.lib import sse

# JSON inside an event: the marks of HTML are escaped too, so that no reader of the stream can take text for markup.
_ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


def delta_event(text: str, length: int) -> bytes:
    """Encode a piece of a reply; its id is the number of characters up to its end, from which a watcher resumes."""
    return sse.encode(f'{{"text": {json.dumps(text).translate(_ESCAPES)}}}', event="delta", event_id=length)


class Broadcast:
    """A growing text, encoded once and read by any number of watchers, each at its own pace.

    It belongs to one event loop and needs no lock. A watcher that joins late gets what there is as one event.
    """

    def __init__(self, text: str = "") -> None:
        self._parts: list[str] = [text] if text else []
        self._events: list[bytes] = []
        self._waiters: list[asyncio.Future[None]] = []
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
        return bool(self._waiters)

    def push(self, text: str) -> None:
        """Add text and wake those who wait."""
        self._parts.append(text)
        self.length += len(text)
        self._events.append(delta_event(text, self.length))
        self._wake()

    def close(self) -> None:
        """Nothing more will come: every watcher ends."""
        self.is_closed = True
        self._wake()

    def nudge(self) -> None:
        """Wake those who wait though there is nothing new; they send a sign of life."""
        self._wake()

    def _wake(self) -> None:
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    async def watch(self, offset: int) -> AsyncIterator[bytes]:
        """Yield encoded events from the character `offset` on, until it is closed.

        All that has come since the watcher last looked goes out as one piece.
        """
        # Up to here the watcher needs a piece cut for it; from then on it shares everybody's events. A browser may
        # also be ahead of us: it had live what is not in the checkpoint that is followed here.
        is_level = offset == self.length
        read = len(self._events)
        loop = asyncio.get_running_loop()
        while True:
            if not is_level and self.length > offset:
                is_level = True
                read = len(self._events)
                yield delta_event(self.text[offset:], self.length)
            elif is_level and read < len(self._events):
                fresh = self._events[read:]
                read += len(fresh)
                yield fresh[0] if len(fresh) == 1 else b"".join(fresh)
            elif self.is_closed:
                return
            else:
                waiter: asyncio.Future[None] = loop.create_future()
                self._waiters.append(waiter)
                await waiter
                if (read == len(self._events) or offset > self.length) and not self.is_closed:
                    yield sse.KEEP_ALIVE


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
