"""Hand-written SQL on a hot path, prepared by the server once per connection."""

from contextlib import AbstractContextManager
from typing import Any, cast

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.utils import CursorDebugWrapper, CursorWrapper


def prepared_cursor() -> CursorWrapper:
    """A cursor for a statement worth preparing, wrapped as Django wraps its own: same errors, same query log.

    Django turns preparing off for its connections. Turned on here it touches nothing else: Django's own cursors bind
    parameters in the client, and psycopg never prepares what they send.
    """
    # Asked once: behind its name Django looks up the thread's connection each time.
    own = connections[DEFAULT_DB_ALIAS]
    own.ensure_connection()
    own.connection.prepare_threshold = 0
    return wrapped(psycopg.Cursor(own.connection), own)


def wrapped(cursor: "psycopg.Cursor[Any]", own: Any) -> CursorWrapper:
    """A cursor of the driver's as `own`, Django's connection, would have it."""
    # Typed for Django's own cursors, made for whatever the driver has.
    theirs = cast("CursorWrapper", cursor)
    return _Logged(theirs, own) if own.queries_logged else own.make_cursor(theirs)


class _Logged(CursorDebugWrapper):
    """Notes a statement as it was written. What the server has prepared the driver sends by a name, and cannot tell."""

    def debug_sql(
        self, *args: Any, use_last_executed_query: bool = False, **options: Any
    ) -> AbstractContextManager[None]:
        return super().debug_sql(*args, **options)
