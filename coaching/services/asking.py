"""Asking a model for something: the price before, the hold, the reply that will carry the answer.

Messages of a conversation and single pieces of work, such as proposals and summaries, all go through here.
"""

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

import billing.services
import events.services
from billing.selectors import wallet_summary
from coaching import care, excerpts, models_client, process
from coaching.context import Context
from coaching.models import CoachModel, Message, Reply, Session
from costory.lib import money
from costory.lib.errors import DomainError

# Below this an answer is not worth its prompt.
LEAST_REPLY_TOKENS = 64
# What credits are too few for the usual length may still buy; shorter than this is no answer but a fragment.
SHORT_REPLY_TOKENS = 256
TITLE_CHARACTERS = 60


class UnknownModel(DomainError):
    """The model is not on offer: unknown, retired, or without a price."""

    code: ClassVar[str] = "validation_error"


class TooManyReplies(DomainError):
    """As many replies as a person may have written at once are being written."""

    code: ClassVar[str] = "rate_limited"


class RequestKeyTaken(DomainError):
    """The key names another piece of work about the same story."""

    code: ClassVar[str] = "conflict"

    def __init__(self) -> None:
        super().__init__(_("This idempotency key was used for another request."))


@dataclass(frozen=True, kw_only=True)
class Quote:
    """What a reply would cost at most, before it is asked for. Amounts in micros of the wallet's currency.

    `is_short`: the answer is kept short, because the credits do not reach for one of the usual length.
    """

    model: str
    is_offline: bool
    prompt_tokens: int
    max_output_tokens: int
    ceiling_micros: int
    is_short: bool = False


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """All that is known of a reply before it is asked for: its price, what will be sent, and the receipt."""

    quote: Quote
    request: dict[str, Any]
    receipt: list[dict[str, Any]]

    @property
    def body(self) -> bytes:
        """The bytes that will be sent; nothing where no model is asked."""
        return b"" if self.quote.is_offline else models_client.body(self.quote.model, self.request)

    @property
    def sha256(self) -> str:
        """The digest of those bytes, or nothing."""
        return hashlib.sha256(self.body).hexdigest() if self.body else ""


def prepare(
    session: Session,
    build: Callable[[int], Context],
    *,
    model: str = "",
    max_tokens: int = 0,
    room: int = 0,
    schema: dict[str, Any] | None = None,
) -> Prepared:
    """Choose the model, build what it is sent in the room it has, and reckon the ceiling. Raises UnknownModel.

    `build` makes the context for a budget of tokens. `max_tokens` bounds the answer; `room` is the
    budget; the settings' figures stand where they are 0. `schema` asks for an answer in JSON of that form.
    """
    listed = _model_on_offer(model or session.model)
    slug = listed.slug if listed is not None else model or session.model or settings.OPENROUTER_MODEL
    max_tokens = max_tokens or settings.REPLY_MAX_TOKENS
    if listed is not None and listed.max_completion_tokens:
        max_tokens = max(LEAST_REPLY_TOKENS, min(max_tokens, listed.max_completion_tokens))
    room = room or settings.CONTEXT_BUDGET_TOKENS
    if listed is not None and listed.context_length:
        room = max(LEAST_REPLY_TOKENS, min(room, listed.context_length - max_tokens))
    context = build(room)
    usual, max_tokens = max_tokens, _tokens_within_means(session, listed, context.tokens, max_tokens)
    quote = Quote(
        model=slug,
        is_offline=False,
        prompt_tokens=context.tokens,
        max_output_tokens=max_tokens,
        ceiling_micros=_ceiling(listed, context.tokens, max_tokens),
        is_short=max_tokens < usual,
    )
    request = {
        "messages": [dict(message) for message in context.messages],
        "max_tokens": max_tokens,
        "zdr": session.needs_zero_retention,
        "user": salted_hmac("coaching.provider-user", session.user_id.hex, algorithm="sha256").hexdigest()[:32],
        "session_id": hashlib.sha256(session.pk.bytes).hexdigest()[:32],
    }
    if schema is not None:
        request["schema"] = schema
    return Prepared(quote=quote, request=request, receipt=context.receipt_json())


def prepare_offline(text: str) -> Prepared:
    """What the house answers by itself: free, and sent nowhere."""
    quote = Quote(model="offline", is_offline=True, prompt_tokens=0, max_output_tokens=0, ceiling_micros=0)
    return Prepared(quote=quote, request={"text": text}, receipt=[])


AFTER_HEAD: Final = object()


def ask(
    session: Session,
    *,
    content: str,
    request_key: str,
    prepare: Callable[[], Prepared],
    quote: str = "",
    parent: object = AFTER_HEAD,
    needs_care: bool = False,
) -> tuple[Reply, bool]:
    """Take a message, hold the ceiling of its answer and create the reply, in one transaction.

    It follows the end of the branch that is shown, unless a `parent` is given: a Message, or None for the beginning.
    The same `request_key` in the same session gives the same reply again. Returns the reply and whether it is new;
    `session` is up to date after it.
    Raises what `prepare` raises, and billing's InsufficientCredits.
    """
    known = _known(session, request_key)
    if known is not None:
        return known, False
    try:
        with transaction.atomic():
            message = Message(session=session, content=content, quote=quote, needs_care=needs_care)
            return _create(session, message, request_key, prepare(), parent), True
    except IntegrityError:
        # The same form twice at the same moment: the other one came first, and its hold is the only one.
        known = _known(session, request_key)
        if known is None:
            raise
        return known, False


def _known(session: Session, request_key: str) -> Reply | None:
    """The reply this key was given before; the session is brought up to date with it, as `_create` leaves it."""
    known = Reply.objects.filter(session=session, request_key=request_key).first()
    if known is not None:
        session.refresh_from_db(fields=["head", "title", "updated_at"])
    return known


def _create(session: Session, message: Message, request_key: str, prepared: Prepared, parent: object) -> Reply:
    quote = prepared.quote
    reply_id = uuid.uuid4()
    hold = None
    if quote.ceiling_micros:
        hold = billing.services.open_hold(
            user=session.user, amount_micros=quote.ceiling_micros, cause=f"reply:{reply_id}"
        )
    else:
        billing.services.lock_wallet(user=session.user)
    # Behind the wallet's lock, which a free reply takes too: whoever else asks waits until this one can be counted.
    if Reply.objects.unfinished().filter(session__user=session.user_id).count() >= settings.REPLIES_AT_ONCE:
        raise TooManyReplies(
            ngettext(
                "One answer is being written already. Wait until it has ended, or stop it.",
                "%(count)s answers are being written already. Wait until one has ended, or stop one.",
                settings.REPLIES_AT_ONCE,
            )
            % {"count": settings.REPLIES_AT_ONCE},
            details={"limit": settings.REPLIES_AT_ONCE},
        )
    changes: dict[str, Any] = {"updated_at": timezone.now()}
    if session.kind == Session.Kind.CONVERSATION:
        # Two tabs that speak at once make one conversation: the second says its words after the first's.
        row = Session.objects.select_for_update().only("head_id", "title").get(pk=session.pk)
        message.parent_id = row.head_id if parent is AFTER_HEAD else getattr(parent, "pk", None)
        changes["head"] = message
        if not row.title and not message.needs_care:
            # Words of danger are no name to be met with in a list.
            changes["title"] = title_of(message.content)
    message.save(force_insert=True)
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
        request_sha256=prepared.sha256,
        receipt=prepared.receipt,
    )
    Session.objects.filter(pk=session.pk).update(**changes)
    for name, value in changes.items():
        setattr(session, name, value)
    payload: dict[str, Any] = {"ceiling_micros": quote.ceiling_micros}
    if not session.is_excluded_from_analytics:
        payload |= {"mode": session.mode, "model": quote.model}
    events.services.record("message.sent", person_id=session.user_id, subject=message, payload=payload)
    if message.needs_care:
        care.record_shown(session.user)
    engine = process.current()
    if engine is not None:
        transaction.on_commit(lambda: engine.offer(reply_id))
    return reply


def title_of(content: str) -> str:
    """What a conversation is called until its writer calls it something else: how its first message begins."""
    line = " ".join(content.split())
    return excerpts.opening(line, TITLE_CHARACTERS) if len(line) > TITLE_CHARACTERS else line


def ceiling_for(model: str = "") -> Callable[[int, int], int]:
    """A function of prompt tokens and most answer tokens to the most it may cost with this model; 0 without one."""
    try:
        listed = _model_on_offer(model) if settings.COACH_ONLINE else None
    except UnknownModel:
        listed = None
    return lambda prompt_tokens, max_tokens: _ceiling(listed, prompt_tokens, max_tokens)


def _tokens_within_means(session: Session, listed: CoachModel | None, prompt_tokens: int, max_tokens: int) -> int:
    """How long an answer the person's credits reach for: all they have, or while others are written a fair slice.

    The slice is what is left, divided by the replies that may still be asked for beside those under way. What reaches
    for no answer at all is left as it is, and refused when it is to be held.
    """
    usual = _ceiling(listed, prompt_tokens, max_tokens)
    if not usual:
        return max_tokens
    means = wallet_summary(session.user).spendable_micros
    if under_way := Reply.objects.unfinished().filter(session__user=session.user_id).count():
        means //= max(1, settings.REPLIES_AT_ONCE - under_way)
    if usual <= means or _ceiling(listed, prompt_tokens, SHORT_REPLY_TOKENS) > means:
        return max_tokens
    least, most = SHORT_REPLY_TOKENS, max_tokens
    while least < most:
        middle = (least + most + 1) // 2
        if _ceiling(listed, prompt_tokens, middle) <= means:
            least = middle
        else:
            most = middle - 1
    return least


def _ceiling(listed: CoachModel | None, prompt_tokens: int, max_tokens: int) -> int:
    """What it may cost at most; nothing for a server of one's own, which has no prices."""
    if listed is None or listed.prompt_price_usd is None or listed.completion_price_usd is None:
        return 0
    cost_usd = money.estimate_cost_usd(
        prompt_tokens=prompt_tokens,
        completion_tokens=max_tokens,
        prompt_price=listed.prompt_price_usd,
        completion_price=listed.completion_price_usd,
        request_price=listed.request_price_usd,
    )
    return money.ceil_micros(cost_usd, usd_to_wallet=settings.USD_TO_WALLET, markup=settings.MARKUP)


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
