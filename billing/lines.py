"""Lines of the ledger as a page shows them: what each was for in plain words, amounts in the reader's language."""

import re
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR
from typing import Final

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from billing.models import Entry, EntryKind, Hold
from billing.selectors import WalletSummary
from costory.lib import money

MEANINGS: Final = {
    EntryKind.PURCHASE: _("Credits bought"),
    EntryKind.BONUS: _("Bonus"),
    EntryKind.GRANT: _("A gift from CoStory"),
    EntryKind.CHARGE: _("An answer of the coach"),
    EntryKind.REFUND: _("Refund"),
    EntryKind.CHARGEBACK: _("A payment taken back by the bank"),
    EntryKind.ADJUSTMENT: _("Adjustment"),
}
# A wallet below this many energy points is shown as running low.
LOW_POINTS: Final = 5
_REPLY: Final = re.compile(r"reply:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")


@dataclass(frozen=True)
class Line:
    """One line of the ledger."""

    entry: Entry

    @property
    def meaning(self) -> "str | Promise":
        return MEANINGS[EntryKind(self.entry.kind)]

    @property
    def note(self) -> "str | Promise":
        """What the line was written with: the model of an answer, the reason of a gift."""
        return _(self.entry.description) if self.entry.description else ""

    @property
    def reply_id(self) -> str:
        """The answer this line paid for, or nothing."""
        named = _REPLY.fullmatch(self.entry.cause)
        return named[1] if named and self.entry.kind == EntryKind.CHARGE else ""

    @property
    def is_in(self) -> bool:
        return self.entry.amount_micros > 0

    @property
    def amount(self) -> str:
        return _exact(self.entry.amount_micros, self.entry.wallet.currency, is_signed=True)

    @property
    def balance(self) -> str:
        return _exact(self.entry.balance_after_micros, self.entry.wallet.currency)


@dataclass(frozen=True)
class OpenHold:
    """Credits kept back at this moment."""

    hold: Hold
    currency: str

    @property
    def amount(self) -> str:
        return _exact(self.hold.amount_micros, self.currency)


@dataclass(frozen=True)
class Purse:
    """What somebody has, in words and figures."""

    summary: WalletSummary

    @property
    def energy(self) -> int:
        return self.summary.energy_points

    @property
    def is_low(self) -> bool:
        return self.energy < LOW_POINTS

    @property
    def balance(self) -> str:
        return _rounded_down(self.summary.available_micros, self.summary.currency)

    @property
    def exact_balance(self) -> str:
        return _exact(self.summary.balance_micros, self.summary.currency)

    @property
    def held(self) -> str:
        """What is kept back, empty where nothing is."""
        if not self.summary.held_micros:
            return ""
        return money.format_micros(
            self.summary.held_micros, language=_language(), currency=self.summary.currency, rounding=ROUND_CEILING
        )

    @property
    def month_spent(self) -> str:
        """What the coach has cost in this calendar month."""
        return _exact(self.summary.month_spent_micros, self.summary.currency)

    @property
    def budget(self) -> str:
        """What it may cost in a month, empty where there is no limit."""
        budget = self.summary.monthly_budget_micros
        return "" if budget is None else _exact(budget, self.summary.currency)

    @property
    def budget_share(self) -> int:
        """How much of the budget is spent or held, in hundredths; more than all of it counts as all."""
        budget = self.summary.monthly_budget_micros
        if not budget:
            return 100 if budget == 0 else 0
        return min(100, (self.summary.month_spent_micros + self.summary.held_micros) * 100 // budget)

    @property
    def spent(self) -> str:
        return _exact(self.summary.lifetime_spent_micros, self.summary.currency)


def _exact(micros: int, currency: str, *, is_signed: bool = False) -> str:
    return money.format_micros(micros, language=_language(), currency=currency, is_exact=True, is_signed=is_signed)


def _rounded_down(micros: int, currency: str) -> str:
    return money.format_micros(micros, language=_language(), currency=currency, rounding=ROUND_FLOOR)


def _language() -> str:
    return get_language() or settings.LANGUAGE_CODE
