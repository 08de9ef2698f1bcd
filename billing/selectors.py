"""Reads of somebody's money."""

from dataclasses import dataclass

from django.conf import settings

from accounts.models import User
from billing.models import Wallet


@dataclass(frozen=True)
class WalletSummary:
    """What somebody has. Whoever never had a wallet has nothing, in the house's currency."""

    balance_micros: int
    held_micros: int
    available_micros: int
    lifetime_spent_micros: int
    currency: str
    is_frozen: bool = False

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
    )
