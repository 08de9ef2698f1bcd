"""What a request costs: CPU of the server's process for each, asked over connections that stay open."""

from __future__ import annotations

import asyncio
import re
import time

from bench.machine import SERVER_CORE, Server, free_port, uvicorn

AT_ONCE = 4


def cpu_of(application: str, path: str, headers: dict[str, str], *, requests: int) -> float:
    """CPU of the server in µs a request, through uvicorn as in production, one process on one core."""
    port = free_port()
    with Server(uvicorn(application, port=port), port=port, cores=[SERVER_CORE]) as server:
        asyncio.run(ask(server.url, path, headers, 100))
        before = server.read().cpu
        asyncio.run(ask(server.url, path, headers, requests))
        return (server.read().cpu - before) / requests * 1e6


async def ask(url: str, path: str, headers: dict[str, str], requests: int, *, at_once: int = AT_ONCE) -> list[float]:
    """So many requests over connections that stay open, as a browser's do. Returns how long each took, in ms."""
    host, _, port = url.removeprefix("http://").partition(":")
    lines = [f"GET {path} HTTP/1.1", f"Host: {host}", *(f"{name}: {value}" for name, value in headers.items())]
    request = ("\r\n".join(lines) + "\r\n\r\n").encode()
    times: list[float] = []

    async def client() -> None:
        reader, writer = await asyncio.open_connection(host, int(port))
        for _ in range(requests // at_once):
            begin = time.perf_counter()
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(f"{path} answered {head[:80]!r}")
            length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
            if length is None:
                raise RuntimeError(f"{path} does not say how long it is")
            await reader.readexactly(int(length[1]))
            times.append((time.perf_counter() - begin) * 1000)
        writer.close()

    await asyncio.gather(*(client() for _ in range(at_once)))
    return times
