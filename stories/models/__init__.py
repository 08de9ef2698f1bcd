"""What you write."""

from stories.models.chapter import Chapter, Revision
from stories.models.codex import ChapterMentions, CodexEntry, CodexFact, CodexRelation
from stories.models.story import BIN_TIME, Story, new_share_token
from stories.models.tag import StoryTag, Tag
from stories.models.writing import Beat, ImportDraft, Insertion, Note, Photograph, StoryDraft

__all__ = [
    "BIN_TIME",
    "Beat",
    "Chapter",
    "ChapterMentions",
    "CodexEntry",
    "CodexFact",
    "CodexRelation",
    "ImportDraft",
    "Insertion",
    "Note",
    "Photograph",
    "Revision",
    "Story",
    "StoryDraft",
    "StoryTag",
    "Tag",
    "new_share_token",
]
