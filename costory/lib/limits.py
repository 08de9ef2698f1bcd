"""How often one address may ask for what is dear to make."""

import hashlib

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

WINDOW_SECONDS = 60


def is_over_limit(request: HttpRequest, *, action: str, most: int) -> bool:
    """Count one more of these for the address the request comes from: whether it is beyond so many in a minute."""
    address = request.META.get("REMOTE_ADDR", "") or "unknown"
    # What a cache keeps for a minute is no list of addresses.
    key = f"limit:{action}:{hashlib.sha256(address.encode()).hexdigest()[:32]}"
    cache.add(key, 0, WINDOW_SECONDS)
    try:
        return cache.incr(key) > most
    except ValueError:
        # It ran out between the two: the minute begins anew.
        cache.set(key, 1, WINDOW_SECONDS)
        return False


def slow_down() -> HttpResponse:
    """The answer to whoever is over a limit, with how long to wait."""
    return HttpResponse(
        _("Too many requests came from your address just now. Try again in a minute."),
        status=429,
        content_type="text/plain; charset=utf-8",
        headers={"Retry-After": str(WINDOW_SECONDS), "Cache-Control": "no-store"},
    )
