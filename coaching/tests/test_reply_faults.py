"""The server is killed at the worst moments, or there are several: nothing is lost, held for ever, or charged twice."""

import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.db import connection, transaction

import billing.services
from billing.models import Entry, Hold, Wallet
from billing.services import InsufficientCredits
from coaching import services
from coaching.models import Message, Reply
from coaching.tests.conftest import MODEL, create_session, create_writer, offer_model
from coaching.tests.test_reply_life import ended, parse, post, wait_for
from costory.lib.money import ceil_micros
from tests.model_server import ModelServer
from tests.servers import ServerProcess

pytestmark = pytest.mark.django_db(transaction=True)

BALANCE = 5_000_000


@pytest.fixture
def start(server_process: Callable[..., ServerProcess], model_server: ModelServer) -> Callable[..., ServerProcess]:
    """Start the product as a process whose leases run out soon, with the model server behind it."""
    offer_model(MODEL)

    def start_server(*, workers: int = 1, **env: str) -> ServerProcess:
        return server_process(
            workers=workers,
            env={
                "OPENROUTER_BASE_URL": model_server.url,
                "OPENROUTER_API_KEY": "sk-or-test",
                "OPENROUTER_MODEL": MODEL,
                "REPLY_LEASE_SECONDS": "1.5",
                "SWEEP_SECONDS": "1",
                **env,
            },
        )

    return start_server


class Watcher(threading.Thread):
    """Somebody who watches until the stream breaks or ends."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self.url = url
        self.body = ""
        self.start()

    def run(self) -> None:
        try:
            with httpx.stream("GET", self.url, timeout=30, trust_env=False) as answer:
                for chunk in answer.iter_text():
                    self.body += chunk
        except httpx.HTTPError:
            pass

    def result(self) -> tuple[str, str]:
        self.join(30)
        return parse(self.body)


def settled_cost(model_server: ModelServer) -> int:
    return ceil_micros(model_server.chats[0].cost, usd_to_wallet=Decimal("0.92"), markup=Decimal("1.50"))


def assert_settled_once(cost: int) -> None:
    charges = list(Entry.objects.filter(kind="charge").values_list("amount_micros", flat=True))
    assert charges == ([-cost] if cost else [])
    wallet = Wallet.objects.get()
    assert (wallet.balance_micros, wallet.held_micros) == (BALANCE - cost, 0)
    assert not Hold.objects.open().exists()


def test_killed_between_hold_and_call(start: Callable[..., ServerProcess], model_server: ModelServer):
    server = start()
    model_server.script("mute")
    reply = post()
    Watcher(server.url + services.stream_path(reply))
    wait_for(lambda: len(model_server.chats) == 1)
    server.kill9()
    assert Wallet.objects.get().held_micros == reply.ceiling_micros

    server.start()

    reply = ended(reply)
    assert (reply.state, reply.error_code) == (Reply.State.FAILED, "interrupted")
    assert Message.objects.get(pk=reply.message_id).content == "What do you think?"
    assert_settled_once(0)


def test_killed_before_anybody_began(start: Callable[..., ServerProcess], model_server: ModelServer):
    reply = post()

    start(REPLY_OFFER_SECONDS="60")

    reply = ended(reply)
    assert (reply.state, reply.error_code) == (Reply.State.FAILED, "interrupted")
    assert not model_server.chats
    assert_settled_once(0)


def test_killed_in_mid_reply(start: Callable[..., ServerProcess], model_server: ModelServer):
    server = start()
    model_server.script("steady-300x20")
    reply = post()
    watcher = Watcher(server.url + services.stream_path(reply))
    wait_for(lambda: len(Reply.objects.get(pk=reply.pk).content) > 60)
    server.kill9()
    seen, closing = watcher.result()
    assert closing == ""
    kept = Reply.objects.get(pk=reply.pk).content
    # Checkpoints are 0.4 s apart: at 50 chunks a second no more than that is missing.
    assert seen.startswith(kept)

    server.start()

    reply = ended(reply)
    assert reply.state == Reply.State.STOPPED
    assert reply.error_code == "interrupted"
    assert reply.content == kept
    assert len(model_server.chats) == 1
    assert_settled_once(settled_cost(model_server))


def test_killed_between_the_last_token_and_settlement(start: Callable[..., ServerProcess], model_server: ModelServer):
    server = start()
    model_server.script("steady-60x20")
    reply = post()
    watcher = Watcher(server.url + services.stream_path(reply))
    wait_for(lambda: bool(Reply.objects.get(pk=reply.pk).content))
    with transaction.atomic():
        # What settlement needs is ours, so that it waits; on SQLite that is everything.
        Wallet.objects.select_for_update().get()
        if connection.vendor == "sqlite":
            Wallet.objects.update(lifetime_spent_micros=0)
        wait_for(lambda: model_server.chats[0].outcome == "done")
        time.sleep(0.3)
        server.kill9()
    assert watcher.result()[1] == ""
    assert not Reply.objects.get(pk=reply.pk).is_finished

    server.start()

    reply = ended(reply)
    assert reply.content
    assert_settled_once(settled_cost(model_server))


def test_stopped_gracefully_running_replies_get_their_time(
    start: Callable[..., ServerProcess], model_server: ModelServer
):
    server = start()
    model_server.script("steady-60x20")
    reply = post()
    watcher = Watcher(server.url + services.stream_path(reply))
    wait_for(lambda: bool(Reply.objects.get(pk=reply.pk).content))

    assert server.terminate() in {0, -15}

    reply.refresh_from_db()
    assert watcher.result() == (reply.content, "done")
    assert_settled_once(settled_cost(model_server))


def test_what_does_not_end_in_time_is_left_to_the_next_start(
    start: Callable[..., ServerProcess], model_server: ModelServer
):
    server = start(GRACEFUL_STOP_SECONDS="1", REPLY_LEASE_SECONDS="60")
    model_server.script("steady-2000x20")
    reply = post()
    Watcher(server.url + services.stream_path(reply))
    wait_for(lambda: bool(Reply.objects.get(pk=reply.pk).content))
    began = time.monotonic()

    server.terminate()

    assert time.monotonic() - began < 10
    reply.refresh_from_db()
    assert reply.state == Reply.State.RUNNING
    assert reply.content
    assert reply.heartbeat_at is None
    server.start()
    assert ended(reply).state == Reply.State.STOPPED
    assert_settled_once(settled_cost(model_server))


def test_two_sweeps_at_once_settle_once(start: Callable[..., ServerProcess], model_server: ModelServer):
    server = start()
    model_server.script("steady-300x20")
    reply = post()
    Watcher(server.url + services.stream_path(reply))
    wait_for(lambda: bool(Reply.objects.get(pk=reply.pk).content))
    server.kill9()
    Reply.objects.update(heartbeat_at=None)

    def sweep(_: int) -> int:
        try:
            return services.sweep_replies()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        swept = list(pool.map(sweep, range(4)))

    assert sum(swept) == 1
    assert_settled_once(settled_cost(model_server))


def test_fifty_messages_with_credit_for_one(start: Callable[..., ServerProcess], model_server: ModelServer):
    user = create_writer(credits_micros=0)
    session = create_session(user=user)
    quote = services.quote_message(session=session, content="What do you think?")
    billing.services.grant_credits(
        user=user, amount_micros=quote.ceiling_micros, reason="test", cause="test:enough-for-one"
    )

    def send(number: int) -> bool:
        try:
            post(session=session, request_key=f"key-{number}")
        except InsufficientCredits:
            return False
        else:
            return True
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        sent = list(pool.map(send, range(50)))

    assert sum(sent) == 1
    assert Reply.objects.count() == Message.objects.count() == Hold.objects.count() == 1
    wallet = Wallet.objects.get()
    assert wallet.held_micros == wallet.balance_micros == quote.ceiling_micros


def test_the_same_form_fifty_times_at_once(start: Callable[..., ServerProcess], model_server: ModelServer):
    session = create_session()

    def send(_: int) -> Any:
        try:
            return post(session=session, request_key="the-same").pk
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        replies = set(pool.map(send, range(50)))

    assert len(replies) == 1
    assert Message.objects.count() == Hold.objects.count() == 1


@pytest.fixture
def redis_url(tmp_path: Path) -> Iterator[str]:
    """A Redis of this test's own."""
    binary = shutil.which("redis-server")
    if binary is None:
        pytest.skip("no redis-server on this machine")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [binary, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)],
        stdout=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            break
        except OSError:
            time.sleep(0.05)
    yield f"redis://127.0.0.1:{port}/0"
    process.terminate()
    process.wait(10)


@pytest.mark.parametrize("with_redis", [False, True], ids=["checkpoints", "redis"])
def test_watchers_of_every_worker_see_the_same(
    with_redis: bool,
    start: Callable[..., ServerProcess],
    model_server: ModelServer,
    request: pytest.FixtureRequest,
):
    env = {"REDIS_URL": request.getfixturevalue("redis_url")} if with_redis else {}
    server = start(workers=2, **env)
    model_server.script("steady-100x20")
    reply = post()

    watchers = [Watcher(server.url + services.stream_path(reply)) for _ in range(12)]
    seen = {watcher.result() for watcher in watchers}

    reply = ended(reply)
    assert seen == {(reply.content, "done")}
    assert len(model_server.chats) == 1
    assert_settled_once(settled_cost(model_server))


def test_a_stop_reaches_the_other_worker(start: Callable[..., ServerProcess], model_server: ModelServer):
    server = start(workers=2)
    model_server.script("steady-600x20")
    reply = post()
    Watcher(server.url + services.stream_path(reply))
    wait_for(lambda: bool(Reply.objects.get(pk=reply.pk).content))

    # This process has no engine: what it writes to the database is all the other one gets.
    services.request_stop(reply=reply)

    assert ended(reply).state == Reply.State.STOPPED
    assert model_server.chats[0].outcome == "aborted"
    assert_settled_once(settled_cost(model_server))
