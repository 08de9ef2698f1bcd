"""Conversations had one branch: each message follows the one before it, and the last is the head."""

from typing import Any

from django.db import migrations
from django.db.models import Window
from django.db.models.functions import Lag

BATCH = 500


def chain(apps: Any, schema_editor: Any) -> None:
    message_model = apps.get_model("coaching", "Message")
    session_model = apps.get_model("coaching", "Session")
    earlier = Window(Lag("id"), partition_by="session_id", order_by=["created_at", "id"])
    rows = message_model.objects.annotate(earlier=earlier).order_by("session_id", "created_at", "id")
    heads: dict[Any, Any] = {}
    changed = []
    for pk, session_id, earlier_id in list(rows.values_list("pk", "session_id", "earlier")):
        heads[session_id] = pk
        if earlier_id is not None:
            changed.append(message_model(pk=pk, parent_id=earlier_id))
    message_model.objects.bulk_update(changed, ["parent"], batch_size=BATCH)
    sessions = [session_model(pk=session_id, head_id=pk) for session_id, pk in heads.items()]
    session_model.objects.bulk_update(sessions, ["head"], batch_size=BATCH)


def unchain(apps: Any, schema_editor: Any) -> None:
    apps.get_model("coaching", "Session").objects.exclude(head=None).update(head=None)
    apps.get_model("coaching", "Message").objects.exclude(parent=None).update(parent=None)


class Migration(migrations.Migration):
    dependencies = [("coaching", "0002_proposals_memory_branches")]

    operations = [migrations.RunPython(chain, unchain)]
