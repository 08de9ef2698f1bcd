"""How much of a story its readers see."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Sum

from stories.models import Chapter, Story


@dataclass(frozen=True)
class Released:
    """Figures of the chapters that are released, and nothing of the others."""

    words: int = 0
    chapters: int = 0
    last_at: datetime | None = None

    def told_of(self, story: Story) -> dict[str, Any]:
        """What is told of a story by field: how long it is to its readers, and how new, whenever it was worked on."""
        shown_at = max(filter(None, (self.last_at, story.published_at)), default=story.created_at)
        return {"word_count": self.words, "chapter_count": self.chapters, "updated_at": shown_at}


def released_figures(story_ids: Collection[UUID]) -> dict[UUID, Released]:
    """What is released of each of these stories, in one query; a story without any is left out."""
    if not story_ids:
        return {}
    rows = Chapter.objects.readable().filter(story__in=story_ids).order_by().values("story")
    counted = rows.annotate(words=Sum("word_count"), chapters=Count("pk"), last_at=Max("released_at"))
    return {row["story"]: Released(row["words"] or 0, row["chapters"], row["last_at"]) for row in counted}
