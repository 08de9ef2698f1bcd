"""A query the ORM writes once, asked again and again with other values.

Django takes a millisecond to make SQL out of a list with its policy, and a tenth of one to fetch a connection from
its pool. Where a page is asked for thousands of times, a `Statement` does the first once, has PostgreSQL prepare it,
and goes to the pool itself. The ORM stays the only author: what is a policy there is the same policy here.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, cast
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.utils import CursorWrapper
from django.db.models import Aggregate, QuerySet, TextField

from costory.lib.prepared import wrapped

Marker = UUID | datetime | str

SOMEBODY: Final = UUID("00000000-5074-7e3e-0000-000000000001")
"""Stands in a query for a key that is known when it is asked."""
SOMETHING: Final = UUID("00000000-5074-7e3e-0000-000000000002")
"""The same, for another one."""
SOMETIME: Final = datetime(9876, 5, 4, 3, 2, 1, tzinfo=UTC)
"""Stands in a query for a moment that is known when it is asked."""
SOME_WORD: Final = "some-word-5074-7e3e"
"""Stands in a query for a text that is known when it is asked."""
# How often one connection is asked before it prepares a statement: a list at some depth is asked for once.
_TWICE: Final = 2


class Joined(Aggregate):
    """Texts, one after the other, with commas between them."""

    function = "STRING_AGG"
    template = "%(function)s(%(expressions)s, ',')"
    output_field = TextField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """The same in SQLite's words."""
        return super().as_sql(compiler, connection, function="GROUP_CONCAT", **context)


class Statement:
    """The SQL of a query set, in which markers stand for what differs from one time to the next."""

    def __init__(self, rows: "QuerySet[Any, Any]", *, wrapped: str = "") -> None:
        compiler = rows.query.get_compiler(rows.db)
        sql, self._parameters = compiler.as_sql()
        self._sql = sql
        # What SQLite has no type for.
        self._converters = compiler.get_converters([column for column, *_ in compiler.select])
        if wrapped:
            self._sql = wrapped.format(sql=sql, join="GROUP_CONCAT" if connection.vendor == "sqlite" else "STRING_AGG")
            self._converters = {}
        self._compiler = compiler
        self._prepared: tuple[str, dict[str, Marker]] | None = None

    def first(self, values: Mapping[Marker, Marker]) -> tuple[Any, ...] | None:
        """The first row of what is found with these in the markers' places."""
        if connection.vendor == "postgresql":
            sql, markers = self._prepared or self._prepare()
            row = _first_of_prepared(sql, {name: values[marker] for name, marker in markers.items()})
        else:
            given = {_adapted(marker): _adapted(value) for marker, value in values.items()}
            with connection.cursor() as cursor:
                cursor.execute(self._sql, [given.get(each, each) for each in self._parameters])
                row = cursor.fetchone()
        if row is not None and self._converters:
            return tuple(next(iter(self._compiler.apply_converters([row], self._converters))))
        return row

    def _prepare(self) -> tuple[str, dict[str, Marker]]:
        """The statement as PostgreSQL prepares it: what is the same every time written into it, a name for each marker.

        To bind thirty parameters that never change takes longer than all the rest.
        """
        with connection.cursor() as cursor:
            text = cursor.mogrify(self._sql, self._parameters)
            written = {cursor.mogrify("%s", [marker]): marker for marker in (SOMEBODY, SOMETHING, SOMETIME, SOME_WORD)}
        names: dict[str, Marker] = {}
        pieces = []
        for piece in re.split("(" + "|".join(map(re.escape, written)) + ")", text):
            if piece in written:
                name = f"value_{list(written).index(piece)}"
                names[name] = written[piece]
                pieces.append(f"%({name})s")
            else:
                pieces.append(piece.replace("%", "%%"))
        self._prepared = "".join(pieces), names
        return self._prepared


def _first_of_prepared(sql: str, values: dict[str, Marker]) -> tuple[Any, ...] | None:
    """The first row of a statement that reads and is a transaction of its own.

    In a thread that has a connection open (a request's, a test's) it is asked there. The server binds the values and
    answers in binary: of a row with ten dates the reading of their texts would cost as much as all the rest.
    """
    import psycopg  # Where the database is another there need be none.

    def ask(cursor: "CursorWrapper | psycopg.Cursor[Any]") -> tuple[Any, ...] | None:
        cursor.execute(sql, values)
        return cast("tuple[Any, ...] | None", cursor.fetchone())

    def cursor_of(there: "psycopg.Connection[Any]") -> "psycopg.Cursor[Any]":
        there.prepare_threshold = _TWICE
        cursor = psycopg.Cursor(there)
        cursor.format = psycopg.pq.Format.BINARY
        return cursor

    # This thread's, looked for once: behind `connection` it is at each word.
    here: Any = connections[DEFAULT_DB_ALIAS]
    pool = here.pool if here.connection is None else None
    if pool is None:
        here.ensure_connection()
        return ask(wrapped(cursor_of(here.connection), here))
    with here.wrap_database_errors:
        if pool.closed:
            pool.open()
        borrowed = pool.getconn()
        try:
            if not borrowed.autocommit:
                borrowed.autocommit = True
            return ask(cursor_of(borrowed))
        finally:
            pool.putconn(borrowed)


def _adapted(value: Any) -> Any:
    if isinstance(value, UUID):
        return value if connection.features.has_native_uuid_field else value.hex
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value
