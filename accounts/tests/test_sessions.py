"""Sessions and people read by ready statements: in and out exactly where Django lets in and puts out."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib import auth
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.sessions import SessionStore, person_of
from tests.factories import create_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    return create_user(bio="“Ash”, 100 % and 50 %s", suspended_until_at=timezone.now() + timedelta(days=1))


@pytest.fixture
def browser(person):
    client = Client()
    client.force_login(person)
    return client


def is_in(browser):
    return browser.get(reverse("accounts:settings")).status_code == 200


def key_of(browser):
    return browser.cookies[settings.SESSION_COOKIE_NAME].value


def request_of(key):
    request = RequestFactory().get("/")
    request.session = SessionStore(key)
    return request


def test_the_person_is_the_row_that_the_orm_reads(person, browser):
    with CaptureQueriesContext(connection) as queries:
        found = person_of(request_of(key_of(browser)))
    assert found is not None
    assert len(queries) == 2
    asked = User.objects.get(pk=person.pk)
    for field in User._meta.concrete_fields:
        told, expected = getattr(found, field.attname), getattr(asked, field.attname)
        assert (told, type(told)) == (expected, type(expected)), field
    assert found.is_suspended
    assert not found._state.adding
    found.display_name = "Nadia"
    found.save()
    person.refresh_from_db()
    assert person.display_name == "Nadia"


def end(browser, person):
    browser.post(reverse("account_logout"))


def end_elsewhere(browser, person):
    Session.objects.all().delete()


def grow_old(browser, person):
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))


def change_password(browser, person):
    person.set_password("another, that nobody knew before")
    person.save()


def close(browser, person):
    User.objects.update(is_active=False)


def go(browser, person):
    person.delete()


def take_away_the_door(browser, person):
    session = SessionStore(key_of(browser))
    session[auth.BACKEND_SESSION_KEY] = "accounts.backends.Gone"
    session.save()


def lose_the_seal(browser, person):
    session = SessionStore(key_of(browser))
    del session[auth.HASH_SESSION_KEY]
    session.save()


@pytest.mark.parametrize(
    "happens",
    [end, end_elsewhere, grow_old, change_password, close, go, take_away_the_door, lose_the_seal],
    ids=lambda happens: happens.__name__,
)
def test_a_session_that_is_over_opens_nothing(happens, person, browser):
    assert is_in(browser)
    key = key_of(browser)
    happens(browser, person)
    browser.cookies[settings.SESSION_COOKIE_NAME] = key
    assert not is_in(browser)


def test_a_session_sealed_with_a_former_key_is_renewed(browser, settings):
    key = key_of(browser)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", [settings.SECRET_KEY]
    assert is_in(browser)
    assert key_of(browser) != key
    assert not Session.objects.filter(session_key=key).exists()


@pytest.mark.parametrize(
    "cookie", ["", "short", "a" * 32, "'; --" * 8, r'"\000\000\000\000\000\000\000\000"', "é" * 20]
)
def test_a_cookie_that_is_no_session_is_nobodys(cookie):
    browser = Client(headers={"cookie": f"{settings.SESSION_COOKIE_NAME}={cookie}"})
    response = browser.get(reverse("social:library"))
    assert response.status_code == 200
    assert not response.wsgi_request.user.is_authenticated
