"""One streamed reply, from the request to its last fact."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from types import TracebackType
from typing import Self

import httpx

from costory.lib.openrouter.errors import UpstreamCut, UpstreamProtocolError, error_from
from costory.lib.openrouter.parser import MAX_LINE_BYTES, ReplyParser, storable_id
from costory.lib.openrouter.transport import (
    TRANSPORT_ERRORS,
    Pump,
    Read,
    content_of,
    failure_from,
    read_all,
    reader,
    salvage,
)
from costory.lib.openrouter.usage import Usage

#: After its finish reason a reply has only its usage to tell: nobody should wait a whole idle timeout for that.
TAIL_TIMEOUT = 10.0
# How long to wait, after [DONE], for the end of the response that lets its connection serve again.
_DRAIN_TIMEOUT = 0.1
_MAX_ERROR_BYTES = 65_536


class StreamedReply:
    """An async context manager over one generation; iterate it for the text, then read what it came to.

    ::

        async with client.stream(request) as reply:
            async for text in reply:   # everything one network read brought, never empty
                ...
            # or, at half the cost: await reply.deliver(take)
        reply.usage, reply.finish_reason, reply.generation_id

    Entering sends the request and raises what the server refuses it with. Iterating raises what goes wrong later,
    after the text that came before it. Leaving early closes the connection, which is how a generation is cancelled.
    Nothing is ever sent twice.

    The idle timeout is between bytes: keep-alive comments count. A limit on the whole belongs to the caller.
    """

    def __init__(self, http: httpx.AsyncClient, request: httpx.Request) -> None:
        self._http = http
        self._request = request
        self._parser = ReplyParser()
        self._response: httpx.Response | None = None
        self._read: Read | None = None
        self._first = ""

    @property
    def generation_id(self) -> str:
        """OpenRouter's name for the generation: known on entry there, with the first chunk elsewhere; else empty."""
        header = self._response.headers.get("x-generation-id", "") if self._response else ""
        return storable_id(header) or self._parser.generation_id

    @property
    def model(self) -> str:
        """The model that answers, which is the one billed; empty until the first chunk."""
        return self._parser.model

    @property
    def provider(self) -> str:
        """Who runs the model, where OpenRouter tells; it decides whether a cancelled reply is billed in full."""
        return self._parser.provider

    @property
    def finish_reason(self) -> str | None:
        """stop, length, content_filter…; None until the end and when the server never told."""
        return self._parser.finish_reason

    @property
    def usage(self) -> Usage | None:
        """Tokens and cost; None until the end and when the server told none."""
        return self._parser.usage

    async def __aenter__(self) -> Self:
        try:
            response = await self._http.send(self._request, stream=True)
        except TRANSPORT_ERRORS as error:
            raise failure_from(error) from error
        self._response = response
        try:
            await self._open(response)
        except BaseException:
            await response.aclose()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> str:
        parser = self._parser
        if self._first:
            text, self._first = self._first, ""
            return text
        try:
            while True:
                if parser.failure is not None:
                    raise parser.failure
                if parser.is_done or self._read is None:
                    raise StopAsyncIteration
                if parser.finish_reason is None:
                    received = await self._read()
                else:
                    async with asyncio.timeout(TAIL_TIMEOUT):
                        received = await self._read()
                if received:
                    text = parser.feed(received)
                else:
                    self._read = None
                    text = parser.end()
                if text:
                    return text
        except TRANSPORT_ERRORS as error:
            text = self._break_off(error)
        if text:
            return text
        if parser.failure is not None:
            raise parser.failure
        raise StopAsyncIteration

    async def deliver(self, take: Callable[[str], bool]) -> None:
        """Call `take` with each text as it comes, until it says False or all has come: no task is woken per read."""
        content = content_of(self._response) if self._response is not None else None
        is_wanted = True
        if content is not None and self._read is not None:
            parser = self._parser

            def feed(received: bytes) -> bool:
                nonlocal is_wanted
                if text := parser.feed(received):
                    is_wanted = take(text)
                return is_wanted and not (parser.is_done or parser.failure or parser.finish_reason)

            await Pump(content, feed).run()
        if is_wanted:
            # The rest, and how it ended.
            async for text in self:
                if not take(text):
                    break

    async def aclose(self) -> None:
        """Let the connection go: back to the pool after a whole reply, closed (and the generation cancelled) before."""
        if self._response is None:
            return
        read, self._read = self._read, None
        try:
            if read is not None and self._parser.is_done:
                async with asyncio.timeout(_DRAIN_TIMEOUT):
                    while await read():
                        pass
        except TRANSPORT_ERRORS:
            pass  # The reply is whole; only its connection is lost.
        finally:
            await self._response.aclose()

    def _break_off(self, error: BaseException) -> str:
        """Take what had arrived before the transport failed, and judge whether the reply was whole by then."""
        parser = self._parser
        self._read = None
        text = parser.feed(salvage(self._response)) if self._response is not None else ""
        text += parser.end()
        if isinstance(parser.failure, UpstreamCut):
            parser.failure = failure_from(error)
            parser.failure.__cause__ = error
        return text

    async def _open(self, response: httpx.Response) -> None:
        """Decide from status and type what this response is."""
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if response.status_code >= 400:
            raise await refusal(response)
        if response.status_code != 200 or kind == "text/html":
            raise UpstreamProtocolError
        if kind != "application/json":
            self._read = reader(response)
            return
        try:
            body = await read_all(response, at_most=MAX_LINE_BYTES)
        except TRANSPORT_ERRORS as error:
            raise failure_from(error) from error
        self._first = self._parser.feed_document(body)
        if self._parser.failure is not None and not self._first:
            raise self._parser.failure


async def refusal(response: httpx.Response) -> Exception:
    """The exception for a response with an error status, whatever its body is."""
    try:
        body = json.loads(await read_all(response, at_most=_MAX_ERROR_BYTES))
    except (*TRANSPORT_ERRORS, UpstreamProtocolError, ValueError, RecursionError):
        body = None  # The status says enough.
    return error_from(body, status=response.status_code, headers=response.headers)
