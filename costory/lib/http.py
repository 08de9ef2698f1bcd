"""Types of a request, for views."""

from typing import TYPE_CHECKING

from django.http import HttpRequest

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

    from accounts.models import User


class HtmxRequest(HttpRequest):
    """A request as it arrives, signed in or not."""

    htmx: "HtmxDetails"


class AuthedRequest(HtmxRequest):
    """A request of somebody who is signed in (LoginRequiredMiddleware has seen to it)."""

    user: "User"  # HttpRequest.user may be anonymous; here it never is.
