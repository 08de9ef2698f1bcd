"""Holds opened, settled and released, one after the other; several at once are in test_concurrency.py."""

import itertools
import uuid
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from billing import services
from billing.models import Entry, EntryKind, Hold, Wallet
from events.models import Event
from tests.factories import create_user

pytestmark = pytest.mark.django_db


def create_rich_user(amount_micros: int = 1_000_000) -> User:
    user = create_user()
    services.grant_credits(user=user, amount_micros=amount_micros, reason="", cause=f"test:{user.pk}")
    return user


def wallet_of(user: User) -> Wallet:
    return Wallet.objects.get(user=user)


def test_a_hold_keeps_credits_back_and_writes_no_line() -> None:
    user = create_rich_user()
    hold = services.open_hold(user=user, amount_micros=400_000, cause="reply:1")
    wallet = wallet_of(user)
    assert (wallet.balance_micros, wallet.held_micros, wallet.available_micros) == (1_000_000, 400_000, 600_000)
    assert wallet.entry_count == 1
    stored = Hold.objects.get()
    assert (stored.pk, stored.wallet_id, stored.amount_micros) == (hold.pk, hold.wallet_id, hold.amount_micros)
    assert (stored.cause, stored.opened_at, stored.closed_at) == ("reply:1", hold.opened_at, None)


def test_the_returned_hold_is_a_row_that_can_be_pointed_at() -> None:
    hold = services.open_hold(user=create_rich_user(), amount_micros=1, cause="reply:1")
    assert hold.wallet.pk == hold.wallet_id
    hold.refresh_from_db()
    assert hold.pk is not None
    assert not hold._state.adding


def test_all_that_is_available_can_be_held_and_not_a_micro_more() -> None:
    user = create_rich_user()
    services.open_hold(user=user, amount_micros=999_999, cause="reply:1")
    with pytest.raises(services.InsufficientCredits) as refused:
        services.open_hold(user=user, amount_micros=2, cause="reply:2")
    assert (refused.value.needed_micros, refused.value.available_micros) == (2, 1)
    assert refused.value.code == "insufficient_credits"
    assert refused.value.details == {"needed_micros": 2, "available_micros": 1, "currency": "EUR"}
    services.open_hold(user=user, amount_micros=1, cause="reply:3")
    assert wallet_of(user).available_micros == 0


def test_whoever_has_no_wallet_has_no_credits() -> None:
    with pytest.raises(services.InsufficientCredits) as refused:
        services.open_hold(user=create_user(), amount_micros=5, cause="reply:1")
    assert refused.value.available_micros == 0
    assert not Hold.objects.exists()


def test_a_refused_hold_leaves_the_callers_transaction_usable() -> None:
    user = create_rich_user(10)
    with transaction.atomic():
        with pytest.raises(services.InsufficientCredits):
            services.open_hold(user=user, amount_micros=11, cause="reply:1")
        services.open_hold(user=user, amount_micros=10, cause="reply:2")
    assert [hold.cause for hold in Hold.objects.all()] == ["reply:2"]


@pytest.mark.parametrize("amount_micros", [0, -1])
def test_a_hold_of_nothing_is_a_mistake(amount_micros: int) -> None:
    with pytest.raises(ValueError, match="positive"):
        services.open_hold(user=create_rich_user(), amount_micros=amount_micros, cause="reply:1")


def test_the_same_cause_again_is_the_same_hold() -> None:
    user = create_rich_user()
    first = services.open_hold(user=user, amount_micros=400_000, cause="reply:1")
    again = services.open_hold(user=user, amount_micros=400_000, cause="reply:1")
    assert again == first
    assert wallet_of(user).held_micros == 400_000


def test_the_same_cause_again_is_the_same_hold_when_the_credits_have_gone() -> None:
    user = create_rich_user(10)
    first = services.open_hold(user=user, amount_micros=10, cause="reply:1")
    assert services.open_hold(user=user, amount_micros=10, cause="reply:1") == first
    services.settle_hold(hold_id=first.pk, cost_micros=10)
    closed = services.open_hold(user=user, amount_micros=10, cause="reply:1")
    assert closed == first
    assert closed.closed_at is not None
    assert wallet_of(user).held_micros == 0


def test_a_cause_of_somebody_elses_hold_is_refused() -> None:
    services.open_hold(user=create_rich_user(), amount_micros=1, cause="reply:1")
    other = create_rich_user()
    with pytest.raises(services.CauseTaken):
        services.open_hold(user=other, amount_micros=1, cause="reply:1")
    assert wallet_of(other).held_micros == 0


def test_a_frozen_wallet_opens_no_hold_and_settles_the_open_ones() -> None:
    user = create_rich_user()
    hold = services.open_hold(user=user, amount_micros=400_000, cause="reply:1")
    Wallet.objects.filter(user=user).update(is_frozen=True)
    with pytest.raises(services.InsufficientCredits, match="frozen") as refused:
        services.open_hold(user=user, amount_micros=1, cause="reply:2")
    assert refused.value.available_micros == 0
    assert services.settle_hold(hold_id=hold.pk, cost_micros=300_000) is not None
    assert wallet_of(user).balance_micros == 700_000


def test_settling_charges_the_cost_and_gives_the_rest_back() -> None:
    user = create_rich_user()
    hold = services.open_hold(user=user, amount_micros=400_000, cause="reply:1")
    entry = services.settle_hold(
        hold_id=hold.pk,
        cost_micros=123_456,
        description="Claude",
        provider_cost_usd=Decimal("0.089461594202898"),
        usd_to_wallet=Decimal("0.92"),
        markup=Decimal("1.50"),
    )
    wallet = wallet_of(user)
    assert (wallet.balance_micros, wallet.held_micros) == (876_544, 0)
    assert (wallet.lifetime_spent_micros, wallet.entry_count) == (123_456, 2)
    stored = Entry.objects.get(kind=EntryKind.CHARGE)
    assert entry == stored
    assert (stored.wallet, stored.position, stored.cause) == (wallet, 2, "reply:1")
    assert (stored.amount_micros, stored.balance_after_micros) == (-123_456, 876_544)
    assert stored.description == "Claude"
    assert stored.provider_cost_usd == Decimal("0.089461594203")
    assert (stored.usd_to_wallet, stored.markup) == (Decimal("0.92"), Decimal("1.5"))
    closed = Hold.objects.get()
    assert (closed.settled_micros, closed.closed_at) == (123_456, stored.created_at)


@pytest.mark.parametrize("cost_micros", [400_001, 400_000 * 1000, 10**30])
def test_a_cost_beyond_the_hold_is_charged_up_to_the_hold(cost_micros: int) -> None:
    user = create_rich_user()
    hold = services.open_hold(user=user, amount_micros=400_000, cause="reply:1")
    entry = services.settle_hold(hold_id=hold.pk, cost_micros=cost_micros)
    assert entry is not None
    assert entry.amount_micros == -400_000
    assert (wallet_of(user).balance_micros, wallet_of(user).held_micros) == (600_000, 0)


@pytest.mark.parametrize(
    ("cost", "kept"),
    [
        (Decimal("1e12"), Decimal(999_999)),
        (Decimal("NaN"), None),
        (Decimal("Infinity"), None),
        (Decimal(-1), None),
        (None, None),
    ],
)
def test_a_nonsensical_provider_cost_stops_no_settlement(cost: Decimal | None, kept: Decimal | None) -> None:
    hold = services.open_hold(user=create_rich_user(), amount_micros=5, cause="reply:1")
    services.settle_hold(hold_id=hold.pk, cost_micros=5, provider_cost_usd=cost)
    assert Entry.objects.get(kind=EntryKind.CHARGE).provider_cost_usd == kept


def test_a_cost_of_nothing_closes_the_hold_without_a_line() -> None:
    user = create_rich_user()
    hold = services.open_hold(user=user, amount_micros=400_000, cause="reply:1")
    assert services.settle_hold(hold_id=hold.pk, cost_micros=0) is None
    wallet = wallet_of(user)
    assert (wallet.balance_micros, wallet.held_micros, wallet.entry_count) == (1_000_000, 0, 1)
    assert not Hold.objects.open().exists()


def test_settling_twice_charges_once() -> None:
    user = create_rich_user()
    hold = services.open_hold(user=user, amount_micros=400_000, cause="reply:1")
    assert services.settle_hold(hold_id=hold.pk, cost_micros=100_000) is not None
    assert services.settle_hold(hold_id=hold.pk, cost_micros=200_000) is None
    assert services.release_hold(hold_id=hold.pk) is False
    assert wallet_of(user).balance_micros == 900_000


def test_releasing_gives_all_of_it_back_once() -> None:
    user = create_rich_user()
    hold = services.open_hold(user=user, amount_micros=400_000, cause="reply:1")
    assert services.release_hold(hold_id=hold.pk) is True
    assert services.release_hold(hold_id=hold.pk) is False
    assert services.settle_hold(hold_id=hold.pk, cost_micros=100_000) is None
    assert (wallet_of(user).balance_micros, wallet_of(user).held_micros) == (1_000_000, 0)


def test_an_unknown_hold_is_not_taken_for_a_settled_one() -> None:
    with pytest.raises(Hold.DoesNotExist), transaction.atomic():
        services.settle_hold(hold_id=uuid.uuid4(), cost_micros=1)
    with pytest.raises(Hold.DoesNotExist), transaction.atomic():
        services.release_hold(hold_id=uuid.uuid4())


def test_a_negative_cost_is_a_mistake() -> None:
    hold = services.open_hold(user=create_rich_user(), amount_micros=5, cause="reply:1")
    with pytest.raises(ValueError, match="negative"):
        services.settle_hold(hold_id=hold.pk, cost_micros=-1)


def test_holding_and_settling_write_no_event() -> None:
    user = create_rich_user()
    before = Event.objects.count()
    hold = services.open_hold(user=user, amount_micros=5, cause="reply:1")
    services.settle_hold(hold_id=hold.pk, cost_micros=5)
    assert Event.objects.count() == before


def test_holding_and_settling_are_one_statement_each_on_postgresql_and_few_on_sqlite() -> None:
    user = create_rich_user()
    # The test's own transaction is around them, as the coach's is.
    with CaptureQueriesContext(connection) as holding:
        hold = services.open_hold(user=user, amount_micros=5, cause="reply:1")
    with CaptureQueriesContext(connection) as settling:
        services.settle_hold(hold_id=hold.pk, cost_micros=5)
    assert (len(holding), len(settling)) == ((1, 1) if connection.vendor == "postgresql" else (2, 3))


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.django_db(transaction=True)
def test_a_crash_in_a_hold_leaves_nothing(number: int) -> None:
    user = create_rich_user()

    @transaction.atomic
    def open_two() -> None:
        for n in range(2):
            services.open_hold(user=user, amount_micros=5, cause=f"reply:{n}")

    with pytest.raises(DatabaseError, match="pulled"), pulled_plug(after=number):
        open_two()
    assert not Hold.objects.exists()
    assert wallet_of(user).held_micros == 0
    services.open_hold(user=user, amount_micros=5, cause="reply:1")
    assert wallet_of(user).held_micros == 5


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.django_db(transaction=True)
def test_a_crash_in_a_settlement_leaves_the_hold_open(number: int) -> None:
    user = create_rich_user()
    holds = [services.open_hold(user=user, amount_micros=5, cause=f"reply:{n}") for n in range(3)]

    @transaction.atomic
    def settle_all() -> None:
        for hold in holds:
            services.settle_hold(hold_id=hold.pk, cost_micros=3)

    with pytest.raises(DatabaseError, match="pulled"), pulled_plug(after=number):
        settle_all()
    wallet = wallet_of(user)
    assert (wallet.balance_micros, wallet.held_micros, wallet.entry_count) == (1_000_000, 15, 1)
    for hold in Hold.objects.open():
        assert services.settle_hold(hold_id=hold.pk, cost_micros=3) is not None
    assert (wallet_of(user).balance_micros, wallet_of(user).held_micros) == (999_991, 0)


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.django_db(transaction=True)
def test_a_crash_between_the_statements_of_a_lone_settlement_leaves_the_hold_open(number: int) -> None:
    if connection.vendor == "postgresql":
        pytest.skip("There it is one statement, with nothing between.")
    user = create_rich_user()
    hold = services.open_hold(user=user, amount_micros=5, cause="reply:1")
    with pytest.raises(DatabaseError, match="pulled"), pulled_plug(after=number):
        services.settle_hold(hold_id=hold.pk, cost_micros=3)
    assert Hold.objects.open().get() == hold
    assert (wallet_of(user).balance_micros, wallet_of(user).held_micros) == (1_000_000, 5)


def pulled_plug(*, after: int):
    """Let so many statements reach the database, and then end as a lost connection would."""
    seen = itertools.count(1)

    def execute(run, sql, params, many, context):
        done = run(sql, params, many, context)
        if sql == "BEGIN IMMEDIATE":
            return done
        if next(seen) == after:
            raise DatabaseError("The plug was pulled.")
        return done

    return connection.execute_wrapper(execute)
