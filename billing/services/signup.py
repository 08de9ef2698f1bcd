"""The gift at sign-up: once per person, within the day's allowance of the whole site."""

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

import events.services
from accounts.models import User
from billing import addresses
from billing.models import Entry, EntryKind, SignupGrant, SignupGrantDay, Wallet
from billing.services.ledger import grant_credits, open_wallet

REASON = gettext_noop("Welcome to CoStory")


@transaction.atomic
def grant_signup(*, user: User) -> Entry | None:
    """Give somebody the sign-up grant, once per person, however the address is spelt and whatever was erased.

    A repeat for the same account returns the first entry. Otherwise None, and the reason stands in the event
    `grant.refused`: `disabled`, `disposable_address`, `address_used`, `daily_cap`. The wallet exists after either.
    """
    # Two calls for one account at once: the second waits here and finds the first one's entry.
    wallet = Wallet.objects.select_for_update().get(pk=open_wallet(user=user).pk)
    cause = f"signup:{user.pk}"
    if standing := Entry.objects.filter(kind=EntryKind.GRANT, cause=cause).first():
        return standing
    if refusal := _claim(user, wallet):
        events.services.record("grant.refused", person_id=user.pk, subject=wallet, payload={"reason": refusal})
        return None
    return grant_credits(user=user, amount_micros=settings.SIGNUP_GRANT_MICROS, reason=REASON, cause=cause)


def _claim(user: User, wallet: Wallet) -> str:
    """Mark the address as used and the amount as given today; returns why not, empty when it was done."""
    amount_micros = settings.SIGNUP_GRANT_MICROS
    if amount_micros <= 0:
        return "disabled"
    if addresses.is_disposable(user.email):
        return "disposable_address"
    if _is_used(user.email):
        return "address_used"
    # The day's row is the lock: one grant at a time on the whole site, from here to the end of the transaction.
    today, _ = SignupGrantDay.objects.get_or_create(day=timezone.now().date())
    today = SignupGrantDay.objects.select_for_update().get(pk=today.pk)
    if today.granted_micros + amount_micros > settings.SIGNUP_GRANT_DAILY_CAP_MICROS:
        return "daily_cap"
    # Asked again under the lock; at midnight two days' rows are two locks, and there the primary key decides.
    _, is_first = SignupGrant.objects.get_or_create(
        address_digest=addresses.digest(user.email), defaults={"wallet": wallet, "amount_micros": amount_micros}
    )
    if not is_first:
        return "address_used"
    today.granted_micros += amount_micros
    today.save(update_fields=["granted_micros"])
    return ""


def _is_used(address: str) -> bool:
    return SignupGrant.objects.filter(address_digest__in=list(addresses.digests(address))).exists()
