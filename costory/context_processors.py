"""What every template may count on."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from costory.lib.csrf import token_for


def house(request: HttpRequest) -> dict[str, Any]:
    """Facts about this installation, and a token for the forms of the page that has any, made at once."""
    return {
        "DEBUG": settings.DEBUG,
        "coach_online": settings.COACH_ONLINE,
        "app_url": settings.APP_URL,
        "csrf_token": SimpleLazyObject(lambda: token_for(request)),
    }
