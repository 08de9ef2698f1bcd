"""The client: one httpx client per event loop, a stream for generations, look-ups for the rest."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Self
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

import httpx

from costory.lib.openrouter.catalogue import ModelListing, parse_models
from costory.lib.openrouter.errors import ModelUnavailable, UpstreamProtocolError
from costory.lib.openrouter.reply import StreamedReply, refusal
from costory.lib.openrouter.request import ChatRequest
from costory.lib.openrouter.transport import (
    MAX_CONNECTIONS,
    TRANSPORT_ERRORS,
    StreamTransport,
    failure_from,
    read_all,
)
from costory.lib.openrouter.usage import GenerationCost, parse_generation

_MAX_LOOKUP_BYTES = 33_554_432  # the catalogue is under one megabyte today


class OpenRouter:
    """A client for OpenRouter and for any server that speaks its chat completions (Ollama, llama.cpp, LM Studio).

    Safe to share between threads and event loops: each loop gets an HTTP client of its own, closed by `aclose` in
    that loop. Timeouts are in seconds; `idle_timeout` is the longest silence allowed. `is_openrouter` gates what only
    OpenRouter understands and is read from `base_url` unless given. `transport` is for tests (`httpx.MockTransport`).
    """

    def __init__(
        self,
        *,
        base_url: str = "https://openrouter.ai/api/v1",
        api_key: str = "",
        app_url: str = "",
        connect_timeout: float = 5.0,
        idle_timeout: float = 60.0,
        is_openrouter: bool | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        if is_openrouter is None:
            host = urlsplit(base_url).hostname or ""
            is_openrouter = host == "openrouter.ai" or host.endswith(".openrouter.ai")
        self.is_openrouter = is_openrouter
        self._transport = transport
        self._timeout = httpx.Timeout(idle_timeout, connect=connect_timeout, pool=connect_timeout)
        # Identity: decompressing a stream would hold its tokens back.
        self._headers = {"User-Agent": "CoStory", "Accept-Encoding": "identity"}
        if api_key:
            self._headers["Authorization"] = f"Bearer {api_key}"
        if is_openrouter:
            self._headers |= {
                "X-OpenRouter-Title": "CoStory",
                "X-OpenRouter-Categories": "creative-writing,writing-assistant",
            }
            if app_url:
                self._headers["HTTP-Referer"] = app_url
        self._clients: WeakKeyDictionary[asyncio.AbstractEventLoop, httpx.AsyncClient] = WeakKeyDictionary()

    def client_for_loop(self) -> httpx.AsyncClient:
        """The running loop's HTTP client, made at first use: connections cannot be shared between loops."""
        loop = asyncio.get_running_loop()
        client = self._clients.get(loop)
        if client is None or client.is_closed:
            client = self._clients[loop] = httpx.AsyncClient(
                transport=self._transport or StreamTransport(),
                headers=self._headers,
                timeout=self._timeout,
                limits=httpx.Limits(max_connections=MAX_CONNECTIONS),
                trust_env=False,
                follow_redirects=False,
            )
        return client

    async def aclose(self) -> None:
        """Close the running loop's connections."""
        client = self._clients.pop(asyncio.get_running_loop(), None)
        if client is not None:
            await client.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.aclose()

    def stream(self, request: ChatRequest) -> StreamedReply:
        """A generation, sent when the reply is entered with `async with`; see `StreamedReply`."""
        client = self.client_for_loop()
        return StreamedReply(
            client,
            client.build_request(
                "POST",
                f"{self.base_url}/chat/completions",
                content=request.body(is_openrouter=self.is_openrouter),
                headers={"Content-Type": "application/json", "Accept": "text/event-stream"},
            ),
        )

    async def generation(self, generation_id: str) -> GenerationCost | None:
        """What a generation really cost; None while OpenRouter does not know it, which can last some seconds."""
        try:
            document = await self._look_up("/generation", {"id": generation_id})
        except ModelUnavailable:
            return None
        data = document.get("data")
        if not isinstance(data, Mapping):
            raise UpstreamProtocolError
        return parse_generation(data)

    async def models(self, *, zdr: bool = False) -> list[ModelListing]:
        """The models on offer, with `zdr` only those that have an endpoint with zero retention."""
        document = await self._look_up("/models", {"zdr": "true"} if zdr else {})
        data = document.get("data")
        if not isinstance(data, list):
            raise UpstreamProtocolError
        return parse_models(data)

    async def _look_up(self, path: str, query: Mapping[str, str]) -> Mapping[str, object]:
        client = self.client_for_loop()
        try:
            async with client.stream("GET", f"{self.base_url}{path}", params=dict(query)) as response:
                if response.status_code >= 400:
                    raise await refusal(response)
                body = await read_all(response, at_most=_MAX_LOOKUP_BYTES)
        except TRANSPORT_ERRORS as error:
            raise failure_from(error) from error
        document: object = None
        with contextlib.suppress(ValueError, ArithmeticError, RecursionError):
            document = json.loads(body, parse_float=Decimal, parse_constant=Decimal)
        if response.status_code != 200 or not isinstance(document, Mapping):
            raise UpstreamProtocolError
        return document
