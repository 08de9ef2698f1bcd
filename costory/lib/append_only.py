"""Tables that only grow: the database itself refuses UPDATE and DELETE on them, whoever asks.

On PostgreSQL TRUNCATE stays possible (a test database is emptied with it); on SQLite a test has to `remove` the rule
before it empties a table.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.apps.registry import Apps
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def _statements(vendor: str, table: str) -> list[str]:
    if vendor == "postgresql":
        return [
            f"""CREATE OR REPLACE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION '{table} is append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$""",
            f"DROP TRIGGER IF EXISTS {table}_append_only ON {table}",
            f"""CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION {table}_refuse()""",
        ]
    return [
        f"""CREATE TRIGGER IF NOT EXISTS {table}_append_only_{verb} BEFORE {verb} ON {table}
        BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"""
        for verb in ("update", "delete")
    ]


def install(connection: "BaseDatabaseWrapper", table: str) -> None:
    """Make `table` append-only. Repeating it is harmless."""
    with connection.cursor() as cursor:
        for statement in _statements(connection.vendor, table):
            cursor.execute(statement)


def remove(connection: "BaseDatabaseWrapper", table: str) -> None:
    """Lift the rule from `table`: for a migration backwards, and for a test that empties its database."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"DROP TRIGGER IF EXISTS {table}_append_only ON {table}")
            cursor.execute(f"DROP FUNCTION IF EXISTS {table}_refuse()")
        else:
            cursor.execute(f"DROP TRIGGER IF EXISTS {table}_append_only_update")
            cursor.execute(f"DROP TRIGGER IF EXISTS {table}_append_only_delete")


def migration(
    table: str,
) -> "tuple[Callable[[Apps, BaseDatabaseSchemaEditor], None], Callable[[Apps, BaseDatabaseSchemaEditor], None]]":
    """The two functions of a RunPython operation that installs and removes the rule."""

    def forwards(apps: "Apps", schema_editor: "BaseDatabaseSchemaEditor") -> None:
        install(schema_editor.connection, table)

    def backwards(apps: "Apps", schema_editor: "BaseDatabaseSchemaEditor") -> None:
        remove(schema_editor.connection, table)

    return forwards, backwards
