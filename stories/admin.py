"""Stories for operators: which there are and who may read them; never what they say."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from stories.models import Story


@admin.register(Story)
class StoryAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # It takes no parameter at run time.
    """A list to search, and no page of a single story: its heading would be a private title."""

    list_display = [
        "id",
        "published_title",
        "owner",
        "mode",
        "visibility",
        "chapter_count",
        "word_count",
        "created_at",
        "updated_at",
        "deleted_at",
    ]
    list_display_links = None
    list_filter = ["mode", "visibility", "language"]
    search_fields = ["title", "=id", "=owner__handle", "=owner__email"]
    list_select_related = ["owner"]

    @admin.display(description=_("title"))
    def published_title(self, story: Story) -> str:
        """What everybody may read anyway."""
        return story.title if story.is_public else "—"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Story | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Story | None = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Story | None = None) -> bool:
        return obj is None and super().has_view_permission(request)
