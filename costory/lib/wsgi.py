"""Django's WSGI handler on a pool of persistent threads, under an ASGI server.

a2wsgi does this for every application: each part of an answer waits for the event loop. Nearly all answers are whole,
so here a request goes to a thread once and its answer comes back once. How a request reads as WSGI, and how its body is
read from the loop, is a2wsgi's still.
"""

import asyncio
import contextlib
import contextvars
import io
import threading
from collections.abc import Awaitable, Callable, Iterable, Iterator, MutableMapping
from queue import SimpleQueue
from typing import Any, Final, cast

from a2wsgi.wsgi import Body, build_environ
from django.http.response import HttpResponseBase

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Handler = Callable[[dict[str, Any], Callable[..., Any]], HttpResponseBase]
Work = Callable[[], list[Message]]
# Files are read in parts of 4 kB; that many of them are handed to the loop at once.
_PART: Final = 65_536


class OnThreads:
    """The handler as an ASGI application for `http`."""

    def __init__(self, handler: Handler, *, threads: int) -> None:
        self._handler = handler
        self._threads = _Threads(threads)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        loop = asyncio.get_running_loop()
        # a2wsgi's types are its own, not those of any ASGI server.
        body = Body(loop, cast("Any", receive)) if _has_body(scope) else io.BytesIO()
        environ = cast("dict[str, Any]", build_environ(cast("Any", scope), cast("Any", body)))

        def say(message: Message) -> None:
            asyncio.run_coroutine_threadsafe(_said(send, message), loop).result()

        # Each request has a context of its own, whichever thread it is in.
        context = contextvars.copy_context()
        for message in await self._threads.run(loop, lambda: context.run(self._answer, environ, say)):
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


class _Threads:
    """So many threads, from the first request on. An executor's futures and locks cost as much as a short page."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._jobs: SimpleQueue[tuple[asyncio.Future[list[Message]], Work]] = SimpleQueue()
        self._starting = threading.Lock()
        self._are_started = False

    def run(self, loop: asyncio.AbstractEventLoop, work: Work) -> "asyncio.Future[list[Message]]":
        """What this returns, or raises, in one of the threads."""
        if not self._are_started:
            self._start()
        done: asyncio.Future[list[Message]] = loop.create_future()
        self._jobs.put((done, work))
        return done

    def _start(self) -> None:
        with self._starting:
            if not self._are_started:
                for number in range(self._count):
                    threading.Thread(target=self._work, name=f"pages-{number}", daemon=True).start()
                self._are_started = True

    def _work(self) -> None:
        while True:
            done, work = self._jobs.get()
            found: list[Message] | BaseException
            try:
                found = work()
            except BaseException as error:  # noqa: BLE001  It is raised again where it is awaited.
                found = error
            # A loop that has closed waits for nothing.
            with contextlib.suppress(RuntimeError):
                done.get_loop().call_soon_threadsafe(_settle, done, found)
            # Nothing of a request stays in a thread that waits.
            del done, work, found


def _settle(done: "asyncio.Future[list[Message]]", found: list[Message] | BaseException) -> None:
    if done.done():
        # Whoever asked has gone.
        return
    if isinstance(found, BaseException):
        done.set_exception(found)
    else:
        done.set_result(found)


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
