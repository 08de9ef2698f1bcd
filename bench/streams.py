"""Streams: what the whole product costs per chunk against passing the bytes through, and what it adds to the wait.

The product's side is everything a reply needs: the writer's POST with its hold, the permit, the claim, the stream,
the checkpoints and the settlement, on PostgreSQL.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
import urllib.request
import uuid
from dataclasses import dataclass

import psycopg

from bench import people
from bench.machine import OTHER_CORES, SERVER_CORE, Server, free_port, percentile, uvicorn
from bench.watchers import Watched, watch_all

CHUNKS, PAUSE_MS = 200, 20
MODEL = f"test/clock-{CHUNKS}x{PAUSE_MS}"


@dataclass(frozen=True)
class Streams:
    """One round of one case. CPU in µs per chunk, waits in ms."""

    cpu_per_chunk: float
    cpu_per_chunk_with_posts: float
    first_p50: float
    first_p95: float
    failures: int
    threads: int
    connections: int
    growth_mb: float


def model_server(port: int) -> Server:
    command = [sys.executable, "-m", "tests.model_server", "--port", str(port)]
    return Server(command, port=port, cores=OTHER_CORES, health="/api/v1/key")


def product(port: int, model_url: str, *, workers: int = 1) -> Server:
    env = {
        "OPENROUTER_BASE_URL": f"{model_url}/api/v1",
        "OPENROUTER_API_KEY": "sk-or-bench",
        "OPENROUTER_MODEL": MODEL,
        "LOG_LEVEL": "ERROR",
        "SWEEP_SECONDS": "3600",
        # The first watcher begins each reply, however long the hundred POSTs before it took.
        "REPLY_OFFER_SECONDS": "600",
        "REPLY_LEASE_SECONDS": "600",
    }
    cores = [SERVER_CORE] if workers == 1 else [SERVER_CORE, *OTHER_CORES]
    return Server(uvicorn("costory.asgi:application", port=port, workers=workers), port=port, env=env, cores=cores)


def pass_through(model_url: str, *, replies: int) -> Streams:
    """The floor: raw ASGI with httpx, byte for byte."""
    port = free_port()
    env = {"MODEL_URL": f"{model_url}/api/v1"}
    command = uvicorn("bench.pass_through:application", port=port)
    with Server(command, port=port, env=env, cores=[SERVER_CORE]) as server:
        request = f"GET /?model={MODEL} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
        before = server.read()
        seen = asyncio.run(watch_all(server.url, [request] * replies, closing=b"[DONE]", over=2.0))
        after = server.read()
    cpu = 1e6 * (after.cpu - before.cpu) / max(1, sum(watched.chunks for watched in seen))
    return _round(seen, cpu, cpu, after.threads, 0, after.memory_kb - before.memory_kb)


def whole_product(model_url: str, *, replies: int, workers: int = 1, database_url: str) -> Streams:
    """The product: each reply is posted by its writer and then watched."""
    port = free_port()
    with product(port, model_url, workers=workers) as server:
        writers = people.create(replies, model=MODEL)
        _warm_up(server, writers[0])
        idle = server.read()
        paths = [_post(server, writer) for writer in writers]
        posted = server.read()
        requests = [f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode() for path in paths]
        seen, threads, connections, memory = asyncio.run(_watch(server, requests, database_url))
        _await_settlement(replies)
        after = server.read()
    chunks = max(1, sum(watched.chunks for watched in seen))
    return _round(
        seen,
        1e6 * (after.cpu - posted.cpu) / chunks,
        1e6 * (after.cpu - idle.cpu) / chunks,
        threads,
        connections,
        max(memory, after.memory_kb) - idle.memory_kb,
    )


async def _watch(server: Server, requests: list[bytes], database_url: str) -> tuple[list[Watched], int, int, int]:
    """Watch them all, and look at the server while they run."""
    watching = asyncio.create_task(
        watch_all(server.url, requests, closing=b"event: done", over=2.0 * max(1, len(requests) // 100))
    )
    threads = connections = memory = 0
    while not watching.done():
        await asyncio.sleep(0.5)
        reading = server.read()
        threads, memory = max(threads, reading.threads), max(memory, reading.memory_kb)
        connections = max(connections, await asyncio.to_thread(_connections, database_url))
    return await watching, threads, connections, memory


def _connections(database_url: str) -> int:
    """Connections to the product's database, without ours."""
    with psycopg.connect(database_url) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND application_name <> 'bench' AND backend_type = 'client backend'"
        ).fetchone()
    return int(row[0]) if row else 0


def _post(server: Server, writer: people.Writer) -> str:
    """Post the writer's message as a page does, and return the stream's address from the answer."""
    request = urllib.request.Request(
        f"{server.url}/coach/sessions/{writer.session_id}/messages/",
        data=f"content=What+do+you+think%3F&request_key={uuid.uuid4()}".encode(),
        headers={**writer.headers, "HX-Request": "true", "Content-Type": "application/x-www-form-urlencoded"},
        method="POST",
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return people.stream_path(answer.read().decode())


def _warm_up(server: Server, writer: people.Writer) -> None:
    with urllib.request.urlopen(urllib.request.Request(f"{server.url}/studio/", headers=writer.headers), timeout=30):
        pass


def _await_settlement(replies: int) -> None:
    deadline = time.monotonic() + 30
    while people.unfinished() and time.monotonic() < deadline:
        time.sleep(0.1)


def _round(
    seen: list[Watched], cpu: float, cpu_with_posts: float, threads: int, connections: int, growth_kb: int
) -> Streams:
    waits = [1000 * watched.added_first for watched in seen if watched.first_at]
    return Streams(
        cpu_per_chunk=cpu,
        cpu_per_chunk_with_posts=cpu_with_posts,
        first_p50=percentile(waits, 0.5) if waits else float("inf"),
        first_p95=percentile(waits, 0.95) if waits else float("inf"),
        failures=sum(not watched.is_whole or watched.chunks != CHUNKS for watched in seen),
        threads=threads,
        connections=connections,
        growth_mb=growth_kb / 1024,
    )


def own_wait(model_url: str) -> float:
    """What the model itself takes from being asked to its first chunk, in ms: subtracted from what a watcher waits."""
    with urllib.request.urlopen(f"{model_url}/control/requests", timeout=30) as answer:
        asked = json.load(answer)
    waits = [
        1000 * (request["first_chunk_at"] - request["received_at"]) for request in asked if request["first_chunk_at"]
    ]
    return percentile(waits, 0.5) if waits else 0.0


def reset(model_url: str) -> None:
    urllib.request.urlopen(urllib.request.Request(f"{model_url}/control/reset", method="POST"), timeout=30).close()
