"""People for operators. Addresses are searched, not listed; passwords and keys are nowhere."""

from django.contrib import admin
from django.http import HttpRequest

from accounts.models import User


@admin.register(User)
class UserAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # It takes no parameter at run time.
    list_display = ["handle", "display_name", "is_active", "is_staff", "created_at"]
    list_filter = ["is_active", "is_staff", "language"]
    search_fields = ["=email", "=handle", "=id"]
    ordering = ["-created_at"]
    fields = ["id", "email", "handle", "display_name", "is_public", "is_active", "is_staff", "created_at", "last_login"]
    readonly_fields = ["id", "email", "handle", "display_name", "is_public", "created_at", "last_login"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False
