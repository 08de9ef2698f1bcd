"""The product on a real socket: in a thread of the test's process, or as a process that can be killed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, Self

import uvicorn
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 30
STOP_SECONDS = 30


class ServerThread:
    """uvicorn in a thread. `url` is its address; leaving the context stops it, running requests included."""

    def __init__(self, application: Any, **options: Any) -> None:
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        config = uvicorn.Config(
            application,
            # The guard on the network sees asyncio's sockets; uvloop's are out of its sight.
            **{"loop": "asyncio", "log_config": None, "timeout_graceful_shutdown": 2, "lifespan": "auto", **options},
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        deadline = time.monotonic() + START_SECONDS
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                raise RuntimeError("the server did not start")
            time.sleep(0.01)
        return self

    def __exit__(self, *exception: object) -> None:
        self._server.should_exit = True
        self._thread.join(STOP_SECONDS)
        self._socket.close()
        if self._thread.is_alive():
            raise RuntimeError("the server did not stop")


class ServerProcess:
    """`uvicorn costory.asgi:application` in a process group of its own, on the database of the running test.

    It keeps its port over a restart, as a browser that reconnects expects. `env` is laid over a clean environment in
    which DEBUG is on and no service is configured.
    """

    def __init__(
        self,
        *,
        log_path: Path,
        env: dict[str, str] | None = None,
        workers: int = 1,
        application: str = "costory.asgi:application",
    ) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self.log_path = log_path
        self.env = env or {}
        self.workers = workers
        self.application = application
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        if self._process is None:
            raise RuntimeError("the server is not running")
        return self._process.pid

    @property
    def log(self) -> str:
        """What it has written so far, over all its starts."""
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def start(self, *, env: dict[str, str] | None = None) -> Self:
        """Start it and wait until it answers; `env` adds to the environment it was made with."""
        self.env |= env or {}
        options = ["--host", "127.0.0.1", "--port", str(self.port), "--workers", str(self.workers)]
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "uvicorn",
                    self.application,
                    *options,
                    "--timeout-graceful-shutdown=20",
                ],
                cwd=ROOT,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._await_answer()
        return self

    def restart(self, *, env: dict[str, str] | None = None) -> Self:
        """Start it again on the same port, after an orderly stop if it still runs."""
        self.stop()
        return self.start(env=env)

    def kill9(self) -> None:
        """SIGKILL to it and its workers: no handler runs, no transaction ends."""
        os.killpg(self.pid, signal.SIGKILL)
        self._end()

    def terminate(self) -> int:
        """SIGTERM, as a deployment does; wait for the graceful stop and return the exit code."""
        process = self._process
        if process is None:
            raise RuntimeError("the server is not running")
        process.send_signal(signal.SIGTERM)
        try:
            return process.wait(STOP_SECONDS)
        finally:
            self._end()

    def stop(self) -> None:
        """Make sure that nothing of it runs any more. Harmless when it is already gone."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                # Not the whole grace period: what a test leaves running at its end may be cut.
                self._process.wait(3)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
        self._end()

    def _end(self) -> None:
        if self._process is not None:
            self._process.wait()
            self._process = None

    def _environment(self) -> dict[str, str]:
        # What tests/settings.py neutralised in this process stays neutral in the child.
        inherited = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
        return {
            **inherited,
            "DATABASE_URL": current_database_url(),
            "APP_URL": self.url,
            "LOG_LEVEL": "INFO",
            **self.env,
        }

    def _await_answer(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=5):
                    return
            except urllib.error.HTTPError as answer:
                answer.close()
                return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError(f"the server did not start:\n{self.log[-4000:]}")


def current_database_url() -> str:
    """The address of the database the running test writes to, as DATABASE_URL."""
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{settings['NAME']}"
    host = settings["HOST"] or settings["OPTIONS"].get("host", "")
    password = f":{settings['PASSWORD']}" if settings["PASSWORD"] else ""
    if host.startswith("/") or not host:
        return f"postgres://{settings['USER']}@/{settings['NAME']}?host={host}"
    return f"postgres://{settings['USER']}{password}@{host}:{settings['PORT'] or 5432}/{settings['NAME']}"
