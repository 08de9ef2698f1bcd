"""What STYLE says of every view and its address: closed unless it is said here, named alike, strict about methods."""

import inspect
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver

from tests.test_conventions import PACKAGES

# What anybody may see. Everything else demands a login, by LoginRequiredMiddleware.
PUBLIC = {
    "home",
    # A stranger's paragraph before the offline coach.
    "paragraph-try",
    "paragraph-keep",
    "favicon",
    "healthz",
    "readyz",
    # Routed only while DEBUG is on.
    "styleguide",
    "set_language",
    # Who runs the house and by which rules, and what programs ask of any site.
    "legal-index",
    "legal-page",
    "security-txt",
    "robots-txt",
    "coaching:processor-list",
    "social:library",
    "social:whole-read",
    "social:whole-shared",
    "social:page-setup",
    "social:grown-up",
    "social:story-cover",
    "social:comment-list",
    "social:comments-shared",
    "social:comment-detail",
    "social:author-detail",
    "social:cover-shared",
    "social:story-read",
    # Whoever sees something may report it; the decision opens for whoever it concerns, by a permit where need be.
    "social:report-create",
    "social:report-shared",
    "social:report-received",
    "social:decision-detail",
    "social:chapter-read",
    "social:story-shared",
    "social:photograph-read",
    "social:photograph-shared",
    "social:chapter-shared",
    # An end of mails, by the link in them.
    "social:unsubscribe",
    # A list that its owner shows to everybody.
    "social:reading-list-detail",
    # What programs read of the library, and what readers take along.
    "social:story-feed",
    "social:author-feed",
    "social:tag-feed",
    "social:opds-root",
    "social:opds-kinds",
    "social:opds-languages",
    "social:opds-stories",
    "social:opds-search",
    "social:opds-description",
    "social:sitemap-authors",
    "social:sitemap-index",
    "social:sitemap-part",
    "social:story-download",
    "social:download-shared",
    "social:story-card",
    "social:cover-drawn",
    "account_login",
    "account_signup",
    "account_logout",
    "account_inactive",
    "account_confirm_email",
    "account_email_verification_sent",
    "account_confirm_login_code",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    # The second step of a login, a passkey's, and Google's.
    "mfa_authenticate",
    "mfa_login_webauthn",
    "google_login",
    "google_callback",
    "google_login_by_token",
    "socialaccount_login_cancelled",
    "socialaccount_signup",
    # Pictures of those who have a public profile.
    "person-avatar",
}
# Addresses with a guard of their own: tokens and the session in the API, staff in the admin.
GUARDED_ELSEWHERE = ("api", "admin:")
KEBAB = re.compile(r"[a-z]+(?:-[a-z]+)*")


def routes(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, Callable[..., Any], URLPattern]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from routes(entry, f"{prefix}{entry.namespace}:" if entry.namespace else prefix)
        else:
            yield f"{prefix}{entry.name}", entry.callback, entry


ROUTES = [
    pytest.param(name, view, pattern, id=f"{name} {pattern.pattern}")
    for name, view, pattern in routes(get_resolver())
    if not name.startswith(GUARDED_ELSEWHERE)
]
OWN_ROUTES = [case for case in ROUTES if inspect.unwrap(case.values[1]).__module__.partition(".")[0] in PACKAGES]  # type: ignore[arg-type]  # A ParameterSet's values are objects.


@pytest.mark.parametrize(("name", "view", "pattern"), ROUTES)
def test_a_login_is_needed_unless_it_is_said_here_that_it_is_not(name, view, pattern):
    assert getattr(view, "login_required", True) or name in PUBLIC


def test_nothing_is_called_public_that_does_not_exist():
    assert {case.values[0] for case in ROUTES} >= PUBLIC


@pytest.mark.parametrize(("name", "view", "pattern"), OWN_ROUTES)
def test_every_view_says_which_methods_it_answers(name, view, pattern):
    request = RequestFactory().generic("BREW", "/")
    request.user = AnonymousUser()
    # A view that does not refuse the method first runs into its missing arguments.
    kwargs = dict.fromkeys(pattern.pattern.converters)
    assert view(request, **kwargs).status_code == 405


@pytest.mark.parametrize(("name", "view", "pattern"), OWN_ROUTES)
def test_a_view_is_a_typed_function_that_shares_its_name_with_its_address(name, view, pattern):
    function = inspect.unwrap(view)
    assert inspect.isfunction(function)
    assert function.__annotations__.get("return"), "its answer has no type"
    short = name.rpartition(":")[2]
    assert KEBAB.fullmatch(short)
    assert function.__name__ == short.replace("-", "_")
