"""A query the ORM writes once, asked again and again with other values.

Django takes a millisecond to make SQL out of a list with its policy, and a tenth of one to fetch a connection from
its pool. Where a page is asked for thousands of times, a `Statement` does the first once and goes to the pool itself.
The ORM stays the only author: what is a policy there is the same policy here.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import Aggregate, QuerySet, TextField

Marker = UUID | datetime

SOMEBODY: Final = UUID("00000000-5074-7e3e-0000-000000000001")
"""Stands in a query for a key that is known when it is asked."""
SOMETHING: Final = UUID("00000000-5074-7e3e-0000-000000000002")
"""The same, for another one."""
SOMETIME: Final = datetime(9876, 5, 4, 3, 2, 1, tzinfo=UTC)
"""Stands in a query for a moment that is known when it is asked."""


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

    def __init__(self, rows: "QuerySet[Any, Any]", *, wrapped: str = "{sql}") -> None:
        sql, self._parameters = rows.query.sql_with_params()
        self._sql = wrapped.format(sql=sql, join="GROUP_CONCAT" if connection.vendor == "sqlite" else "STRING_AGG")
        self._written: list[str | Marker] = []

    def first(self, values: Mapping[Marker, Marker]) -> tuple[Any, ...] | None:
        """The first row of what is found with these in the markers' places."""
        if connection.vendor != "postgresql":
            given = {_adapted(marker): _adapted(value) for marker, value in values.items()}
            return first_row(self._sql, [given.get(each, each) for each in self._parameters])
        # To write thirty parameters into a text takes longer than all the rest; these are the same every time.
        written = self._written or self._write()
        return first_row("".join(each if isinstance(each, str) else _literal(values[each]) for each in written), None)

    def _write(self) -> list[str | Marker]:
        """The statement as PostgreSQL reads it, in pieces, the markers between them."""
        with connection.cursor() as cursor:
            text = cursor.mogrify(self._sql, self._parameters)
            markers = {cursor.mogrify("%s", [marker]): marker for marker in (SOMEBODY, SOMETHING, SOMETIME)}
        pieces = re.split("(" + "|".join(map(re.escape, markers)) + ")", text)
        self._written = [markers.get(piece, piece) for piece in pieces]
        return self._written


def first_row(sql: str, parameters: list[Any] | None) -> tuple[Any, ...] | None:
    """The first row of a statement that reads and is a transaction of its own.

    In a thread that has a connection open (a request's, a test's) it is asked there.
    """
    pool = getattr(connection, "pool", None) if connection.connection is None else None
    if pool is None:
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            row: tuple[Any, ...] | None = cursor.fetchone()
            return row
    pool.open()
    borrowed = pool.getconn()
    try:
        if not borrowed.autocommit:
            borrowed.autocommit = True
        found: tuple[Any, ...] | None = borrowed.execute(sql, parameters).fetchone()
        return found
    finally:
        pool.putconn(borrowed)


def _adapted(value: Any) -> Any:
    if isinstance(value, UUID):
        return value if connection.features.has_native_uuid_field else value.hex
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value


def _literal(value: Marker) -> str:
    """A key or a moment in PostgreSQL's words. Of these two types nothing needs to be escaped."""
    if isinstance(value, UUID):
        return f"'{value}'::uuid"
    return f"'{value.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}+00:00'::timestamptz"
