"""Many at once: real threads, each with its own connection to a real PostgreSQL."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from django.db import connection

from costory.lib.errors import DomainError


@contextmanager
def a_connection_for_each() -> Iterator[None]:
    """Lift the pool, which lets only a few of a crowd in at a time."""
    options = connection.settings_dict["OPTIONS"]
    # A connection goes back to where it came from, so none may be open while that changes.
    connection.close()
    pool = options.pop("pool")
    yield
    connection.close()
    options["pool"] = pool


def at_once(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """Make all calls in the same moment, a thread for each; what each returned or was refused with."""
    start = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()
            start.wait()
            return call()
        except DomainError as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))
