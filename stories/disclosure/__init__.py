"""What of a text an AI system wrote, said for people and for machines.

Every figure comes from the record of runs (stories.provenance) as chapters keep it; nothing here is ever typed by hand.
"""

from stories.disclosure.figures import (
    ChapterFigures,
    Figures,
    StoryFigures,
    chapter_figures,
    story_figures,
    total_figures,
)
from stories.disclosure.marks import digital_source_type, reading_marks
from stories.disclosure.statement import statement

__all__ = [
    "ChapterFigures",
    "Figures",
    "StoryFigures",
    "chapter_figures",
    "digital_source_type",
    "reading_marks",
    "statement",
    "story_figures",
    "total_figures",
]
