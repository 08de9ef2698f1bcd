"""The event store for operators: to be read."""

from django.contrib import admin
from django.http import HttpRequest

from events.models import Event


@admin.register(Event)
class EventAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # It takes no parameter at run time.
    list_display = ["occurred_at", "name", "person_id", "subject_type", "subject_id"]
    list_filter = ["name"]
    search_fields = ["=person_id", "=subject_id"]
    ordering = ["-occurred_at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Event | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Event | None = None) -> bool:
        return False
