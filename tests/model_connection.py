"""One connection to the loopback model server: a request read, an answer written, by the scenario it plays."""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qs, urlsplit

from tests.model_scenarios import ERRORS, Scenario, pieces

if TYPE_CHECKING:
    from tests.model_server import ModelServer

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


def in_packets(whole: bytes, size: int) -> list[bytes]:
    return [whole[at : at + size] for at in range(0, len(whole), size)]


class Connection(asyncio.Protocol):
    """One client connection: requests one after another, each answered before the next is read."""

    transport: asyncio.Transport

    def __init__(self, server: ModelServer) -> None:
        self.server = server
        self.loop = asyncio.get_running_loop()
        self.buffer = bytearray()
        self.current: Received | None = None
        self.timer: asyncio.TimerHandle | None = None

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
        if scenario.text in ("reasoning", "only-reasoning"):
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
        if scenario.split == 1:
            # Only the text is taken apart, or it would take a second.
            self.drip([self.delta, *(bytes([byte]) for byte in piece), self.tail], self.after_drip)
            return
        if scenario.split:
            self.drip(in_packets(event, scenario.split), self.after_drip)
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

    def drip(self, parts: list[bytes], then: Callable[[], None]) -> None:
        """Send each part in a packet of its own."""
        packets = deque(parts)

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
        if ending == "hang":
            self.send(self.closing_events(request, scenario)[0])
            return
        if ending.startswith("error"):
            self.send(self.head + ERRORS[ending] + scenario.eol * 2)
            self.finish("error")
        else:
            events = self.closing_events(request, scenario)
            if scenario.split > 1:
                self.drip(in_packets(b"".join(events), scenario.split), self.close_body)
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
