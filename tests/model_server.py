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
from typing import Any, Self

from tests.model_connection import Connection, Received
from tests.model_scenarios import (
    COMPLETION_PRICE,
    PROMPT_PRICE,
    SCENARIOS,
    Scenario,
    default_catalogue,
    error_body,
    scenario_named,
)


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
    connections: set[Connection] = field(default_factory=set)

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
        """Wait until `predicate` holds, False when time is up."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while not predicate():
                if time.monotonic() > deadline:
                    return False
                # Chunks are counted without a word, so look again before long.
                self._changed.wait(0.02)
            return True

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
        server = await self._loop.create_server(lambda: Connection(self), self.host, self.port, backlog=2048)
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
