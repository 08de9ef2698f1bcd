"""What every template may count on."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def house(request: HttpRequest) -> dict[str, Any]:
    """Facts about this installation."""
    return {"DEBUG": settings.DEBUG, "coach_online": settings.COACH_ONLINE, "app_url": settings.APP_URL}
