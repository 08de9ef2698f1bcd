"""Processes under measurement: started on a core of their own, their CPU time, threads, memory and connections read."""

from __future__ import annotations

import os
import platform
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Self

ROOT = Path(__file__).resolve().parent.parent
_TICKS = os.sysconf("SC_CLK_TCK")
_START_SECONDS = 40
CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE = CORES[0]
OTHER_CORES = CORES[1:] or CORES


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def describe() -> str:
    """The machine, for the table: figures mean nothing without it."""
    model = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.processor() or platform.machine(),
    )
    return f"{model}, {len(CORES)} cores, Python {platform.python_version()}, Linux {platform.release()}"


@dataclass(frozen=True)
class Reading:
    """What a process tree has used and holds at one moment. CPU in seconds, memory in kB."""

    cpu: float
    threads: int
    memory_kb: int


class Server:
    """A process on one core, in a group of its own, that answers at `health` when it is up."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        port: int,
        env: dict[str, str] | None = None,
        cores: Sequence[int],
        health: str = "/healthz",
    ) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._command = list(command)
        self._env = {**os.environ, **(env or {})}
        self._cores = cores
        self._health = health
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        cores = set(self._cores)
        self._process = subprocess.Popen(
            self._command,
            cwd=ROOT,
            env=self._env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=lambda: os.sched_setaffinity(0, cores),
        )
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                urllib.request.urlopen(self.url + self._health, timeout=5).close()
            except urllib.error.HTTPError:
                return self
            except OSError:
                time.sleep(0.05)
            else:
                return self
        raise RuntimeError(f"it did not start: {' '.join(self._command)}")

    def __exit__(self, *exception: object) -> None:
        if self._process is None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    @property
    def pid(self) -> int:
        if self._process is None:
            raise RuntimeError("not started")
        return self._process.pid

    def pids(self) -> list[int]:
        """The process and its workers."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return [self.pid, *map(int, children)]

    def read(self) -> Reading:
        """CPU of the whole tree; threads and memory of the worker that has most."""
        cpu = 0.0
        threads: list[int] = []
        memory: list[int] = []
        for pid in self.pids():
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            cpu += (int(fields[11]) + int(fields[12])) / _TICKS
            status = dict(
                line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line
            )
            threads.append(int(status["Threads"]))
            memory.append(int(status["VmRSS"].split()[0]))
        return Reading(cpu=cpu, threads=max(threads), memory_kb=max(memory))


def uvicorn(application: str, *, port: int, workers: int = 1) -> list[str]:
    """The command of the product's server, as `make run` and the container start it."""
    return [
        sys.executable, "-m", "uvicorn", application, "--host", "127.0.0.1", "--port", str(port),
        "--workers", str(workers), "--no-access-log", "--log-level", "error",
    ]  # fmt: skip


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def middle(values: Sequence[float]) -> float:
    return median(values)
