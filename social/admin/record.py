"""What was decided and what was opened, to be read: nobody changes it, whatever their rights."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from social.models import Decision, ModeratorReading


class RecordAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # One for several models.
    """Rows that nobody adds, changes or removes."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


class NamedRecordAdmin(RecordAdmin):
    """Records of what a moderator did about somebody."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With the handles of those who are still here: a row keeps nothing but ids."""
        who = {
            name: Subquery(User.objects.filter(pk=OuterRef(f"{name}_id")).values("handle")[:1])
            for name in ("moderator", "person")
        }
        rows: QuerySet[Any] = super().get_queryset(request).annotate(**who)
        return rows

    @admin.display(description=_("moderator"))
    def decided_by(self, row: Any) -> str:
        """Who it was."""
        return f"@{row.moderator}" if row.moderator else str(row.moderator_id or "—")

    @admin.display(description=_("person"))
    def about(self, row: Any) -> str:
        """Whose the thing is."""
        return f"@{row.person}" if row.person else str(row.person_id or "—")

    @admin.display(description=_("case"))
    def screen(self, row: Any) -> str:
        """The way to the screen on which it was decided."""
        address = reverse("admin:social_case_change", args=[row.case_id])
        return format_html('<a href="{}">{}</a>', address, row.case.get_kind_display())


@admin.register(Decision)
class DecisionAdmin(NamedRecordAdmin):
    list_display = [
        "created_at",
        "action",
        "screen",
        "about",
        "ground",
        "clause",
        "origin",
        "decided_by",
        "ends_at",
        "is_lifted",
    ]
    list_filter = ["action", "ground", "origin"]
    search_fields = ["=id", "=person_id", "=moderator_id", "=case__target_id"]
    list_select_related = ["case", "lifted_by"]

    @admin.display(description=_("lifted"), boolean=True)
    def is_lifted(self, decision: Decision) -> bool:
        """Whether another decision has undone it."""
        return hasattr(decision, "lifted_by")


@admin.register(ModeratorReading)
class ModeratorReadingAdmin(NamedRecordAdmin):
    list_display = ["created_at", "decided_by", "screen", "about", "report"]
    search_fields = ["=moderator_id", "=person_id", "=case__target_id"]
    list_select_related = ["case", "report"]
