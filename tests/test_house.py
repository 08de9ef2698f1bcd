"""The ground the other tests stand on: the network guard, the emptied tables, the servers, the throwaway cluster."""

import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from events.models import Event
from tests.network import NetworkForbidden
from tests.postgres import PostgresUnavailable, check

ROOT = Path(__file__).resolve().parent.parent


def record_event() -> Event:
    return Event.objects.create(name="house.tested", occurred_at=timezone.now())


def test_a_connection_to_the_outside_is_refused():
    with socket.socket() as outgoing, pytest.raises(NetworkForbidden):
        outgoing.connect(("192.0.2.1", 80))


def test_a_look_up_of_an_outside_name_is_refused():
    with pytest.raises(NetworkForbidden):
        socket.getaddrinfo("model.example", 443)


def test_loopback_is_open():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        socket.create_connection(listening.getsockname()).close()


def test_no_key_of_the_developer_reaches_the_tests(settings):
    assert settings.OPENROUTER_API_KEY == ""
    assert settings.SENTRY_DSN == ""
    assert not settings.EMAIL_CONFIGURED


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", ["first", "second"])
def test_append_only_tables_are_emptied_between_tests_and_still_append_only(turn):
    assert not Event.objects.exists()
    event = record_event()
    with pytest.raises(DatabaseError), transaction.atomic():
        Event.objects.filter(pk=event.pk).delete()
    assert Event.objects.exists()


def test_a_live_server_answers_over_a_socket(live_asgi):
    with urllib.request.urlopen(f"{live_asgi.url}/readyz") as answer:
        assert answer.status == 200


def test_a_server_process_survives_its_own_death(server_process):
    server = server_process()
    with urllib.request.urlopen(f"{server.url}/readyz") as answer:
        assert answer.status == 200
    server.kill9()
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"{server.url}/healthz")
    server.restart()
    with urllib.request.urlopen(f"{server.url}/readyz") as answer:
        assert answer.status == 200
    # uvicorn ends by the signal it was sent, once everything is closed.
    assert server.terminate() in (0, -signal.SIGTERM)


@pytest.fixture
def _postgres_here(monkeypatch):
    monkeypatch.delenv("TEST_DATABASE_URL", raising=False)
    try:
        check()
    except PostgresUnavailable as missing:
        pytest.skip(str(missing))


PRINT_FOLDER = "import os; print(os.environ['DATABASE_URL'].partition('host=')[2], flush=True)"


@pytest.mark.usefixtures("_postgres_here")
def test_the_cluster_is_removed_after_the_command_and_its_exit_code_kept():
    command = [
        sys.executable,
        "-m",
        "tests.postgres",
        "--",
        sys.executable,
        "-c",
        f"{PRINT_FOLDER}; raise SystemExit(7)",
    ]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 7
    folder = Path(ended.stdout.strip())
    assert folder.is_absolute()
    assert not folder.exists()


@pytest.mark.usefixtures("_postgres_here")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_cluster_is_removed_after_a_signal(number):
    waiting = f"import time; {PRINT_FOLDER}; time.sleep(60)"
    starter = subprocess.Popen(
        [sys.executable, "-m", "tests.postgres", "--", sys.executable, "-c", waiting],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    assert starter.stdout is not None
    with starter.stdout:
        folder = Path(starter.stdout.readline().strip())
    assert folder.is_dir()
    # A terminal sends Ctrl-C to the whole group, SIGTERM goes to the starter alone.
    if number == signal.SIGINT:
        os.killpg(starter.pid, number)
    else:
        starter.send_signal(number)
    assert starter.wait(45) != 0
    assert not folder.exists()


@pytest.mark.postgres
@pytest.mark.django_db
def test_the_postgres_pass_runs_on_postgres():
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        assert int(cursor.fetchone()[0]) >= 140_000
