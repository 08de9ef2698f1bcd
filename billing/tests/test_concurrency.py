"""Many at once on one wallet: real threads, each with its own connection to a real PostgreSQL."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from accounts.models import User
from billing import services
from billing.models import Entry, EntryKind, Hold, SignupGrantDay, Wallet
from billing.reconciliation import discrepancies
from tests.factories import create_user

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

CROWD = 50


@pytest.fixture(autouse=True)
def _a_connection_for_each(transactional_db: None) -> Iterator[None]:
    """Lift the pool, which lets only a few of the crowd in at a time."""
    options = connection.settings_dict["OPTIONS"]
    # A connection goes back to where it came from, so none may be open while that changes.
    connection.close()
    pool = options.pop("pool")
    yield
    connection.close()
    options["pool"] = pool


def create_rich_user(amount_micros: int) -> User:
    user = create_user()
    services.grant_credits(user=user, amount_micros=amount_micros, reason="", cause=f"test:{user.pk}")
    return user


def at_once(call: Callable[[int], Any], *, crowd: int = CROWD) -> list[Any]:
    """Call with 0, 1, 2 … from as many threads in the same moment; what each returned or refused with."""
    start = threading.Barrier(crowd)

    def run(number: int) -> Any:
        try:
            connection.ensure_connection()
            start.wait()
            return call(number)
        except (services.InsufficientCredits, services.CauseTaken) as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(crowd) as pool:
        return list(pool.map(run, range(crowd)))


def assert_the_ledger_adds_up() -> None:
    assert list(discrepancies(stale_after=timedelta(hours=1))) == []


@pytest.mark.parametrize("is_nested", [False, True], ids=["alone", "in the caller's transaction"])
def test_fifty_holds_with_credit_for_one_are_one_hold(is_nested: bool):
    user = create_rich_user(100)

    def hold(number: int) -> Hold:
        return services.open_hold(user=user, amount_micros=100, cause=f"reply:{number}")

    outcomes = at_once(transaction.atomic(hold) if is_nested else hold)

    assert sum(isinstance(outcome, Hold) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, services.InsufficientCredits) for outcome in outcomes) == CROWD - 1
    assert Hold.objects.count() == 1
    assert_the_ledger_adds_up()
    assert Wallet.objects.get(user=user).available_micros == 0


def test_the_same_request_fifty_times_is_one_hold():
    user = create_rich_user(1_000)

    outcomes = at_once(lambda _: services.open_hold(user=user, amount_micros=300, cause="reply:1").pk)

    assert len(set(outcomes)) == 1
    assert Wallet.objects.get(user=user).held_micros == 300
    assert_the_ledger_adds_up()


def test_settled_by_fifty_it_is_charged_once():
    user = create_rich_user(1_000)
    held = services.open_hold(user=user, amount_micros=300, cause="reply:1")

    outcomes = at_once(lambda number: services.settle_hold(hold_id=held.pk, cost_micros=100 + number))

    (entry,) = [outcome for outcome in outcomes if outcome is not None]
    assert Entry.objects.get(kind=EntryKind.CHARGE) == entry
    assert Wallet.objects.get(user=user).balance_micros == 1_000 + entry.amount_micros
    assert_the_ledger_adds_up()


def test_settled_and_released_at_once_it_is_one_of_the_two():
    user = create_rich_user(10_000)
    for attempt in range(10):
        held = services.open_hold(user=user, amount_micros=300, cause=f"reply:{attempt}")

        def end(number: int, held: Hold = held) -> bool:
            if number % 2:
                return services.release_hold(hold_id=held.pk)
            return services.settle_hold(hold_id=held.pk, cost_micros=100) is not None

        assert sum(at_once(end, crowd=4)) == 1
        held.refresh_from_db()
        assert held.settled_micros in (0, 100)
    charged = Hold.objects.filter(settled_micros=100).count()
    assert Wallet.objects.get(user=user).balance_micros == 10_000 - 100 * charged
    assert_the_ledger_adds_up()


def test_everything_at_once_on_one_wallet_leaves_no_gap():
    user = create_rich_user(2_000)

    def work(number: int) -> int:
        """Replies, gifts and corrections, as they come; returns what was spent."""
        spent = 0
        for turn in range(6):
            cause = f"reply:{number}-{turn}"
            if number % 5 == 0:
                services.grant_credits(user=user, amount_micros=-10 if turn % 2 else 40, reason="", cause=cause)
                continue
            held = services.open_hold(user=user, amount_micros=90, cause=cause)
            if turn % 3 == 0:
                services.release_hold(hold_id=held.pk)
            else:
                services.settle_hold(hold_id=held.pk, cost_micros=20 + turn)
                spent += 20 + turn
        return spent

    outcomes = at_once(work, crowd=20)

    wallet = Wallet.objects.get(user=user)
    assert wallet.held_micros == 0
    assert wallet.lifetime_spent_micros >= sum(outcome for outcome in outcomes if isinstance(outcome, int)) > 0
    assert_the_ledger_adds_up()


def test_a_cause_wanted_by_two_people_goes_to_one():
    users = [create_rich_user(1_000) for _ in range(8)]

    outcomes = at_once(lambda n: services.open_hold(user=users[n], amount_micros=10, cause="reply:1"), crowd=8)

    assert sum(isinstance(outcome, Hold) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, services.CauseTaken) for outcome in outcomes) == 7
    assert sum(wallet.held_micros for wallet in Wallet.objects.all()) == 10
    assert_the_ledger_adds_up()


def test_one_gift_with_one_cause_however_many_give_it():
    user = create_user()

    at_once(lambda _: services.grant_credits(user=user, amount_micros=70, reason="Gift", cause="ticket:7"))

    assert Entry.objects.get().balance_after_micros == 70
    assert_the_ledger_adds_up()


def test_the_days_cap_stands_when_fifty_sign_up_at_once(settings: Any):
    settings.SIGNUP_GRANT_MICROS, settings.SIGNUP_GRANT_DAILY_CAP_MICROS = 1_000, 7_500
    users = [create_user() for _ in range(CROWD)]

    outcomes = at_once(lambda number: services.grant_signup(user=users[number]))

    assert sum(outcome is not None for outcome in outcomes) == 7
    assert [day.granted_micros for day in SignupGrantDay.objects.all()] == [7_000]
    assert_the_ledger_adds_up()


def test_fifty_spellings_of_one_address_get_one_gift():
    users = [create_user(email=f"anna+{number}@gmail.com") for number in range(CROWD)]

    outcomes = at_once(lambda number: services.grant_signup(user=users[number]))

    assert sum(outcome is not None for outcome in outcomes) == 1
    assert Entry.objects.count() == 1
