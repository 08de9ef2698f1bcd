"""Pages: requests a second through the product's one entry against gunicorn's sync worker."""

from __future__ import annotations

import asyncio
import sys
import time

from bench.machine import SERVER_CORE, Server, free_port, uvicorn

SECONDS = 4.0
AT_ONCE = 8


def through_the_entry(path: str, headers: dict[str, str]) -> float:
    """uvicorn with costory.asgi, one process on one core."""
    port = free_port()
    with Server(uvicorn("costory.asgi:application", port=port), port=port, cores=[SERVER_CORE]) as server:
        return asyncio.run(rate(server.url, path, headers))


def through_gunicorn(path: str, headers: dict[str, str]) -> float:
    """gunicorn's sync worker with costory.wsgi, one process on one core."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "costory.wsgi", "--bind", f"127.0.0.1:{port}", "--log-level", "error"]
    with Server(command, port=port, cores=[SERVER_CORE]) as server:
        return asyncio.run(rate(server.url, path, headers))


async def rate(url: str, path: str, headers: dict[str, str]) -> float:
    """Answers a second, a connection each (gunicorn's sync worker keeps none open), some at once."""
    host, _, port = url.removeprefix("http://").partition(":")
    lines = [f"GET {path} HTTP/1.1", f"Host: {host}", "Connection: close", *(f"{k}: {v}" for k, v in headers.items())]
    request = ("\r\n".join(lines) + "\r\n\r\n").encode()

    async def once() -> None:
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(request)
        answer = await reader.read()
        writer.close()
        if not answer.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"{path} answered {answer[:80]!r}")

    for _ in range(20):
        await once()
    count = 0
    end = time.perf_counter() + SECONDS

    async def client() -> None:
        nonlocal count
        while time.perf_counter() < end:
            await once()
            count += 1

    await asyncio.gather(*(client() for _ in range(AT_ONCE)))
    return count / SECONDS
