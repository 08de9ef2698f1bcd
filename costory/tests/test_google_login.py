"""Login with Google, from the moment Google has said who somebody is."""

from typing import Any

import pytest
from allauth.core.context import request_context
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.helpers import complete_social_login
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.sessions.backends.db import SessionStore
from django.test import RequestFactory, override_settings

from accounts.models import User
from billing.selectors import wallet_summary
from events.models import Event
from tests.factories import create_user

pytestmark = pytest.mark.django_db

GOOGLE = {"GOOGLE_CONFIGURED": True, "GOOGLE_CLIENT_ID": "an-id", "GOOGLE_CLIENT_SECRET": "a-secret"}
JEANNE = {
    "sub": "1234567890",
    "email": "jeanne@example.org",
    "email_verified": True,
    "given_name": "Jeanne",
    "family_name": "Le Goff",
}


def come_back_from_google(said: dict[str, Any]) -> Any:
    request = RequestFactory().get("/accounts/google/login/callback/")
    request.session = SessionStore()
    request.user = AnonymousUser()
    request.htmx = False  # type: ignore[attr-defined]  # django-htmx sets it.
    request._messages = FallbackStorage(request)  # type: ignore[attr-defined]  # As MessageMiddleware does.
    with request_context(request):
        provider = get_adapter().get_provider(request, "google")
        return complete_social_login(request, provider.sociallogin_from_response(request, said))


@override_settings(**GOOGLE)
def test_who_comes_for_the_first_time_has_an_account_a_gift_and_no_token_kept():
    assert come_back_from_google(JEANNE)["Location"] == "/"

    person = User.objects.get()
    assert (person.email, person.display_name) == ("jeanne@example.org", "Jeanne")
    assert person.handle.startswith("writer-")
    assert not person.has_usable_password()
    assert wallet_summary(person).balance_micros == 1_000_000
    assert Event.objects.filter(name="person.signed_up", person_id=person.pk).count() == 1
    assert not SocialToken.objects.exists()
    kept = SocialAccount.objects.get(user=person)
    assert (kept.uid, kept.extra_data) == ("1234567890", {"email": "jeanne@example.org", "given_name": "Jeanne"})


@override_settings(**GOOGLE)
def test_who_comes_again_is_known():
    for _visit in range(2):
        come_back_from_google(JEANNE)
    assert User.objects.count() == 1
    assert Event.objects.filter(name="person.signed_up").count() == 1


@override_settings(**GOOGLE)
def test_an_account_with_the_same_address_is_not_taken_over():
    person = create_user(email="jeanne@example.org")

    answer = come_back_from_google(JEANNE)

    assert answer["Location"] != "/"
    assert not SocialAccount.objects.filter(user=person).exists()
