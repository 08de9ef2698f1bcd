"""Stories for operators: which there are and who may read them; never what they say."""

from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from costory.lib.admin import NoProbing
from stories.models import Story


@admin.register(Story)
class StoryAdmin(NoProbing):
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
    search_fields = ["=id", "=owner__handle", "=owner__email"]
    list_select_related = ["owner"]

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """By title too, where everybody may read it: a search that finds a private one says what it is called."""
        found, may_have_duplicates = super().get_search_results(request, queryset, search_term)
        if search_term:
            titled = Q(pk__in=Story.objects.published().filter(title__icontains=search_term))
            found = queryset.filter(titled | Q(pk__in=found.values("pk")))
        return found, may_have_duplicates

    @admin.display(description=_("title"))
    def published_title(self, story: Story) -> str:
        """What everybody may read anyway."""
        is_read = story.is_public and story.standing in Story.READABLE_STANDINGS and story.deleted_at is None
        return story.title if is_read else "—"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Story | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Story | None = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Story | None = None) -> bool:
        return obj is None and super().has_view_permission(request)
