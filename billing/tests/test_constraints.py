"""What the database itself forbids, whatever the code does."""

from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from billing import services
from billing.models import Entry, Hold, Wallet
from tests.factories import create_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def wallet() -> Wallet:
    user = create_user()
    services.grant_credits(user=user, amount_micros=1_000, reason="Gift", cause="test:1")
    return Wallet.objects.get()


@pytest.mark.parametrize(
    "change",
    [{"held_micros": -1}, {"held_micros": 1_001}, {"balance_micros": -1}, {"lifetime_spent_micros": -1}],
    ids=str,
)
def test_a_wallet_is_never_overdrawn(wallet: Wallet, change: dict[str, int]):
    with pytest.raises(IntegrityError), transaction.atomic():
        Wallet.objects.update(**change)


@pytest.mark.parametrize(
    "line",
    [
        {"kind": "charge", "amount_micros": 5},
        {"kind": "grant", "amount_micros": -5},
        {"kind": "grant", "amount_micros": 0},
        {"kind": "tip", "amount_micros": 5},
        {"kind": "grant", "amount_micros": 5, "cause": ""},
        {"kind": "grant", "amount_micros": 5, "cause": "test:1"},
        {"kind": "grant", "amount_micros": 5, "position": 1},
    ],
    ids=str,
)
def test_a_line_that_must_not_be(wallet: Wallet, line: dict[str, Any]):
    fields = {"position": 2, "balance_after_micros": 1_005, "cause": "test:2", **line}

    with pytest.raises(IntegrityError), transaction.atomic():
        Entry.objects.create(wallet=wallet, **fields)


@pytest.mark.parametrize("table", ["billing_entry", "events_event"])
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "UPDATE {} SET id = id"])
def test_what_is_written_stays(wallet: Wallet, table: str, statement: str):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table))
    assert Entry.objects.count() == 1


@pytest.mark.parametrize("change", [{"settled_micros": 5}, {"amount_micros": 0}, {"amount_micros": -3}], ids=str)
def test_a_hold_that_must_not_be(wallet: Wallet, change: dict[str, int]):
    assert wallet.user is not None
    services.open_hold(user=wallet.user, amount_micros=100, cause="reply:1")

    with pytest.raises(IntegrityError), transaction.atomic():
        Hold.objects.update(**change)


def test_a_wallet_with_a_history_is_not_deleted(wallet: Wallet):
    with pytest.raises(IntegrityError), transaction.atomic():
        wallet.delete()


def test_a_ledger_outlives_its_owner(wallet: Wallet):
    assert wallet.user is not None
    wallet.user.delete()

    assert Wallet.objects.get().user_id is None
    assert Entry.objects.count() == 1
