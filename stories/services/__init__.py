"""Every write to a story, its chapters and their text.

Locks are taken in one order: the story's row, then chapters'. Every write of a chapter begins by touching its
story (the totals live there), so two of them never wait for each other, and whoever holds the story's row is alone.
"""

from stories.services.arrangement import rename_chapter, set_status
from stories.services.asked import NoQuestion, NotThatDay, answer_question, open_day, set_prompt
from stories.services.chapter import (
    IncompleteOrder,
    create_chapter,
    delete_chapter,
    move_chapter,
    reorder_chapters,
    restore_chapter,
)
from stories.services.codex import (
    MAX_ALIASES,
    MAX_ENTRIES,
    MAX_FACTS,
    CodexFull,
    InvalidCodexEntry,
    add_codex_fact,
    create_codex_entry,
    delete_codex_entry,
    delete_codex_fact,
    delete_codex_relation,
    relate_codex_entries,
    restore_codex_entry,
    revise_codex_entry,
    revise_codex_fact,
    set_codex_picture,
)
from stories.services.division import NothingToDivide, merge_chapters, split_chapter
from stories.services.draft import STEPS, discard_draft, finish_draft, save_draft
from stories.services.manuscript import Chosen, discard_import, keep_import, take_in
from stories.services.mentions import MentionCounts, count_mentions, lexicon_of
from stories.services.note import MAX_NOTE_CHARACTERS, InvalidNote, add_note, delete_note, finish_note, revise_note
from stories.services.outline import (
    ACTS,
    InvalidBeat,
    add_beat,
    delete_beat,
    make_chapter,
    make_chapters,
    move_beat,
    revise_beat,
)
from stories.services.revision import StaleRevision, insert_passage, restore_revision, revise_chapter
from stories.services.scene import InvalidTurn, set_scene, take_turn
from stories.services.snapshot import keep_snapshot, name_revision, text_at
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
    "ACTS",
    "MAX_ALIASES",
    "MAX_CONTENT_CHARACTERS",
    "MAX_ENTRIES",
    "MAX_FACTS",
    "MAX_NOTE_CHARACTERS",
    "MAX_TITLE_CHARACTERS",
    "STEPS",
    "Chosen",
    "CodexFull",
    "ContentTooLong",
    "IncompleteOrder",
    "InvalidBeat",
    "InvalidCodexEntry",
    "InvalidNote",
    "InvalidTitle",
    "InvalidTurn",
    "MentionCounts",
    "NoQuestion",
    "NotThatDay",
    "NothingToDivide",
    "StaleRevision",
    "add_beat",
    "add_codex_fact",
    "add_note",
    "answer_question",
    "count_mentions",
    "create_chapter",
    "create_codex_entry",
    "create_story",
    "delete_beat",
    "delete_chapter",
    "delete_codex_entry",
    "delete_codex_fact",
    "delete_codex_relation",
    "delete_note",
    "delete_story",
    "discard_draft",
    "discard_import",
    "finish_draft",
    "finish_note",
    "insert_passage",
    "keep_import",
    "keep_snapshot",
    "lexicon_of",
    "make_chapter",
    "make_chapters",
    "merge_chapters",
    "move_beat",
    "move_chapter",
    "name_revision",
    "open_day",
    "relate_codex_entries",
    "rename_chapter",
    "reorder_chapters",
    "restore_chapter",
    "restore_codex_entry",
    "restore_revision",
    "restore_story",
    "revise_beat",
    "revise_chapter",
    "revise_codex_entry",
    "revise_codex_fact",
    "revise_note",
    "revise_story",
    "save_draft",
    "set_codex_picture",
    "set_prompt",
    "set_scene",
    "set_status",
    "set_visibility",
    "share_url",
    "split_chapter",
    "start_story",
    "take_in",
    "take_turn",
    "text_at",
]
