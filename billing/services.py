"""Every movement of money."""

from accounts.models import User
from billing.models import Entry


def grant_signup(*, user: User) -> Entry | None:
    """Give somebody the sign-up grant, once per person."""
    return None
