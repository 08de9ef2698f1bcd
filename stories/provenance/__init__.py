"""Who wrote which characters of a text: the record of runs, carried from each save to the next.

A run is `[length, source]`, or `[length, source, reply_id]` where the words came from a reply of the coach's; lengths
are in Unicode code points, and a text's runs cover it exactly. `human` is what a person typed. `coach` is what the
coach wrote and nobody changed. `coach-edited` is what is left of a coach's sentence that a person cut or typed into.

Between two saves nothing is known but the two texts, so the record errs towards the person: where it cannot be told
which of two equal characters went, the one that stays is a person's if either was. Only one thing can be called the
coach's after a person typed it: the coach's own words, put back at the place where they stood, or a long passage of
them put anywhere in the story.
"""

from stories.provenance.carrying import Passage, carry
from stories.provenance.runs import (
    COACH,
    COACH_EDITED,
    HUMAN,
    Runs,
    Shares,
    cover,
    cut_runs,
    insert_run,
    join_runs,
    shares,
)

__all__ = [
    "COACH",
    "COACH_EDITED",
    "HUMAN",
    "Passage",
    "Runs",
    "Shares",
    "carry",
    "cover",
    "cut_runs",
    "insert_run",
    "join_runs",
    "shares",
]
