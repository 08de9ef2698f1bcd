"""Many watchers of streams in one cheap process: raw sockets, no HTTP library, a few microseconds a chunk.

The model's `clock` scenario writes the time at which it sends each chunk into the chunk; CLOCK_MONOTONIC is the same
for every process of a machine, so what was added on the way is known for each.
"""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_STAMP = re.compile(rb"@(\d{6,}) ")
_STATUS = re.compile(rb"HTTP/1\.1 (\d{3})")


@dataclass
class Watched:
    """What one watcher saw. Times in seconds of CLOCK_MONOTONIC."""

    asked_at: float = 0.0
    first_at: float = 0.0
    first_sent_at: float = 0.0
    chunks: int = 0
    status: int = 0
    has_end: bool = False
    delays: list[float] = field(default_factory=list)

    @property
    def added_first(self) -> float:
        """From asking to the first token, less what the model itself took once it was asked (nothing: `clock`)."""
        return self.first_at - self.asked_at

    @property
    def is_whole(self) -> bool:
        return self.status == 200 and self.has_end and self.chunks > 0


class _Protocol(asyncio.Protocol):
    def __init__(self, request: bytes, done: asyncio.Future[None], closing: bytes) -> None:
        self.request = request
        self.done = done
        self.closing = closing
        self.seen = Watched()
        self.tail = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.seen.asked_at = time.monotonic()
        transport.write(self.request)  # type: ignore[attr-defined]  # A transport of a socket writes.

    def data_received(self, received: bytes) -> None:
        now = time.monotonic()
        data = self.tail + received
        if not self.seen.status and (match := _STATUS.match(data)):
            self.seen.status = int(match[1])
        end = 0
        for match in _STAMP.finditer(data):
            end = match.end()
            sent = int(match[1]) / 1e9
            self.seen.chunks += 1
            self.seen.delays.append(now - sent)
            if not self.seen.first_at:
                self.seen.first_at = now
                self.seen.first_sent_at = sent
        self.tail = data[end:][-64:]
        if self.closing in data or data.endswith(b"0\r\n\r\n"):
            self.seen.has_end = self.closing in data or self.seen.has_end
            if data.endswith(b"0\r\n\r\n"):
                self.transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)


async def watch(url: str, request: bytes, *, closing: bytes) -> Watched:
    """Send one request on a connection of its own and read it to the end."""
    parts = urlsplit(url)
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()
    transport, protocol = await loop.create_connection(
        lambda: _Protocol(request, done, closing), parts.hostname, parts.port
    )
    try:
        await asyncio.wait_for(done, 120)
    finally:
        transport.close()
    return protocol.seen


async def watch_all(url: str, requests: list[bytes], *, closing: bytes, over: float) -> list[Watched]:
    """Begin the requests evenly over `over` seconds, so that all of them run at once after that."""

    async def later(number: int, request: bytes) -> Watched:
        await asyncio.sleep(over * number / len(requests))
        return await watch(url, request, closing=closing)

    return list(await asyncio.gather(*(later(number, request) for number, request in enumerate(requests))))
