"""What operators do with money: give it, and prove that it adds up."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from billing import services
from billing.models import Entry, Hold, Wallet
from tests.factories import create_user

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def complaints() -> str:
    """What reconcile_credits says when it ends with 1."""
    out = StringIO()
    with pytest.raises(SystemExit) as stopped:
        call_command("reconcile_credits", stdout=out)
    assert stopped.value.code == 1
    return out.getvalue()


def test_credits_are_given_with_a_reason():
    user = create_user(email="Anna@example.org")
    run("grant_credits", "anna@EXAMPLE.org", "250000", "--reason", "For the lost evening")

    entry = Entry.objects.get()
    assert (entry.wallet.user, entry.amount_micros, entry.description) == (user, 250_000, "For the lost evening")


def test_a_cause_makes_a_repeat_harmless():
    user = create_user()
    for _ in range(2):
        run("grant_credits", user.email, "1000", "--reason", "Once", "--cause", "ticket-7")

    assert Wallet.objects.get(user=user).balance_micros == 1000


def test_credits_are_taken_back_only_as_far_as_they_are_there():
    user = create_user()
    run("grant_credits", user.email, "1000", "--reason", "Gift")
    run("grant_credits", user.email, "--reason", "A slip", "--", "-400")

    assert Wallet.objects.get(user=user).balance_micros == 600
    with pytest.raises(CommandError):
        run("grant_credits", user.email, "--reason", "Too much", "--", "-601")


@pytest.mark.parametrize(("micros", "reason"), [("0", "Nothing"), ("5", "  ")])
def test_an_amount_and_a_reason_are_needed(micros: str, reason: str):
    user = create_user()

    with pytest.raises(CommandError):
        run("grant_credits", user.email, micros, "--reason", reason)


def test_nobody_has_this_address():
    with pytest.raises(CommandError):
        run("grant_credits", "nobody@example.org", "5", "--reason", "Why")


def test_wallets_that_add_up():
    user = create_user()
    run("grant_credits", user.email, "1000", "--reason", "Gift")
    hold = services.open_hold(user=user, amount_micros=300, cause="reply:1")
    services.settle_hold(hold_id=hold.pk, cost_micros=200)
    services.open_hold(user=user, amount_micros=100, cause="reply:2")
    create_user()

    assert "1 wallets add up." in run("reconcile_credits")


@pytest.mark.parametrize(
    "damage",
    [{"balance_micros": 999}, {"held_micros": 1}, {"entry_count": 2}],
    ids=lambda damage: next(iter(damage)),
)
def test_a_wallet_that_does_not_is_named(damage: dict[str, int]):
    user = create_user()
    run("grant_credits", user.email, "1000", "--reason", "Gift")
    Wallet.objects.update(**damage)

    assert str(Wallet.objects.get().pk) in complaints()


def test_a_line_that_does_not_continue_the_one_before():
    user = create_user()
    run("grant_credits", user.email, "1000", "--reason", "Gift")
    wallet = Wallet.objects.get()
    Entry.objects.create(
        wallet=wallet, position=2, kind="grant", amount_micros=5, balance_after_micros=1006, cause="test:forged"
    )
    Wallet.objects.update(balance_micros=1005, entry_count=2)

    assert "does not continue" in complaints()


def test_a_gap_in_the_positions():
    user = create_user()
    run("grant_credits", user.email, "1000", "--reason", "Gift")
    Entry.objects.create(
        wallet=Wallet.objects.get(), position=0, kind="grant", amount_micros=5, balance_after_micros=5, cause="test:0"
    )
    Entry.objects.create(
        wallet=Wallet.objects.get(),
        position=3,
        kind="grant",
        amount_micros=5,
        balance_after_micros=1010,
        cause="test:3",
    )
    Wallet.objects.update(balance_micros=1010, entry_count=3)

    assert "3 entries counted, 3 there, from 0 to 3" in complaints()


def test_a_hold_settled_without_its_charge():
    user = create_user()
    run("grant_credits", user.email, "1000", "--reason", "Gift")
    services.open_hold(user=user, amount_micros=100, cause="reply:1")
    Hold.objects.update(closed_at=timezone.now(), settled_micros=60)
    Wallet.objects.update(held_micros=0)

    assert "reply:1 was settled for 60, but there is no such charge" in complaints()


def test_every_wrong_wallet_is_named_and_no_right_one():
    users = [create_user() for _ in range(4)]
    for user in users:
        run("grant_credits", user.email, "1000", "--reason", "Gift")
    wrong = set(Wallet.objects.filter(user__in=users[:2]).values_list("pk", flat=True))
    Wallet.objects.filter(pk__in=wrong).update(balance_micros=1001)

    named = {line.split()[1].rstrip(":") for line in complaints().splitlines()}
    assert named == {str(pk) for pk in wrong}


def test_a_stale_hold_is_named():
    user = create_user()
    run("grant_credits", user.email, "1000", "--reason", "Gift")
    services.open_hold(user=user, amount_micros=100, cause="reply:1")
    Hold.objects.update(opened_at=timezone.now() - timedelta(minutes=61))

    assert "1 stale hold(s)" in complaints()
    assert "add up" in run("reconcile_credits", "--stale-minutes", "62")
