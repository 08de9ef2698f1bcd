"""Browsers by the names their owners know."""

import pytest

from accounts.templatetags.devices import device_name

AGENTS = [
    ("Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0", "Firefox · Linux"),
    ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0", "Edge · Windows"),
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari · iPhone"),
    ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36", "Chrome · Android"),
    ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14_6) AppleWebKit/605.1 Version/18.0 Safari/605.1", "Safari · macOS"),
    ("curl/8.9", "An unknown device"),
    ("", "An unknown device"),
]  # fmt: skip


@pytest.mark.parametrize(("user_agent", "name"), AGENTS)
def test_a_device_has_a_name(user_agent: str, name: str):
    assert device_name(user_agent) == name
