"""A message and its reply as a page shows them: amounts and refusals in words, the receipt in lines."""

from dataclasses import dataclass
from decimal import ROUND_CEILING
from typing import Final

from django.conf import settings
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from coaching.models import Reply, Session
from coaching.receipt import PARTS, REASONS
from coaching.services import Quote, stream_path
from costory.lib import money
from costory.lib.errors import DomainError

PAGE = 20

FAILURES: Final = {
    "insufficient_provider_funds": _("The coach is closed for the moment; that is ours to mend, and we know of it."),
    "rate_limited": _("Too many people are asking the coach at once. Try again in a minute."),
    "provider_unavailable": _("The model does not answer at the moment. Try again, or choose another model."),
    "timeout": _("The model fell silent, and we stopped waiting. Try again."),
    "cut": _("The connection to the model broke off. What came before that is kept. Try again."),
    "bad_answer": _("The model sent something that is not an answer. Try again."),
    "refused": _("The model’s provider refused to answer this. Put it in other words, or choose another model."),
    "empty": _("The model had nothing to say. Ask in other words."),
    "interrupted": _("The server was restarted while the coach was writing. What came before that is kept. Ask again."),
    "context_too_long": _(
        "There is too much text for this model. Choose another model, or ask about a shorter chapter."
    ),
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
        return price(self.reply.cost_micros or 0)

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
    """The last messages of a session, or those before the reply with the id `before`; one query or two."""
    if session is None:
        return Conversation([], "")
    replies: QuerySet[Reply] = Reply.objects.filter(session=session).select_related("message").defer("request")
    if before and (edge := replies.filter(pk=before).values_list("created_at", flat=True).first()):
        replies = replies.filter(created_at__lt=edge)
    found = list(replies.order_by("-created_at", "-id")[: PAGE + 1])
    older = str(found[PAGE - 1].pk) if len(found) > PAGE else ""
    return Conversation([Exchange(reply) for reply in reversed(found[:PAGE])], older)


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


def _line(item: "dict[str, str | int]") -> ReceiptLine:
    part, reason = str(item["part"]), str(item["reason"])
    return ReceiptLine(
        part=PARTS.get(part, part),
        label=str(item["label"]),
        reason=REASONS.get(reason, reason),
        tokens=int(item["tokens"]),
    )
