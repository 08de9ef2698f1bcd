"""Proving the ledger: every wallet's columns against the lines and holds they stand for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

# One pass over each table, whatever the number of wallets; the database does the sums.
_SUMS = """
    SELECT wallet.id, wallet.balance_micros, wallet.held_micros, wallet.entry_count,
           COALESCE(entries.total, 0), COALESCE(entries.lines, 0),
           COALESCE(entries.first, 1), COALESCE(entries.last, 0),
           COALESCE(holds.total, 0), COALESCE(holds.stale, 0)
    FROM billing_wallet wallet
    LEFT JOIN (
        SELECT wallet_id, SUM(amount_micros) AS total, COUNT(*) AS lines,
               MIN(position) AS first, MAX(position) AS last
        FROM billing_entry GROUP BY wallet_id
    ) entries ON entries.wallet_id = wallet.id
    LEFT JOIN (
        SELECT wallet_id, SUM(amount_micros) AS total, SUM(CASE WHEN opened_at < %s THEN 1 ELSE 0 END) AS stale
        FROM billing_hold WHERE closed_at IS NULL GROUP BY wallet_id
    ) holds ON holds.wallet_id = wallet.id
"""
# Each line must continue the one before it.
_CHAIN = """
    SELECT DISTINCT wallet_id FROM (
        SELECT wallet_id, amount_micros, balance_after_micros,
               COALESCE(LAG(balance_after_micros) OVER (PARTITION BY wallet_id ORDER BY position), 0) AS before_micros
        FROM billing_entry
    ) lines WHERE before_micros + amount_micros <> balance_after_micros
"""
# Each hold that was settled for something has its charge.
_UNCHARGED = """
    SELECT hold.wallet_id, hold.cause, hold.settled_micros
    FROM billing_hold hold
    LEFT JOIN billing_entry entry ON entry.kind = 'charge' AND entry.cause = hold.cause
        AND entry.wallet_id = hold.wallet_id AND entry.amount_micros = -hold.settled_micros
    WHERE hold.settled_micros > 0 AND entry.id IS NULL
"""


@dataclass(frozen=True)
class Discrepancy:
    """A wallet that does not add up, and how."""

    wallet_id: UUID
    problem: str


def discrepancies(*, stale_after: timedelta) -> Iterator[Discrepancy]:
    """Every wallet that does not add up, in one consistent view of the database. Holds older are called stale."""
    is_ours = not connection.in_atomic_block
    with transaction.atomic():
        if connection.vendor == "postgresql" and is_ours:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        limit = connection.ops.adapt_datetimefield_value(timezone.now() - stale_after)
        for row in _rows(_SUMS, [limit]):
            yield from _judge(*row)
        for (wallet_id,) in _rows(_CHAIN):
            yield Discrepancy(_uuid(wallet_id), "a line does not continue the one before it")
        for wallet_id, cause, settled in _rows(_UNCHARGED):
            yield Discrepancy(_uuid(wallet_id), f"{cause} was settled for {settled}, but there is no such charge")


def _rows(sql: str, parameters: Sequence[str | None] = ()) -> Iterator[tuple[Any, ...]]:
    """Rows of a query a few at a time: the cursor stays in the server, and memory stays small."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, parameters)
        while rows := cursor.fetchmany(500):
            yield from rows


def _judge(
    wallet_id: UUID | str,
    balance: int,
    held: int,
    count: int,
    total: int,
    lines: int,
    first: int,
    last: int,
    held_total: int,
    stale: int,
) -> Iterator[Discrepancy]:
    problems = {
        f"balance {balance}, but the entries sum to {total}": balance != total,
        f"{count} entries counted, {lines} there, from {first} to {last}": not (count == lines == last and first == 1),
        f"held {held}, but the open holds sum to {held_total}": held != held_total,
        f"{stale} stale hold(s)": stale > 0,
    }
    for problem, stands in problems.items():
        if stands:
            yield Discrepancy(_uuid(wallet_id), problem)


def _uuid(stored: UUID | str) -> UUID:
    return stored if isinstance(stored, UUID) else UUID(stored)
