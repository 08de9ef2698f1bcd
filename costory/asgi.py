"""The one entry of the server: streams, the API's streams, and pages, each the way it runs best (PERFORMANCE.md).

- A reply's stream is raw ASGI: it waits for minutes and must cost neither a thread nor a database connection.
- The API's streaming path is Django on the event loop.
- Everything else is Django's WSGI handler on a pool of persistent threads (costory/lib/wsgi.py): under plain ASGI
  Django starts a thread for each request, and connections leak or churn.
"""

import asyncio
import contextlib
import logging
import os
import re
import signal
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterator, MutableMapping
from types import FrameType
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "costory.settings")

from django.core.asgi import get_asgi_application

django_asgi = get_asgi_application()

from django.conf import settings  # noqa: E402  What follows needs Django set up.

from coaching import engine  # noqa: E402  The same.
from coaching.loops import sweep_forever  # noqa: E402  The same.
from coaching.stream import PATH as STREAM_PATH  # noqa: E402  The same.
from coaching.stream import stream  # noqa: E402  The same.
from costory.housekeeping import keep_house_forever  # noqa: E402  The same.
from costory.lib.wsgi import OnThreads  # noqa: E402  The same.
from costory.wsgi import application as django_wsgi  # noqa: E402  The same.

logger = logging.getLogger(__name__)

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Coroutine[Any, Any, None]]

# What waits for a model, or streams it, waits on the event loop and not on a thread.
API_STREAM_PATH = re.compile(
    r"^/api/v1/ai/(?:sessions/[^/]+/messages|generate-synopsis|generate-continuation|proposals|chapters/[^/]+/summary)$"
)

pages = OnThreads(django_wsgi, threads=settings.PAGE_THREADS)


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Send each request where it belongs."""
    kind = scope["type"]
    if kind == "http":
        path = scope["path"]
        if STREAM_PATH.match(path):
            await stream(scope, receive, send)
        elif API_STREAM_PATH.match(path):
            await django_asgi(scope, receive, send)  # type: ignore[arg-type]  # asgiref's scope is a union of TypedDicts.
        else:
            await pages(scope, receive, send)
    elif kind == "lifespan":
        await _lifespan(receive, send)
    else:
        await send({"type": "websocket.close", "code": 1000})


async def _lifespan(receive: Receive, send: Send) -> None:
    """Start the engine with the server and end it with it."""
    await receive()
    running = engine.Engine()
    await running.start()
    engine.install(running)
    by_itself = [
        asyncio.create_task(sweep_forever(running), name="sweep-replies"),
        asyncio.create_task(keep_house_forever(running.store.call), name="keep-house"),
    ]
    await send({"type": "lifespan.startup.complete"})
    try:
        with _noticing_sigterm(running):
            await receive()
    finally:
        for task in by_itself:
            task.cancel()
        await asyncio.gather(*by_itself, return_exceptions=True)
        await running.stop()
        engine.install(None)
    await send({"type": "lifespan.shutdown.complete"})


@contextlib.contextmanager
def _noticing_sigterm(running: engine.Engine) -> Iterator[None]:
    """Start the engine's clock at the signal itself.

    The server tells the application of a shutdown only after the last watcher has gone, which would give a watched
    reply its time twice.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def notice(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(running.begin_stop)
        previous = before[signal.Signals(number)]
        if callable(previous):
            previous(number, frame)

    for number in before:
        signal.signal(number, notice)
    try:
        yield
    finally:
        for number, previous in before.items():
            signal.signal(number, previous)
