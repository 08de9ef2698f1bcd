"""The loopback model server itself: a double that lies would make every test that stands on it lie."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.model_scenarios import SCENARIOS, Scenario, scenario_named
from tests.model_server import ModelServer

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer() as server:
        yield server


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False, timeout=5) as client:
        yield client


def ask(http: httpx.Client, server: ModelServer, model: str, text: str = "the rain", **headers: str) -> httpx.Response:
    body = {"model": f"test/{model}", "messages": [{"role": "user", "content": text}], "stream": True}
    return http.post(f"{server.url}/chat/completions", json=body, headers=headers)


def events(response: httpx.Response) -> list[Any]:
    found = [line.removeprefix("data: ") for line in response.text.splitlines() if line.startswith("data: ")]
    return [json.loads(event, parse_float=Decimal) if event != "[DONE]" else event for event in found]


def test_a_normal_generation(server: ModelServer, http: httpx.Client) -> None:
    response = ask(http, server, "normal-3x1")

    *deltas, stop, usage, done = events(response)
    assert response.headers["content-type"] == "text/event-stream"
    assert response.headers["x-generation-id"] == stop["id"] == server.chats[0].generation_id
    assert [delta["choices"][0]["delta"]["content"] for delta in deltas] == ["Your ", "opening ", "already "]
    assert stop["choices"][0]["finish_reason"] == "stop"
    assert usage["choices"] == []
    assert usage["usage"]["cost"] == server.chats[0].cost == Decimal("0.000051")
    assert done == "[DONE]"


def test_prose_answers_in_the_language_it_was_asked_in(server: ModelServer, http: httpx.Client) -> None:
    server.script(Scenario(chunks=3), Scenario(chunks=3))
    assert "opening" in ask(http, server, "any", "the keeper of the light and a storm").text
    assert "ouverture" in ask(http, server, "any", "la lampe et le phare dans une nuit").text


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_every_scenario_can_be_played(server: ModelServer, http: httpx.Client, name: str) -> None:
    scenario = SCENARIOS[name]
    assert scenario.does
    assert not set(name) - set("abcdefghijklmnopqrstuvwxyz0123456789-")
    server.script(f"{name}-2x0" if scenario.body is None and not scenario.first_delay else name)
    body = {"model": "test/any", "messages": [{"role": "user", "content": "x"}]}
    patience = 0.3 if scenario.ending == "mute" else 5
    failed = False
    try:
        with http.stream("POST", f"{server.url}/chat/completions", json=body, timeout=patience) as response:
            assert response.status_code == scenario.status
            if scenario.ending not in ("silence", "hang"):
                response.read()
    except httpx.TransportError:
        failed = True
    assert failed == (scenario.ending in ("cut", "reset", "cut-start", "mute"))
    assert server.wait_for(lambda: server.chats[0].outcome != "open")


def test_the_queue_goes_before_the_header_and_the_header_before_the_model(
    server: ModelServer, http: httpx.Client
) -> None:
    server.script("402", "503")
    statuses = [ask(http, server, "429", **{"X-Scenario": "404"}).status_code for _ in range(3)]
    assert statuses == [402, 503, 404]
    assert ask(http, server, "429").status_code == 429
    with pytest.raises(KeyError):
        server.script("no-such-scenario")
    assert scenario_named("no-such-2x3") is None


def test_what_was_sent_is_kept(server: ModelServer, http: httpx.Client) -> None:
    ask(http, server, "normal-1x0", "l’été", Authorization="Bearer k")
    http.get(f"{server.url}/key")

    chat, key = server.requests
    assert chat.json["messages"] == [{"role": "user", "content": "l’été"}]
    assert chat.headers["authorization"] == "Bearer k"
    assert (key.method, key.path, key.scenario) == ("GET", "/api/v1/key", None)
    assert server.chats == [chat]
    server.reset()
    assert server.requests == []


def test_a_client_that_leaves_is_noticed_and_pays_for_what_it_got(server: ModelServer, http: httpx.Client) -> None:
    for model in ("steady-100x5", "bills-in-full-100x5"):
        body = {"model": f"test/{model}", "messages": [{"role": "user", "content": "x" * 400}]}
        with http.stream("POST", f"{server.url}/chat/completions", json=body) as response:
            next(response.iter_raw())

    assert server.wait_for(lambda: len(server.aborted) == 2)
    whole = server.price("", 100, 100)
    stopped, in_full = server.aborted
    assert 0 < stopped.cost < whole
    assert in_full.cost == whole
    answer = http.get(f"{server.url}/generation", params={"id": stopped.generation_id})
    data = json.loads(answer.text, parse_float=Decimal)["data"]
    assert (data["total_cost"], data["cancelled"]) == (stopped.cost, True)


def test_a_generation_that_is_known_late(server: ModelServer, http: httpx.Client) -> None:
    ask(http, server, "lost-cost")
    address = f"{server.url}/generation?id={server.chats[0].generation_id}"
    assert [http.get(address).status_code for _ in range(4)] == [404, 404, 200, 200]
    assert http.get(f"{server.url}/generation?id=gen-other").status_code == 404


def test_the_clock_tells_when_each_chunk_was_sent(server: ModelServer, http: httpx.Client) -> None:
    response = ask(http, server, "clock-20x5")
    stamps = [int(stamp) for stamp in re.findall(r"@(\d+) ", response.text)]

    assert len(stamps) == 20
    assert stamps == sorted(stamps)
    received = server.chats[0].received_at
    assert stamps[-1] / 1e9 - received >= 19 * 0.005 - 0.002, "chunks should come at their pace, never in a burst"


def test_two_requests_in_one_packet(server: ModelServer) -> None:
    request = b"GET /api/v1/key HTTP/1.1\r\nHost: x\r\n\r\n"
    with socket.create_connection((server.host, server.port), timeout=5) as connection:
        connection.sendall(request + request[:10])
        connection.sendall(request[10:])
        received = b""
        while received.count(b'"label"') < 2:
            data = connection.recv(65_536)
            assert data
            received += data


def test_a_process_of_its_own(tmp_path: Path, http: httpx.Client) -> None:
    port_file = tmp_path / "port"
    command = [sys.executable, "-m", "tests.model_server", "--port", "0", "--port-file", str(port_file)]
    with subprocess.Popen(command, cwd=ROOT) as process:
        try:
            deadline = time.monotonic() + 10
            while not (port_file.exists() and port_file.read_text()):
                assert time.monotonic() < deadline
                assert process.poll() is None
                time.sleep(0.02)
            base = f"http://127.0.0.1:{port_file.read_text()}"
            assert http.post(f"{base}/control/script", json=["402", "normal-2x0"]).status_code == 200
            assert http.post(f"{base}/control/script", json=["nonsense"]).status_code == 400
            body = {"model": "test/any", "messages": [{"role": "user", "content": "the rain"}]}
            chat = f"{base}/api/v1/chat/completions"
            headers = {"Authorization": "Bearer secret"}
            assert http.post(chat, json=body, headers=headers).status_code == 402
            assert http.post(chat, json=body).text.endswith("data: [DONE]\n\n")
            asked = http.get(f"{base}/control/requests").json()
            assert [each["outcome"] for each in asked] == ["refused", "done"]
            assert json.loads(asked[0]["body"]) == body
            assert "secret" not in json.dumps(asked)
            assert http.post(f"{base}/control/reset").status_code == 200
            assert http.get(f"{base}/control/requests").json() == []
            assert http.get(f"{base}/elsewhere").status_code == 404
        finally:
            process.terminate()
    assert process.returncode in (0, -15)
