"""The gift at sign-up: once per person, remembered after erasure, and within the day's allowance."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from billing import services
from billing.models import Entry, SignupGrant
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
