"""`make run` as a newcomer runs it: no key, no database, no settings; then the demo is there to log in to."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
VENV = Path(sys.prefix)


def is_installed() -> bool:
    stamp = VENV / "installed-requirements.txt"
    return stamp.is_file() and stamp.read_bytes() == (ROOT / "requirements.txt").read_bytes()


@pytest.mark.skipif(not is_installed(), reason="this environment was not made by make; the test installs nothing")
@pytest.mark.skipif((ROOT / ".env").exists(), reason="a .env of one's own decides how make run starts")
def test_make_run_starts_with_demo_data_and_stops_when_told(tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    database = tmp_path / "costory.sqlite3"
    log_path = tmp_path / "log"
    with log_path.open("wb") as log:
        running = subprocess.Popen(
            ["make", "run", f"PORT={port}", f"VENV={VENV}"],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "DATABASE_URL": f"sqlite:///{database}"},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        await_ready(f"http://127.0.0.1:{port}/readyz", running=running, log_path=log_path)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/accounts/login/") as page:
            assert page.status == 200
        with sqlite3.connect(database) as connection:
            people = {email for (email,) in connection.execute("SELECT email FROM accounts_user")}
        connection.close()
        authors = {f"{name}@costory.example" for name in ("solene", "nora", "tobias")}
        assert people == {"demo@costory.example", "admin@costory.example"} | authors
    finally:
        os.killpg(running.pid, signal.SIGTERM)
        running.wait(30)
    assert "Finished server process" in log_path.read_text()


def await_ready(url: str, *, running: subprocess.Popen[bytes], log_path: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and running.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except urllib.error.URLError:
            time.sleep(0.1)
    pytest.fail(f"make run did not come up:\n{log_path.read_text()[-3000:]}")
