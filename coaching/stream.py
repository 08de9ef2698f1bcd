"""Watching a reply, as raw ASGI: no middleware, no session, no query (PERFORMANCE.md, "Streams").

The address carries a signed, expiring permit for one reply. It answers GET with Server-Sent Events and always ends
with the closing event of a reply that has ended, because EventSource reconnects for ever otherwise.
"""

import asyncio
import logging
import re
import uuid
from collections.abc import Awaitable, Callable, Coroutine, MutableMapping
from typing import Any
from urllib.parse import parse_qs

from coaching import engine
from coaching.services.permits import permit_opens
from costory.lib import sse

logger = logging.getLogger(__name__)

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Coroutine[Any, Any, None]]

PATH = re.compile(r"^/coach/replies/(?P<reply_id>[0-9a-f-]{36})/stream/$")

HEADERS = [
    (b"content-type", sse.MEDIA_TYPE.encode()),
    (b"cache-control", b"private, no-store, no-transform"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"same-origin"),
]
_NOT_FOUND = b"This stream does not exist, or its permission has expired.\n"
# A browser that comes back after the server was restarted should not wait long, nor all at once.
_RETRY = sse.retry(1500)


def closing_event(state: str) -> bytes:
    """The last event of a reply: `done`, `stopped` or `failed`."""
    return sse.encode("{}", event=state)


async def stream(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a GET of a reply's stream."""
    found = PATH.match(scope["path"])
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    reply_id = _reply_id(found["reply_id"]) if found else None
    permit = query.get("permit", [""])[0]
    current = engine.current()
    if scope["method"] != "GET":
        await _plain(send, 405, b"Only GET.\n", [(b"allow", b"GET")])
        return
    if reply_id is None or not permit_opens(reply_id, permit):
        await _plain(send, 404, _NOT_FOUND)
        return
    if current is None:
        await _plain(send, 503, b"The coach is starting.\n", [(b"retry-after", b"2")])
        return
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    writer = asyncio.create_task(_write(current, reply_id, _offset(scope, query), send))
    gone = asyncio.create_task(_until_gone(receive))
    try:
        await asyncio.wait({writer, gone}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (writer, gone):
            task.cancel()
        results = await asyncio.gather(writer, gone, return_exceptions=True)
    for result in results:
        if isinstance(result, Exception):
            logger.error("A stream broke: %s", type(result).__name__)


async def _write(current: engine.Engine, reply_id: uuid.UUID, offset: int, send: Send) -> None:
    def write(events: bytes) -> Coroutine[Any, Any, None]:
        return send({"type": "http.response.body", "body": events, "more_body": True})

    await write(_RETRY)
    await current.pour(reply_id, offset, write)
    state = await current.final_state(reply_id)
    # Without one the server is stopping: the browser comes back and finds the reply, or its end, elsewhere.
    await send({"type": "http.response.body", "body": closing_event(state) if state else b"", "more_body": False})


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _reply_id(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _offset(scope: Scope, query: dict[str, list[str]]) -> int:
    """Where to resume: after the last event the browser has had, else where the page left off."""
    return sse.last_event_id(scope["headers"]) or sse.parse_event_id(query.get("offset", ["0"])[0])


async def _plain(send: Send, status: int, body: bytes, headers: list[tuple[bytes, bytes]] | None = None) -> None:
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [
                (b"content-type", b"text/plain; charset=utf-8"),
                (b"cache-control", b"no-store"),
                *(headers or []),
            ],
        }
    )
    await send({"type": "http.response.body", "body": body})
