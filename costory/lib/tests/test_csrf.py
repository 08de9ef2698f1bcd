"""Tokens made at once: Django takes them, and nobody else's."""

from collections import Counter

import pytest
from django.http import HttpResponse
from django.middleware.csrf import CSRF_ALLOWED_CHARS, CSRF_SECRET_LENGTH, CsrfViewMiddleware
from django.test import RequestFactory

from costory.lib.csrf import masked, token_for

pytestmark = pytest.mark.once


def opens(token, secret):
    """Whether Django takes this token from a browser with this cookie."""
    browser = RequestFactory(headers={"cookie": f"costory-csrf={secret}"})
    request = browser.post("/", {"csrfmiddlewaretoken": token})
    middleware = CsrfViewMiddleware(lambda _request: HttpResponse())
    middleware.process_request(request)
    return middleware.process_view(request, lambda _request: HttpResponse(), (), {}) is None


def test_django_finds_the_secret_under_every_mask():
    request = RequestFactory().get("/")
    tokens = [token_for(request) for _ in range(50)]
    secret = request.META["CSRF_COOKIE"]
    assert len(secret) == CSRF_SECRET_LENGTH
    assert len({*tokens, *(token[:CSRF_SECRET_LENGTH] for token in tokens)}) == 100
    assert all(opens(token, secret) for token in tokens)
    assert not opens(tokens[0], "a" * CSRF_SECRET_LENGTH)
    assert not opens(tokens[0][:-1] + ("a" if tokens[0][-1] != "a" else "b"), secret)
    everywhere = CSRF_ALLOWED_CHARS[:31] + CSRF_ALLOWED_CHARS[-1]
    assert opens(masked(everywhere), everywhere)


@pytest.mark.parametrize("secret", ["b" * CSRF_SECRET_LENGTH, ""])
def test_a_page_with_a_token_sends_its_secret(secret):
    """The one that came with the request, else a new one."""
    middleware = CsrfViewMiddleware(lambda request: HttpResponse(token_for(request)))
    browser = RequestFactory(headers={"cookie": f"costory-csrf={secret}"} if secret else {})
    response = middleware(browser.get("/"))
    assert isinstance(response, HttpResponse)
    sent = response.cookies["costory-csrf"].value
    assert sent == secret or not secret
    assert opens(response.content.decode(), sent)


def test_no_letter_is_likelier_than_another():
    letters = Counter("".join(masked("a" * CSRF_SECRET_LENGTH) for _ in range(2000)))
    assert set(letters) == set(CSRF_ALLOWED_CHARS)
    # 128,000 letters of 62: 2,065 of each, with a deviation of 45 (64 where two go together).
    assert all(abs(count - 2065) < 8 * 64 for count in letters.values())
