"""What an archive of a story may hold."""

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from costory.lib.archive import Count, Line, Moment, Number, Part, Picture, Plan, Words, one_of
from stories.models import Chapter, CodexEntry, Revision, Story
from stories.services import MAX_ALIASES, MAX_CONTENT_CHARACTERS

Length = Annotated[int, Field(ge=1, le=MAX_CONTENT_CHARACTERS)]
HumanRun = tuple[Length, Literal["human"]]
CoachRun = tuple[Length, Literal["coach", "coach-edited"]]
NamedRun = tuple[Length, Literal["coach", "coach-edited"], UUID]
Runs = Annotated[list[HumanRun | CoachRun | NamedRun], Field(max_length=500_000)]
Title = Annotated[Line, Field(max_length=200)]
Text = Annotated[Words, Field(max_length=MAX_CONTENT_CHARACTERS)]


class StoryPart(Part):
    """A story and its brief. Who could read it is told, and not taken over."""

    id: UUID
    title: Annotated[Title, Field(min_length=1)]
    description: Annotated[Words, Field(max_length=5000)]
    mode: Annotated[str, one_of(Story.Mode.values)]
    language: Annotated[str, one_of(Story.Language.values)]
    visibility: Annotated[str, one_of(Story.Visibility.values)]
    theme: Annotated[str, one_of(["", *Story.Theme.values])]
    is_real: bool | None
    purpose: Annotated[str, one_of(["", *Story.Purpose.values])]
    era: Annotated[str, one_of(["", *Story.Era.values])]
    writing_style: Annotated[str, one_of(["", *Story.Style.values])]
    pov: Annotated[str, one_of(["", *Story.PointOfView.values])]
    premise: Annotated[Words, Field(max_length=2000)]
    # Archives from before there was a library are without them.
    rating: Annotated[str, one_of(["", *Story.Rating.values])] = ""
    warnings: Annotated[list[Annotated[str, one_of(Story.ContentWarning.values)]], Field(max_length=20)] = Field(
        default_factory=list
    )
    is_complete: bool = False
    comment_policy: Annotated[str, one_of(Story.CommentPolicy.values)] = Story.CommentPolicy.OPEN.value
    disclosure: Annotated[str, one_of(Story.Disclosure.values)] = Story.Disclosure.FIGURES.value
    may_download: bool = False
    tags: Annotated[list[Annotated[Line, Field(max_length=40)]], Field(max_length=20)] = Field(default_factory=list)
    cover: Picture | None = None
    created_at: Moment
    updated_at: Moment
    published_at: Moment | None
    deleted_at: Moment | None


class Recorded(Part):
    """A text and the record of who wrote it, which covers it exactly (or is empty: then a person did)."""

    title: Title
    content: Text
    provenance: Runs

    @model_validator(mode="after")
    def _is_covered(self) -> Self:
        if self.provenance and sum(run[0] for run in self.provenance) != len(self.content):
            raise ValueError("the record does not cover the text")
        return self


class RevisionPart(Recorded):
    """A text as it was at one version."""

    id: UUID
    version: Annotated[int, Field(ge=1, le=1_000_000_000)]
    kind: Annotated[str, one_of(Revision.Kind.values)]
    is_own: bool
    name: Annotated[Line, Field(max_length=120)]
    word_count: Count
    base_version: Count | None
    reply: UUID | None
    created_at: Moment
    updated_at: Moment


class PhotographPart(Part):
    """A picture of a chapter's, and what is said of it."""

    picture: Picture
    caption: Annotated[Line, Field(max_length=500)]
    description: Annotated[Line, Field(max_length=500)]
    created_at: Moment


class NotePart(Part):
    """A note to oneself."""

    body: Annotated[Words, Field(max_length=5000)]
    quote: Annotated[Words, Field(max_length=300)]
    position: Count
    created_at: Moment
    updated_at: Moment
    done_at: Moment | None


class ChapterPart(Recorded):
    """A chapter with everything that is its own."""

    id: UUID
    position: Number
    status: Annotated[str, one_of(Chapter.Status.values)]
    entry_date: date | None
    prompt: Annotated[Line, Field(max_length=500)]
    setting: Annotated[Words, Field(max_length=2000)]
    released_at: Plan | None = None
    is_silent: bool = False
    version: Annotated[int, Field(ge=1, le=1_000_000_000)]
    created_at: Moment
    updated_at: Moment
    deleted_at: Moment | None
    revisions: Annotated[list[RevisionPart], Field(max_length=100_000)]
    photographs: Annotated[list[PhotographPart], Field(max_length=1000)]
    notes: Annotated[list[NotePart], Field(max_length=10_000)]

    @model_validator(mode="after")
    def _versions_agree(self) -> Self:
        counted = [revision for revision in self.revisions if revision.kind != Revision.Kind.CONFLICT]
        versions = {revision.version for revision in counted}
        if len(versions) != len(counted):
            raise ValueError("two revisions have the same version")
        if versions and max(versions) > self.version:
            raise ValueError("a revision is newer than its chapter")
        for revision in counted:
            # The newest revision is the text as it stands; were it another, the next save would write over one of them.
            if revision.version == self.version and revision.content != self.content:
                raise ValueError("the newest revision is not the chapter's text")
        return self


class FactPart(Part):
    """What holds of an entry, from a chapter to a chapter."""

    text: Annotated[Line, Field(max_length=1000)]
    holds_from: UUID | None
    holds_until: UUID | None
    created_at: Moment


class RelationPart(Part):
    """How an entry stands to another."""

    other: UUID
    label: Annotated[Line, Field(max_length=120)]


class CodexPart(Part):
    """An entry of the codex."""

    id: UUID
    kind: Annotated[str, one_of(CodexEntry.Kind.values)]
    name: Annotated[Line, Field(min_length=1, max_length=120)]
    aliases: Annotated[list[Annotated[Line, Field(max_length=120)]], Field(max_length=MAX_ALIASES)]
    description: Annotated[Words, Field(max_length=10_000)]
    picture: Picture | None
    inclusion: Annotated[str, one_of(CodexEntry.Inclusion.values)]
    played_by: Annotated[str, one_of(["", *CodexEntry.Player.values])]
    created_at: Moment
    updated_at: Moment
    deleted_at: Moment | None
    facts: Annotated[list[FactPart], Field(max_length=1000)]
    relations: Annotated[list[RelationPart], Field(max_length=1000)]


class BeatPart(Part):
    """A step of the outline."""

    act: Annotated[int, Field(ge=1, le=9)]
    position: Number
    title: Title
    summary: Annotated[Words, Field(max_length=5000)]
    chapter: UUID | None
    created_at: Moment
    updated_at: Moment


class InsertionPart(Part):
    """A passage of the coach's that went into the text."""

    reply: UUID
    text: Text
    created_at: Moment
