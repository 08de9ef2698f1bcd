"""Every field of a story's rows is in its archive, or stands here with the reason why not."""

import pytest
from django.db.models import Model

from coaching.archive import (
    BeatPlacePart,
    ConversationPart,
    ExchangePart,
    FindingPart,
    ProposalPart,
    ReplyPart,
    SummaryPart,
)
from coaching.models import BeatPlace, Finding, Message, Proposal, Reply, Session, Summary
from costory.lib.archive import Part
from stories.archive.schema import (
    BeatPart,
    ChapterPart,
    CodexPart,
    FactPart,
    InsertionPart,
    NotePart,
    PhotographPart,
    RelationPart,
    RevisionPart,
    StoryPart,
)
from stories.models import (
    Beat,
    Chapter,
    CodexEntry,
    CodexFact,
    CodexRelation,
    Insertion,
    Note,
    Photograph,
    Revision,
    Story,
)

# Rendered or counted anew from the text when it comes in.
COUNTED = {"content_html", "word_count", "character_count", "coach_characters", "coach_edited_characters"}
CASES: list[tuple[type[Model], type[Part], set[str]]] = [
    # A link is made anew by whoever gives it away.
    # Moderation's word stays with the story it was said of.
    (Story, StoryPart, {"owner", "share_token", "word_count", "chapter_count", "standing"}),
    (Chapter, ChapterPart, {"story", "announced_at"} | COUNTED),
    # Its author is `is_own`, its reply `reply`; an open sitting ends with the export.
    (Revision, RevisionPart, {"chapter", "author", "reply_id", "is_open"}),
    # They follow each other in the file; sizes are those of the picture.
    (Photograph, PhotographPart, {"id", "chapter", "position", "image", "width", "height", "deleted_at"}),
    # What was thrown away goes nowhere.
    (Note, NotePart, {"id", "chapter", "deleted_at"}),
    (CodexEntry, CodexPart, {"story"}),
    (CodexFact, FactPart, {"id", "entry"}),
    (CodexRelation, RelationPart, {"id", "entry"}),
    (Beat, BeatPart, {"id", "story"}),
    (Insertion, InsertionPart, {"id", "story", "reply_id"}),
    (Session, ConversationPart, {"id", "story", "user"}),
    (Message, ExchangePart, {"id", "session"}),
    # How it was run and paid for concerns the house that ran it.
    (
        Reply,
        ReplyPart,
        {"session", "message", "request_key", "content_html", "hold", "request", "generation_id", "claimed_by"}
        | {"heartbeat_at", "stop_requested_at"},
    ),
    # It stands with its reply.
    (Proposal, ProposalPart, {"reply", "story", "user"}),
    (Summary, SummaryPart, set()),
    (Finding, FindingPart, {"id", "story"}),
    (BeatPlace, BeatPlacePart, {"id", "story"}),
]


@pytest.mark.parametrize(("model", "part", "left_out"), CASES, ids=[case[0].__name__ for case in CASES])
def test_every_field_is_in_the_archive(model: type[Model], part: type[Part], left_out: set[str]) -> None:
    fields = {field.name for field in model._meta.concrete_fields}

    assert left_out <= fields
    assert fields - left_out - set(part.model_fields) == set(), "add it to the archive, or say here why not"
