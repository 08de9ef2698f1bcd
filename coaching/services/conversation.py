"""A writer says something to the coach."""

import hashlib
import logging
import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

import billing.services
import events.services
from accounts.models import User
from coaching import process, selectors
from coaching.context import MessageTooLong
from coaching.models import CoachModel, Message, Reply, Session
from coaching.services.settlement import Outcome, end_reply
from costory.lib import markdown, money
from costory.lib.errors import DomainError
from stories.models import Chapter, Story

logger = logging.getLogger(__name__)

MESSAGE_MAX_CHARACTERS = 20_000
# Below this an answer is not worth its prompt.
LEAST_REPLY_TOKENS = 64


class EmptyMessage(DomainError):
    """There is nothing to answer."""

    code: ClassVar[str] = "validation_error"


class UnknownModel(DomainError):
    """The model is not on offer: unknown, retired, or without a price."""

    code: ClassVar[str] = "validation_error"


@dataclass(frozen=True, kw_only=True)
class Quote:
    """What a reply would cost at most, before it is asked for. Amounts in micros of the wallet's currency."""

    model: str
    is_offline: bool
    prompt_tokens: int
    max_output_tokens: int
    ceiling_micros: int


@dataclass(frozen=True, kw_only=True)
class _Prepared:
    quote: Quote
    request: dict[str, Any]
    receipt: list[dict[str, Any]]


@transaction.atomic
def open_session(*, user: User, story: Story, mode: str, chapter: Chapter | None = None) -> Session:
    """Begin a conversation about a story in one of the coach's modes."""
    session = Session.objects.create(user=user, story=story, mode=mode, chapter=chapter)
    events.services.record("session.opened", person_id=user.pk, subject=session, payload={"mode": mode})
    return session


def quote_message(*, session: Session, content: str, model: str = "", cursor: int | None = None) -> Quote:
    """What an answer to this message would cost at most. Raises EmptyMessage, MessageTooLong and UnknownModel."""
    return _prepare(session, clean_message(content=content), model, cursor).quote


def post_message(
    *, session: Session, content: str, request_key: str, model: str = "", cursor: int | None = None
) -> Reply:
    """Take a message, hold the ceiling of its answer and create the reply, in one transaction.

    The same `request_key` in the same session gives the same reply again, whatever the content. Raises EmptyMessage,
    MessageTooLong, UnknownModel and billing's InsufficientCredits.
    """
    content = clean_message(content=content)
    known = Reply.objects.filter(session=session, request_key=request_key).first()
    if known is not None:
        return known
    try:
        with transaction.atomic():
            reply = _create(session, content, request_key, _prepare(session, content, model, cursor))
    except IntegrityError:
        # The same form twice at the same moment: the other one came first, and its hold is the only one.
        known = Reply.objects.filter(session=session, request_key=request_key).first()
        if known is None:
            raise
        return known
    return reply


@transaction.atomic
def start_session(
    *,
    user: User,
    story: Story,
    mode: str,
    chapter: Chapter | None,
    content: str,
    request_key: str,
    model: str = "",
    cursor: int | None = None,
) -> Reply:
    """Begin a conversation with its first message: both or neither. Raises what `post_message` raises.

    The same `request_key` about the same story gives the same reply again: the story's row makes two of them queue.
    """
    Story.objects.select_for_update().get(pk=story.pk)
    known = Reply.objects.filter(session__story=story, session__user=user, request_key=request_key).first()
    if known is not None:
        return known
    session = open_session(user=user, story=story, mode=mode, chapter=chapter)
    return post_message(session=session, content=content, request_key=request_key, model=model, cursor=cursor)


def _create(session: Session, content: str, request_key: str, prepared: _Prepared) -> Reply:
    quote = prepared.quote
    reply_id = uuid.uuid4()
    hold = None
    if quote.ceiling_micros:
        hold = billing.services.open_hold(
            user=session.user, amount_micros=quote.ceiling_micros, cause=f"reply:{reply_id}"
        )
    # Two tabs that speak at once make one conversation: the second says its words after the first's.
    head = Session.objects.select_for_update().values_list("head_id", flat=True).get(pk=session.pk)
    message = Message.objects.create(session=session, parent_id=head, content=content)
    reply = Reply.objects.create(
        id=reply_id,
        session=session,
        message=message,
        request_key=request_key,
        model=quote.model,
        is_offline=quote.is_offline,
        hold=hold,
        ceiling_micros=quote.ceiling_micros,
        request=prepared.request,
        receipt=prepared.receipt,
    )
    Session.objects.filter(pk=session.pk).update(head=message, updated_at=timezone.now())
    events.services.record(
        "message.sent",
        person_id=session.user_id,
        subject=message,
        payload={"mode": session.mode, "model": quote.model, "ceiling_micros": quote.ceiling_micros},
    )
    engine = process.current()
    if engine is not None:
        transaction.on_commit(lambda: engine.offer(reply_id))
    return reply


@transaction.atomic
def request_stop(*, reply: Reply) -> None:
    """Ask that a reply end where it is. Repeating it, or asking of one that has ended, is harmless.

    A reply nobody has begun ends here and now; one that runs is told by its process, in this one at once, in another
    at its next checkpoint.
    """
    asked = Reply.objects.unfinished().filter(pk=reply.pk, stop_requested_at=None)
    if not asked.update(stop_requested_at=timezone.now()):
        return
    # Only a running reply has a process; a pending one is claimed by nobody and, with its stop set, never will be.
    nobody = Outcome(state=Reply.State.STOPPED, content="", provider_cost_usd=Decimal(0), was_sent=False)
    if Reply.objects.filter(pk=reply.pk, state=Reply.State.PENDING).exists():
        end_reply(reply_id=reply.pk, outcome=nobody, claimed_by="")
        return
    engine = process.current()
    if engine is not None:
        transaction.on_commit(lambda: engine.request_stop(reply.pk))


def clean_message(*, content: str) -> str:
    """A message as it is stored. Raises EmptyMessage and MessageTooLong."""
    content = markdown.normalise_text(content).strip()
    if not content:
        raise EmptyMessage(_("Write something first."))
    if len(content) > MESSAGE_MAX_CHARACTERS:
        raise MessageTooLong(
            _("This message is too long: the coach takes up to %(limit)s characters at a time.")
            % {"limit": MESSAGE_MAX_CHARACTERS},
            details={"limit": MESSAGE_MAX_CHARACTERS, "length": len(content)},
        )
    return content


def _prepare(session: Session, content: str, model: str, cursor: int | None) -> _Prepared:
    if not settings.COACH_ONLINE:
        return _prepare_offline(session, content)
    listed = _model_on_offer(model)
    slug = listed.slug if listed is not None else model or settings.OPENROUTER_MODEL
    max_tokens = settings.REPLY_MAX_TOKENS
    if listed is not None and listed.max_completion_tokens:
        max_tokens = max(LEAST_REPLY_TOKENS, min(max_tokens, listed.max_completion_tokens))
    room = settings.CONTEXT_BUDGET_TOKENS
    if listed is not None and listed.context_length:
        room = max(LEAST_REPLY_TOKENS, min(room, listed.context_length - max_tokens))
    context = selectors.context_for(session=session, content=content, budget_tokens=room, cursor=cursor)
    ceiling = 0
    if listed is not None and listed.prompt_price_usd is not None and listed.completion_price_usd is not None:
        cost_usd = money.estimate_cost_usd(
            prompt_tokens=context.tokens,
            completion_tokens=max_tokens,
            prompt_price=listed.prompt_price_usd,
            completion_price=listed.completion_price_usd,
            request_price=listed.request_price_usd,
        )
        ceiling = money.ceil_micros(cost_usd, usd_to_wallet=settings.USD_TO_WALLET, markup=settings.MARKUP)
    quote = Quote(
        model=slug,
        is_offline=False,
        prompt_tokens=context.tokens,
        max_output_tokens=max_tokens,
        ceiling_micros=ceiling,
    )
    request = {
        "messages": [dict(message) for message in context.messages],
        "max_tokens": max_tokens,
        "zdr": session.needs_zero_retention,
        "user": salted_hmac("coaching.provider-user", session.user_id.hex, algorithm="sha256").hexdigest()[:32],
        "session_id": hashlib.sha256(session.pk.bytes).hexdigest()[:32],
    }
    return _Prepared(quote=quote, request=request, receipt=context.receipt_json())


def _prepare_offline(session: Session, content: str) -> _Prepared:
    answer = selectors.offline_answer(session=session, content=content)
    quote = Quote(model="offline", is_offline=True, prompt_tokens=0, max_output_tokens=0, ceiling_micros=0)
    return _Prepared(quote=quote, request={"text": answer}, receipt=[])


def _model_on_offer(model: str) -> CoachModel | None:
    """The catalogue's row of the model to use; None for an unlisted model of a server of one's own, which is free."""
    slug = model or settings.OPENROUTER_MODEL
    listed = CoachModel.objects.offered().filter(pk=slug).first()
    if listed is not None:
        return listed
    is_ours = settings.OPENROUTER_DIALECT != "openrouter" and slug == settings.OPENROUTER_MODEL
    if is_ours and not CoachModel.objects.filter(pk=slug).exists():
        return None
    raise UnknownModel(_("This model is not on offer at the moment. Choose another one."))
