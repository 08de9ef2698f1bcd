"""What you write."""

from stories.models.chapter import Chapter, Revision
from stories.models.story import BIN_TIME, Story, new_share_token

__all__ = ["BIN_TIME", "Chapter", "Revision", "Story", "new_share_token"]
