"""Every write to a story, its chapters and their text.

Locks are taken in one order: the story's row, then chapters'. Every write of a chapter begins by touching its
story (the totals live there), so two of them never wait for each other, and whoever holds the story's row is alone.
"""

from stories.services.arrangement import rename_chapter, set_status
from stories.services.chapter import (
    IncompleteOrder,
    create_chapter,
    delete_chapter,
    move_chapter,
    reorder_chapters,
    restore_chapter,
)
from stories.services.division import NothingToDivide, merge_chapters, split_chapter
from stories.services.revision import StaleRevision, insert_passage, restore_revision, revise_chapter
from stories.services.story import (
    create_story,
    delete_story,
    restore_story,
    revise_story,
    set_visibility,
    share_url,
    start_story,
)
from stories.services.wording import MAX_CONTENT_CHARACTERS, MAX_TITLE_CHARACTERS, ContentTooLong, InvalidTitle

__all__ = [
    "MAX_CONTENT_CHARACTERS",
    "MAX_TITLE_CHARACTERS",
    "ContentTooLong",
    "IncompleteOrder",
    "InvalidTitle",
    "NothingToDivide",
    "StaleRevision",
    "create_chapter",
    "create_story",
    "delete_chapter",
    "delete_story",
    "insert_passage",
    "merge_chapters",
    "move_chapter",
    "rename_chapter",
    "reorder_chapters",
    "restore_chapter",
    "restore_revision",
    "restore_story",
    "revise_chapter",
    "revise_story",
    "set_status",
    "set_visibility",
    "share_url",
    "split_chapter",
    "start_story",
]
