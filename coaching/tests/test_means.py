"""How much may be asked for at once, how long an answer the credits reach for, and whether the costs were right."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from billing.models import Wallet
from billing.services import InsufficientCredits
from coaching import services
from coaching.models import Reply, Session
from coaching.services import TooManyReplies
from coaching.tests.conftest import create_session, offer_model
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
