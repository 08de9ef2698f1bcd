"""What you write."""

from stories.models.chapter import Chapter, Revision
from stories.models.story import Story

__all__ = ["Chapter", "Revision", "Story"]
