"""Asking the coach: the first message, further ones, and what is refused with the text kept."""

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from billing.models import Hold, Wallet
from coaching.models import Message, Reply, Session
from coaching.tests.conftest import MODEL, create_session, create_writer, offer_model
from tests.factories import create_story, create_user
from tests.model_server import ModelServer

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


def url(session: Session) -> str:
    return reverse("coaching:message-create", args=[session.pk])


def fields(**overrides: str) -> dict[str, str]:
    return {"content": "Does it hold?", "request_key": uuid.uuid4().hex, **overrides}


@pytest.fixture
def session() -> Session:
    return create_session()


@pytest.fixture
def writer(client: Client, session: Session) -> Client:
    client.force_login(session.user)
    return client


def test_a_message_and_its_stream(writer: Client, session: Session):
    answer = writer.post(url(session), fields(), headers=HTMX)

    assert answer.status_code == 200
    assert answer["HX-Trigger"] == "wallet-changed"
    reply = Reply.objects.get()
    assert f'data-stream="/coach/replies/{reply.pk}/stream/?permit=' in answer.text
    assert "Does it hold?" in answer.text


def test_without_scripts_it_leads_to_the_conversation(writer: Client, session: Session):
    answer = writer.post(url(session), fields())

    assert answer.status_code == 302
    assert answer["Location"] == session.get_absolute_url()


def test_the_same_form_twice_is_one_message(writer: Client, session: Session):
    form = fields()
    writer.post(url(session), form)
    writer.post(url(session), form)

    assert Message.objects.count() == Reply.objects.count() == 1


def test_the_first_message_opens_the_conversation_once(client: Client):
    user = create_writer()
    story = create_story(owner=user)
    client.force_login(user)
    form = fields(mode="structural")
    start = reverse("coaching:session-start", args=[story.pk])

    first, second = client.post(start, form), client.post(start, form)

    session = Session.objects.get()
    assert session.mode == "structural"
    assert first["Location"] == second["Location"] == session.get_absolute_url()
    assert Message.objects.count() == 1


@pytest.mark.parametrize("content", ["", "   ", "x" * 20_001])
def test_what_cannot_be_asked_is_kept_on_screen(writer: Client, session: Session, content: str):
    answer = writer.post(url(session), fields(content=content), headers=HTMX)

    assert answer.status_code == 422
    assert content.strip() in answer.text
    assert not Message.objects.exists()


def test_too_little_credit(writer: Client, session: Session, model_server: ModelServer):
    offer_model(MODEL)
    Wallet.objects.update(is_frozen=True)

    answer = writer.post(url(session), fields(content="My long and careful question"), headers=HTMX)

    assert answer.status_code == 402
    assert "My long and careful question" in answer.text
    assert reverse("billing:entry-list") in answer.text
    assert not Message.objects.exists()
    assert not Hold.objects.exists()


def test_a_model_nobody_offers(writer: Client, session: Session, model_server: ModelServer):
    offer_model(MODEL)

    assert writer.post(url(session), fields(model="someone/else"), headers=HTMX).status_code == 422
    assert not Message.objects.exists()


def test_the_price_is_shown_before(writer: Client, session: Session, model_server: ModelServer):
    offer_model(MODEL)
    quote = reverse("coaching:message-quote", args=[session.story_id])

    assert "At most" in writer.post(quote, fields(), headers=HTMX).text
    assert "At most" in writer.post(quote, fields(content=""), headers=HTMX).text
    assert not Hold.objects.exists()


def test_a_stranger_asks_nothing(client: Client, session: Session):
    client.force_login(create_user())

    assert client.post(url(session), fields()).status_code == 404
    assert client.post(reverse("coaching:session-start", args=[session.story_id]), fields()).status_code == 404
    assert client.post(reverse("coaching:message-quote", args=[session.story_id]), fields()).status_code == 404
    assert not Message.objects.exists()


def test_anonymous_is_sent_to_log_in_as_a_page(client: Client, session: Session):
    assert client.post(url(session), fields())["Location"].startswith("/accounts/login/")


def test_only_post(writer: Client, session: Session):
    assert writer.get(url(session)).status_code == 405


def test_markup_is_text(writer: Client, session: Session):
    answer = writer.post(url(session), fields(content="<script>alert(1)</script>"), headers=HTMX)

    assert "<script>alert(1)" not in answer.text
    assert "&lt;script&gt;" in answer.text
