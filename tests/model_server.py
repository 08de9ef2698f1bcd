"""A loopback server that speaks OpenRouter's wire (EXTERNAL.md section 1), good days and bad ones.

In tests, a thread::

    with ModelServer() as server:
        client = OpenRouter(base_url=server.url, api_key="sk-test", is_openrouter=True, ...)
        server.script("cut", "normal")        # the next two generations, in that order
        ...
        assert server.chats[0].json["model"] == "test/normal"
        assert server.wait_for(lambda: server.aborted)

For the bench and the browser, a process of its own: ``python -m tests.model_server --port 9100``.

Which scenario a generation plays is decided, in this order, by: the queue filled with `ModelServer.script` or
``POST /control/script`` (a JSON list of names), the request header ``X-Scenario``, the model's name after its slash
(``test/cut``), and else ``prose``. A name may end in ``-NxM``: N chunks, M milliseconds apart
(``test/steady-200x20``). `SCENARIOS` lists the names, each with what it does.

Served: ``POST /api/v1/chat/completions``, ``GET /api/v1/models``, ``GET /api/v1/generation?id=``,
``GET /api/v1/key``; and for other processes ``GET /control/requests`` (what was asked and what became of it),
``POST /control/script``, ``POST /control/reset``.

It is one hand-written asyncio protocol, because in the bench it must cost less than what it measures.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Self, cast
from urllib.parse import parse_qs, urlsplit

from tests.model_scenarios import (
    COMPLETION_PRICE,
    ERRORS,
    PROMPT_PRICE,
    SCENARIOS,
    Scenario,
    default_catalogue,
    error_body,
    pieces,
    scenario_named,
)

GENERATION_PATHS = frozenset({"/api/v1/chat/completions", "/v1/chat/completions"})


@dataclass(eq=False)
class Received:
    """A request as it came, and for a generation what became of it."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes
    received_at: float
    generation_id: str = ""
    scenario: Scenario | None = None
    chunks_sent: int = 0
    first_chunk_at: float | None = None
    ended_at: float | None = None
    outcome: str = "open"
    prompt_tokens: int = 0
    cost: Decimal = Decimal(0)
    misses_left: int = 0

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def summary(self) -> dict[str, Any]:
        """What `/control/requests` tells another process. The key is not part of it."""
        return {
            "method": self.method,
            "path": self.path,
            "headers": {name: value for name, value in self.headers.items() if name != "authorization"},
            "body": self.body.decode("utf-8", "replace"),
            "received_at": self.received_at,
            "generation_id": self.generation_id,
            "chunks_sent": self.chunks_sent,
            "first_chunk_at": self.first_chunk_at,
            "ended_at": self.ended_at,
            "outcome": self.outcome,
        }


class _Connection(asyncio.Protocol):
    """One client connection: requests one after another, each answered before the next is read."""

    transport: asyncio.Transport

    def __init__(self, server: ModelServer) -> None:
        self.server = server
        self.loop = asyncio.get_running_loop()
        self.buffer = bytearray()
        self.current: Received | None = None
        self.timer: asyncio.TimerHandle | None = None
        self.steps: deque[bytes | str] = deque()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but its base class
        self.server.connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self.server.connections.discard(self)
        if self.timer:
            self.timer.cancel()
        if self.current:
            self.finish("aborted")

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if self.current is None:
            self.read_request()

    def read_request(self) -> None:
        head, separator, rest = bytes(self.buffer).partition(b"\r\n\r\n")
        if not separator:
            return
        request_line, *header_lines = head.decode("latin-1").split("\r\n")
        method, target, _version = request_line.split(" ", 2)
        headers = {}
        for line in header_lines:
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        length = int(headers.get("content-length", "0"))
        if len(rest) < length:
            return
        self.buffer = bytearray(rest[length:])
        parts = urlsplit(target)
        request = Received(method, parts.path, parse_qs(parts.query), headers, rest[:length], time.monotonic())
        self.answer(request)

    def answer(self, request: Received) -> None:
        server = self.server
        if request.path.startswith("/control/"):
            self.reply(*server.control(request))
            return
        if request.method == "POST" and request.path in GENERATION_PATHS:
            self.begin(request)
            return
        server.record(request)
        self.reply(*server.look_up(request))

    def reply(self, status: int, body: bytes, *headers: tuple[str, str]) -> None:
        fields = {"Content-Type": "application/json", **dict(headers), "Content-Length": str(len(body))}
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        self.transport.write(f"HTTP/1.1 {status} Status\r\n{head}\r\n".encode() + body)
        self.next_request()

    def next_request(self) -> None:
        if self.buffer:
            self.loop.call_soon(self.read_request)

    def begin(self, request: Received) -> None:
        scenario = self.server.open_generation(request)
        self.current = request
        if scenario.ending == "mute":
            return
        if scenario.ending == "cut-start":
            self.finish("cut")
            self.transport.close()
            return
        if scenario.body is not None:
            self.finish("refused")
            named = (("X-Generation-Id", request.generation_id),) if scenario.status == 200 else ()
            self.reply(scenario.status, scenario.body, *named, *scenario.headers)
            return
        self.transport.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\n"
            b"X-Generation-Id: " + request.generation_id.encode() + b"\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        asked = request.json
        self.head = (
            f'data: {{"id":"{request.generation_id}","provider":"Loopback","object":"chat.completion.chunk",'
            f'"created":1763596800,"model":{json.dumps(asked.get("model"))},"choices":'
        ).encode()
        self.delta = self.head + b'[{"index":0,"delta":{"role":"assistant","content":"'
        self.tail = b'"},"finish_reason":null,"native_finish_reason":null,"logprobs":null}]}' + scenario.eol * 2
        self.pieces = pieces(self.server.language_of(request, scenario), scenario.chunks)
        self.sent = 0
        for _ in range(scenario.comments):
            self.send(b": OPENROUTER PROCESSING" + scenario.eol * 2)
        if scenario.text == "reasoning":
            thought = b'[{"index":0,"delta":{"role":"assistant","content":"","reasoning":"Let me think"}}]}'
            self.send(self.head + thought + scenario.eol * 2)
        self.due = self.loop.time() + scenario.first_delay
        self.tick()

    def send(self, event: bytes) -> None:
        self.transport.write(b"%x\r\n%b\r\n" % (len(event), event))

    def tick(self) -> None:
        """Send the chunk that is due and set the timer for the next; a late one does not move those after it."""
        request = self.current
        if request is None or request.scenario is None:
            return
        scenario = request.scenario
        if self.due > self.loop.time() + 0.0005:
            self.timer = self.loop.call_at(self.due, self.tick)
            return
        if self.sent >= len(self.pieces):
            self.end(request, scenario)
            return
        piece = b"@%d " % time.monotonic_ns() if scenario.text == "clock" else self.pieces[self.sent]
        event = b"%b%b%b" % (self.delta, piece, self.tail)
        if request.first_chunk_at is None:
            request.first_chunk_at = time.monotonic()
        self.sent += 1
        request.chunks_sent = self.sent
        if scenario.split:
            self.drip([event], scenario.split, self.after_drip)
            return
        self.send(event)
        if scenario.comments and self.sent % 3 == 0:
            self.send(b": OPENROUTER PROCESSING" + scenario.eol * 2)
        self.after_drip()

    def after_drip(self) -> None:
        request = self.current
        if request is None or request.scenario is None:
            return
        if request.scenario.interval:
            self.due += request.scenario.interval
            self.timer = self.loop.call_at(self.due, self.tick)
        else:
            self.loop.call_soon(self.tick)

    def drip(self, events: list[bytes], size: int, then: Callable[[], None]) -> None:
        """Send events a few bytes at a time, each in a packet of its own."""
        whole = b"".join(events)
        packets = deque(whole[at : at + size] for at in range(0, len(whole), size))

        def one() -> None:
            if self.current is None:
                return
            if packets:
                self.send(packets.popleft())
                self.timer = self.loop.call_later(0.0002, one)
            else:
                then()

        one()

    def end(self, request: Received, scenario: Scenario) -> None:
        ending = scenario.ending
        if ending == "silence":
            return
        if ending in ("cut", "reset"):
            self.finish("cut")
            if ending == "cut":
                self.transport.close()
            else:
                self.transport.abort()
            return
        if ending.startswith("error"):
            self.send(self.head + ERRORS[ending] + scenario.eol * 2)
            self.finish("error")
        else:
            events = self.closing_events(request, scenario)
            if scenario.split:
                self.drip(events, scenario.split, self.close_body)
                return
            self.send(b"".join(events))
        self.close_body()

    def closing_events(self, request: Received, scenario: Scenario) -> list[bytes]:
        reason = b"length" if scenario.ending == "length" else b"stop"
        stop = b'[{"index":0,"delta":{"content":""},"finish_reason":"%b","native_finish_reason":"end_turn"}]}' % reason
        events = [self.head + stop]
        if scenario.has_usage:
            cost = request.cost if scenario.cost in ("quote", "expensive") else scenario.cost
            money = b"" if cost is None else f',"cost":{cost},"is_byok":false'.encode()
            counts = b'"prompt_tokens":%d,"completion_tokens":%d,"total_tokens":%d'
            counts %= (request.prompt_tokens, self.sent, request.prompt_tokens + self.sent)
            events.append(self.head + b'[],"usage":{' + counts + money + b"}}")
        if scenario.ending != "no-done":
            events.append(b"data: [DONE]")
        return [event + scenario.eol * 2 for event in events]

    def close_body(self) -> None:
        self.transport.write(b"0\r\n\r\n")
        if self.current:
            self.finish("done")
        self.next_request()

    def finish(self, outcome: str) -> None:
        request, self.current = self.current, None
        if request is not None:
            self.server.close_generation(request, outcome)


@dataclass
class ModelServer:
    """The server in a thread with a loop of its own; a context manager. `url` is the base URL for a client."""

    port: int = 0
    host: str = "127.0.0.1"
    catalogue: list[Any] = field(default_factory=default_catalogue)
    key: dict[str, Any] = field(
        default_factory=lambda: {"label": "test", "limit": 100, "limit_remaining": 74.5, "is_free_tier": False}
    )
    requests: list[Received] = field(default_factory=list)
    connections: set[_Connection] = field(default_factory=set)
    keeps_requests: bool = True

    def __post_init__(self) -> None:
        self._queue: deque[Scenario] = deque()
        self._generations: dict[str, Received] = {}
        self._count = 0
        self._changed = threading.Condition()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}/api/v1"

    @property
    def chats(self) -> list[Received]:
        """The generations asked for, oldest first."""
        return [request for request in self.requests if request.scenario is not None]

    @property
    def aborted(self) -> list[Received]:
        """The generations whose client left before the end."""
        return [request for request in self.chats if request.outcome == "aborted"]

    def script(self, *scenarios: str | Scenario) -> None:
        """Queue the scenarios of the next generations, whatever model they name."""
        for scenario in scenarios:
            found = scenario_named(scenario) if isinstance(scenario, str) else scenario
            if found is None:
                raise KeyError(scenario)
            self._queue.append(found)

    def reset(self) -> None:
        """Forget requests, generations and the queue."""
        self.requests.clear()
        self._generations.clear()
        self._queue.clear()

    def wait_for(self, predicate: Callable[[], object], timeout: float = 5.0) -> bool:
        """Wait until `predicate` holds, looking again at each request and each end; False when time is up."""
        with self._changed:
            return bool(self._changed.wait_for(predicate, timeout))

    def __enter__(self) -> Self:
        started = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(started,), name="model-server", daemon=True)
        self._thread.start()
        if not started.wait(5):
            raise RuntimeError("The model server did not start.")
        return self

    def __exit__(self, *exc_info: object) -> None:
        assert self._loop is not None
        assert self._thread is not None
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(5)

    def _run(self, started: threading.Event) -> None:
        asyncio.run(self.serve(started.set))

    async def serve(self, when_ready: Callable[[], object] | None = None) -> None:
        """Listen until `__exit__` or cancellation."""
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        server = await self._loop.create_server(lambda: _Connection(self), self.host, self.port, backlog=2048)
        self.port = server.sockets[0].getsockname()[1]
        if when_ready:
            when_ready()
        try:
            await self._stop.wait()
        finally:
            server.close()
            for connection in list(self.connections):
                connection.transport.abort()
            # One turn of the loop, so that the connections' endings are recorded.
            await asyncio.sleep(0)

    def record(self, request: Received) -> None:
        with self._changed:
            if self.keeps_requests:
                self.requests.append(request)
            self._changed.notify_all()

    def open_generation(self, request: Received) -> Scenario:
        """Number the generation, price it and say how it goes."""
        asked = request.json
        model = str(asked.get("model", ""))
        scenario = (
            self._queue.popleft()
            if self._queue
            else scenario_named(request.headers.get("x-scenario", ""))
            or scenario_named(model.rpartition("/")[2])
            or SCENARIOS["prose"]
        )
        self._count += 1
        request.scenario = scenario
        request.generation_id = f"gen-{time.monotonic_ns():x}-{self._count}"
        request.prompt_tokens = sum(len(str(message.get("content", ""))) for message in asked["messages"]) // 4
        request.misses_left = scenario.generation_misses
        request.cost = self.price(model, request.prompt_tokens, scenario.chunks)
        if scenario.cost == "expensive":
            request.cost *= 1000
        self._generations[request.generation_id] = request
        self.record(request)
        return scenario

    def price(self, model: str, prompt_tokens: int, completion_tokens: int) -> Decimal:
        """What the catalogue says these tokens cost, in USD; the default price where it says nonsense."""
        prompt, completion = PROMPT_PRICE, COMPLETION_PRICE
        for entry in self.catalogue:
            if entry.get("id") == model:
                try:
                    pricing = entry["pricing"]
                    prompt, completion = Decimal(pricing["prompt"]), Decimal(pricing["completion"])
                except (ArithmeticError, KeyError, TypeError, ValueError):
                    break
        return prompt * prompt_tokens + completion * completion_tokens

    def close_generation(self, request: Received, outcome: str) -> None:
        with self._changed:
            request.outcome = outcome
            request.ended_at = time.monotonic()
            scenario = request.scenario
            if outcome == "aborted" and scenario and scenario.chunks and not scenario.bills_in_full:
                request.cost = request.cost * request.chunks_sent / scenario.chunks
            self._changed.notify_all()

    def language_of(self, request: Received, scenario: Scenario) -> str:
        if scenario.text not in ("prose", "reasoning"):
            return scenario.text
        text = request.body.decode("utf-8", "replace").lower()
        french = sum(text.count(word) for word in (" le ", " la ", " les ", " et ", " une "))
        return "fr" if french > sum(text.count(word) for word in (" the ", " and ", " of ", " a ")) else "en"

    def look_up(self, request: Received) -> tuple[int, bytes]:
        """Answer everything that is not a generation."""
        match request.path:
            case "/api/v1/models":
                return 200, json.dumps({"data": self.catalogue}).encode()
            case "/api/v1/key":
                return 200, json.dumps({"data": self.key}).encode()
            case "/api/v1/generation":
                return self.generation(request.query.get("id", [""])[0])
            case _:
                return 404, error_body(404, "Not found")

    def generation(self, generation_id: str) -> tuple[int, bytes]:
        known = self._generations.get(generation_id)
        if known is None or known.misses_left > 0:
            if known is not None:
                known.misses_left -= 1
            return 404, error_body(404, f"Generation {generation_id} not found")
        body = {
            "id": generation_id,
            "model": known.json.get("model"),
            "provider_name": "Loopback",
            "streamed": True,
            "cancelled": known.outcome == "aborted",
            "finish_reason": "stop" if known.outcome == "done" else None,
            "tokens_prompt": known.prompt_tokens,
            "tokens_completion": known.chunks_sent,
            "native_tokens_prompt": known.prompt_tokens,
            "native_tokens_completion": known.chunks_sent,
        }
        text = json.dumps({"data": body})
        # The price is written by hand: json would make a float of it.
        return 200, text.replace('"streamed"', f'"total_cost": {known.cost}, "streamed"').encode()

    def control(self, request: Received) -> tuple[int, bytes]:
        match request.method, request.path:
            case "GET", "/control/requests":
                return 200, json.dumps([each.summary() for each in self.requests]).encode()
            case "POST", "/control/script":
                names = request.json
                if not all(isinstance(name, str) and scenario_named(name) for name in names):
                    return 400, error_body(400, "Unknown scenario")
                self.script(*names)
                return 200, b"{}"
            case "POST", "/control/reset":
                self.reset()
                return 200, b"{}"
            case _:
                return 404, error_body(404, "Not found")


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description="A loopback model server that speaks OpenRouter's wire.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=9100)
    parser.add_argument("--port-file", type=Path, help="write the port here once listening (use with --port 0)")
    parser.add_argument("--scenarios", action="store_true", help="list the scenarios and leave")
    arguments = parser.parse_args()
    if arguments.scenarios:
        for name, scenario in SCENARIOS.items():
            print(f"{name:16} {scenario.does}")  # noqa: T201 - this is the command's answer
        return
    server = ModelServer(port=arguments.port, host=arguments.host)

    def announce() -> None:
        if arguments.port_file:
            arguments.port_file.write_text(str(server.port))

    try:
        # uvloop is what the product itself runs on; without it the server would cost more than its subject.
        import uvloop

        uvloop.run(server.serve(announce))
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
