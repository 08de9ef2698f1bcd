"""Second factors, passkeys, sessions: allauth's flows in our dress, secrets sealed, each code good once."""

import threading
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from allauth.usersessions.models import UserSession
from django.db import connection
from django.test import Client, override_settings
from django.urls import reverse

from accounts import services
from accounts.models import User
from accounts.second_factor import spend_code
from tests.factories import PASSWORD, create_user

pytestmark = pytest.mark.django_db


def log_in(client: Client, person: User):
    return client.post("/accounts/login/", {"login": person.email, "password": PASSWORD})


def prove(client: Client) -> None:
    """Give the password once more, as is asked before anything that changes how one logs in."""
    assert client.post(reverse("account_reauthenticate"), {"password": PASSWORD}).status_code == 302


def code_for(secret: str, *, offset: int = 0) -> str:
    code: str = format_hotp_value(hotp_value(secret, int(time.time()) // 30 + offset))
    return code


@pytest.fixture
def person(client: Client) -> User:
    user = create_user(email="jeanne@example.org")
    log_in(client, user)
    return user


def switch_totp_on(client: Client) -> tuple[str, str]:
    """The secret, and the code it was switched on with."""
    prove(client)
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    code = code_for(secret)
    assert client.post(reverse("mfa_activate_totp"), {"code": code}).status_code == 302
    return secret, code


@pytest.mark.parametrize(
    "name",
    [
        *("accounts:security", "account_email", "account_change_password", "usersessions_list"),
        *("mfa_index", "mfa_activate_totp", "mfa_list_webauthn", "mfa_add_webauthn", "socialaccount_connections"),
    ],
)
def test_pages_are_in_our_dress_in_both_languages(client: Client, person: User, name: str):
    prove(client)
    for language in ("en", "fr"):
        person.language = language
        person.save()
        answer = client.get(reverse(name))
        assert answer.status_code == 200
        assert answer.text.count("<h1>") == 1
        assert "style=" not in answer.text
        assert 'class="site-header"' in answer.text


def test_the_overview_asks_the_same_however_much_there_is(client: Client, person: User, django_assert_max_num_queries):
    client.get("/settings/security/")
    for _visit in range(4):
        log_in(Client(), person)
    with django_assert_max_num_queries(7):
        client.get("/settings/security/")
    for name in range(12):
        services.issue_token(user=person, name=f"key {name}", scopes=["read"])
    with django_assert_max_num_queries(3):
        assert client.get("/settings/keys/").text.count("key ") >= 12


def test_a_secret_is_sealed_in_the_database(client: Client, person: User):
    secret, _code = switch_totp_on(client)

    row = Authenticator.objects.get(user=person, type=Authenticator.Type.TOTP)
    assert secret not in str(row.data)
    assert decrypt(row.data["secret"]) == secret
    recovery = Authenticator.objects.get(user=person, type=Authenticator.Type.RECOVERY_CODES)
    shown = client.get(reverse("mfa_view_recovery_codes")).context["unused_codes"]
    assert len(shown) == 10
    assert not any(code in str(recovery.data) for code in shown)


def test_the_code_of_activation_opens_nothing_and_the_next_opens_once(client: Client, person: User):
    secret, used = switch_totp_on(client)

    visitor = Client()
    assert log_in(visitor, person)["Location"].startswith(reverse("mfa_authenticate"))
    refused = visitor.post(reverse("mfa_authenticate"), {"code": used})
    assert refused.status_code == 200
    assert refused.context["form"].errors

    following = code_for(secret, offset=1)
    assert visitor.post(reverse("mfa_authenticate"), {"code": following})["Location"] == "/"
    assert visitor.get("/settings/").status_code == 200

    second = Client()
    log_in(second, person)
    assert second.post(reverse("mfa_authenticate"), {"code": following}).context["form"].errors


def test_a_recovery_code_opens_once(client: Client, person: User):
    switch_totp_on(client)
    code = client.get(reverse("mfa_view_recovery_codes")).context["unused_codes"][0]

    for is_first in (True, False):
        visitor = Client()
        log_in(visitor, person)
        answer = visitor.post(reverse("mfa_authenticate"), {"code": code})
        assert (answer.status_code == 302) is is_first


@pytest.mark.django_db(transaction=True)
def test_of_two_entries_at_once_one_is_refused():
    person = create_user()
    secret = "JBSWY3DPEHPK3PXP"
    code, results, start = code_for(secret), [], threading.Barrier(6)

    def enter() -> None:
        start.wait()
        results.append(spend_code(person, secret, code))
        connection.close()

    threads = [threading.Thread(target=enter) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(results) == [False] * 5 + [True]


@pytest.mark.django_db(transaction=True)
def test_of_two_entries_at_once_with_a_recovery_code_one_is_refused(client: Client, person: User):
    switch_totp_on(client)
    code = client.get(reverse("mfa_view_recovery_codes")).context["unused_codes"][0]
    visitors = [Client() for _ in range(4)]
    for visitor in visitors:
        log_in(visitor, person)
    start, answers = threading.Barrier(4), []

    def enter(visitor: Client) -> None:
        start.wait()
        answers.append(visitor.post(reverse("mfa_authenticate"), {"code": code}).status_code)
        connection.close()

    threads = [threading.Thread(target=enter, args=(visitor,)) for visitor in visitors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == [200, 200, 200, 302]


def test_the_api_asks_for_the_second_factor_too(client: Client, person: User):
    secret, used = switch_totp_on(client)
    wish = {"email": person.email, "password": PASSWORD}

    def enter(**more: str):
        return Client().post("/api/v1/auth/login", {**wish, **more}, content_type="application/json")

    refused = enter()
    assert refused.status_code == 401
    assert refused.json()["error"]["details"] == {"second_factor_required": True}
    assert enter(code=used).status_code == 401
    code = code_for(secret, offset=1)
    assert "access_token" in enter(code=code).json()["data"]
    assert enter(code=code).status_code == 401


def test_codes_cannot_be_guessed_by_the_api(client: Client, person: User):
    switch_totp_on(client)
    wish = {"email": person.email, "password": PASSWORD, "code": "000000"}
    answers = [Client().post("/api/v1/auth/login", wish, content_type="application/json") for _ in range(7)]
    assert [answer.status_code for answer in answers][-1] == 429


def test_a_key_of_the_house_that_is_gone_lets_nobody_in(client: Client, person: User, caplog):
    secret, _code = switch_totp_on(client)
    visitor = Client()
    log_in(visitor, person)

    with override_settings(SECRET_KEY="another", SECRET_KEY_FALLBACKS=[]):
        refused = Client()
        log_in(refused, person)
        answer = refused.post(reverse("mfa_authenticate"), {"code": code_for(secret, offset=1)})
    assert answer.status_code == 200
    assert "cannot be opened" in caplog.text


def test_logging_out_everywhere_else(client: Client, person: User):
    elsewhere = Client(HTTP_USER_AGENT="Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0")
    log_in(elsewhere, person)
    assert UserSession.objects.filter(user=person).count() == 2
    assert "Firefox · Linux" in client.get(reverse("usersessions_list")).text

    client.post(reverse("usersessions_list"))

    assert elsewhere.get("/settings/").status_code == 302
    assert client.get("/settings/").status_code == 200


def test_sessions_of_others_are_not_shown(client: Client, person: User):
    log_in(Client(HTTP_USER_AGENT="Firefox/1 on Windows"), create_user())
    assert "Windows" not in client.get(reverse("usersessions_list")).text


@pytest.mark.parametrize("name", ["mfa_activate_totp", "mfa_add_webauthn"])
def test_a_login_is_asked_again_before_a_factor_changes(client: Client, person: User, name: str):
    answer = client.get(reverse(name))

    assert answer["Location"].startswith(reverse("account_reauthenticate"))
    assert client.get(answer["Location"]).text.count("<h1>") == 1


@override_settings(GOOGLE_CONFIGURED=False)
def test_without_google_there_is_no_button_and_no_door(client: Client):
    page = client.get(reverse("account_login"))
    assert "Google" not in page.text
    assert "form-action 'self';" in page["Content-Security-Policy"]
    assert "Google" not in client.get(reverse("account_signup")).text
    assert client.post(reverse("google_login")).status_code == 404


@override_settings(GOOGLE_CONFIGURED=True, GOOGLE_CLIENT_ID="an-id", GOOGLE_CLIENT_SECRET="a-secret")
def test_with_google_the_button_leads_there(client: Client):
    page = client.get(reverse("account_login"))
    assert "Go on with Google" in page.text
    assert "form-action 'self' https://accounts.google.com;" in page["Content-Security-Policy"]

    asked = client.get(reverse("google_login"))
    assert asked.status_code == 200
    assert "Go on with Google?" in asked.text

    answer = client.post(reverse("google_login"))
    assert answer["Location"].startswith("https://accounts.google.com/")
    assert "client_id=an-id" in answer["Location"]
    assert "code_challenge=" in answer["Location"]


def test_a_login_elsewhere_that_came_to_nothing(client: Client):
    assert "You stopped on the way" in client.get(reverse("socialaccount_login_cancelled")).text
