"""What no well-meaning server does, played by httpx's MockTransport; and what the package offers."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import httpx
import pytest

from costory.lib import openrouter
from costory.lib.openrouter import (
    ChatRequest,
    OpenRouter,
    OpenRouterError,
    ProviderFailed,
    RateLimited,
    StreamedReply,
    UpstreamCut,
    UpstreamProtocolError,
    UpstreamTimeout,
    UpstreamUnreachable,
    errors,
)
from costory.lib.openrouter.transport import failure_from

REPLY = (
    b'data: {"id":"chatcmpl-1","model":"llama","choices":[{"index":0,"delta":{"content":"Once"}}]}\n\n'
    b'data: {"id":"chatcmpl-1","model":"llama","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
    b"data: [DONE]\n\n"
)
REQUEST = ChatRequest(model="llama", messages=[{"role": "user", "content": "the keeper"}])


def play(answer: Callable[[httpx.Request], httpx.Response]) -> tuple[str, StreamedReply]:
    """Stream one reply from a transport that answers with `answer`."""

    async def read() -> tuple[str, StreamedReply]:
        async with (
            OpenRouter(base_url="http://llama.test/v1/", transport=httpx.MockTransport(answer)) as client,
            client.stream(REQUEST) as reply,
        ):
            return "".join([text async for text in reply]), reply

    return asyncio.run(asyncio.wait_for(read(), 10))


def look_up(answer: Callable[[httpx.Request], httpx.Response]) -> Any:
    async def ask() -> Any:
        async with OpenRouter(base_url="http://llama.test/v1", transport=httpx.MockTransport(answer)) as client:
            return await client.models()

    return asyncio.run(asyncio.wait_for(ask(), 10))


def test_a_local_server() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, content=REPLY, headers={"content-type": "text/event-stream"})

    text, reply = play(answer)

    assert (text, reply.finish_reason, reply.usage) == ("Once", "stop", None)
    assert (reply.generation_id, reply.model, reply.provider) == ("chatcmpl-1", "llama", "")
    assert str(asked[0].url) == "http://llama.test/v1/chat/completions"
    assert "authorization" not in asked[0].headers


def test_a_compressed_stream_is_read_all_the_same() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=gzip.compress(REPLY), headers={"content-encoding": "gzip"})

    assert play(answer)[0] == "Once"


def test_a_compressed_stream_that_is_not() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, stream=Chunks(REPLY), headers={"content-encoding": "gzip"})

    with pytest.raises(UpstreamProtocolError):
        play(answer)


class Chunks(httpx.AsyncByteStream):
    """A body in these pieces; an exception among them is raised."""

    def __init__(self, *pieces: bytes | Exception) -> None:
        self.pieces = pieces

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            if isinstance(piece, Exception):
                raise piece
            yield piece


def test_empty_reads_end_nothing() -> None:
    middle = len(REPLY) // 2
    pieces = Chunks(REPLY[:middle], b"", b"", REPLY[middle:])
    assert play(lambda request: httpx.Response(200, stream=pieces))[0] == "Once"


@pytest.mark.parametrize("error", [httpx.ReadTimeout("silence"), httpx.ReadError("reset")])
def test_a_failure_after_the_finish_reason_is_an_end(error: Exception) -> None:
    body = Chunks(REPLY.replace(b"data: [DONE]\n\n", b""), error)
    text, reply = play(lambda request: httpx.Response(200, stream=body))
    assert (text, reply.finish_reason, reply.usage) == ("Once", "stop", None)


def test_a_failure_before_it_is_one() -> None:
    body = Chunks(REPLY.partition(b"\n\n")[0] + b"\n\n", httpx.ReadTimeout("silence"))
    with pytest.raises(UpstreamTimeout) as caught:
        play(lambda request: httpx.Response(200, stream=body))
    assert isinstance(caught.value.__cause__, httpx.ReadTimeout)


def test_a_document_where_a_stream_was_asked_for() -> None:
    body = {"id": "x", "choices": [{"message": {"role": "assistant", "content": "All."}, "finish_reason": "stop"}]}
    text, reply = play(lambda request: httpx.Response(200, json=body))
    assert (text, reply.finish_reason, reply.generation_id) == ("All.", "stop", "x")


def test_an_error_beside_a_choice_in_a_document() -> None:
    body = {"choices": [{"error": {"code": 429}, "message": {"content": ""}, "finish_reason": "error"}]}
    with pytest.raises(RateLimited):
        play(lambda request: httpx.Response(200, json=body))


@pytest.mark.parametrize("status", [201, 204, 301, 307])
def test_a_status_that_means_nothing_here(status: int) -> None:
    with pytest.raises(UpstreamProtocolError):
        play(lambda request: httpx.Response(status, content=REPLY, headers={"location": "http://elsewhere.test/"}))


@pytest.mark.parametrize("body", [b"", b"<html>bad gateway</html>", b'{"error"', b"[]", b'"no"', b"x" * 100_000])
def test_an_error_status_with_any_body(body: bytes) -> None:
    with pytest.raises(ProviderFailed) as caught:
        play(lambda request: httpx.Response(502, content=body))
    assert (caught.value.status, caught.value.code) == (502, None)


def test_an_error_status_whose_body_breaks_off() -> None:
    with pytest.raises(RateLimited):
        play(lambda request: httpx.Response(429, stream=Chunks(b'{"err', httpx.ReadError("reset"))))


@pytest.mark.parametrize(
    ("response", "kind"),
    [
        (httpx.Response(200, content=b"<html>"), UpstreamProtocolError),
        (httpx.Response(200, json=[]), UpstreamProtocolError),
        (httpx.Response(200, json={"data": {}}), UpstreamProtocolError),
        (httpx.Response(302, json={"data": []}), UpstreamProtocolError),
        (httpx.Response(200, stream=Chunks(*[b"x" * 1_000_000] * 40)), UpstreamProtocolError),
        (httpx.Response(200, stream=Chunks(b"{", httpx.ReadTimeout(""))), UpstreamTimeout),
        (httpx.Response(503, json={"error": {"code": 503}}), ProviderFailed),
    ],
)
def test_look_ups_that_fail(response: httpx.Response, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        look_up(lambda request: response)


def test_a_generation_without_its_facts() -> None:
    async def ask() -> None:
        answer = httpx.MockTransport(lambda request: httpx.Response(200, json={"data": None}))
        async with OpenRouter(transport=answer) as client:
            await client.generation("gen-1")

    with pytest.raises(UpstreamProtocolError):
        asyncio.run(ask())


def test_a_document_that_breaks_off() -> None:
    body = Chunks(b'{"choices":', httpx.ReadTimeout("silence"))
    with pytest.raises(UpstreamTimeout):
        play(lambda request: httpx.Response(200, stream=body, headers={"content-type": "application/json"}))


def test_an_error_event_is_not_mistaken_for_the_reset_after_it() -> None:
    body = Chunks(b'data: {"error":{"code":429}}', httpx.ReadError("reset"))
    with pytest.raises(RateLimited):
        play(lambda request: httpx.Response(200, stream=body))


def test_odd_listings_leave_the_good_ones() -> None:
    entries = [
        None,
        {"name": "no id"},
        {"id": 7},
        {"id": ""},
        {"id": "x" * 300},
        {"id": "a/plain", "pricing": {"prompt": 0.000001, "completion": 2}, "expiration_date": "2027-01-31"},
        {"id": "a/day", "pricing": [], "expiration_date": 1_800_000_000, "supported_parameters": "all", "name": ""},
        {"id": "a/odd", "top_provider": 1, "context_length": "many", "expiration_date": "soon", "pricing": "free"},
        {"id": "a/late", "expiration_date": 10**30},
        {
            "id": "a/thinks",
            "pricing": {"prompt": "0", "completion": "0.1", "internal_reasoning": "0.2", "request": "0.01"},
            "supported_parameters": ["seed", 4],
        },
        {"id": "a/bad-override", "pricing": {"prompt": "0", "completion": "0", "overrides": [{"prompt": "-1"}, 3]}},
        {"id": "a/only-override", "pricing": {"completion": "0", "overrides": [{"prompt": "0.1"}]}},
    ]
    body = json.dumps({"data": entries}).encode()
    listings = {each.model_id: each for each in look_up(lambda request: httpx.Response(200, content=body))}

    assert list(listings) == ["a/plain", "a/day", "a/odd", "a/late", "a/thinks", "a/bad-override", "a/only-override"]
    plain = listings["a/plain"]
    assert str(plain.prompt_price) == "0.000001"
    assert plain.completion_price is None, "two dollars a token is a mistake"
    assert str(plain.expires_on) == "2027-01-31"
    assert listings["a/day"].expires_on is not None
    assert (listings["a/day"].name, listings["a/day"].supported_parameters) == ("a/day", frozenset())
    assert (listings["a/odd"].context_length, listings["a/odd"].expires_on) == (None, None)
    assert not listings["a/odd"].has_price
    assert listings["a/late"].expires_on is None
    thinks = listings["a/thinks"]
    assert (str(thinks.completion_price), str(thinks.request_price), thinks.has_price) == ("0.2", "0.01", True)
    assert not thinks.is_free
    assert thinks.supported_parameters == {"seed"}
    assert listings["a/bad-override"].prompt_price is None
    assert listings["a/only-override"].prompt_price is None


def connect_timeout_over(cause: Exception) -> Exception:
    """As httpx-aiohttp raises it for every lost connection it has no better name for."""
    error = httpx.ConnectTimeout("")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (httpx.ConnectError(""), UpstreamUnreachable),
        (httpx.ConnectTimeout(""), UpstreamUnreachable),
        (httpx.PoolTimeout(""), UpstreamUnreachable),
        (httpx.UnsupportedProtocol(""), UpstreamUnreachable),
        (aiohttp.ConnectionTimeoutError(), UpstreamUnreachable),
        (connect_timeout_over(aiohttp.ConnectionTimeoutError()), UpstreamUnreachable),
        (connect_timeout_over(aiohttp.ServerDisconnectedError()), UpstreamCut),
        (connect_timeout_over(aiohttp.ClientOSError()), UpstreamCut),
        (connect_timeout_over(aiohttp.SocketTimeoutError()), UpstreamTimeout),
        (httpx.ReadTimeout(""), UpstreamTimeout),
        (httpx.WriteTimeout(""), UpstreamTimeout),
        (TimeoutError(), UpstreamTimeout),
        (aiohttp.SocketTimeoutError(), UpstreamTimeout),
        (httpx.RemoteProtocolError(""), UpstreamCut),
        (httpx.ReadError(""), UpstreamCut),
        (aiohttp.ClientPayloadError(), UpstreamCut),
        (ConnectionResetError(), UpstreamCut),
        (httpx.DecodingError(""), UpstreamProtocolError),
    ],
)
def test_every_transport_error_has_our_name(error: Exception, kind: type[OpenRouterError]) -> None:
    assert type(failure_from(error)) is kind


def subclasses(kind: type[OpenRouterError]) -> list[type[OpenRouterError]]:
    return [each for child in kind.__subclasses__() for each in (child, *subclasses(child))]


def test_the_exports_are_these() -> None:
    assert sorted(openrouter.__all__) == openrouter.__all__
    for name in openrouter.__all__:
        assert getattr(openrouter, name).__module__.startswith("costory.lib.openrouter."), name
        assert getattr(openrouter, name).__doc__, name


def test_the_exception_tree_is_exported_and_drawn() -> None:
    tree = (errors.__doc__ or "").partition("::")[2]
    kinds: list[type[OpenRouterError]] = [OpenRouterError, *subclasses(OpenRouterError)]
    for kind in kinds:
        assert kind.__name__ in openrouter.__all__
        assert kind.__name__ in tree
    reasons = [kind.reason for kind in subclasses(OpenRouterError) if "reason" in vars(kind)]
    assert len(set(reasons)) == len(reasons)
