"""A story whole, as plain values and back: text, revisions, record, codex, outline, pictures.

`written` makes the parts of an archive from rows, `schema` says what an archive may hold, `taken` makes rows of one.
costory.archive puts the parts of every app together.
"""

from stories.archive.schema import BeatPart, ChapterPart, CodexPart, InsertionPart, StoryPart
from stories.archive.taken import StoryRows, make_rows
from stories.archive.written import beat_parts, chapter_parts, codex_parts, insertion_parts, story_part

__all__ = [
    "BeatPart",
    "ChapterPart",
    "CodexPart",
    "InsertionPart",
    "StoryPart",
    "StoryRows",
    "beat_parts",
    "chapter_parts",
    "codex_parts",
    "insertion_parts",
    "make_rows",
    "story_part",
]
