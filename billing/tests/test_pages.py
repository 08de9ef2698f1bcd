"""The ledger page and the badge in the header."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from billing import services
from tests.factories import create_user

pytestmark = pytest.mark.django_db

LEDGER = "/billing/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def writer(client: Client) -> User:
    user = create_user()
    client.force_login(user)
    return user


def grant(user: User, micros: int = 1_000_000, *, cause: str = "test:1") -> None:
    services.grant_credits(user=user, amount_micros=micros, reason="Because", cause=cause)


def test_an_empty_ledger_says_what_will_stand_there(client: Client, writer: User):
    page = client.get(LEDGER)

    assert page.status_code == 200
    assert "No movement yet" in page.text


def test_every_line_with_its_meaning_and_amount(client: Client, writer: User):
    grant(writer)
    hold = services.open_hold(user=writer, amount_micros=50_000, cause="reply:1")
    services.settle_hold(hold_id=hold.pk, cost_micros=4_217, description="test/model")
    services.open_hold(user=writer, amount_micros=20_000, cause="reply:2")

    page = client.get(LEDGER).text

    assert "A gift from CoStory" in page
    assert "An answer of the coach" in page
    assert "test/model" in page
    assert "0.004217" in page
    assert "0.995783" in page
    assert "Held at this moment" in page


def test_answers_and_credits_can_be_seen_apart(client: Client, writer: User):
    grant(writer)
    hold = services.open_hold(user=writer, amount_micros=50_000, cause="reply:1")
    services.settle_hold(hold_id=hold.pk, cost_micros=4_217, description="test/model")

    answers = client.get(f"{LEDGER}?show=answers", headers=HTMX).text
    credits_ = client.get(f"{LEDGER}?show=credits").text

    assert "An answer of the coach" in answers
    assert "A gift from CoStory" not in answers
    assert "<h1>" not in answers
    assert "A gift from CoStory" in credits_
    assert "An answer of the coach" not in credits_
    both = client.get(f"{LEDGER}?show=nonsense").text
    assert "A gift from CoStory" in both
    assert "An answer of the coach" in both


def test_nothing_of_a_kind_still_shows_the_way_to_the_others(client: Client, writer: User):
    grant(writer)
    page = client.get(f"{LEDGER}?show=answers").text
    assert "Nothing of that kind yet." in page
    assert "?show=credits" in page


@pytest.mark.parametrize(("email", "is_said"), [("anna@mailinator.com", True), ("anna@example.org", False)])
def test_a_throw_away_address_is_told_why_there_is_no_gift(client: Client, email: str, is_said: bool):
    client.force_login(create_user(email=email))
    assert ("throw-away" in client.get(LEDGER).text) is is_said


def test_in_french_amounts_are_french(client: Client, writer: User):
    grant(writer)
    writer.language = "fr"
    writer.save()

    assert "+1,00\u202f€" in client.get(LEDGER).text


def test_others_lines_are_not_seen(client: Client, writer: User):
    other = create_user()
    services.grant_credits(user=other, amount_micros=777_000, reason="Secret reason", cause="test:other")

    assert "Secret reason" not in client.get(LEDGER).text


def test_pages_go_back_by_position_at_the_same_cost(client: Client, writer: User):
    grant(writer, cause="test:first")
    client.get(LEDGER)
    with CaptureQueriesContext(connection) as few:
        client.get(LEDGER)
    for number in range(64):
        grant(writer, cause=f"test:more-{number}")

    with CaptureQueriesContext(connection) as many:
        first = client.get(LEDGER)
    second = client.get(LEDGER, {"before": 36}, headers=HTMX)
    last = client.get(LEDGER, {"before": 6})

    assert len(many) == len(few) <= 6
    assert "?before=36" in first.text
    assert "<html" not in second.text
    assert "?before=6" in second.text
    assert "Earlier movements" not in last.text


@pytest.mark.parametrize("before", ["x", "-1", "9" * 30, "٣", "%00"])
def test_a_position_that_is_none_is_left_aside(client: Client, writer: User, before: str):
    grant(writer)

    assert client.get(LEDGER, {"before": before}).status_code == 200


def test_the_badge_shows_energy_and_what_is_held(client: Client, writer: User):
    grant(writer, 2_990_000)
    services.open_hold(user=writer, amount_micros=299_000, cause="reply:1")

    badge = client.get(reverse("billing:wallet-badge")).text

    assert "90 points" in badge
    assert "held" in badge


@pytest.mark.parametrize("path", [LEDGER, "/billing/badge/"])
def test_anonymous_and_other_methods(client: Client, path: str):
    assert client.get(path)["Location"].startswith("/accounts/login/")
    client.force_login(create_user())
    assert client.post(path).status_code == 405
