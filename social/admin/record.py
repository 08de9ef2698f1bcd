"""What was decided and what was opened, to be read: nobody changes it, whatever their rights."""

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

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


@admin.register(Decision)
class DecisionAdmin(RecordAdmin):
    list_display = [
        "created_at",
        "action",
        "case",
        "ground",
        "clause",
        "origin",
        "moderator_id",
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
class ModeratorReadingAdmin(RecordAdmin):
    list_display = ["created_at", "moderator_id", "case", "person_id", "chapter_id", "report"]
    search_fields = ["=moderator_id", "=person_id", "=case__target_id"]
    list_select_related = ["case", "report"]
