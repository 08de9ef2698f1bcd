"""Django's CSRF tokens, made at once: a secret and a mask letter by letter cost more than a page that is kept.

The format, the alphabet and the source of chance are Django's (`django.middleware.csrf`, `django.utils.crypto`), which
goes on to check them; only the making is other: all letters of a token in three steps over bytes.
"""

import os
from operator import add
from typing import Final

from django.http import HttpRequest
from django.middleware.csrf import CSRF_ALLOWED_CHARS, CSRF_SECRET_LENGTH

_LETTERS: Final = CSRF_ALLOWED_CHARS.encode()
_COUNT: Final = len(_LETTERS)
# The letter of each byte, and which bytes would make the first letters more likely than the last.
_LETTER_OF: Final = bytes(_LETTERS[byte % _COUNT] for byte in range(256))
_TOO_HIGH: Final = bytes(range(256 - 256 % _COUNT, 256))
_PLACE_OF: Final = bytes(max(0, _LETTERS.find(byte)) for byte in range(256))


def token_for(request: HttpRequest) -> str:
    """The same as `django.middleware.csrf.get_token`: a token for a form, and the cookie with its secret is sent."""
    secret = request.META.get("CSRF_COOKIE")
    if secret is None:
        secret = request.META["CSRF_COOKIE"] = _chance().decode()
    request.META["CSRF_COOKIE_NEEDS_UPDATE"] = True
    return masked(secret)


def masked(secret: str) -> str:
    """The secret under a mask of its own, behind its mask, as Django unmasks it."""
    mask = _chance()
    sums = bytes(map(add, secret.encode().translate(_PLACE_OF), mask.translate(_PLACE_OF)))
    return (mask + sums.translate(_LETTER_OF)).decode()


def _chance() -> bytes:
    letters = b""
    while len(letters) < CSRF_SECRET_LENGTH:
        letters += os.urandom(CSRF_SECRET_LENGTH + 8).translate(_LETTER_OF, _TOO_HIGH)
    return letters[:CSRF_SECRET_LENGTH]
