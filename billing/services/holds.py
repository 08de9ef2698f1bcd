"""Keep credits back before work, and settle or release them after. The hot path: few statements, written in SQL.

Every function is one transaction, joins the caller's when there is one, and may be repeated. Locks are taken in one
order, hold before wallet, and the wallet's last: on a wallet that many use at once nobody waits for more than the end
of another's transaction. The database's constraints stand behind every condition here.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar, cast
from uuid import UUID

from django.db import connection, models, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from accounts.models import User
from billing.models import Entry, EntryKind, Hold
from billing.services.ledger import CauseTaken, refuse_spending

RowT = TypeVar("RowT", Hold, Entry)

# More than any hold, and still an integer to every database.
MAX_MICROS = 2**62

# The wallet is read before it is locked; MOVE_INTO_HOLD asks again under its lock.
OPEN = """
    INSERT INTO billing_hold (id, wallet_id, amount_micros, cause, opened_at)
    SELECT %s, id, %s, %s, %s FROM billing_wallet
    WHERE user_id = %s AND NOT is_frozen AND balance_micros - held_micros >= %s
    ON CONFLICT (cause) DO NOTHING
    RETURNING wallet_id
"""
MOVE_INTO_HOLD = """
    UPDATE billing_wallet SET held_micros = held_micros + %s
    WHERE id = %s AND NOT is_frozen AND balance_micros - held_micros >= %s
"""
CLOSE = """
    UPDATE billing_hold
    SET closed_at = %s, settled_micros = CASE WHEN amount_micros < %s THEN amount_micros ELSE %s END
    WHERE id = %s AND closed_at IS NULL
    RETURNING wallet_id, amount_micros, settled_micros, cause
"""
GIVE_BACK = "UPDATE billing_wallet SET held_micros = held_micros - %s WHERE id = %s"
CHARGE = """
    UPDATE billing_wallet
    SET held_micros = held_micros - %s, balance_micros = balance_micros - %s,
        lifetime_spent_micros = lifetime_spent_micros + %s, entry_count = entry_count + 1
    WHERE id = %s
    RETURNING balance_micros, entry_count
"""
ENTRY_COLUMNS = [field.attname for field in Entry._meta.concrete_fields]
APPEND = (
    f"INSERT INTO billing_entry ({', '.join(ENTRY_COLUMNS)}) "  # noqa: S608  The model's own column names.
    f"VALUES ({', '.join(['%s'] * len(ENTRY_COLUMNS))})"
)


def open_hold(*, user: User, amount_micros: int, cause: str) -> Hold:
    """Keep `amount_micros` of somebody's credits back for the work that `cause` names.

    A repeat with the same cause returns the hold of the first call, open or closed, whatever its amount. Raises
    InsufficientCredits when less is available or the wallet is frozen, CauseTaken when another person's hold has the
    cause, ValueError for an amount that is not positive.
    """
    if amount_micros <= 0:
        raise ValueError("A hold keeps a positive amount back.")
    hold = Hold(amount_micros=amount_micros, cause=cause, opened_at=timezone.now())
    # No savepoint inside a caller's transaction, and so nothing may be raised before the block is left in order.
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        identity = _column(Hold, "id", hold.pk)
        cursor.execute(
            OPEN,
            [
                identity,
                amount_micros,
                cause,
                _column(Hold, "opened_at", hold.opened_at),
                _column(User, "id", user.pk),
                amount_micros,
            ],
        )
        if opened := cursor.fetchone():
            cursor.execute(MOVE_INTO_HOLD, [amount_micros, opened[0], amount_micros])
            if cursor.rowcount:
                hold.wallet_id = _uuid(opened[0])
                return _stored(hold)
            # Somebody else's transaction took the credits between the two statements.
            cursor.execute("DELETE FROM billing_hold WHERE id = %s", [identity])
            repeated = None
        else:
            repeated = Hold.objects.select_related("wallet").filter(cause=cause).first()
    if repeated is None:
        raise refuse_spending(user, needed_micros=amount_micros)
    if repeated.wallet.user_id != user.pk:
        raise CauseTaken(cause)
    return repeated


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
    now = timezone.now()
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        closed = _close(cursor, hold_id=hold_id, cost_micros=cost_micros, now=now)
        if not closed or not closed.charged_micros:
            return None
        cursor.execute(CHARGE, [closed.held_micros, closed.charged_micros, closed.charged_micros, closed.wallet])
        balance_micros, position = cursor.fetchone()
        entry = Entry(
            wallet_id=_uuid(closed.wallet),
            position=position,
            kind=EntryKind.CHARGE,
            amount_micros=-closed.charged_micros,
            balance_after_micros=balance_micros,
            cause=closed.cause,
            description=description[:200],
            provider_cost_usd=_recordable("provider_cost_usd", provider_cost_usd),
            usd_to_wallet=_recordable("usd_to_wallet", usd_to_wallet),
            markup=_recordable("markup", markup),
            created_at=now,
        )
        cursor.execute(APPEND, [_column(Entry, name, getattr(entry, name)) for name in ENTRY_COLUMNS])
        return _stored(entry)


def release_hold(*, hold_id: UUID) -> bool:
    """Give back all that a hold keeps. Returns whether this call closed it; a closed hold stays as it was.

    Raises Hold.DoesNotExist for an unknown hold.
    """
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        return _close(cursor, hold_id=hold_id, cost_micros=0, now=timezone.now()) is not None


class Closed(NamedTuple):
    """What closing a hold found; `wallet` is the id in the form this database keeps it in."""

    wallet: UUID | str
    held_micros: int
    charged_micros: int
    cause: str


def _close(cursor: CursorWrapper, *, hold_id: UUID, cost_micros: int, now: datetime) -> Closed | None:
    """Close an open hold at a cost. What costs nothing goes back to the wallet here, a charge is the caller's."""
    cost_micros = min(cost_micros, MAX_MICROS)
    cursor.execute(CLOSE, [_column(Hold, "closed_at", now), cost_micros, cost_micros, _column(Hold, "id", hold_id)])
    if not (row := cursor.fetchone()):
        # Whoever names a hold that never was would otherwise believe it settled.
        Hold.objects.only("pk").get(pk=hold_id)
        return None
    closed = Closed(*row)
    if not closed.charged_micros:
        cursor.execute(GIVE_BACK, [closed.held_micros, closed.wallet])
    return closed


def _recordable(name: str, value: Decimal | None) -> Decimal | None:
    """A figure of the provider's as its column can keep it; nonsense is not kept, and stops no settlement."""
    if value is None or not value.is_finite() or value < 0:
        return None
    field = cast("models.DecimalField[Any, Any]", Entry._meta.get_field(name))
    # A whole number, because SQLite keeps 15 digits.
    greatest = Decimal(10) ** (field.max_digits - field.decimal_places) - 1
    return min(value, greatest).quantize(Decimal(1).scaleb(-field.decimal_places))


def _column(model: type[models.Model], name: str, value: object) -> Any:
    """A value in the form this database keeps it in: SQLite has no UUIDs and no time zones."""
    field = cast("models.Field[Any, Any]", model._meta.get_field(name))
    return field.get_db_prep_save(value, connection)


def _uuid(stored: UUID | str) -> UUID:
    return stored if isinstance(stored, UUID) else UUID(stored)


def _stored(row: RowT) -> RowT:
    """Say of an instance made here that its row exists."""
    row._state.adding = False
    row._state.db = connection.alias
    return row
