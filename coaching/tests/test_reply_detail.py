"""One reply as it stands, and stopping it."""

from decimal import Decimal
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from coaching import services
from coaching.exchanges import FAILURES, price
from coaching.models import Reply
from coaching.tests.conftest import MODEL, create_session, offer_model
from tests.factories import create_user
from tests.model_server import ModelServer

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def reply(model_server: ModelServer) -> Reply:
    offer_model(MODEL)
    return services.post_message(session=create_session(), content="Well?", request_key="k")


@pytest.fixture
def writer(client: Client, reply: Reply) -> Client:
    client.force_login(reply.session.user)
    return client


def detail(reply: Reply) -> str:
    return reverse("coaching:reply-detail", args=[reply.pk])


def end(reply: Reply, **outcome: object) -> None:
    Reply.objects.filter(pk=reply.pk).update(state="running", claimed_by="me")
    fields = {"state": "done", "content": "It **holds**.", "provider_cost_usd": Decimal("0.001"), **outcome}
    assert services.end_reply(reply_id=reply.pk, claimed_by="me", outcome=services.Outcome(**fields))  # type: ignore[arg-type]  # The fields of this test.


def test_a_finished_reply_shows_text_and_cost(writer: Client, reply: Reply):
    end(reply)
    shown = writer.get(detail(reply), headers=HTMX).text

    assert "<strong>holds</strong>" in shown
    reply.refresh_from_db()
    assert reply.cost_micros == 1380
    assert price(1380) in shown
    assert "data-stream" not in shown
    assert "What was sent" in shown
    assert "Instructions to the coach" in shown


def test_an_unfinished_reply_streams_from_where_it_is(writer: Client, reply: Reply):
    Reply.objects.filter(pk=reply.pk).update(state="running", content="So far & no further")
    shown = writer.get(detail(reply), headers=HTMX).text

    assert 'data-offset="19"' in shown
    assert "So far &amp; no further" in shown
    assert 'aria-busy="true"' in shown


@pytest.mark.parametrize("code", sorted(FAILURES))
def test_each_failure_is_put_in_words(writer: Client, reply: Reply, code: str):
    end(reply, state="failed", error_code=code, content="", provider_cost_usd=Decimal(0))
    shown = writer.get(detail(reply), headers=HTMX).text

    assert "It cost you nothing." in shown
    assert str(FAILURES[code]) in unescape(shown)


def test_as_a_page_it_is_the_conversation(writer: Client, reply: Reply):
    assert writer.get(detail(reply))["Location"] == reply.session.get_absolute_url()


def test_stopping_one_nobody_began(writer: Client, reply: Reply):
    answer = writer.post(reverse("coaching:reply-stop", args=[reply.pk]), headers=HTMX)

    reply.refresh_from_db()
    assert answer.status_code == 200
    assert reply.state == Reply.State.STOPPED
    assert writer.post(reverse("coaching:reply-stop", args=[reply.pk])).status_code == 302


def test_a_stranger_sees_and_stops_nothing(client: Client, reply: Reply):
    client.force_login(create_user())

    assert client.get(detail(reply), headers=HTMX).status_code == 404
    assert client.post(reverse("coaching:reply-stop", args=[reply.pk])).status_code == 404
    reply.refresh_from_db()
    assert reply.state == Reply.State.PENDING


def test_wrong_methods(writer: Client, reply: Reply):
    assert writer.post(detail(reply)).status_code == 405
    assert writer.get(reverse("coaching:reply-stop", args=[reply.pk])).status_code == 405
