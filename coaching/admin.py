"""The catalogue of models for operators, who put a model on offer or take it off. No conversation is shown."""

from django.contrib import admin
from django.http import HttpRequest

from coaching.models import CoachModel


@admin.register(CoachModel)
class CoachModelAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # It takes no parameter at run time.
    list_display = ["slug", "name", "is_enabled", "prompt_price_usd", "completion_price_usd", "expires_at", "synced_at"]
    list_filter = ["is_enabled", "has_zero_retention"]
    list_editable = ["is_enabled"]
    search_fields = ["slug", "name"]
    readonly_fields = ["slug", "synced_at"]
    autocomplete_fields = ["replaced_by"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
