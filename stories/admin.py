"""Stories for operators: what they are called and who may read them; never what they say."""

from django.contrib import admin
from django.http import HttpRequest

from stories.models import Story


@admin.register(Story)
class StoryAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # It takes no parameter at run time.
    list_display = ["id", "owner", "mode", "visibility", "chapter_count", "word_count", "updated_at"]
    list_filter = ["mode", "visibility", "language"]
    search_fields = ["=id", "=owner__handle", "=owner__email"]
    list_select_related = ["owner"]
    fields = ["owner", "mode", "language", "visibility", "chapter_count", "word_count", "created_at", "deleted_at"]
    readonly_fields = [
        "owner",
        "mode",
        "language",
        "visibility",
        "chapter_count",
        "word_count",
        "created_at",
        "deleted_at",
    ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Story | None = None) -> bool:
        return False
