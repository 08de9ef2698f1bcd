"""The client against the loopback model server, over real sockets, each test bounded in time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from decimal import Decimal
from typing import Any, TypeVar

import httpx
import pytest

from costory.lib.openrouter import (
    ChatRequest,
    ContentRefused,
    ContextTooLong,
    KeyRejected,
    ModelUnavailable,
    OpenRouter,
    OpenRouterError,
    OutOfCredit,
    ProviderFailed,
    RateLimited,
    RequestRejected,
    StreamedReply,
    UpstreamCut,
    UpstreamError,
    UpstreamProtocolError,
    UpstreamTimeout,
    UpstreamUnreachable,
)
from costory.lib.openrouter.transport import READ_EXTENSION
from tests.model_scenarios import SCENARIOS, Scenario
from tests.model_server import ModelServer

T = TypeVar("T")

STORY = "The lamp and the keeper of the light, a story that must not reach a log."


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer() as server:
        yield server


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end, or fail after ten seconds."""
    return asyncio.run(asyncio.wait_for(work, 10))


def asking(model: str, **overrides: Any) -> ChatRequest:
    return ChatRequest(model=f"test/{model}", messages=[{"role": "user", "content": STORY}], **overrides)


def client_of(server: ModelServer, **overrides: Any) -> OpenRouter:
    return OpenRouter(
        **{
            "base_url": server.url,
            "api_key": "sk-test",
            "app_url": "https://costory.example",
            "is_openrouter": True,
            "idle_timeout": 5.0,
            **overrides,
        }
    )


def into(texts: list[str]) -> Callable[[str], bool]:
    """What keeps every text it is called with."""

    def take(text: str) -> bool:
        texts.append(text)
        return True

    return take


async def read(client: OpenRouter, request: ChatRequest) -> tuple[list[str], StreamedReply]:
    texts: list[str] = []
    async with client, client.stream(request) as reply:
        await reply.deliver(into(texts))
    return texts, reply


async def read_until_failure(
    client: OpenRouter, request: ChatRequest
) -> tuple[list[str], StreamedReply, OpenRouterError]:
    texts: list[str] = []
    async with client:
        reply = client.stream(request)
        try:
            async with reply:
                await reply.deliver(into(texts))
        except OpenRouterError as error:
            return texts, reply, error
    pytest.fail("The reply did not fail.")


def test_a_reply_streams_and_tells_what_it_cost(server: ModelServer) -> None:
    texts, reply = run(read(client_of(server), asking("normal-30x3")))

    assert all(texts)
    assert len(texts) > 1, "the text should come as it is written, not at the end"
    assert "".join(texts).startswith("Your opening already holds something")
    assert reply.finish_reason == "stop"
    assert reply.generation_id == server.chats[0].generation_id
    assert (reply.model, reply.provider) == ("test/normal-30x3", "Loopback")
    assert reply.usage is not None
    assert (reply.usage.completion_tokens, reply.usage.is_estimated) == (30, False)
    assert reply.usage.cost == server.chats[0].cost > 0
    assert isinstance(reply.usage.cost, Decimal)


def test_what_is_sent_to_openrouter(server: ModelServer) -> None:
    request = asking("normal", max_tokens=700, temperature=0.8, zdr=True, user="u_9c1f", session_id="s-1")
    run(read(client_of(server), request))

    (sent,) = server.chats
    assert sent.json == {
        "model": "test/normal",
        "messages": [{"role": "user", "content": STORY}],
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_tokens": 700,
        "temperature": 0.8,
        "provider": {"data_collection": "deny", "zdr": True},
        "plugins": [{"id": "context-compression", "enabled": False}],
        "user": "u_9c1f",
        "session_id": "s-1",
    }
    headers = {name: sent.headers.get(name) for name in ("authorization", "http-referer", "x-openrouter-title")}
    assert headers == {
        "authorization": "Bearer sk-test",
        "http-referer": "https://costory.example",
        "x-openrouter-title": "CoStory",
    }
    assert sent.headers["accept-encoding"] == "identity"


def test_another_server_gets_nothing_that_only_openrouter_knows(server: ModelServer) -> None:
    request = asking("normal", zdr=True, user="u_9c1f", session_id="s-1")
    run(read(client_of(server, is_openrouter=None, api_key=""), request))

    (sent,) = server.chats
    assert set(sent.json) == {"model", "messages", "stream", "stream_options"}
    assert not {"authorization", "http-referer", "x-openrouter-title"} & set(sent.headers)


@pytest.mark.parametrize(
    ("base_url", "expected"),
    [
        ("https://openrouter.ai/api/v1", True),
        ("https://eu.openrouter.ai/api/v1/", True),
        ("https://openrouter.ai.evil.example/v1", False),
        ("http://127.0.0.1:11434/v1", False),
    ],
)
def test_openrouter_is_known_by_its_host(base_url: str, *, expected: bool) -> None:
    assert OpenRouter(base_url=base_url).is_openrouter is expected


@pytest.mark.parametrize("scenario", ["comments", "no-done", "crlf", "reasoning"])
def test_good_days_of_many_kinds(server: ModelServer, scenario: str) -> None:
    texts, reply = run(read(client_of(server), asking(scenario)))

    assert len("".join(texts).split()) == SCENARIOS[scenario].chunks
    assert "think" not in "".join(texts)
    assert reply.finish_reason == "stop"
    assert reply.usage is not None


@pytest.mark.parametrize("scenario", ["split", "split-utf8"])
def test_characters_split_across_packets_arrive_whole(server: ModelServer, scenario: str) -> None:
    texts, reply = run(read(client_of(server), asking(scenario)))

    expected = "L’été à Noël, l’œuvre «\u202fça\u202f» 🖋️📖 naïve. "
    assert "".join(texts) == expected
    assert reply.usage is not None


def test_a_slow_first_token_is_waited_for(server: ModelServer) -> None:
    server.script(Scenario(chunks=2, first_delay=0.3, comments=1))
    texts, _reply = run(read(client_of(server), asking("any")))
    assert len("".join(texts).split()) == 2


def test_no_usage_is_none_and_an_empty_text_is_no_failure(server: ModelServer) -> None:
    _texts, reply = run(read(client_of(server), asking("no-usage")))
    assert (reply.usage, reply.finish_reason) == (None, "stop")

    texts, reply = run(read(client_of(server), asking("empty")))
    assert (texts, reply.finish_reason) == ([], "stop")
    assert reply.usage is not None


def test_finish_reason_length(server: ModelServer) -> None:
    _texts, reply = run(read(client_of(server), asking("length")))
    assert reply.finish_reason == "length"


@pytest.mark.parametrize(("scenario", "is_invalid"), [("no-cost", False), ("negative-cost", True), ("nan-cost", True)])
def test_a_cost_that_cannot_be_one_is_none(server: ModelServer, scenario: str, *, is_invalid: bool) -> None:
    _texts, reply = run(read(client_of(server), asking(scenario)))

    assert reply.usage is not None
    assert (reply.usage.cost, reply.usage.is_cost_invalid) == (None, is_invalid)
    assert reply.usage.completion_tokens == 24


def test_a_price_a_thousand_times_the_quote_is_reported_as_it_is(server: ModelServer) -> None:
    _texts, reply = run(read(client_of(server), asking("expensive")))

    assert reply.usage is not None
    quote = server.price("test/expensive", server.chats[0].prompt_tokens, 24)
    assert reply.usage.cost == quote * 1000


@pytest.mark.parametrize(
    ("scenario", "kind", "code", "error_type"),
    [
        ("error", ProviderFailed, "server_error", "provider_unavailable"),
        ("error-int", ProviderFailed, "502", None),
        ("error-string", ProviderFailed, None, None),
        ("error-choice", ProviderFailed, "529", "provider_overloaded"),
    ],
)
def test_an_error_in_mid_stream_comes_after_the_text_before_it(
    server: ModelServer, scenario: str, kind: type[UpstreamError], code: str | None, error_type: str | None
) -> None:
    texts, reply, error = run(read_until_failure(client_of(server), asking(scenario)))

    assert "".join(texts).split() == ["Your", "opening", "already", "holds", "something:"]
    assert type(error) is kind
    assert isinstance(error, UpstreamError)
    assert (error.status, error.code, error.error_type) == (200, code, error_type)
    assert error.in_stream
    assert error.may_be_billed
    assert reply.usage is None
    assert "Provider disconnected" not in str(error)


@pytest.mark.parametrize("scenario", ["cut", "reset"])
def test_a_cut_connection_is_not_an_end(server: ModelServer, scenario: str) -> None:
    texts, reply, error = run(read_until_failure(client_of(server), asking(scenario)))

    assert type(error) is UpstreamCut
    assert error.may_be_billed
    assert reply.generation_id == server.chats[0].generation_id
    if scenario == "cut":  # a reset may overtake what was sent before it
        assert "".join(texts).split() == ["Your", "opening", "already", "holds", "something:"]


def test_what_came_before_a_cut_is_kept_even_when_nobody_read_it_in_time(server: ModelServer) -> None:
    server.script(Scenario(chunks=5, interval=0, ending="cut"))

    async def read_late() -> str:
        text = ""
        async with client_of(server) as client, client.stream(asking("any")) as reply:
            await asyncio.to_thread(server.wait_for, lambda: server.chats[0].outcome == "cut")
            await asyncio.sleep(0.05)  # until the end has arrived here too
            try:
                async for piece in reply:
                    text += piece
            except UpstreamCut:
                return text
        pytest.fail("The reply was not cut.")

    assert run(read_late()).split() == ["Your", "opening", "already", "holds", "something:"]


def test_a_connection_cut_before_any_answer(server: ModelServer) -> None:
    texts, reply, error = run(read_until_failure(client_of(server), asking("cut-start")))

    assert (texts, type(error), reply.generation_id) == ([], UpstreamCut, "")
    assert len(server.chats) == 1, "a generation is never sent again"


@pytest.mark.parametrize(("scenario", "words"), [("silence", 5), ("mute", 0)])
def test_silence_is_a_timeout(server: ModelServer, scenario: str, words: int) -> None:
    texts, _reply, error = run(read_until_failure(client_of(server, idle_timeout=0.5), asking(scenario)))

    assert type(error) is UpstreamTimeout
    assert len("".join(texts).split()) == words
    assert server.wait_for(lambda: server.aborted), "the connection should be closed, which cancels the generation"
    assert len(server.chats) == 1


def test_silence_after_the_finish_reason_is_an_end_without_usage(server: ModelServer) -> None:
    texts, reply = run(read(client_of(server, idle_timeout=0.5), asking("hang")))

    assert len("".join(texts).split()) == 5
    assert (reply.finish_reason, reply.usage) == ("stop", None)


def test_a_server_that_speaks_something_else() -> None:
    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH_9.2\r\n")
        await writer.drain()
        writer.close()

    async def ask() -> None:
        async with await asyncio.start_server(greet, "127.0.0.1", 0) as other:
            port = other.sockets[0].getsockname()[1]
            async with OpenRouter(base_url=f"http://127.0.0.1:{port}/v1") as client:
                with pytest.raises(UpstreamProtocolError):
                    async with client.stream(asking("normal")):
                        pass

    run(ask())


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, ContextTooLong),
        (401, KeyRejected),
        (402, OutOfCredit),
        (403, ContentRefused),
        (404, ModelUnavailable),
        (408, ProviderFailed),
        (413, RequestRejected),
        (422, RequestRejected),
        (429, RateLimited),
        (500, ProviderFailed),
        (502, ProviderFailed),
        (503, ProviderFailed),
        (529, ProviderFailed),
    ],
)
def test_a_refusal_by_status_is_raised_on_entry_and_never_sent_again(
    server: ModelServer, status: int, kind: type[UpstreamError]
) -> None:
    texts, _reply, error = run(read_until_failure(client_of(server), asking(str(status))))

    assert (texts, type(error)) == ([], kind)
    assert isinstance(error, UpstreamError)
    assert (error.status, error.code, error.may_be_billed) == (status, str(status), False)
    assert error.retry_after == (7.0 if status == 429 else None)
    assert len(server.chats) == 1


def test_the_flagged_text_stays_out_of_the_exception(server: ModelServer) -> None:
    _texts, _reply, error = run(read_until_failure(client_of(server), asking("403")))

    seen = f"{error!s} {error!r} {error.args} {vars(error)} {error.__cause__!r} {error.__context__!r}"
    assert "FLAGGED" not in seen
    assert "status=403" in str(error)


def test_the_story_stays_out_of_a_request_s_repr() -> None:
    assert "keeper" not in repr(asking("normal"))


@pytest.mark.parametrize("scenario", ["html", "html-as-stream", "huge-line"])
def test_what_is_not_the_wire_format(server: ModelServer, scenario: str) -> None:
    texts, _reply, error = run(read_until_failure(client_of(server), asking(scenario)))

    assert (texts, type(error)) == ([], UpstreamProtocolError)


def test_an_error_in_one_document_with_status_200(server: ModelServer) -> None:
    _texts, _reply, error = run(read_until_failure(client_of(server), asking("json-error")))

    assert isinstance(error, ProviderFailed)
    assert (error.status, error.code) == (200, "502")


def test_nobody_listening_is_unreachable() -> None:
    with ModelServer() as gone:
        pass
    _texts, _reply, error = run(read_until_failure(client_of(gone), asking("normal")))

    assert type(error) is UpstreamUnreachable
    assert not error.may_be_billed


def test_leaving_early_closes_the_connection(server: ModelServer) -> None:
    async def leave() -> None:
        async with client_of(server) as client, client.stream(asking("steady-200x10")) as reply:
            async for _text in reply:
                break

    run(leave())

    assert server.wait_for(lambda: server.aborted)
    assert server.aborted[0].chunks_sent < 200


def test_a_cancelled_task_closes_the_connection(server: ModelServer) -> None:
    async def cancel() -> None:
        async with client_of(server) as client:
            task = asyncio.create_task(read_on(client))
            await asyncio.to_thread(server.wait_for, lambda: server.chats and server.chats[0].first_chunk_at)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            # Not by closing the client, which would close all it has.
            assert await asyncio.to_thread(server.wait_for, lambda: server.aborted)

    async def read_on(client: OpenRouter) -> None:
        async with client.stream(asking("steady-200x10")) as reply:
            async for _text in reply:
                pass

    run(cancel())


def test_a_whole_reply_gives_its_connection_back(server: ModelServer) -> None:
    async def twice() -> None:
        async with client_of(server) as client:
            for _ in range(3):
                async with client.stream(asking("normal-5x1")) as reply:
                    async for _text in reply:
                        pass
            assert len(server.connections) == 1

    run(twice())
    # The server's own last word may come a moment after the client has had it.
    assert server.wait_for(lambda: [chat.outcome for chat in server.chats] == ["done"] * 3)


def test_more_than_a_hundred_at_once_on_one_loop(server: ModelServer) -> None:
    """httpx and aiohttp both stop at a hundred unless told otherwise; the rest would wait for ever here."""
    server.script(*[Scenario(chunks=1, ending="silence")] * 150)

    async def many() -> list[bool]:
        async with client_of(server) as client:
            held = asyncio.Event()

            async def hold() -> bool:
                async with client.stream(asking("any")) as reply:
                    await anext(reply)
                    await held.wait()
                    return True

            tasks = [asyncio.create_task(hold()) for _ in range(150)]
            together = await asyncio.to_thread(
                server.wait_for, lambda: sum(chat.chunks_sent for chat in server.chats) == 150
            )
            held.set()
            return [together, *await asyncio.gather(*tasks)]

    assert all(run(many()))


def test_one_client_per_loop() -> None:
    client = OpenRouter()

    async def own() -> httpx.AsyncClient:
        http = client.client_for_loop()
        assert client.client_for_loop() is http
        await client.aclose()
        assert client.client_for_loop() is not http
        await client.aclose()
        return http

    assert run(own()) is not run(own())


def test_replies_are_read_without_httpx_in_between(server: ModelServer) -> None:
    """Should an upgrade of httpx-aiohttp take the reader away, the product still works, at half again the cost."""

    async def extensions() -> dict[str, Any]:
        async with client_of(server) as client:
            return (await client.client_for_loop().get(f"{server.url}/key")).extensions

    assert READ_EXTENSION in run(extensions())


def test_a_text_is_handed_on_without_a_task_that_wakes_for_it(server: ModelServer) -> None:
    """Should an upgrade of aiohttp take its reader's future away, the same: slower, and it says so here."""

    async def tasks() -> list[asyncio.Task[Any] | None]:
        seen: list[asyncio.Task[Any] | None] = []

        def take(text: str) -> bool:
            seen.append(asyncio.current_task())
            return True

        async with client_of(server) as client, client.stream(asking("test/prose-en-12x5")) as reply:
            await reply.deliver(take)
        return seen

    seen = run(tasks())
    assert seen
    assert seen.count(None) > len(seen) // 2


@pytest.mark.parametrize("model", ["test/prose-en-12x0", "test/crlf-9x0", "test/split-utf8", "test/markdown"])
def test_iterating_and_being_called_give_the_same_text(server: ModelServer, model: str) -> None:
    async def both() -> tuple[str, str]:
        called: list[str] = []
        async with client_of(server) as client:
            async with client.stream(asking(model)) as reply:
                iterated = "".join([text async for text in reply])
            async with client.stream(asking(model)) as reply:
                await reply.deliver(into(called))
        return iterated, "".join(called)

    iterated, called = run(both())
    assert iterated == called != ""


def test_who_has_enough_hears_no_more(server: ModelServer) -> None:
    async def ask() -> list[str]:
        heard: list[str] = []

        def take(text: str) -> bool:
            heard.append(text)
            return len(heard) < 2

        async with client_of(server) as client, client.stream(asking("test/prose-en-12x5")) as reply:
            await reply.deliver(take)
        return heard

    assert len(run(ask())) == 2
    assert server.wait_for(lambda: server.aborted)


def test_what_goes_wrong_with_a_text_is_raised_where_it_is_asked_for(server: ModelServer) -> None:
    def refuse(text: str) -> bool:
        raise LookupError(text)

    async def ask() -> None:
        async with client_of(server) as client, client.stream(asking("test/prose-en-12x5")) as reply:
            await reply.deliver(refuse)

    with pytest.raises(LookupError):
        run(ask())
    assert server.wait_for(lambda: server.aborted)


def test_what_a_generation_really_cost(server: ModelServer) -> None:
    async def ask() -> tuple[Any, Any]:
        async with client_of(server) as client:
            async with client.stream(asking("normal")) as reply:
                async for _text in reply:
                    pass
            return await client.generation(reply.generation_id), await client.generation("gen-unknown")

    known, unknown = run(ask())

    assert unknown is None
    assert known.cost == server.chats[0].cost
    assert isinstance(known.cost, Decimal)
    assert (known.completion_tokens, known.finish_reason, known.is_cancelled) == (24, "stop", False)
    assert (known.model, known.provider) == ("test/normal", "Loopback")


def test_a_generation_known_late_and_cancelled(server: ModelServer) -> None:
    server.script(Scenario(chunks=200, interval=0.01, generation_misses=2))

    async def ask() -> list[Any]:
        async with client_of(server) as client:
            async with client.stream(asking("any")) as reply:
                async for _text in reply:
                    break
            await asyncio.to_thread(server.wait_for, lambda: server.aborted)
            return [await client.generation(reply.generation_id) for _ in range(3)]

    first, second, third = run(ask())

    assert (first, second) == (None, None)
    assert third.is_cancelled
    assert third.completion_tokens == server.chats[0].chunks_sent < 200


def test_the_catalogue_keeps_no_price_that_is_not_one(server: ModelServer) -> None:
    async def ask() -> dict[str, Any]:
        async with client_of(server) as client:
            return {listing.model_id: listing for listing in await client.models(zdr=True)}

    listings = run(ask())

    assert server.requests[0].query == {"zdr": ["true"]}
    assert listings["anthropic/claude-sonnet-4.6"].prompt_price == Decimal("0.000003")
    assert listings["anthropic/claude-sonnet-4.6"].max_completion_tokens == 8192
    assert listings["odd/free:free"].is_free
    assert listings["odd/overrides"].prompt_price == Decimal("0.000006")
    assert listings["odd/overrides"].completion_price == Decimal("0.0000225")
    for odd in ("negative", "nan", "words", "absurd", "no-pricing"):
        listing = listings[f"odd/{odd}"]
        assert (listing.prompt_price, listing.completion_price) == (None, None), odd
        assert not listing.has_price
        assert not listing.is_free


def test_a_look_up_that_is_refused(server: ModelServer) -> None:
    async def ask() -> None:
        async with client_of(server, base_url=server.url.replace("/api", "/elsewhere")) as client:
            await client.models()

    with pytest.raises(ModelUnavailable):
        run(ask())
