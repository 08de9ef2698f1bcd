"""The day it is where somebody is."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import RequestFactory

from costory.lib.http import ZONE_COOKIE, local_date


def asked(zone: str | None) -> object:
    request = RequestFactory().get("/")
    if zone is not None:
        request.COOKIES[ZONE_COOKIE] = zone
    return local_date(request)


def test_the_browsers_zone_decides():
    east, west = asked("Pacific/Kiritimati"), asked("Pacific/Pago_Pago")
    now = datetime.now(UTC)
    assert east == now.astimezone(ZoneInfo("Pacific/Kiritimati")).date()
    assert west == now.astimezone(ZoneInfo("Pacific/Pago_Pago")).date()
    # Twenty-five hours lie between the two: it is never the same day in both.
    assert east != west


@pytest.mark.parametrize(
    "zone", [None, "", "Nowhere/Else", "../../etc/passwd", "/etc/passwd", "x" * 500, "Europe", "\0"]
)
def test_what_is_no_zone_is_the_servers_day(zone: str | None):
    assert abs(asked(zone) - datetime.now(UTC).date()) <= timedelta(days=1)  # type: ignore[operator]  # A date.
