"""Signing up, and the gift that comes with it: at once where no mail can be sent, else with the confirmation."""

import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from accounts.models import User
from billing.models import Entry, Wallet
from events.models import Event

pytestmark = pytest.mark.django_db

FORM = {"email": "nina@example.org", "password1": "a-long-enough-password", "display_name": "Nina"}


def sign_up(client: Client, **overrides: str) -> Any:
    return client.post("/accounts/signup/", {**FORM, **overrides})


def test_without_a_mail_server_the_gift_comes_at_once(client: Client):
    assert sign_up(client).status_code == 302

    user = User.objects.get()
    assert user.display_name == "Nina"
    assert user.handle.startswith("writer-")
    assert Entry.objects.get().amount_micros == 1_000_000
    assert Event.objects.filter(name="person.signed_up", person_id=user.pk).count() == 1
    assert client.get("/studio/").status_code == 200


@pytest.fixture
def with_mail(settings: Any) -> None:
    settings.EMAIL_CONFIGURED = True
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"


def test_with_one_it_comes_with_the_confirmation(client: Client, with_mail: None):
    sign_up(client)
    assert not Entry.objects.exists()
    assert client.get("/studio/").status_code == 302
    link = re.search(r"http://testserver(/accounts/confirm-email/\S+)", str(mail.outbox[0].body))
    assert link is not None

    assert not Entry.objects.exists()
    client.get(link[1])
    assert not Entry.objects.exists(), "looking at the page is not confirming"
    client.post(link[1])

    assert Entry.objects.get().amount_micros == 1_000_000
    client.post(link[1])
    assert Entry.objects.count() == 1


@pytest.mark.parametrize("twin", ["NINA@example.org", "nina+again@example.org", "n.ina@example.org"])
def test_one_person_gets_one_gift(client: Client, twin: str):
    sign_up(client)
    client.logout()
    sign_up(client, email=twin)

    assert Entry.objects.count() == 1


def test_a_throw_away_address_gets_an_account_and_no_gift(client: Client):
    sign_up(client, email="someone@mailinator.com")

    assert User.objects.count() == 1
    assert not Entry.objects.exists()
    assert Wallet.objects.get().balance_micros == 0


def test_signing_up_twice_reveals_nothing(client: Client, with_mail: None):
    first = sign_up(client)
    client.logout()
    second = sign_up(client)

    assert (first.status_code, first["Location"]) == (second.status_code, second["Location"])
    assert User.objects.count() == 1


@pytest.mark.parametrize("password", ["short", "1234567890", "password123"])
def test_a_weak_password_is_refused(client: Client, password: str):
    assert sign_up(client, password1=password).status_code == 200
    assert not User.objects.exists()
