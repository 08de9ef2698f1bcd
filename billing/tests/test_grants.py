"""Credits given and taken back by hand."""

import pytest

from billing import services
from billing.models import Entry, EntryKind, Wallet
from events.models import Event
from tests.factories import create_user

pytestmark = pytest.mark.django_db


def test_a_wallet_is_made_once_in_the_houses_currency():
    user = create_user()
    wallet = services.open_wallet(user=user)

    assert services.open_wallet(user=user) == wallet
    assert (wallet.currency, wallet.balance_micros, wallet.entry_count) == ("EUR", 0, 0)


def test_lines_follow_each_other():
    user = create_user()
    for number, amount_micros in enumerate([500, -200, 40], start=1):
        services.grant_credits(user=user, amount_micros=amount_micros, reason="Why", cause=f"test:{number}")

    lines = Entry.objects.of(user).values_list("position", "kind", "amount_micros", "balance_after_micros")
    assert list(lines) == [
        (3, EntryKind.GRANT, 40, 340),
        (2, EntryKind.ADJUSTMENT, -200, 300),
        (1, EntryKind.GRANT, 500, 500),
    ]
    # Taking back is no spending.
    assert Wallet.objects.get().lifetime_spent_micros == 0


def test_what_is_held_is_not_taken_back():
    user = create_user()
    services.grant_credits(user=user, amount_micros=500, reason="", cause="test:1")
    services.open_hold(user=user, amount_micros=300, cause="reply:1")

    with pytest.raises(services.InsufficientCredits) as refused:
        services.grant_credits(user=user, amount_micros=-201, reason="", cause="test:2")
    assert (refused.value.needed_micros, refused.value.available_micros) == (201, 200)
    services.grant_credits(user=user, amount_micros=-200, reason="", cause="test:3")
    assert Wallet.objects.get().available_micros == 0


def test_an_overdrawn_wallet_is_filled_up_again():
    user = create_user()
    Wallet.objects.create(user=user, currency="EUR", balance_micros=-500, is_frozen=True)

    assert services.grant_credits(user=user, amount_micros=100, reason="", cause="test:1").balance_after_micros == -400


def test_the_same_cause_again_moves_nothing():
    user = create_user()
    first = services.grant_credits(user=user, amount_micros=500, reason="", cause="test:1")

    assert services.grant_credits(user=user, amount_micros=500, reason="", cause="test:1") == first
    assert (Entry.objects.count(), Event.objects.count()) == (1, 1)


def test_a_cause_in_another_persons_ledger_is_refused():
    services.grant_credits(user=create_user(), amount_micros=500, reason="", cause="test:1")
    other = create_user()

    with pytest.raises(services.CauseTaken):
        services.grant_credits(user=other, amount_micros=500, reason="", cause="test:1")
    assert not Entry.objects.of(other).exists()


def test_nothing_is_no_grant():
    with pytest.raises(ValueError, match="moves something"):
        services.grant_credits(user=create_user(), amount_micros=0, reason="", cause="test:1")


@pytest.mark.parametrize(("amount_micros", "name"), [(500, "credits.granted"), (-100, "credits.withdrawn")])
def test_both_are_recorded(amount_micros: int, name: str):
    user = create_user()
    services.grant_credits(user=user, amount_micros=900, reason="", cause="test:first")
    entry = services.grant_credits(user=user, amount_micros=amount_micros, reason="Private words", cause="test:1")

    event = Event.objects.about(entry).get()
    assert (event.name, event.person_id) == (name, user.pk)
    assert event.payload == {"amount_micros": abs(amount_micros), "cause": "test:1"}
