"""The floor the streams are measured against: a raw ASGI application that passes a model's bytes through with httpx.

    MODEL_URL=http://127.0.0.1:9100/api/v1 uvicorn bench.pass_through:application --port 9200

It knows no user, no money and no text: what it costs is what streaming costs with httpx as everyone uses it.
A POST passes its body on. A GET asks for the model named in ``?model=`` (default ``test/steady-200x20``).
`/healthz` answers at once. Every product must do more than this; PERFORMANCE.md says how little more.
"""

from __future__ import annotations

import json
import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs

import httpx

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

MODEL_URL = os.environ.get("MODEL_URL", "http://127.0.0.1:9100/api/v1")
_client: httpx.AsyncClient | None = None


def client() -> httpx.AsyncClient:
    """One client for the one loop of this process, with httpx's own transport and no limit of 100."""
    global _client
    if _client is None:
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
        _client = httpx.AsyncClient(limits=limits, timeout=60, trust_env=False)
    return _client


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Pass one generation through, byte for byte."""
    if scope["type"] == "lifespan":
        await _live(receive, send)
        return
    if scope["path"] == "/healthz":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body"})
        return
    body = await _body(receive)
    if not body:
        query = parse_qs(scope["query_string"].decode())
        model = query.get("model", ["test/steady-200x20"])[0]
        body = json.dumps(
            {"model": model, "messages": [{"role": "user", "content": "Tighten this scene."}], "stream": True}
        ).encode()
    async with client().stream("POST", f"{MODEL_URL}/chat/completions", content=body) as response:
        kind = response.headers.get("content-type", "application/octet-stream").encode()
        headers = [(b"content-type", kind), (b"cache-control", b"no-cache")]
        await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
        async for chunk in response.aiter_raw():
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body"})


async def _body(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if message["type"] == "http.disconnect" or not message.get("more_body"):
            return body


async def _live(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            if _client is not None:
                await _client.aclose()
            await send({"type": "lifespan.shutdown.complete"})
            return
