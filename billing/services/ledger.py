"""Wallets, and the lines of the ledger that are no charges."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

import events.services
from accounts.models import User
from billing.models import Entry, EntryKind, Wallet
from billing.services import statements
from costory.lib.errors import DomainError


class InsufficientCredits(DomainError):
    """The wallet has not enough available, or is frozen and has nothing."""

    code: ClassVar[str] = "insufficient_credits"

    def __init__(self, message: str, *, needed_micros: int, available_micros: int, currency: str) -> None:
        self.needed_micros = needed_micros
        self.available_micros = available_micros
        super().__init__(
            message,
            details={"needed_micros": needed_micros, "available_micros": available_micros, "currency": currency},
        )


class BudgetReached(InsufficientCredits):
    """What its owner allows in a month would be passed. `budget_micros` and `spent_micros` are of this month."""

    def __init__(self, message: str, *, needed_micros: int, wallet: Wallet, spent_micros: int) -> None:
        self.budget_micros = wallet.monthly_budget_micros or 0
        self.spent_micros = spent_micros
        left = max(0, self.budget_micros - spent_micros - wallet.held_micros)
        super().__init__(message, needed_micros=needed_micros, available_micros=left, currency=wallet.currency)
        self.details |= {"reason": "monthly_budget", "budget_micros": self.budget_micros, "spent_micros": spent_micros}


class CauseTaken(DomainError):
    """The cause names a movement in another person's wallet."""

    code: ClassVar[str] = "conflict"


def refuse_spending(user: User, *, needed_micros: int) -> InsufficientCredits:
    """The error that says why somebody's wallet cannot give `needed_micros` now."""
    wallet = Wallet.objects.of(user).first() or Wallet(currency=settings.WALLET_CURRENCY)
    has_credits = not wallet.is_frozen and wallet.available_micros >= needed_micros
    if has_credits and wallet.monthly_budget_micros is not None:
        return BudgetReached(
            _("Your budget for this month does not reach for this. You can change it beside your credits."),
            needed_micros=needed_micros,
            wallet=wallet,
            spent_micros=wallet.spent_in(statements.month_of(timezone.now())),
        )
    if wallet.is_frozen:
        message = _("Your credits are frozen because a payment was taken back. Please write to us.")
    else:
        message = _("There are not enough credits for this.")
    return InsufficientCredits(
        message, needed_micros=needed_micros, available_micros=wallet.available_micros, currency=wallet.currency
    )


def open_wallet(*, user: User) -> Wallet:
    """Return somebody's wallet, made empty at the first call."""
    return Wallet.objects.get_or_create(user=user, defaults={"currency": settings.WALLET_CURRENCY})[0]


def lock_wallet(*, user: User) -> None:
    """Make whoever else spends of somebody's wallet wait for the end of the caller's transaction, as a hold does."""
    locked = Wallet.objects.select_for_update(no_key=True).filter(user=user).values_list("pk")
    if not locked.first():
        open_wallet(user=user)
        locked.first()


@transaction.atomic
def grant_credits(*, user: User, amount_micros: int, reason: str, cause: str) -> Entry:
    """Give somebody credits, or with a negative amount take some back as an adjustment.

    A repeat with the same cause returns the first entry and moves nothing. Taking back never touches what is held:
    raises InsufficientCredits beyond what is available. Raises CauseTaken when the cause stands in another person's
    ledger and ValueError for an amount of zero.
    """
    if not amount_micros:
        raise ValueError("A grant moves something.")
    kind = EntryKind.GRANT if amount_micros > 0 else EntryKind.ADJUSTMENT
    # The lock comes first: of two calls with one cause the second waits here and then finds the entry.
    wallet = Wallet.objects.select_for_update().get(pk=open_wallet(user=user).pk)
    if standing := Entry.objects.filter(kind=kind, cause=cause).first():
        if standing.wallet_id != wallet.pk:
            raise CauseTaken(_("This cause stands in another person's ledger."))
        return standing
    if wallet.balance_micros + amount_micros < wallet.held_micros and amount_micros < 0:
        raise refuse_spending(user, needed_micros=-amount_micros)
    entry = _append(wallet, kind=kind, amount_micros=amount_micros, cause=cause, description=reason)
    events.services.record(
        "credits.granted" if amount_micros > 0 else "credits.withdrawn",
        person_id=user.pk,
        subject=entry,
        payload={"amount_micros": abs(amount_micros), "cause": cause},
    )
    return entry


def _append(wallet: Wallet, **line: Any) -> Entry:
    """Write the next line of a wallet that the caller has locked, and move its balance with it."""
    wallet.balance_micros += line["amount_micros"]
    wallet.entry_count += 1
    wallet.save(update_fields=["balance_micros", "entry_count"])
    return Entry.objects.create(
        wallet=wallet, position=wallet.entry_count, balance_after_micros=wallet.balance_micros, **line
    )


@transaction.atomic
def set_monthly_budget(*, user: User, amount_micros: int | None) -> Wallet:
    """Set what the coach may cost in a calendar month; None is no limit. What is held already is not touched.

    Raises ValueError for less than nothing.
    """
    if amount_micros is not None and amount_micros < 0:
        raise ValueError("A budget is not negative.")
    wallet = open_wallet(user=user)
    Wallet.objects.filter(pk=wallet.pk).update(monthly_budget_micros=amount_micros)
    wallet.monthly_budget_micros = amount_micros
    return wallet
