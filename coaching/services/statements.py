"""How a reply ends, in SQL: each statement of a settlement written by hand and prepared by the server.

A settlement is what a reply costs beside its chunks (docs/benchmarks.md); the ORM took more than half of it. On
SQLite, which has one writer and no hurry, the ORM says the same.
"""

import json
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection

from coaching.models import Dispatch, Reply, Session
from costory.lib.prepared import prepared_cursor

_READ: Final = (
    *("id", "session_id", "model", "is_offline", "hold_id", "ceiling_micros", "is_cost_estimated", "request"),
    *("request_sha256", "generation_id", "heartbeat_at", "created_at"),
)
_READ_OF_SESSION: Final = ("id", "user_id", "kind", "mode")
_WRITTEN: Final = (
    *("state", "error_code", "content", "content_html", "generation_id", "request", "ended_at", "cost_micros"),
    *("provider_cost_usd", "is_cost_estimated", "input_tokens", "output_tokens"),
)

POSTGRESQL_LOCK = f"""
    SELECT {", ".join(f"reply.{name}" for name in _READ)}, {", ".join(f"session.{name}" for name in _READ_OF_SESSION)}
    FROM coaching_reply AS reply JOIN coaching_session AS session ON session.id = reply.session_id
    WHERE reply.id = %(id)s AND reply.state IN ('pending', 'running') AND reply.claimed_by = %(claimed_by)s
    FOR UPDATE OF reply
"""  # noqa: S608  The columns are ours.
POSTGRESQL_END = f"""
    UPDATE coaching_reply SET {", ".join(f"{name} = %({name})s" for name in _WRITTEN)} WHERE id = %(id)s
"""  # noqa: S608  The same.
POSTGRESQL_KEEP = """
    INSERT INTO coaching_dispatch (reply_id, packed, size_bytes, processor, is_zero_retention, sent_at)
    VALUES (%(reply)s, %(packed)s, %(size_bytes)s, %(processor)s, %(is_zero_retention)s, %(sent_at)s)
    ON CONFLICT (reply_id) DO NOTHING
"""


def lock_unfinished(reply_id: UUID, *, claimed_by: str) -> Reply | None:
    """The reply with its session, locked; None where it has ended or is another process's.

    Only what a settlement reads is there; whatever else is asked of it is a query.
    """
    if connection.vendor != "postgresql":
        rows = Reply.objects.select_for_update(of=("self",)).select_related("session")
        return rows.filter(pk=reply_id, state__in=Reply.UNFINISHED, claimed_by=claimed_by).first()
    with prepared_cursor() as cursor:
        cursor.execute(POSTGRESQL_LOCK, {"id": reply_id, "claimed_by": claimed_by})
        row = cursor.fetchone()
    if row is None:
        return None
    values = dict(zip(_READ, row, strict=False))
    values["request"] = json.loads(values["request"])
    reply = Reply.from_db(connection.alias, list(_READ), list(values.values()))
    reply.session = Session.from_db(connection.alias, list(_READ_OF_SESSION), list(row[len(_READ) :]))
    return reply


def write_end(reply: Reply) -> None:
    """Store how a locked reply has ended."""
    if connection.vendor != "postgresql":
        reply.save(update_fields=_WRITTEN)
        return
    values = {name: getattr(reply, name) for name in _WRITTEN}
    values["request"] = connection.ops.adapt_json_value(reply.request, None)
    values["content_html"] = str(reply.content_html)
    with prepared_cursor() as cursor:
        cursor.execute(POSTGRESQL_END, {**values, "id": reply.pk})


def keep_dispatch(reply: Reply, *, body: bytes, processor: str, is_zero_retention: bool, sent_at: datetime) -> None:
    """Store what left the house for a reply, once."""
    dispatch = Dispatch(
        reply_id=reply.pk,
        packed=Dispatch.pack(body),
        size_bytes=len(body),
        processor=processor,
        is_zero_retention=is_zero_retention,
        sent_at=sent_at,
    )
    if connection.vendor != "postgresql":
        Dispatch.objects.bulk_create([dispatch], ignore_conflicts=True)
        return
    with prepared_cursor() as cursor:
        cursor.execute(
            POSTGRESQL_KEEP,
            {
                "reply": dispatch.reply_id,
                "packed": bytes(dispatch.packed),
                "size_bytes": dispatch.size_bytes,
                "processor": processor,
                "is_zero_retention": is_zero_retention,
                "sent_at": sent_at,
            },
        )
