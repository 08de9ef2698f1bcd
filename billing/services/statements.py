"""The hot path's SQL, once for each database: a hold kept, a hold closed.

PostgreSQL does either in one statement, prepared once per connection: one round trip, a transaction of its own where
the caller has none, and a wallet's row locked no longer than the server itself needs (measured against separate
statements in a transaction: half the processor time and twice the work per second). SQLite has no statements that
write two tables, and needs none: its one writer is alone from BEGIN IMMEDIATE on.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from billing.models import Entry, Hold
from costory.lib.prepared import prepared_cursor

# FOR NO KEY UPDATE waits for whoever has the wallet and then asks the condition again of what they left behind.
POSTGRESQL_OPEN = """
    WITH wallet AS (
        SELECT id FROM billing_wallet
        WHERE user_id = %(user)s AND NOT is_frozen AND balance_micros - held_micros >= %(amount)s
            AND (monthly_budget_micros IS NULL OR monthly_budget_micros >= held_micros + %(amount)s
                 + CASE WHEN month = %(month)s THEN month_spent_micros ELSE 0 END)
        FOR NO KEY UPDATE
    ), hold AS (
        INSERT INTO billing_hold (id, wallet_id, amount_micros, cause, opened_at)
        SELECT %(id)s, id, %(amount)s, %(cause)s, %(opened_at)s FROM wallet
        ON CONFLICT (cause) DO NOTHING
        RETURNING wallet_id, amount_micros
    )
    UPDATE billing_wallet SET held_micros = held_micros + amount_micros
    FROM hold WHERE billing_wallet.id = hold.wallet_id
    RETURNING billing_wallet.id
"""
POSTGRESQL_SETTLE = """
    WITH hold AS (
        UPDATE billing_hold SET closed_at = %(now)s, settled_micros = LEAST(amount_micros, %(cost)s)
        WHERE id = %(hold)s AND closed_at IS NULL
        RETURNING wallet_id, amount_micros, settled_micros, cause
    ), wallet AS (
        UPDATE billing_wallet
        SET held_micros = held_micros - amount_micros, balance_micros = balance_micros - settled_micros,
            lifetime_spent_micros = lifetime_spent_micros + settled_micros,
            month_spent_micros = CASE WHEN month = %(month)s THEN month_spent_micros ELSE 0 END + settled_micros,
            month = %(month)s,
            entry_count = entry_count + CASE WHEN settled_micros > 0 THEN 1 ELSE 0 END
        FROM hold WHERE billing_wallet.id = hold.wallet_id
        RETURNING wallet_id, settled_micros, cause, balance_micros, entry_count
    ), entry AS (
        INSERT INTO billing_entry
            (id, wallet_id, position, kind, amount_micros, balance_after_micros, cause, description,
             provider_cost_usd, usd_to_wallet, markup, created_at)
        SELECT %(id)s, wallet_id, entry_count, 'charge', -settled_micros, balance_micros, cause, %(description)s,
               %(provider_cost_usd)s, %(usd_to_wallet)s, %(markup)s, %(now)s
        FROM wallet WHERE settled_micros > 0
    )
    SELECT wallet_id, settled_micros, cause, balance_micros, entry_count FROM wallet
"""

SQLITE_OPEN = """
    INSERT INTO billing_hold (id, wallet_id, amount_micros, cause, opened_at)
    SELECT %s, id, %s, %s, %s FROM billing_wallet
    WHERE user_id = %s AND NOT is_frozen AND balance_micros - held_micros >= %s
        AND (monthly_budget_micros IS NULL OR monthly_budget_micros >= held_micros + %s
             + CASE WHEN month = %s THEN month_spent_micros ELSE 0 END)
    ON CONFLICT (cause) DO NOTHING
    RETURNING wallet_id
"""
SQLITE_KEEP = "UPDATE billing_wallet SET held_micros = held_micros + %s WHERE id = %s"
SQLITE_CLOSE = """
    UPDATE billing_hold SET closed_at = %s, settled_micros = MIN(amount_micros, %s)
    WHERE id = %s AND closed_at IS NULL
    RETURNING wallet_id, amount_micros, settled_micros, cause
"""
SQLITE_CHARGE = """
    UPDATE billing_wallet
    SET held_micros = held_micros - %s, balance_micros = balance_micros - %s,
        lifetime_spent_micros = lifetime_spent_micros + %s, entry_count = entry_count + %s,
        month_spent_micros = CASE WHEN month = %s THEN month_spent_micros ELSE 0 END + %s, month = %s
    WHERE id = %s
    RETURNING balance_micros, entry_count
"""
SQLITE_APPEND = """
    INSERT INTO billing_entry
        (id, wallet_id, position, kind, amount_micros, balance_after_micros, cause, description,
         provider_cost_usd, usd_to_wallet, markup, created_at)
    VALUES (%s, %s, %s, 'charge', %s, %s, %s, %s, %s, %s, %s, %s)
"""


def insert_hold(hold: Hold, *, user_id: UUID) -> bool:
    """Store a hold and move its amount into the wallet's held credits; fills in the wallet.

    False, with nothing stored, where there is no such wallet, not enough available, or a hold with this cause.
    """
    if connection.vendor == "postgresql":
        with prepared_cursor() as cursor:
            cursor.execute(
                POSTGRESQL_OPEN,
                {
                    "user": user_id,
                    "amount": hold.amount_micros,
                    "id": hold.pk,
                    "cause": hold.cause,
                    "opened_at": hold.opened_at,
                    "month": month_of(hold.opened_at),
                },
            )
            row = cursor.fetchone()
    else:
        with transaction.atomic(savepoint=False), connection.cursor() as cursor:
            identity, opened_at = _as_stored(hold, "id", "opened_at")
            cursor.execute(
                SQLITE_OPEN,
                [
                    *(identity, hold.amount_micros, hold.cause, opened_at, user_id.hex, hold.amount_micros),
                    *(hold.amount_micros, month_of(hold.opened_at)),
                ],
            )
            if row := cursor.fetchone():
                cursor.execute(SQLITE_KEEP, [hold.amount_micros, row[0]])
    if row is None:
        return False
    hold.wallet_id = _uuid(row[0])
    _mark_stored(hold)
    return True


def close_hold(hold_id: UUID, *, cost_micros: int, entry: Entry) -> int | None:
    """Close an open hold and charge the lesser of cost and amount. Returns what was charged.

    `entry` is the line to write, filled in and stored when that is more than nothing. None, with nothing stored, where
    the hold is closed already or never was.
    """
    close = _close_on_postgresql if connection.vendor == "postgresql" else _close_on_sqlite
    if (row := close(hold_id, cost_micros, entry)) is None:
        return None
    wallet_id, charged_micros, entry.cause, entry.balance_after_micros, entry.position = row
    entry.wallet_id, entry.amount_micros = _uuid(wallet_id), -charged_micros
    if charged_micros:
        _mark_stored(entry)
    return int(charged_micros)


def _close_on_postgresql(hold_id: UUID, cost_micros: int, entry: Entry) -> tuple[Any, ...] | None:
    with prepared_cursor() as cursor:
        cursor.execute(
            POSTGRESQL_SETTLE,
            {
                "hold": hold_id,
                "cost": cost_micros,
                "now": entry.created_at,
                "month": month_of(entry.created_at),
                "id": entry.pk,
                "description": entry.description,
                "provider_cost_usd": entry.provider_cost_usd,
                "usd_to_wallet": entry.usd_to_wallet,
                "markup": entry.markup,
            },
        )
        row: tuple[Any, ...] | None = cursor.fetchone()
        return row


def _close_on_sqlite(hold_id: UUID, cost_micros: int, entry: Entry) -> tuple[Any, ...] | None:
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        identity, now = _as_stored(entry, "id", "created_at")
        cursor.execute(SQLITE_CLOSE, [now, cost_micros, hold_id.hex])
        if (closed := cursor.fetchone()) is None:
            return None
        wallet_id, held_micros, charged_micros, cause = closed
        lines = 1 if charged_micros else 0
        month = month_of(entry.created_at)
        cursor.execute(
            SQLITE_CHARGE,
            [held_micros, charged_micros, charged_micros, lines, month, charged_micros, month, wallet_id],
        )
        balance_micros, position = cursor.fetchone()
        if charged_micros:
            rates = _as_stored(entry, "provider_cost_usd", "usd_to_wallet", "markup")
            cursor.execute(
                SQLITE_APPEND,
                [identity, wallet_id, position, -charged_micros, balance_micros, cause, entry.description, *rates, now],
            )
        return wallet_id, charged_micros, cause, balance_micros, position


def month_of(moment: datetime) -> str:
    """The calendar month of a moment, in UTC: "2026-11"."""
    return f"{moment.astimezone(UTC):%Y-%m}"


def _as_stored(row: Hold | Entry, *names: str) -> list[Any]:
    """Values in the form SQLite keeps them in: it has no UUIDs, no decimals and no time zones."""
    fields = {field.name: field for field in row._meta.concrete_fields}
    return [fields[name].get_db_prep_save(getattr(row, name), connection) for name in names]


def _uuid(stored: UUID | str) -> UUID:
    return stored if isinstance(stored, UUID) else UUID(stored)


def _mark_stored(row: Hold | Entry) -> None:
    """Say of an instance made here that it is a row now."""
    row._state.adding = False
    row._state.db = connection.alias
