"""Keep credits back before work, and settle or release them after.

Every function is one transaction, joins the caller's when there is one, and may be repeated. Locks are taken in one
order, hold before wallet; the database's constraints stand behind every condition.
"""

from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from billing.models import Entry, EntryKind, Hold
from billing.services import statements
from billing.services.ledger import CauseTaken, refuse_spending

# More than any hold, and still an integer to every database.
MAX_MICROS = 2**62


def open_hold(*, user: User, amount_micros: int, cause: str) -> Hold:
    """Keep `amount_micros` of somebody's credits back for the work that `cause` names.

    A repeat with the same cause returns the hold of the first call, open or closed, whatever its amount. Raises
    InsufficientCredits when less is available or the wallet is frozen, CauseTaken when another person's hold has the
    cause, ValueError for an amount that is not positive. A refusal leaves the caller's transaction usable.
    """
    if amount_micros <= 0:
        raise ValueError("A hold keeps a positive amount back.")
    hold = Hold(amount_micros=amount_micros, cause=cause, opened_at=timezone.now())
    if statements.insert_hold(hold, user_id=user.pk):
        return hold
    standing = Hold.objects.select_related("wallet").filter(cause=cause).first()
    if standing is None:
        raise refuse_spending(user, needed_micros=amount_micros)
    if standing.wallet.user_id != user.pk:
        raise CauseTaken(_("This cause stands in another person's ledger."))
    return standing


def settle_hold(
    *,
    hold_id: UUID,
    cost_micros: int,
    description: str = "",
    provider_cost_usd: Decimal | None = None,
    usd_to_wallet: Decimal | None = None,
    markup: Decimal | None = None,
) -> Entry | None:
    """Close a hold and charge what the work really cost, never more than was held.

    A cost of nothing closes it without a line in the ledger. Repeating is harmless: the second call finds the hold
    closed and returns None. Raises Hold.DoesNotExist for an unknown hold and ValueError for a negative cost.
    """
    if cost_micros < 0:
        raise ValueError("A cost is not negative.")
    entry = Entry(
        kind=EntryKind.CHARGE,
        description=description[:200],
        provider_cost_usd=_recordable("provider_cost_usd", provider_cost_usd),
        usd_to_wallet=_recordable("usd_to_wallet", usd_to_wallet),
        markup=_recordable("markup", markup),
    )
    return entry if _close(hold_id, cost_micros=cost_micros, entry=entry) else None


def release_hold(*, hold_id: UUID) -> bool:
    """Give back all that a hold keeps. Returns whether this call closed it; a closed hold stays as it was.

    Raises Hold.DoesNotExist for an unknown hold.
    """
    return _close(hold_id, cost_micros=0, entry=Entry(kind=EntryKind.CHARGE)) is not None


def _close(hold_id: UUID, *, cost_micros: int, entry: Entry) -> int | None:
    entry.created_at = timezone.now()
    charged_micros = statements.close_hold(hold_id, cost_micros=min(cost_micros, MAX_MICROS), entry=entry)
    if charged_micros is None and not Hold.objects.filter(pk=hold_id).exists():
        # Whoever names a hold that never was would otherwise believe it settled.
        raise Hold.DoesNotExist(str(hold_id))
    return charged_micros


def _recordable(name: str, value: Decimal | None) -> Decimal | None:
    """A figure of the provider's as its column can keep it; nonsense is not kept, and stops no settlement."""
    if value is None or not value.is_finite() or value < 0:
        return None
    field = cast("models.DecimalField[Any, Any]", Entry._meta.get_field(name))
    # A whole number, because SQLite keeps 15 digits.
    greatest = Decimal(10) ** (field.max_digits - field.decimal_places) - 1
    return min(value, greatest).quantize(Decimal(1).scaleb(-field.decimal_places))
