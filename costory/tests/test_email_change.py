"""Another e-mail address: asked for with a proof, in force once it is confirmed, and not a moment earlier."""

import re

import pytest
from django.core import mail
from django.core.cache import cache
from django.template.loader import render_to_string
from django.test import Client, override_settings
from django.urls import reverse

from accounts.models import User
from billing.selectors import wallet_summary
from tests.factories import PASSWORD, create_user

pytestmark = pytest.mark.django_db

WITH_MAIL = {"EMAIL_CONFIGURED": True, "ACCOUNT_CHANGE_EMAIL": True, "ACCOUNT_EMAIL_VERIFICATION": "mandatory"}


@pytest.fixture
def person(client: Client) -> User:
    cache.clear()
    user = create_user(email="anna@mailinator.com")
    user.emailaddress_set.create(email=user.email, verified=True, primary=True)  # type: ignore[attr-defined]  # allauth's.
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    return user


@override_settings(**WITH_MAIL)
def test_the_new_address_is_in_force_once_it_is_confirmed(client: Client, person: User):
    client.post(reverse("account_email"), {"action_add": "", "email": "anna@example.org"})
    person.refresh_from_db()
    assert person.email == "anna@mailinator.com"
    assert "anna@example.org waits to be confirmed" in client.get("/settings/security/").text
    [letter] = [letter for letter in mail.outbox if letter.to == ["anna@example.org"]]
    link = re.search(r"http://\S+(/accounts/confirm-email/\S+)", str(letter.body))
    assert link is not None

    client.post(link[1])

    person.refresh_from_db()
    assert person.email == "anna@example.org"
    assert [address.email for address in person.emailaddress_set.all()] == ["anna@example.org"]  # type: ignore[attr-defined]  # allauth's.


@override_settings(**WITH_MAIL)
def test_a_lasting_address_brings_the_gift_a_throw_away_one_did_not(client: Client, person: User):
    assert "throw-away" in client.get("/billing/").text
    client.post(reverse("account_email"), {"action_add": "", "email": "anna@example.org"})
    [letter] = [letter for letter in mail.outbox if letter.to == ["anna@example.org"]]
    link = re.search(r"http://\S+(/accounts/confirm-email/\S+)", str(letter.body))
    assert link is not None
    assert wallet_summary(person).balance_micros == 0

    client.post(link[1])

    assert wallet_summary(person).balance_micros == 1_000_000


@override_settings(**WITH_MAIL)
def test_an_address_that_is_somebody_elses_is_not_said_to_be(client: Client, person: User):
    create_user(email="taken@example.org")
    answer = client.post(reverse("account_email"), {"action_add": "", "email": "taken@example.org"})
    assert answer.status_code in {200, 302}
    person.refresh_from_db()
    assert person.email == "anna@mailinator.com"


@override_settings(**WITH_MAIL)
def test_the_change_can_be_taken_back(client: Client, person: User):
    client.post(reverse("account_email"), {"action_add": "", "email": "anna@example.org"})
    client.post(reverse("account_email"), {"action_remove": "", "email": "anna@example.org"})
    assert "waits to be confirmed" not in client.get("/settings/security/").text


@override_settings(**WITH_MAIL)
def test_its_page_says_which_one_is_in_force_and_which_waits(client: Client, person: User):
    client.post(reverse("account_email"), {"action_add": "", "email": "anna@example.org"})
    # allauth chooses between its two pages when it is imported, in these tests for a house without mail.
    context = client.get(reverse("account_email")).context_data

    page = render_to_string("account/email_change.html", context)

    assert "You log in with anna@mailinator.com." in page
    assert "anna@example.org waits to be confirmed" in page
