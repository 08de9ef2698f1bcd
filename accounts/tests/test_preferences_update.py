import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import create_user

pytestmark = pytest.mark.django_db
URL = "/settings/preferences/"


def test_theme_is_kept_and_the_page_is_drawn_in_it(client: Client) -> None:
    user = create_user()
    client.force_login(user)

    response = client.post(URL, {"theme": "dark", "next": "/?from=switch"})

    assert response.status_code == 302
    assert response["Location"] == "/?from=switch"
    user.refresh_from_db()
    assert user.theme == "dark"
    assert 'data-theme="dark"' in client.get("/").content.decode()


def test_language_is_kept_without_touching_the_theme(client: Client) -> None:
    user = create_user(theme="dark")
    client.force_login(user)

    client.post(URL, {"language": "fr"})

    user.refresh_from_db()
    assert (user.language, user.theme) == ("fr", "dark")


def test_a_foreign_address_is_never_where_one_lands(client: Client) -> None:
    client.force_login(create_user())

    response = client.post(URL, {"theme": "light", "next": "https://elsewhere.example/"})

    assert response["Location"] == reverse("home")


def test_an_unknown_theme_changes_nothing(client: Client) -> None:
    user = create_user()
    client.force_login(user)

    response = client.post(URL, {"theme": "neon", "language": "fr"})

    assert response.status_code == 400
    user.refresh_from_db()
    assert (user.language, user.theme) == ("", "auto")


def test_anonymous_is_led_to_the_login(client: Client) -> None:
    assert client.post(URL, {"theme": "dark"})["Location"].startswith(reverse("account_login"))


def test_get_is_not_answered(client: Client) -> None:
    client.force_login(create_user())
    assert client.get(URL).status_code == 405
