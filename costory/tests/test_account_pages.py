"""allauth's pages in our dress: they answer, they extend our page, and they say where to go next."""

import pytest
from django.core import mail
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import reverse

from tests.factories import PASSWORD, create_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "name",
    [
        "account_login",
        "account_signup",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key_done",
        "account_email_verification_sent",
        "account_inactive",
    ],
)
def test_a_visitor_sees_it_in_our_page(client: Client, name: str) -> None:
    response = client.get(reverse(name))

    assert response.status_code == 200
    html = response.content.decode()
    assert html.count("<h1>") == 1
    assert 'class="auth"' in html
    assert "style=" not in html


@pytest.mark.parametrize("name", ["account_logout", "account_email", "account_change_password"])
def test_somebody_signed_in_sees_it_in_our_page(client: Client, name: str) -> None:
    client.force_login(create_user())

    response = client.get(reverse(name))

    assert response.status_code == 200
    assert response.content.decode().count("<h1>") == 1


def test_a_dead_link_of_confirmation_leads_to_the_login(client: Client) -> None:
    html = client.get(reverse("account_confirm_email", args=["nothing"])).content.decode()

    assert "This link no longer works" in html
    assert f'href="{reverse("account_login")}"' in html


def test_a_dead_link_of_reset_offers_a_new_one(client: Client) -> None:
    html = client.get(reverse("account_reset_password_from_key", args=["1", "x-y"])).content.decode()

    assert "This link no longer works" in html
    assert f'href="{reverse("account_reset_password")}"' in html


def test_a_wrong_password_is_said_and_the_address_stays(client: Client) -> None:
    create_user(email="jeanne@example.org")

    html = client.post(reverse("account_login"), {"login": "jeanne@example.org", "password": "wrong"}).content.decode()

    assert 'role="alert"' in html
    assert 'value="jeanne@example.org"' in html


def test_logging_out_is_confirmed_by_a_message(client: Client) -> None:
    create_user(email="jeanne@example.org")
    client.post(reverse("account_login"), {"login": "jeanne@example.org", "password": PASSWORD})

    html = client.post(reverse("account_logout"), follow=True).content.decode()

    assert "You are logged out." in html
    assert "toast--success" in html


@pytest.mark.parametrize(("language", "greeting"), [("en", "Hello,"), ("", "Hello,")])
def test_the_mail_for_a_new_password_carries_the_link(client: Client, language: str, greeting: str) -> None:
    create_user(email="jeanne@example.org", language=language)

    client.post(reverse("account_reset_password"), {"email": "jeanne@example.org"})

    (message,) = mail.outbox
    assert message.subject == "CoStory · A new password"
    assert message.body.startswith(greeting)
    assert "/accounts/password/reset/key/" in message.body


def test_the_mail_for_an_unknown_address_says_so_to_its_owner_only(client: Client) -> None:
    response = client.post(reverse("account_reset_password"), {"email": "nobody@example.org"}, follow=True)

    assert "nobody@example.org" not in response.content.decode()
    assert "no CoStory account" in mail.outbox[0].body


@pytest.mark.parametrize("code", ["400", "403", "403_csrf", "404", "429", "500"])
def test_an_error_page_says_what_happened_and_shows_the_way_out(rf: RequestFactory, code: str) -> None:
    html = render_to_string(f"{code}.html")

    assert html.count("<h1>") == 1
    assert 'href="/"' in html


def test_an_unknown_address_shows_our_404(client: Client, settings) -> None:
    settings.DEBUG = False

    response = client.get("/nowhere/")

    assert response.status_code == 404
    assert "not on the shelf" in response.content.decode()
