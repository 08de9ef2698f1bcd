"""The ledger for operators: to be read. Credits are given with `manage.py grant_credits`."""

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from billing.models import Entry, Hold, Wallet


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # One for several models.
    """Rows that nobody adds, changes or removes by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


@admin.register(Wallet)
class WalletAdmin(ReadOnlyAdmin):
    list_display = ["id", "user", "balance_micros", "held_micros", "is_frozen"]
    list_filter = ["is_frozen"]
    search_fields = ["=user__email", "=user__handle"]
    list_select_related = ["user"]


@admin.register(Entry)
class EntryAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "wallet", "kind", "amount_micros", "balance_after_micros", "cause"]
    list_filter = ["kind"]
    search_fields = ["=cause", "=wallet__user__email"]
    ordering = ["-created_at"]


@admin.register(Hold)
class HoldAdmin(ReadOnlyAdmin):
    list_display = ["opened_at", "wallet", "amount_micros", "cause", "closed_at", "settled_micros"]
    search_fields = ["=cause"]
    ordering = ["-opened_at"]
