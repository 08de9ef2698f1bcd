"""Hand-written SQL on a hot path, prepared by the server once per connection."""

from typing import cast

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.utils import CursorWrapper


def prepared_cursor() -> CursorWrapper:
    """A cursor for a statement worth preparing, wrapped as Django wraps its own: same errors, same query log.

    Django turns preparing off for its connections. Turned on here it touches nothing else: Django's own cursors bind
    parameters in the client, and psycopg never prepares what they send.
    """
    # Asked once: behind its name Django looks up the thread's connection each time.
    own = connections[DEFAULT_DB_ALIAS]
    own.ensure_connection()
    own.connection.prepare_threshold = 0
    # Typed for Django's own cursors, made for whatever the driver has.
    cursor = cast("CursorWrapper", psycopg.Cursor(own.connection))
    return own.make_debug_cursor(cursor) if own.queries_logged else own.make_cursor(cursor)
