"""How much may be asked for at once, how long an answer the credits reach for, and whether the costs were right."""

from decimal import Decimal
from io import StringIO
from typing import Any

import httpx
import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from billing.models import Entry, Wallet
from billing.services import InsufficientCredits
from coaching import services
from coaching.models import Reply, Session
from coaching.services import TooManyReplies
from coaching.tests.conftest import create_session, offer_model
from coaching.tests.test_api_work import bearer
from costory.lib import money
from tests.model_server import ModelServer

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(model_server: Any) -> Session:
    offer_model("test/normal")
    return create_session()


def post(session: Session, key: str) -> Reply:
    return services.post_message(session=session, content="Well?", request_key=key)


def has(session: Session, micros: int) -> None:
    Wallet.objects.filter(user=session.user).update(balance_micros=micros)


def test_no_more_at_once_than_allowed(session: Session, settings: Any):
    settings.REPLIES_AT_ONCE = 2
    first = post(session, "a")
    post(session, "b")
    held = Wallet.objects.get(user=session.user).held_micros
    with pytest.raises(TooManyReplies, match="2 answers"):
        post(session, "c")
    assert Wallet.objects.get(user=session.user).held_micros == held
    assert post(session, "a") == first
    services.request_stop(reply=first)
    post(session, "c")


def test_few_credits_buy_a_short_answer(session: Session):
    usual = services.quote_message(session=session, content="Well?")
    assert not usual.is_short
    has(session, usual.ceiling_micros - 1_000)
    short = services.quote_message(session=session, content="Well?")

    assert short.is_short
    assert 256 <= short.max_output_tokens < usual.max_output_tokens
    assert short.ceiling_micros <= usual.ceiling_micros - 1_000
    reply = post(session, "a")
    assert reply.request["max_tokens"] == short.max_output_tokens
    assert reply.ceiling_micros == short.ceiling_micros


def test_too_few_buy_none(session: Session):
    has(session, 100)
    with pytest.raises(InsufficientCredits):
        post(session, "a")


def test_while_others_are_written_each_gets_a_fair_slice(session: Session, settings: Any):
    settings.REPLIES_AT_ONCE = 3
    usual = services.quote_message(session=session, content="Well?").ceiling_micros
    has(session, round(usual * 2.5))
    post(session, "a")
    second = services.quote_message(session=session, content="Well?")

    assert second.is_short
    assert second.ceiling_micros <= round(usual * 1.5) // 2 + 1


def test_the_budget_of_the_month_counts_as_means(session: Session):
    usual = services.quote_message(session=session, content="Well?").ceiling_micros
    Wallet.objects.filter(user=session.user).update(monthly_budget_micros=usual - 1_000)
    assert services.quote_message(session=session, content="Well?").is_short


def settle(session: Session, generation_id: str, cost: str) -> Reply:
    reply = post(session, generation_id)
    Reply.objects.filter(pk=reply.pk).update(
        state="done", cost_micros=1, ended_at=timezone.now(), generation_id=generation_id, provider_cost_usd=cost
    )
    return reply


def test_costs_are_compared_with_the_providers(session: Session, model_server: ModelServer):
    settle(session, "gen-unknown", "0.001")
    out = StringIO()
    call_command("verify_costs", stdout=out)
    assert "0 replies compared, 0 differ, 1 unknown" in out.getvalue()
    with pytest.raises(CommandError):
        call_command("verify_costs", days=0)


def bill(server: ModelServer, cost: str) -> str:
    """A generation that the provider knows, and its number."""
    asked = {"model": "test/normal", "messages": [{"role": "user", "content": "Well?"}], "stream": True}
    httpx.post(f"{server.url}/chat/completions", json=asked, headers={"Authorization": "Bearer k"}, trust_env=False)
    server.chats[-1].cost = Decimal(cost)
    return server.chats[-1].generation_id


def test_what_the_provider_bills_otherwise_is_told(session: Session, model_server: ModelServer):
    settle(session, bill(model_server, "0.001"), "0.001")
    out = StringIO()
    call_command("verify_costs", stdout=out)
    assert "1 replies compared, 0 differ, 0 unknown" in out.getvalue()

    wrong = settle(session, bill(model_server, "0.003"), "0.001")
    lost = settle(session, bill(model_server, "0.002"), "0")
    Reply.objects.filter(pk=lost.pk).update(state="failed", cost_micros=0)
    out = StringIO()
    with pytest.raises(CommandError) as differs:
        call_command("verify_costs", stdout=out)
    assert differs.value.returncode == 1
    assert f"{wrong.pk}: charged for 0.001" in out.getvalue()
    assert str(lost.pk) not in out.getvalue()
    assert "billed 0.002 USD for failed replies" in out.getvalue()
    assert "3 replies compared, 1 differ, 0 unknown" in out.getvalue()


def test_the_price_after_is_the_ledgers_line_and_each_leads_to_the_other(session: Session, client: Client):
    reply = post(session, "a")
    Reply.objects.filter(pk=reply.pk).update(state="running", claimed_by="here")
    usd = Decimal("0.000123")
    services.end_reply(
        reply_id=reply.pk,
        outcome=services.Outcome(state="done", content="Yes.", provider_cost_usd=usd),
        claimed_by="here",
    )
    entry = Entry.objects.get(cause=f"reply:{reply.pk}")
    client.force_login(session.user)
    page = client.get(reverse("coaching:reply-detail", args=[reply.pk]), headers={"HX-Request": "true"}).text
    amount = money.format_micros(-entry.amount_micros, language="en", is_exact=True)
    assert f"{amount}</a>" in page
    ledger = client.get(f"{reverse('billing:entry-list')}?reply={reply.pk}").text
    assert f'id="reply-{reply.pk}"' in ledger
    assert reverse("coaching:reply-detail", args=[reply.pk]) in ledger
    assert f"−{amount}" in ledger
    assert client.get(f"{reverse('billing:entry-list')}?reply=x%00y").status_code == 200


def test_a_program_is_told_to_wait(session: Session, client: Client, settings: Any):
    settings.REPLIES_AT_ONCE = 1
    post(session, "a")
    url = f"/api/v1/ai/sessions/{session.pk}/messages"
    answer = client.post(url, {"content": "And?"}, "application/json", headers=bearer(session.user))
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "rate_limited")


def test_the_provider_gets_a_keyed_number_for_a_person(session: Session, settings: Any):
    sent = services.preview_message(session=session, content="Well?").request["user"]
    assert len(sent) == 32
    assert session.user_id.hex not in sent
    settings.SECRET_KEY = "another"
    assert services.preview_message(session=session, content="Well?").request["user"] != sent
