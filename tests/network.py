"""No test leaves the machine: an audit hook refuses every connection and look-up that is not loopback's.

The hook sees what Python's socket module does, whichever library asks. libpq and Chromium do not go through it: the
first is asked for one database only, the second is started without a resolver (tests/chromium.py).
"""

import contextlib
import ipaddress
import sys
from collections.abc import Iterator
from typing import Any

LOOPBACK_NAMES = {"", "localhost", "localhost.localdomain", "testserver", None}


class NetworkForbidden(RuntimeError):
    """A test tried to reach something outside this machine."""


_guarding = False


def is_loopback(host: object) -> bool:
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host in LOOPBACK_NAMES:
        return True
    try:
        address = ipaddress.ip_address(str(host).partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def refuse_outside(event: str, arguments: tuple[Any, ...]) -> None:
    if not _guarding:
        return
    if event in ("socket.connect", "socket.sendto"):
        address = arguments[1]
        # A Unix socket's address is a path, not a tuple.
        if isinstance(address, tuple) and not is_loopback(address[0]):
            raise NetworkForbidden(f"{event} to {address}: tests stay on this machine")
    elif event == "socket.getaddrinfo" and not is_loopback(arguments[0]):
        raise NetworkForbidden(f"look-up of {arguments[0]!r}: tests stay on this machine")


@contextlib.contextmanager
def loopback_only() -> Iterator[None]:
    """Guard while the context lasts."""
    global _guarding
    _guarding = True
    try:
        yield
    finally:
        _guarding = False


# An audit hook cannot be taken out again, so it is added once and switched by `loopback_only`.
sys.addaudithook(refuse_outside)
