"""People for operators. Addresses are searched, not listed; passwords and keys are nowhere."""

from django.contrib import admin
from django.http import HttpRequest

from accounts.models import ApiToken, User
from costory.lib.admin import NoProbing

TIMES = ["created_at", "last_login", "erasure_requested_at"]
RIGHTS = ["is_staff", "is_superuser", "groups", "user_permissions"]


@admin.register(User)
class UserAdmin(NoProbing):
    """Whoever may change people may close an account; only a superuser may say what somebody else may do."""

    list_display = ["handle", "display_name", "is_active", "is_staff", "created_at"]
    list_filter = ["is_active", "is_staff", "language"]
    search_fields = ["=email", "=handle", "=id"]
    ordering = ["-created_at"]
    fields = ["id", "email", "handle", "display_name", "is_public", "is_active", *RIGHTS, *TIMES]
    readonly_fields = ["id", "email", "handle", "display_name", "is_public", *TIMES]
    filter_horizontal = ["groups", "user_permissions"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        """What stands on the page but cannot be changed there, not even by a form made by hand."""
        fixed = [*self.readonly_fields]
        if not request.user.is_superuser:
            fixed += RIGHTS
            # Nor may staff lock out those who could undo it.
            if obj is not None and (obj.is_staff or obj.is_superuser):
                fixed.append("is_active")
        return fixed


@admin.register(ApiToken)
class ApiTokenAdmin(NoProbing):
    """Keys to the API, to be read: whose, for what, until when. Not even their digests."""

    list_display = ["name", "user", "scopes", "created_at", "expires_at", "last_used_at", "revoked_at"]
    search_fields = ["=user__email", "=user__handle", "=id"]
    list_select_related = ["user"]
    # Nobody may change one, so what is named here is only read.
    fields = ["id", "user", "name", "scopes", "created_at", "expires_at", "last_used_at", "revoked_at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: ApiToken | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ApiToken | None = None) -> bool:
        return False
