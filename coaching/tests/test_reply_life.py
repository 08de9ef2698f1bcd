"""The life of a reply on a real server with a real wire: it runs once, ends once, and costs what it costs."""

import asyncio
import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest
from django.utils import timezone

from billing.models import Entry, Hold, Wallet
from coaching import services
from coaching.engine import Engine
from coaching.models import Reply, Session
from coaching.tests.conftest import MODEL, create_session, create_writer, offer_model
from costory.lib.money import ceil_micros
from events.models import Event
from tests.factories import create_story
from tests.model_prose import FRENCH
from tests.model_server import ModelServer
from tests.servers import ServerThread

pytestmark = pytest.mark.django_db(transaction=True)


def watch(server: ServerThread, reply: Reply, *, last_event_id: str = "") -> tuple[str, str]:
    """Watch as a browser does, to the end: the text that came and the name of the closing event."""
    headers = {"Last-Event-ID": last_event_id} if last_event_id else {}
    answer = httpx.get(server.url + services.stream_path(reply), headers=headers, timeout=20, trust_env=False)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/event-stream")
    return parse(answer.text)


def parse(body: str) -> tuple[str, str]:
    text, closing = "", ""
    for block in body.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line and not line.startswith(":"))
        if fields.get("event") == "delta":
            text += json.loads(fields["data"])["text"]
        elif "event" in fields:
            closing = fields["event"]
    return text, closing


def ended(reply: Reply, *, within: float = 15) -> Reply:
    wait_for(lambda: Reply.objects.get(pk=reply.pk).is_finished, within=within)
    return Reply.objects.get(pk=reply.pk)


def wait_for(condition: Callable[[], bool], *, within: float = 15) -> None:
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def post(content: str = "What do you think?", *, session: Session | None = None, request_key: str = "") -> Reply:
    return services.post_message(
        session=session or create_session(), content=content, request_key=request_key or f"key-{time.monotonic_ns()}"
    )


def test_a_watched_reply_streams_and_is_settled_at_the_real_cost(coach_server: ServerThread, model_server: ModelServer):
    reply = post()
    assert Hold.objects.get().amount_micros == reply.ceiling_micros > 0

    text, closing = watch(coach_server, reply)

    reply.refresh_from_db()
    assert closing == "done"
    assert text == reply.content != ""
    assert reply.state == Reply.State.DONE
    received = model_server.chats[0]
    expected = ceil_micros(received.cost, usd_to_wallet=Decimal("0.92"), markup=Decimal("1.50"))
    assert reply.cost_micros == expected <= reply.ceiling_micros
    entry = Entry.objects.get(kind="charge")
    assert entry.amount_micros == -expected
    assert entry.cause == f"reply:{reply.pk}"
    wallet = Wallet.objects.get()
    assert (wallet.balance_micros, wallet.held_micros) == (5_000_000 - expected, 0)
    assert reply.request == {}
    assert Event.objects.filter(name="reply.finished", subject_id=str(reply.pk)).count() == 1


def test_nobody_watches_and_it_runs_all_the_same(coach_server: ServerThread, model_server: ModelServer):
    reply = ended(post())

    assert reply.state == Reply.State.DONE
    assert len(model_server.chats) == 1


def test_however_many_watch_it_runs_once(coach_server: ServerThread, model_server: ModelServer):
    model_server.script("steady-30x20")
    reply = post()

    with ThreadPoolExecutor(8) as pool:
        seen = list(pool.map(lambda _: watch(coach_server, reply), range(8)))

    reply.refresh_from_db()
    assert set(seen) == {(reply.content, "done")}
    assert len(model_server.chats) == 1


def test_a_watcher_resumes_where_it_left(coach_server: ServerThread, model_server: ModelServer):
    model_server.script("steady-40x20")
    reply = post()
    seen = ""
    last = ""
    with httpx.stream("GET", coach_server.url + services.stream_path(reply), timeout=20, trust_env=False) as stream:
        for line in stream.iter_lines():
            if line.startswith("id: "):
                last = line[4:]
            if line.startswith("data: ") and last:
                seen += json.loads(line[6:])["text"]
                if len(seen) > 60:
                    break

    rest, closing = watch(coach_server, reply, last_event_id=last)

    reply.refresh_from_db()
    assert closing == "done"
    assert seen + rest == reply.content
    assert len(model_server.chats) == 1


def test_a_finished_reply_is_replayed_and_closed(coach_server: ServerThread, model_server: ModelServer):
    reply = ended(post())

    assert watch(coach_server, reply) == (reply.content, "done")
    assert watch(coach_server, reply, last_event_id=str(len(reply.content))) == ("", "done")


def test_the_text_so_far_is_in_the_database_while_it_runs(coach_server: ServerThread, model_server: ModelServer):
    model_server.script("steady-100x30")
    reply = post()
    wait_for(lambda: len(Reply.objects.get(pk=reply.pk).content) > 40)

    reply.refresh_from_db()
    assert reply.state == Reply.State.RUNNING
    assert reply.generation_id.startswith("gen-")
    services.request_stop(reply=reply)
    assert ended(reply).state == Reply.State.STOPPED


def test_stop_keeps_what_came_and_pays_what_the_provider_bills(coach_server: ServerThread, model_server: ModelServer):
    model_server.script("steady-400x20")
    reply = post()
    wait_for(lambda: len(Reply.objects.get(pk=reply.pk).content) > 20)

    services.request_stop(reply=reply)
    services.request_stop(reply=reply)

    reply = ended(reply)
    received = model_server.chats[0]
    assert reply.state == Reply.State.STOPPED
    assert reply.content
    assert received.outcome == "aborted"
    assert reply.cost_micros == ceil_micros(received.cost, usd_to_wallet=Decimal("0.92"), markup=Decimal("1.50"))
    assert Entry.objects.filter(kind="charge").count() == 1
    assert not Hold.objects.open().exists()


def test_a_reply_nobody_began_is_stopped_for_nothing(model_server: ModelServer):
    offer_model(MODEL)
    reply = post()

    services.request_stop(reply=reply)

    reply.refresh_from_db()
    assert (reply.state, reply.cost_micros) == (Reply.State.STOPPED, 0)
    assert not Hold.objects.open().exists()
    assert not model_server.chats


@pytest.mark.parametrize(
    ("scenario", "error_code"),
    [
        ("402", "insufficient_provider_funds"),
        ("429", "rate_limited"),
        ("503", "provider_unavailable"),
        ("404", "model_retired"),
        ("403", "refused"),
        ("400", "context_too_long"),
        ("html", "bad_answer"),
        ("error", "provider_unavailable"),
        ("cut", "cut"),
        ("reset", "cut"),
        ("silence", "timeout"),
        ("empty", "empty"),
        ("only-reasoning", "empty"),
        ("huge-line", "bad_answer"),
    ],
)
def test_a_failed_reply_costs_nothing(
    scenario: str, error_code: str, settings: object, coach_server_quick: ServerThread, model_server: ModelServer
):
    model_server.script(scenario)
    reply = post()

    _, closing = watch(coach_server_quick, reply)

    reply.refresh_from_db()
    assert closing == "failed"
    assert (reply.state, reply.error_code, reply.cost_micros) == (Reply.State.FAILED, error_code, 0)
    assert Wallet.objects.get().held_micros == 0
    assert not Entry.objects.filter(kind="charge").exists()


def test_a_model_without_an_end_is_stopped_and_costs_at_most_its_price(
    coach_server: ServerThread, model_server: ModelServer, settings: Any
):
    """It goes round and round, 200,000 tokens of it, whatever bound it was given."""
    settings.REPLY_MAX_TOKENS = 300
    model_server.script("normal-200000x0")
    reply = post()

    text, closing = watch(coach_server, reply)

    reply.refresh_from_db()
    assert (closing, reply.state, reply.error_code) == ("stopped", "stopped", "endless")
    assert reply.content == text
    assert len(text) == 3_000, "ten characters for each token it was allowed"
    assert model_server.wait_for(lambda: model_server.chats[0].outcome == "aborted")
    assert reply.cost_micros is not None
    assert 0 < reply.cost_micros <= reply.ceiling_micros
    assert Wallet.objects.get().held_micros == 0


def test_an_answer_in_another_language_is_an_answer(coach_server: ServerThread, model_server: ModelServer):
    model_server.script("prose-fr-12x0")
    session = create_session()
    assert session.story.language == "en"
    reply = ended(post(session=session))

    assert (reply.state, reply.error_code) == ("done", "")
    assert reply.content.split()[0] in FRENCH
    assert 0 < (reply.cost_micros or 0) <= reply.ceiling_micros


def test_what_came_before_the_failure_is_kept(coach_server: ServerThread, model_server: ModelServer):
    model_server.script("cut")
    reply = post()

    text, _ = watch(coach_server, reply)

    reply.refresh_from_db()
    assert reply.content == text != ""


def test_a_price_a_thousand_times_the_quote_costs_the_quote(coach_server: ServerThread, model_server: ModelServer):
    model_server.script("expensive")
    reply = ended(post())

    assert reply.state == Reply.State.DONE
    assert reply.cost_micros == reply.ceiling_micros
    assert Wallet.objects.get().balance_micros == 5_000_000 - reply.ceiling_micros


@pytest.mark.parametrize("scenario", ["no-usage", "lost-cost", "nan-cost", "negative-cost", "no-cost"])
def test_without_a_usable_price_the_provider_is_asked(
    scenario: str, coach_server: ServerThread, model_server: ModelServer
):
    model_server.script(scenario)
    reply = ended(post())

    assert reply.state == Reply.State.DONE
    assert reply.cost_micros is not None
    assert 0 < reply.cost_micros <= reply.ceiling_micros
    assert Wallet.objects.get().held_micros == 0


def test_where_the_provider_never_tells_the_list_price_is_marked_as_an_estimate(
    coach_server: ServerThread, model_server: ModelServer
):
    model_server.script("no-generation")
    reply = ended(post())

    assert reply.is_cost_estimated
    assert reply.cost_micros
    assert reply.cost_micros <= reply.ceiling_micros


def test_utf8_split_across_packets_arrives_whole(coach_server: ServerThread, model_server: ModelServer):
    model_server.script("split-utf8")
    reply = post()

    text, _ = watch(coach_server, reply)

    reply.refresh_from_db()
    assert text == reply.content
    assert "�" not in text
    assert "é" in text


def test_a_reply_is_rendered_clean(coach_server: ServerThread, model_server: ModelServer):
    model_server.script("markdown")
    reply = ended(post())

    assert "<script" not in reply.content_html
    assert "tracker.example" not in reply.content_html
    assert "<strong>" in reply.content_html


def test_without_the_permit_there_is_no_stream(coach_server: ServerThread, model_server: ModelServer):
    reply, other = post(), post()
    good = services.stream_path(reply)
    others = services.stream_path(other)
    for path in (
        good.split("?")[0],
        good + "x",
        good.split("?")[0] + "?" + others.split("?")[1],
        "/coach/replies/not-an-id/stream/?permit=x",
    ):
        assert httpx.get(coach_server.url + path, timeout=5, trust_env=False).status_code in {404, 302}, path
    assert httpx.post(coach_server.url + good, timeout=5, trust_env=False).status_code == 405


def test_what_is_sent_names_nobody_and_keeps_journals_private(coach_server: ServerThread, model_server: ModelServer):
    user = create_writer()
    story = create_story(owner=user, mode="journal", description=f"Write to me: {user.email}")
    ended(post(session=create_session(user=user, story=story)))

    body = model_server.chats[0].json
    sent = json.dumps(body)
    assert user.email not in sent
    assert str(user.pk) not in sent
    assert user.pk.hex not in sent
    assert body["provider"] == {"data_collection": "deny", "zdr": True}
    assert body["messages"][0]["role"] == "system"


def test_a_message_sent_twice_is_one_message(coach_server: ServerThread, model_server: ModelServer):
    session = create_session()
    first = post(session=session, request_key="same")
    second = post(session=session, request_key="same", content="Something else")

    assert first.pk == second.pk
    ended(first)
    assert len(model_server.chats) == 1
    assert session.messages.count() == 1


def test_a_story_deleted_in_mid_reply_leaves_no_hold(coach_server: ServerThread, model_server: ModelServer):
    model_server.script("steady-300x20")
    session = create_session()
    reply = post(session=session)
    wait_for(lambda: bool(Reply.objects.get(pk=reply.pk).content))

    session.story.delete()
    wait_for(lambda: model_server.chats[0].outcome == "aborted")
    Hold.objects.open().update(opened_at=timezone.now() - timedelta(minutes=5))
    services.sweep_replies()

    assert not Hold.objects.open().exists()
    assert Wallet.objects.get().held_micros == 0


def test_a_reply_claimed_as_the_server_stops_is_written_to_its_end(model_server: ModelServer):
    offer_model(MODEL)
    reply = post()

    async def live_for_a_moment() -> None:
        engine = Engine()
        await engine.start()

        async def watched() -> None:
            async for _events in engine.watch(reply.pk):
                pass

        watching = asyncio.create_task(watched())
        for _turn in range(5):
            # The claim goes to the database, and has no answer yet.
            await asyncio.sleep(0)
        await engine.stop()
        await asyncio.wait_for(watching, 10)

    # In a thread of its own, as a server is: the database's connections belong to threads.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(live_for_a_moment())).result(30)
    reply.refresh_from_db()
    assert reply.state == Reply.State.DONE
    assert not Hold.objects.filter(closed_at=None).exists()
