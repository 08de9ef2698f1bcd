"""The codex, for programs: its entries, and one of them whole."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.shortcuts import get_object_or_404
from ninja import Query, Router, Status
from pydantic import BaseModel, Field

from accounts.api_auth import ApiRequest, reads, writes
from costory.lib.api import Input, Listed, Paging, Single, Text, refusals
from stories import services
from stories.api.owned import own_story
from stories.models import CodexEntry, CodexFact
from stories.selectors.codex import Relation, facts_of, found_by, relations_of

router = Router(tags=["codex"])

Name = Annotated[Text, Field(min_length=1, max_length=120)]
ChapterId = Annotated[UUID | None, Field(strict=False)]


class CodexEntryIn(Input):
    """An entry of the codex."""

    name: Name
    kind: Literal["character", "place", "thing", "fact"] = "character"
    aliases: Annotated[list[Name], Field(max_length=50)] = []
    description: Annotated[Text, Field(max_length=10_000)] = ""
    inclusion: Literal["always", "named", "never"] = "named"
    played_by: Literal["", "writer", "coach"] = ""


class CodexEntryOut(BaseModel):
    """An entry of the codex."""

    id: UUID
    story_id: UUID
    name: str
    kind: str
    aliases: list[str]
    description: str
    inclusion: str
    played_by: str
    has_picture: bool
    created_at: datetime
    updated_at: datetime


class CodexFilter(BaseModel):
    """Words that names, other names or descriptions hold, all of them, whatever their capitals and accents."""

    q: Annotated[str, Field(max_length=200)] = ""


class FactIn(Input):
    """What is true of an entry, from one chapter to another, both included; from the beginning, or to the end."""

    text: Annotated[Text, Field(min_length=1, max_length=1000)]
    holds_from: ChapterId = None
    holds_until: ChapterId = None


class FactOut(BaseModel):
    """What is true of an entry."""

    id: UUID
    entry_id: UUID
    text: str
    holds_from: UUID | None
    holds_until: UUID | None
    created_at: datetime


class RelationIn(Input):
    """How an entry stands to another one."""

    label: Name
    other_id: Annotated[UUID, Field(strict=False)]


class RelationOut(BaseModel):
    """How an entry stands to another, seen from it; `is_from` where it is the one the words begin with."""

    id: UUID
    label: str
    other_id: UUID
    other_name: str
    is_from: bool


class ChapterCountOut(BaseModel):
    """How often a chapter names an entry."""

    chapter_id: UUID
    count: int


class CodexEntryWholeOut(CodexEntryOut):
    """An entry with all that is known of it, and which chapters name it; `is_counted` once all were counted."""

    facts: list[FactOut]
    relations: list[RelationOut]
    chapters: list[ChapterCountOut]
    is_counted: bool


class MentionOut(BaseModel):
    """Where a chapter names an entry, in code points."""

    entry_id: UUID
    start: int
    end: int


class MentionsOut(BaseModel):
    """Where a chapter's text at this version names anybody."""

    version: int
    mentions: list[MentionOut]


def entry_out(entry: CodexEntry) -> CodexEntryOut:
    """An entry as the API shows it."""
    return CodexEntryOut(**_said(entry))


def fact_out(fact: CodexFact) -> FactOut:
    """A fact as the API shows it."""
    return FactOut(
        id=fact.pk,
        entry_id=fact.entry_id,
        text=fact.text,
        holds_from=fact.holds_from_id,
        holds_until=fact.holds_until_id,
        created_at=fact.created_at,
    )


def relation_out(relation: Relation) -> RelationOut:
    """A relation as the API shows it."""
    return RelationOut(
        id=relation.id,
        label=relation.label,
        other_id=relation.other.pk,
        other_name=relation.other.name,
        is_from=relation.is_from,
    )


@router.get(
    "/stories/{uuid:story_id}/codex",
    response={200: Listed[CodexEntryOut], **refusals(401, 403, 404)},
    auth=reads,
    summary="The codex",
)
def codex(
    request: ApiRequest, story_id: UUID, asked: Query[CodexFilter], paging: Query[Paging]
) -> Listed[CodexEntryOut]:
    """Who and what a story of yours is about, by name; with `q`, those it finds."""
    entries = own_story(request, story_id).codex_entries.present()
    if asked.q.strip():
        entries = entries.filter(pk__in=[entry.pk for entry in found_by(asked.q, list(entries))])
    page = paging.page_of(entries, keys=("name", "id"))
    return Listed(data=[entry_out(entry) for entry in page.rows], meta=page.meta)


@router.post(
    "/stories/{uuid:story_id}/codex",
    response={201: Single[CodexEntryOut], **refusals(401, 403, 404, 409)},
    auth=writes,
    summary="New entry",
)
def codex_entry_create(request: ApiRequest, story_id: UUID, body: CodexEntryIn) -> Status[Single[CodexEntryOut]]:
    """At most 500 in a story."""
    entry = services.create_codex_entry(story=own_story(request, story_id), **body.model_dump())
    return Status(201, Single(data=entry_out(entry)))


@router.get(
    "/stories/{uuid:story_id}/codex/bin",
    response={200: Listed[CodexEntryOut], **refusals(401, 403, 404)},
    auth=reads,
    summary="Entries that were taken out",
)
def codex_bin(request: ApiRequest, story_id: UUID, paging: Query[Paging]) -> Listed[CodexEntryOut]:
    """Those that can still be had back, the last one first."""
    binned = CodexEntry.objects.in_bin_of(request.auth.user).filter(story=own_story(request, story_id))
    page = paging.page_of(binned, keys=("-deleted_at", "-id"))
    return Listed(data=[entry_out(entry) for entry in page.rows], meta=page.meta)


@router.get(
    "/codex/{uuid:entry_id}",
    response={200: Single[CodexEntryWholeOut], **refusals(401, 403, 404)},
    auth=reads,
    summary="An entry",
)
def codex_entry(request: ApiRequest, entry_id: UUID) -> Single[CodexEntryWholeOut]:
    """With its facts in the order of the story, its relations in both directions, and the chapters that name it."""
    entry = own_entry(request, entry_id)
    entries = list(entry.story.codex_entries.present().defer("description").order_by("name", "id"))
    chapters = list(entry.story.chapters.filter(deleted_at=None).without_text().order_by("position"))
    counts = services.count_mentions(story=entry.story, entries=entries, chapters=chapters)
    of_chapters = counts.of(entry)
    return Single(
        data=CodexEntryWholeOut(
            **_said(entry),
            facts=[fact_out(fact) for fact in facts_of(entry)],
            relations=[relation_out(relation) for relation in relations_of(entry)],
            chapters=[
                ChapterCountOut(chapter_id=chapter.pk, count=of_chapters[chapter.pk])
                for chapter in chapters
                if chapter.pk in of_chapters
            ],
            is_counted=not counts.waiting,
        )
    )


@router.put(
    "/codex/{uuid:entry_id}",
    response={200: Single[CodexEntryOut], **refusals(401, 403, 404)},
    auth=writes,
    summary="Replace an entry",
)
def codex_entry_revise(request: ApiRequest, entry_id: UUID, body: CodexEntryIn) -> Single[CodexEntryOut]:
    """Every field takes the value sent, or its default."""
    entry = own_entry(request, entry_id)
    return Single(data=entry_out(services.revise_codex_entry(entry=entry, **body.model_dump())))


@router.delete(
    "/codex/{uuid:entry_id}",
    response={204: None, **refusals(401, 403, 404)},
    auth=writes,
    summary="Take an entry out of the codex",
)
def codex_entry_delete(request: ApiRequest, entry_id: UUID) -> Status[None]:
    """For 30 days it can be had back."""
    services.delete_codex_entry(entry=own_entry(request, entry_id))
    return Status(204, None)


def own_entry(request: ApiRequest, entry_id: UUID) -> CodexEntry:
    """An entry of the caller's. Raises Http404."""
    return get_object_or_404(CodexEntry.objects.editable_by(request.auth.user).select_related("story"), pk=entry_id)


def _said(entry: CodexEntry) -> dict[str, Any]:
    names = [name for name in CodexEntryOut.model_fields if name != "has_picture"]
    return {"has_picture": bool(entry.picture), **{name: getattr(entry, name) for name in names}}
