"""The gift at sign-up: once per person, remembered after erasure, and within the day's allowance."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from billing import services
from billing.models import Entry, SignupGrant, SignupGrantDay, Wallet
from events.models import Event
from tests.factories import create_user

pytestmark = pytest.mark.django_db


def test_once_however_often_it_is_asked():
    user = create_user()
    first, second = services.grant_signup(user=user), services.grant_signup(user=user)

    assert first == second
    assert Entry.objects.count() == 1


@pytest.mark.parametrize(
    "twin", ["ANNA+again@gmail.com", "anna+novel@gmail.com", "a.n.n.a@gmail.com", "anna@googlemail.com"]
)
def test_one_person_by_whatever_spelling(twin: str):
    services.grant_signup(user=create_user(email="anna@gmail.com"))

    assert services.grant_signup(user=create_user(email=twin)) is None
    assert Event.objects.get(name="grant.refused").payload == {"reason": "address_used"}


def test_an_erased_address_is_remembered_without_being_known():
    user = create_user(email="anna@example.org")
    services.grant_signup(user=user)
    user.delete()

    assert services.grant_signup(user=create_user(email="anna@example.org")) is None
    assert "anna" not in str(SignupGrant.objects.values())


@pytest.mark.parametrize("address", ["x@mailinator.com", "x@sub.mailinator.com"])
def test_throw_away_addresses_get_none(address: str):
    assert services.grant_signup(user=create_user(email=address)) is None


def test_a_day_has_its_cap(settings: Any):
    settings.SIGNUP_GRANT_DAILY_CAP_MICROS = 2_500_000

    given = [services.grant_signup(user=create_user()) for _ in range(4)]

    assert [entry is not None for entry in given] == [True, True, False, False]
    assert Event.objects.filter(name="grant.refused", payload__reason="daily_cap").count() == 2


def test_whom_the_cap_sent_away_may_have_it_another_day(settings: Any):
    settings.SIGNUP_GRANT_DAILY_CAP_MICROS = 0
    user = create_user()
    assert services.grant_signup(user=user) is None

    settings.SIGNUP_GRANT_DAILY_CAP_MICROS = 1_000_000
    assert services.grant_signup(user=user) is not None


def test_yesterdays_gifts_do_not_count_today(settings: Any):
    settings.SIGNUP_GRANT_DAILY_CAP_MICROS = 1_000_000
    yesterday = timezone.now().date() - timedelta(days=1)
    SignupGrantDay.objects.create(day=yesterday, granted_micros=1_000_000)

    assert services.grant_signup(user=create_user()) is not None


def test_another_address_is_not_another_person():
    user = create_user(email="anna@example.org")
    first = services.grant_signup(user=user)
    user.email = "anna@example.net"
    user.save()

    assert services.grant_signup(user=user) == first
    assert Entry.objects.count() == 1


def test_an_address_is_known_again_after_the_key_has_changed(settings: Any):
    services.grant_signup(user=create_user(email="anna@example.org"))
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a-new-key", [settings.SECRET_KEY]

    assert services.grant_signup(user=create_user(email="anna@example.net")) is not None
    assert services.grant_signup(user=create_user(email="a.nna@example.org")) is None


def test_a_grant_of_nothing_is_none(settings: Any):
    settings.SIGNUP_GRANT_MICROS = 0

    assert services.grant_signup(user=create_user()) is None
    assert Event.objects.get(name="grant.refused").payload == {"reason": "disabled"}


def test_a_refusal_leaves_an_empty_wallet_and_no_address_behind():
    user = create_user(email="nobody@mailinator.com")
    services.grant_signup(user=user)

    event = Event.objects.get()
    assert (event.name, event.person_id, event.payload) == (
        "grant.refused",
        user.pk,
        {"reason": "disposable_address"},
    )
    assert Wallet.objects.get(user=user).balance_micros == 0
    assert not SignupGrant.objects.exists()


def test_a_gift_is_recorded():
    user = create_user()
    services.grant_signup(user=user)

    event = Event.objects.get()
    assert (event.name, event.person_id) == ("credits.granted", user.pk)
    assert event.payload == {"amount_micros": 1_000_000, "cause": f"signup:{user.pk}"}


@pytest.mark.django_db(transaction=True)
def test_the_cap_holds_when_everybody_comes_at_once(settings: Any):
    settings.SIGNUP_GRANT_DAILY_CAP_MICROS = 3_000_000
    users = [create_user() for _ in range(12)]

    def grant(user: Any) -> bool:
        try:
            return services.grant_signup(user=user) is not None
        finally:
            connection.close()

    with ThreadPoolExecutor(12) as pool:
        assert sum(pool.map(grant, users)) == 3


@pytest.mark.django_db(transaction=True)
def test_fifty_requests_of_one_person_are_one_gift():
    user = create_user()

    def grant(_: int) -> Any:
        try:
            entry = services.grant_signup(user=user)
            return entry.pk if entry else None
        finally:
            connection.close()

    with ThreadPoolExecutor(12) as pool:
        assert len(set(pool.map(grant, range(50)))) == 1
    assert Entry.objects.count() == 1
