"""Django's WSGI handler on a pool of persistent threads, under an ASGI server.

a2wsgi does this for every application: it asks the event loop for each part of a request's body and hands it each part
of an answer, waiting for the loop each time. Nearly all requests have no body and nearly all answers are whole, so here
a request goes to a thread once and its answer comes back once. What has a body is a2wsgi's still.
"""

import asyncio
import contextvars
import io
from collections.abc import Awaitable, Callable, Iterable, Iterator, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, cast

from a2wsgi.wsgi import WSGIResponder, build_environ
from django.http.response import HttpResponseBase

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Handler = Callable[[dict[str, Any], Callable[..., Any]], HttpResponseBase]
# Files are read in parts of 4 kB; that many of them are handed to the loop at once.
_PART: Final = 65_536


class OnThreads:
    """The handler as an ASGI application for `http`."""

    def __init__(self, handler: Handler, *, threads: int) -> None:
        self._handler = handler
        self._threads = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="pages")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        loop = asyncio.get_running_loop()
        if _has_body(scope):
            # Its types are its own, not those of any ASGI server.
            await cast("Any", WSGIResponder)(self._handler, self._threads, 10)(scope, receive, send)
            return
        environ = cast("dict[str, Any]", build_environ(cast("Any", scope), cast("Any", io.BytesIO())))

        def say(message: Message) -> None:
            asyncio.run_coroutine_threadsafe(_said(send, message), loop).result()

        # Each request has a context of its own, whichever thread it is in.
        work = contextvars.copy_context()
        for message in await loop.run_in_executor(self._threads, work.run, self._answer, environ, say):
            await send(message)

    def _answer(self, environ: dict[str, Any], say: Callable[[Message], None]) -> list[Message]:
        """What there is to send. An answer that comes in parts has been said when this returns."""
        begun: list[Message] = []

        def start(status: str, headers: list[tuple[str, str]], _error: object = None) -> None:
            # Django puts a space before a cookie.
            lines = [(name.lower().encode("latin-1"), value.strip().encode("latin-1")) for name, value in headers]
            begun.append({"type": "http.response.start", "status": int(status[:3]), "headers": lines})

        response = self._handler(environ, start)
        try:
            if not response.streaming:
                return [*begun, {"type": "http.response.body", "body": b"".join(cast("Iterable[bytes]", response))}]
            say(begun[0])
            parts = cast("Iterable[bytes]", response)
            for part in _together(parts) if hasattr(response, "file_to_stream") else parts:
                say({"type": "http.response.body", "body": part, "more_body": True})
            return [{"type": "http.response.body", "body": b""}]
        finally:
            response.close()


async def _said(send: Send, message: Message) -> None:
    await send(message)


def _has_body(scope: Scope) -> bool:
    """Whether a body may follow: then it says how long it is, or that it comes in parts."""
    return any(
        name == b"transfer-encoding" or (name == b"content-length" and value != b"0")
        for name, value in scope["headers"]
    )


def _together(parts: Iterable[bytes]) -> Iterator[bytes]:
    held: list[bytes] = []
    size = 0
    for part in parts:
        held.append(part)
        size += len(part)
        if size >= _PART:
            yield b"".join(held)
            held, size = [], 0
    if held:
        yield b"".join(held)
