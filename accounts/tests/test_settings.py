"""Settings: profile, how the house looks, keys to the API; and a browser left clean after logout."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import services
from accounts.models import ApiToken, User
from tests.factories import create_user

pytestmark = pytest.mark.django_db

URL = "/settings/"
KEYS = "/settings/keys/"
PROFILE = {"display_name": "Nina", "handle": "nina-writes", "bio": "", "language": "fr", "theme": "dark"}


@pytest.fixture
def person(client: Client) -> User:
    user = create_user(display_name="Anna", handle="anna-writes")
    client.force_login(user)
    return user


def test_the_profile_is_changed(client: Client, person: User):
    assert client.post(URL, PROFILE).status_code == 302

    person.refresh_from_db()
    assert (person.display_name, person.handle, person.language, person.theme) == ("Nina", "nina-writes", "fr", "dark")
    page = client.get(URL).text
    assert '<html lang="fr" data-theme="dark"' in page


@pytest.mark.parametrize("handle", ["", "No Spaces", "x", "-edge", "x" * 31, "taken", "TAKEN"])
def test_a_handle_that_cannot_be(client: Client, person: User, handle: str):
    create_user(handle="taken")

    answer = client.post(URL, {**PROFILE, "handle": handle})

    assert answer.status_code == 422
    person.refresh_from_db()
    assert person.handle == "anna-writes"
    # The header goes on showing who one is, not what was refused.
    assert "Anna" in answer.text


def test_a_key_is_shown_once_and_opens_what_it_says(client: Client, person: User):
    answer = client.post(reverse("accounts:token-create"), {"name": "My script", "scopes": ["read"], "days": "30"})
    secret = re.search(r"cst_[\w-]+", answer.text)
    assert secret is not None

    assert secret[0] not in client.get(KEYS).text
    assert "My script" in client.get(KEYS).text
    assert secret[0] not in str(ApiToken.objects.values())
    assert client.get("/api/v1/auth/me", headers={"Authorization": f"Bearer {secret[0]}"}).status_code == 200


@pytest.mark.parametrize(
    ("scopes", "days"), [([], "30"), (["hub"], "30"), (["everything"], "30"), (["read"], "36500"), (["read"], "")]
)
def test_a_key_that_cannot_be_made(client: Client, person: User, scopes: list[str], days: str):
    wish = {"name": "x", "scopes": scopes, "days": days}
    assert client.post(reverse("accounts:token-create"), wish).status_code == 422
    assert not ApiToken.objects.exists()


def test_a_key_ends_when_its_owner_said(client: Client, person: User):
    client.post(reverse("accounts:token-create"), {"name": "x", "scopes": ["read", "spend"], "days": "7"})
    token = ApiToken.objects.get()
    assert timedelta(days=6, hours=23) < token.expires_at - timezone.now() <= timedelta(days=7)
    page = client.get(KEYS).text
    assert "Spend credits" in page
    assert "never used" in page


def test_a_key_is_taken_back_by_its_owner_only(client: Client, person: User):
    mine, _ = services.issue_token(user=person, name="mine", scopes=["read"])
    theirs, _ = services.issue_token(user=create_user(), name="theirs", scopes=["read"])

    assert client.post(reverse("accounts:token-revoke", args=[mine.pk])).status_code == 302
    assert client.post(reverse("accounts:token-revoke", args=[theirs.pk])).status_code == 404
    assert list(ApiToken.objects.live()) == [theirs]


def test_logout_leaves_a_clean_browser(client: Client, person: User):
    answer = client.post("/accounts/logout/")

    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert "Clear-Site-Data" not in client.get("/")


@pytest.mark.parametrize("path", [URL, KEYS, "/settings/security/"])
def test_anonymous_is_sent_to_log_in(client: Client, path: str):
    assert client.get(path)["Location"].startswith("/accounts/login/")
