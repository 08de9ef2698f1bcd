"""The network under the client: httpx with aiohttp beneath it, and the reading end of a response.

Measured per chunk of a streamed reply (loopback, 100 at once): httpx's own stack 66 µs, httpx-aiohttp 21 µs, and 15 µs
when the response's bytes are taken from aiohttp's reader without httpx's three generators in between. Hence
`READ_EXTENSION`: the reader, offered as a response extension; a response without it is read through httpx.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

import aiohttp
import httpx
from aiohttp.client_proto import ResponseHandler
from httpx_aiohttp import AiohttpTransport

from costory.lib.openrouter.errors import (
    OpenRouterError,
    UpstreamCut,
    UpstreamProtocolError,
    UpstreamTimeout,
    UpstreamUnreachable,
)

READ_EXTENSION = "costory.read"
CONTENT_EXTENSION = "costory.content"
MAX_CONNECTIONS = 1000
# Shorter than the idle limit of the usual proxies: a POST on a connection that is being closed cannot be sent again.
_KEEPALIVE_SECONDS = 15.0
_LATE_SECONDS = 0.05

#: All that a transport raises, httpx's and aiohttp's; `failure_from` turns it into ours.
TRANSPORT_ERRORS = (httpx.HTTPError, httpx.InvalidURL, aiohttp.ClientError, OSError)

Read = Callable[[], Awaitable[bytes]]


class StreamTransport(AiohttpTransport):
    """httpx-aiohttp with the limits lifted, no cookies, and the reader as an extension of each response."""

    def __init__(self) -> None:
        ssl_context = httpx.create_ssl_context(trust_env=False)

        def session() -> aiohttp.ClientSession:
            connector = aiohttp.TCPConnector(
                limit=MAX_CONNECTIONS, keepalive_timeout=_KEEPALIVE_SECONDS, ssl=ssl_context
            )
            return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False)

        super().__init__(verify=ssl_context, trust_env=False, client=session)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await super().handle_async_request(request)
        # Private to httpx-aiohttp. Should it go, replies are read through httpx: slower, and a test says so.
        inner = getattr(response.stream, "_aiohttp_response", None)
        if isinstance(inner, aiohttp.ClientResponse):
            response.extensions[READ_EXTENSION] = inner.content.readany
            response.extensions[CONTENT_EXTENSION] = inner.content
        return response


def reader(response: httpx.Response) -> Read:
    """A function that waits for the next bytes of the body and returns b"" at its end."""
    read: Read | None = response.extensions.get(READ_EXTENSION)
    if read is not None and "content-encoding" not in response.headers:
        return read
    chunks = response.aiter_bytes()

    async def read_through_httpx() -> bytes:
        async for chunk in chunks:
            if chunk:
                return chunk
        return b""

    return read_through_httpx


def salvage(response: httpx.Response) -> bytes:
    """What had arrived before the connection broke: aiohttp's reader raises the error first and keeps the bytes."""
    take = getattr(response.extensions.get(CONTENT_EXTENSION), "_read_nowait", None)
    return bytes(take(-1)) if callable(take) and "content-encoding" not in response.headers else b""


class Pump:
    """Hands bytes on in the turn of the loop in which they came, where aiohttp's reader would wake a task for them.

    A reader keeps the future of whoever waits for bytes and sets its result when they come; this object stands in
    that place and looks what there is. It does so a call later, because reading from inside aiohttp's parser would
    enter the parser again; so what came within one turn is handed on as one. aiohttp begins a timer anew with each
    read; here one timer looks, when it is due, how long it has been. `take` says whether to go on.
    """

    def __init__(self, content: aiohttp.StreamReader, take: Callable[[bytes], bool]) -> None:
        self._content = content
        self._take = take
        self._loop = asyncio.get_running_loop()
        self._ended: asyncio.Future[None] = self._loop.create_future()
        self._heard_at = self._loop.time()
        self._silence: asyncio.TimerHandle | None = None

    async def run(self) -> None:
        """Hand on until `take` has enough, or the body has ended or broken; what it raises is raised here.

        How it ended, and bytes that came before it broke, are the reader's to tell.
        """
        content = self._content
        # Private to aiohttp. Should it go, nothing is handed on here, and a test says so.
        protocol = getattr(content, "_protocol", None)
        if getattr(content, "_waiter", self) is not None or not isinstance(protocol, ResponseHandler):
            return
        idle, protocol.read_timeout = protocol.read_timeout, None
        if idle:
            self._listen(idle)
        try:
            self._look()
            await self._ended
        finally:
            if self._silence is not None:
                self._silence.cancel()
            if getattr(content, "_waiter", None) is self:
                content._waiter = None
            protocol.read_timeout = idle
            if not content.is_eof() and content.exception() is None:
                protocol.start_timeout()

    def _look(self) -> None:
        if self._ended.done():
            return
        content = self._content
        self._heard_at = self._loop.time()
        try:
            if content.exception() is None and not content.at_eof():
                received = content.read_nowait()
                if (not received or self._take(received)) and not content.is_eof():
                    content._waiter = self  # type: ignore[assignment]  # In a future's place, with what it is asked.
                    return
        except Exception as error:  # noqa: BLE001  Raised again where it is waited for.
            self._ended.set_exception(error)
        else:
            self._ended.set_result(None)

    def _listen(self, idle: float, *, is_late: bool = False) -> None:
        """Break off a body that has been silent for `idle` seconds; else look again when it could have been."""
        rest = self._heard_at + idle - self._loop.time()
        if rest > 0:
            self._silence = self._loop.call_later(rest, self._listen, idle)
        elif not is_late:
            # A loop that was held up runs its timers before it reads: what has come meanwhile is heard first.
            self._silence = self._loop.call_later(_LATE_SECONDS, partial(self._listen, idle, is_late=True))
        elif not self._ended.done():
            self._content.set_exception(aiohttp.SocketTimeoutError("Timeout on reading data from socket"))

    # What aiohttp asks of the future that it takes this for.

    def done(self) -> bool:
        """Never: it waits for the next bytes."""
        return False

    def set_result(self, result: None) -> None:
        """Bytes have come, or the end."""
        self._loop.call_soon(self._look)

    def set_exception(self, error: BaseException) -> None:
        """The body has broken off."""
        self._loop.call_soon(self._look)


def content_of(response: httpx.Response) -> aiohttp.StreamReader | None:
    """aiohttp's reader of the body, where there is one and nothing needs to be decompressed."""
    content = response.extensions.get(CONTENT_EXTENSION)
    return content if isinstance(content, aiohttp.StreamReader) and "content-encoding" not in response.headers else None


async def read_all(response: httpx.Response, *, at_most: int) -> bytes:
    """The whole body; UpstreamProtocolError when it is longer than `at_most` bytes."""
    read = reader(response)
    body = bytearray()
    while data := await read():
        body += data
        if len(body) > at_most:
            raise UpstreamProtocolError
    return bytes(body)


def failure_from(error: BaseException) -> OpenRouterError:
    """Our exception for a transport's. httpx-aiohttp calls some lost connections ConnectTimeout: ask their cause."""
    cause = error
    if isinstance(error, httpx.HTTPError) and isinstance(error.__cause__, aiohttp.ClientError | OSError):
        cause = error.__cause__
    match cause:
        case aiohttp.ConnectionTimeoutError() | aiohttp.ClientConnectorError():
            return UpstreamUnreachable()
        case aiohttp.InvalidURL() | httpx.InvalidURL() | httpx.UnsupportedProtocol() | httpx.ProxyError():
            return UpstreamUnreachable()
        case httpx.ConnectError() | httpx.ConnectTimeout() | httpx.PoolTimeout():
            return UpstreamUnreachable()
        case asyncio.TimeoutError() | httpx.TimeoutException():
            return UpstreamTimeout()
        case aiohttp.ClientResponseError() | httpx.DecodingError():
            return UpstreamProtocolError()
        case _:
            return UpstreamCut()
