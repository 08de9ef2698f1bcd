"""Reads of somebody's money."""

from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone

from accounts.models import User
from billing.models import Wallet
from billing.services.statements import month_of


@dataclass(frozen=True)
class WalletSummary:
    """What somebody has. Whoever never had a wallet has nothing, in the house's currency."""

    balance_micros: int
    held_micros: int
    available_micros: int
    lifetime_spent_micros: int
    currency: str
    is_frozen: bool = False
    monthly_budget_micros: int | None = None
    month_spent_micros: int = 0

    @property
    def spendable_micros(self) -> int:
        """What the next answer may hold: what is available, within what the month's budget leaves."""
        if self.monthly_budget_micros is None:
            return self.available_micros
        left = self.monthly_budget_micros - self.month_spent_micros - self.held_micros
        return max(0, min(self.available_micros, left))

    @property
    def energy_points(self) -> int:
        """Whole energy points of what is available."""
        return self.available_micros // settings.ENERGY_POINT_MICROS


def wallet_summary(user: User) -> WalletSummary:
    """Balance, held and available credits. One query."""
    wallet = Wallet.objects.of(user).first() or Wallet(currency=settings.WALLET_CURRENCY)
    return WalletSummary(
        balance_micros=wallet.balance_micros,
        held_micros=wallet.held_micros,
        available_micros=wallet.available_micros,
        lifetime_spent_micros=wallet.lifetime_spent_micros,
        currency=wallet.currency,
        is_frozen=wallet.is_frozen,
        monthly_budget_micros=wallet.monthly_budget_micros,
        month_spent_micros=wallet.spent_in(month_of(timezone.now())),
    )
