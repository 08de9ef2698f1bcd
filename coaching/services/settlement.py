"""How a reply ends: exactly once, with its settlement in the same transaction."""

import hashlib
import logging
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Self
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

import billing.services
import events.services
from coaching import models_client
from coaching.models import CoachModel, Reply, Session
from coaching.services import statements
from coaching.services.continuity import take_in_findings
from coaching.services.summary import remember
from coaching.tokens import estimate_tokens
from costory.lib import markdown, money

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of a reply.

    `provider_cost_usd` is None where the provider gave no figure that can be believed; `was_sent` is False where the
    request never reached it.
    """

    state: str
    content: str
    error_code: str = ""
    generation_id: str = ""
    input_tokens: int | None = None
    output_tokens: int | None = None
    provider_cost_usd: Decimal | None = None
    was_sent: bool = True

    @classmethod
    def failed(cls, error_code: str, *, content: str = "", generation_id: str = "", was_sent: bool = True) -> Self:
        """A reply the writer does not pay for.

        The provider bills no stream that ends in an error (EXTERNAL.md, 1.3). One it does bill, because only the
        connection broke, is the house's to pay: what came is kept, and is free. `verify_costs` counts what that comes
        to.
        """
        return cls(
            state=Reply.State.FAILED,
            content=content,
            error_code=error_code,
            generation_id=generation_id,
            provider_cost_usd=Decimal(0),
            was_sent=was_sent,
        )


@transaction.atomic
def end_reply(*, reply_id: UUID, outcome: Outcome, claimed_by: str) -> bool:
    """End a reply and settle its hold: the real cost where the provider told it, at most what was held.

    Where the provider told none, the list price of the tokens counts, marked as an estimate. Returns False, having
    changed nothing, where the reply has ended already or is another process's.
    """
    reply = statements.lock_unfinished(reply_id, claimed_by=claimed_by)
    if reply is None:
        return False
    reply.input_tokens = outcome.input_tokens
    reply.output_tokens = outcome.output_tokens
    usd = _provider_cost(reply, outcome)
    cost = 0
    if reply.hold_id is not None and usd:
        full = money.ceil_micros(usd, usd_to_wallet=settings.USD_TO_WALLET, markup=settings.MARKUP)
        cost = min(full, reply.ceiling_micros)
        if full > reply.ceiling_micros:
            # The price shown was a ceiling: the house pays the rest, and somebody should know why.
            logger.error("Reply %s cost %d micros, more than the %d held.", reply_id, full, reply.ceiling_micros)
    reply.provider_cost_usd = usd
    reply.cost_micros = cost
    reply.state = outcome.state
    reply.error_code = outcome.error_code
    reply.content = outcome.content
    reply.content_html = markdown.render(outcome.content, is_untrusted=True)
    reply.generation_id = outcome.generation_id or reply.generation_id
    if outcome.was_sent and not reply.is_offline and "messages" in reply.request:
        _keep_what_left(reply)
    reply.request = {}
    reply.ended_at = timezone.now()
    statements.write_end(reply)
    if reply.hold_id is not None:
        billing.services.settle_hold(
            hold_id=reply.hold_id,
            cost_micros=cost,
            description=reply.model,
            provider_cost_usd=usd,
            usd_to_wallet=settings.USD_TO_WALLET,
            markup=settings.MARKUP,
        )
    if reply.session.kind == Session.Kind.DESK:
        remember(reply)
        take_in_findings(reply)
    events.services.record(
        f"reply.{'finished' if outcome.state == Reply.State.DONE else outcome.state}",
        person_id=reply.session.user_id,
        subject=reply,
        payload=_payload(reply),
    )
    return True


def _payload(reply: Reply) -> dict[str, Any]:
    """What an event tells of a reply: of a conversation that nothing counts, what it cost and no more."""
    if reply.session.is_excluded_from_analytics:
        return {"cost_micros": reply.cost_micros}
    return {
        "cost_micros": reply.cost_micros,
        "model": reply.model,
        "input_tokens": reply.input_tokens,
        "output_tokens": reply.output_tokens,
        "error_code": reply.error_code,
    }


def _keep_what_left(reply: Reply) -> None:
    """Put what was sent on record. The bytes are made again from the same request, and proven by their digest."""
    body = models_client.body(reply.model, reply.request)
    if hashlib.sha256(body).hexdigest() != reply.request_sha256:
        logger.error("What was sent for %s is not what was announced.", reply.pk)
    statements.keep_dispatch(
        reply,
        body=body,
        processor=urlsplit(settings.OPENROUTER_BASE_URL).hostname or "",
        is_zero_retention=bool(reply.request.get("zdr")),
        sent_at=reply.heartbeat_at or reply.created_at,
    )


def _provider_cost(reply: Reply, outcome: Outcome) -> Decimal | None:
    """The provider's own figure, else the list price of the tokens, else nothing."""
    if outcome.provider_cost_usd is not None:
        return outcome.provider_cost_usd
    if not outcome.was_sent or reply.hold_id is None:
        return None
    listed = CoachModel.objects.filter(pk=reply.model).first()
    if listed is None or listed.prompt_price_usd is None or listed.completion_price_usd is None:
        return None
    reply.is_cost_estimated = True
    if reply.input_tokens is None:
        sent = "".join(message["content"] for message in reply.request.get("messages", []))
        # Four characters a token is the usual guess; the pessimistic one of the ceiling would charge too much.
        reply.input_tokens = len(sent) // 4
    if reply.output_tokens is None:
        reply.output_tokens = min(estimate_tokens(outcome.content), len(outcome.content) // 4 + 1)
    return money.estimate_cost_usd(
        prompt_tokens=reply.input_tokens,
        completion_tokens=reply.output_tokens,
        prompt_price=listed.prompt_price_usd,
        completion_price=listed.completion_price_usd,
        request_price=listed.request_price_usd,
    )
