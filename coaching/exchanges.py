"""A message and its reply as a page shows them: amounts and refusals in words, the receipt in lines."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import ROUND_CEILING
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from coaching import care
from coaching.models import Message, Reply, Session
from coaching.receipt import PARTS, REASONS
from coaching.services import Prepared, Quote, stream_path
from costory.lib import money
from costory.lib.errors import DomainError

PAGE = 20
# About a page and a half: more is folded.
LONG = 2_500

FAILURES: Final = {
    "insufficient_provider_funds": _("The coach is closed for the moment; that is ours to mend, and we know of it."),
    "rate_limited": _("Too many people are asking the coach at once. Try again in a minute."),
    "provider_unavailable": _("The model does not answer at the moment. Try again, or choose another model."),
    "timeout": _("The model fell silent, and we stopped waiting. Try again."),
    "cut": _("The connection to the model broke off. What came before that is kept. Try again."),
    "bad_answer": _("The model sent something that is not an answer. Try again."),
    "refused": _("The model’s provider refused to answer this. Put it in other words, or choose another model."),
    "endless": _("The model did not come to an end, so it was stopped. What it wrote is kept. Ask for less at a time."),
    "empty": _("The model had nothing to say. Ask in other words."),
    "interrupted": _("The server was restarted while the coach was writing. What came before that is kept. Ask again."),
    "context_too_long": _(
        "There is too much text for this model. Choose another model, or ask about a shorter chapter."
    ),
    "no_private_route": _(
        "No provider that keeps nothing offers this model at the moment, so nothing was written. Choose another model:"
        " what you write here goes nowhere else."
    ),
    "model_retired": _("This model is no longer offered. Choose another one."),
    "internal": _("Something went wrong on our side. Try again."),
}


@dataclass(frozen=True)
class ReceiptLine:
    """One line of what was sent or left out."""

    part: "str | Promise"
    label: str
    reason: "str | Promise"
    tokens: int


@dataclass(frozen=True)
class Exchange:
    """What the writer said and what the coach answers, ready to be shown."""

    reply: Reply
    # Of those that were asked in the same place: which one this is, how many there are, and its neighbours.
    place: int = 1
    places: int = 1
    previous: UUID | None = None
    next: UUID | None = None
    # What the listening coach says of itself here.
    reminder: "str | Promise" = ""

    @property
    def is_long(self) -> bool:
        """Whether it is folded until it is opened."""
        return len(self.reply.content) > LONG

    @property
    def is_finished(self) -> bool:
        return self.reply.is_finished

    @property
    def offset(self) -> int:
        """How many characters the page has already."""
        return len(self.reply.content)

    @property
    def stream_path(self) -> str:
        return stream_path(self.reply)

    @property
    def can_be_taken_in(self) -> bool:
        """Whether it is something the coach wrote, for a chapter that is known."""
        is_whole = self.is_finished and bool(self.reply.content) and not self.reply.is_offline
        return is_whole and self.reply.session.chapter_id is not None

    @property
    def is_free(self) -> bool:
        return not self.reply.cost_micros

    @property
    def cost(self) -> str:
        """To the last digit, as the line of the ledger has it."""
        return money.format_micros(
            self.reply.cost_micros or 0,
            language=get_language() or "en",
            currency=settings.WALLET_CURRENCY,
            is_exact=True,
        )

    @property
    def energy(self) -> str:
        return energy(self.reply.cost_micros or 0)

    @property
    def failure(self) -> "str | Promise":
        """In plain words, with the way out; empty where nothing went wrong."""
        return FAILURES.get(self.reply.error_code, FAILURES["internal"]) if self.reply.error_code else ""

    @property
    def sent(self) -> list[ReceiptLine]:
        return [_line(item) for item in self.reply.receipt if item["included"]]

    @property
    def left_out(self) -> list[ReceiptLine]:
        return [_line(item) for item in self.reply.receipt if not item["included"]]


@dataclass(frozen=True)
class Conversation:
    """The end of a conversation, oldest first, and whether there is more before it."""

    exchanges: list[Exchange]
    older: str

    @property
    def is_waiting(self) -> bool:
        """Whether a reply is still being written."""
        return any(not exchange.is_finished for exchange in self.exchanges)


def conversation(session: Session | None, *, before: str = "") -> Conversation:
    """The end of the branch that is shown, or what comes before the reply with the id `before`; three queries at most.

    Beside each exchange stands which of its siblings it is: what was asked in the same place, in other words or of
    another model.
    """
    if session is None:
        return Conversation([], "")
    messages = Message.objects.filter(session=session).order_by("created_at", "id")
    rows = list(messages.values_list("pk", "parent_id", "created_at"))
    parents: dict[UUID, UUID | None] = {pk: parent_id for pk, parent_id, _moment in rows}
    moments = {pk: moment for pk, _parent_id, moment in rows}
    siblings: dict[UUID | None, list[UUID]] = defaultdict(list)
    for pk, parent_id, _moment in rows:
        siblings[parent_id].append(pk)
    path: list[UUID] = []
    end = session.head_id
    while end is not None:
        path.append(end)
        end = parents.get(end)
    path.reverse()
    is_reminded = dict(zip(path, care.reminders(session, (moments[pk] for pk in path)), strict=True))
    if before:
        edge = Reply.objects.filter(session=session, pk=before).values_list("message_id", flat=True).first()
        path = path[: path.index(edge)] if edge in path else path
    shown = path[-PAGE:]
    replies = Reply.objects.filter(message__in=shown).select_related("message").defer("request")
    by_message = {reply.message_id: reply for reply in replies}
    exchanges: list[Exchange] = []
    for pk in shown:
        if (reply := by_message.get(pk)) is None:
            continue
        # A reply's conversation is this one: nothing of it is asked for again.
        reply.session = session
        beside = siblings[parents[pk]]
        place = beside.index(pk)
        exchanges.append(
            Exchange(
                reply,
                place=place + 1,
                places=len(beside),
                previous=beside[place - 1] if place else None,
                next=beside[place + 1] if place + 1 < len(beside) else None,
                reminder=care.REMINDER if is_reminded[pk] else "",
            )
        )
    older = str(exchanges[0].reply.pk) if len(path) > len(shown) and exchanges else ""
    return Conversation(exchanges, older)


def price(micros: int) -> str:
    """An amount of the wallet in the reader's language; rounded up where it is rounded at all."""
    return money.format_micros(
        micros, language=get_language() or "en", currency=settings.WALLET_CURRENCY, rounding=ROUND_CEILING
    )


def energy(micros: int) -> str:
    """The same in energy points."""
    return money.format_energy_points(micros, language=get_language() or "en", rounding=ROUND_CEILING)


def price_context(quote: Quote | None, refusal: DomainError | None) -> dict[str, object]:
    """What the line with the price before is drawn from."""
    return {
        "quote": quote,
        "refusal": refusal,
        "price": price(quote.ceiling_micros) if quote else "",
        "energy": energy(quote.ceiling_micros) if quote else "",
    }


@dataclass(frozen=True)
class Preview:
    """What would be sent: each message with who speaks, the lines of the receipt, and the digest of the bytes."""

    prepared: Prepared
    messages: "list[tuple[str | Promise, str]]"
    sent: list[ReceiptLine]
    left_out: list[ReceiptLine]

    @property
    def price(self) -> str:
        return price(self.prepared.quote.ceiling_micros)

    @property
    def size(self) -> int:
        """How many bytes."""
        return len(self.prepared.body)


SPEAKERS: Final = {"system": _("Instructions to the coach"), "user": _("You"), "assistant": _("Coach")}


def preview(prepared: Prepared | None) -> Preview | None:
    """What would be sent, ready to be shown."""
    if prepared is None:
        return None
    return Preview(
        prepared=prepared,
        messages=[(SPEAKERS[m["role"]], m["content"]) for m in prepared.request.get("messages", [])],
        sent=[_line(item) for item in prepared.receipt if item["included"]],
        left_out=[_line(item) for item in prepared.receipt if not item["included"]],
    )


def _line(item: "dict[str, Any]") -> ReceiptLine:
    part, reason = str(item["part"]), str(item["reason"])
    return ReceiptLine(
        part=PARTS.get(part, part),
        label=str(item["label"]),
        reason=REASONS.get(reason, reason),
        tokens=int(item["tokens"]),
    )
