"""The monthly budget: kept in the statement that opens a hold, so that two tabs cannot pass it."""

import threading
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from billing import services
from billing.models import Entry, Wallet
from billing.selectors import wallet_summary
from billing.services import BudgetReached, InsufficientCredits
from billing.services.statements import month_of
from tests.factories import create_user


def create_spender(budget: int | None = 1_000, balance: int = 100_000):
    person = create_user()
    services.grant_credits(user=person, amount_micros=balance, reason="test", cause=f"test:{person.pk}")
    services.set_monthly_budget(user=person, amount_micros=budget)
    return person


def spend(person, held: int, cost: int, cause: str) -> None:
    hold = services.open_hold(user=person, amount_micros=held, cause=cause)
    services.settle_hold(hold_id=hold.pk, cost_micros=cost)


@pytest.mark.django_db
def test_what_is_held_and_what_was_spent_count():
    person = create_spender()
    spend(person, 600, 500, "reply:a")
    services.open_hold(user=person, amount_micros=300, cause="reply:b")

    with pytest.raises(BudgetReached) as refused:
        services.open_hold(user=person, amount_micros=201, cause="reply:c")
    assert refused.value.details == {
        "needed_micros": 201, "available_micros": 200, "currency": "EUR",
        "reason": "monthly_budget", "budget_micros": 1_000, "spent_micros": 500,
    }  # fmt: skip
    services.open_hold(user=person, amount_micros=200, cause="reply:d")


@pytest.mark.django_db
def test_too_few_credits_are_not_called_a_budget():
    person = create_spender(budget=1_000, balance=100)
    with pytest.raises(InsufficientCredits) as refused:
        services.open_hold(user=person, amount_micros=200, cause="reply:a")
    assert not isinstance(refused.value, BudgetReached)


@pytest.mark.django_db
def test_a_new_month_begins_with_nothing_spent():
    person = create_spender()
    spend(person, 1_000, 1_000, "reply:a")
    Wallet.objects.filter(user=person).update(month="2026-01")

    spend(person, 1_000, 400, "reply:b")
    wallet = Wallet.objects.get(user=person)
    assert (wallet.month, wallet.month_spent_micros) == (month_of(datetime.now(UTC)), 400)


@pytest.mark.django_db
def test_no_limit_and_a_limit_of_nothing():
    person = create_spender(budget=None)
    services.open_hold(user=person, amount_micros=90_000, cause="reply:a")
    services.set_monthly_budget(user=person, amount_micros=0)
    with pytest.raises(BudgetReached):
        services.open_hold(user=person, amount_micros=1, cause="reply:b")
    with pytest.raises(ValueError, match="not negative"):
        services.set_monthly_budget(user=person, amount_micros=-1)


def test_the_month_is_that_of_universal_time():
    assert month_of(datetime.fromisoformat("2026-12-01T00:30:00+02:00")) == "2026-11"


class BudgetProperties(TestCase):
    @given(
        st.integers(0, 2_000),
        st.lists(st.tuples(st.integers(1, 900), st.integers(0, 900), st.booleans()), max_size=12),
    )
    @settings(max_examples=40, deadline=None)
    def test_whatever_is_asked_the_budget_is_never_passed(self, budget, asked):
        person = create_spender(budget=budget)
        for number, (held, cost, is_settled) in enumerate(asked):
            try:
                hold = services.open_hold(user=person, amount_micros=held, cause=f"reply:{person.pk}:{number}")
            except BudgetReached:
                continue
            if is_settled:
                services.settle_hold(hold_id=hold.pk, cost_micros=cost)
        summary = wallet_summary(person)
        charged = -sum(Entry.objects.filter(wallet__user=person, kind="charge").values_list("amount_micros", flat=True))
        assert summary.month_spent_micros == charged
        assert charged + summary.held_micros <= budget


@pytest.mark.django_db(transaction=True)
def test_twenty_tabs_cannot_pass_it():
    person = create_spender(budget=1_000)
    taken = []

    def ask(number: int) -> None:
        try:
            spend(person, 300, 300, f"reply:{number}")
            taken.append(number)
        except BudgetReached:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 3
    assert wallet_summary(person).month_spent_micros == 900


@pytest.mark.django_db
def test_over_the_page(client: Client):
    person = create_spender(budget=None)
    client.force_login(person)
    page, url = reverse("billing:entry-list"), reverse("billing:budget-revise")
    assert "no limit" in client.get(page).text
    client.post(url, {"amount": "2.50"})
    assert Wallet.objects.get().monthly_budget_micros == 2_500_000
    assert "<progress" in client.get(page).text
    client.post(url, {"amount": "-1"})
    client.post(url, {"amount": "plenty"})
    client.post(url, {"amount": "1e9"})
    assert Wallet.objects.get().monthly_budget_micros == 2_500_000
    person.language = "fr"
    person.save()
    client.post(url, {"amount": "3,25"})
    assert Wallet.objects.get().monthly_budget_micros == 3_250_000
    client.post(url, {"amount": ""})
    assert Wallet.objects.get().monthly_budget_micros is None
