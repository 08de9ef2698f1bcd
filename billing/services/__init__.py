"""Every movement of money.

Holds and their settlement write no events: the ledger is itself the record of them, append-only and in order, and a
second row for each would only cost. What the ledger does not say, gifts and why one was refused, is recorded.
"""

from billing.services.holds import open_hold, release_hold, settle_hold
from billing.services.ledger import (
    BudgetReached,
    CauseTaken,
    InsufficientCredits,
    grant_credits,
    lock_wallet,
    open_wallet,
    set_monthly_budget,
)
from billing.services.signup import grant_signup

__all__ = [
    "BudgetReached",
    "CauseTaken",
    "InsufficientCredits",
    "grant_credits",
    "grant_signup",
    "lock_wallet",
    "open_hold",
    "open_wallet",
    "release_hold",
    "set_monthly_budget",
    "settle_hold",
]
