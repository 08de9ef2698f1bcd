"""Types of a request, for views."""

from datetime import date
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.utils import timezone

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

    from accounts.models import User


class HtmxRequest(HttpRequest):
    """A request as it arrives, signed in or not."""

    htmx: "HtmxDetails"


class AuthedRequest(HtmxRequest):
    """A request of somebody who is signed in (LoginRequiredMiddleware has seen to it)."""

    user: "User"  # HttpRequest.user may be anonymous; here it never is.


ZONE_COOKIE: Final = "costory-zone"
"""Set by local-times.js: the time zone of the browser, by its name ("Europe/Paris")."""


def local_zone(request: HttpRequest) -> ZoneInfo | None:
    """The time zone this person is in, as far as their browser has said."""
    name = request.COOKIES.get(ZONE_COOKIE, "")
    try:
        # A cookie is anybody's: what is no zone's name is not one (ZoneInfo refuses paths out of its data).
        return ZoneInfo(name) if 0 < len(name) <= 64 else None
    except (ValueError, OSError, KeyError):
        return None


def local_date(request: HttpRequest) -> date:
    """The day it is where this person is, as far as their browser has said; else the server's."""
    zone = local_zone(request)
    return timezone.localdate(timezone=zone) if zone is not None else timezone.localdate()
