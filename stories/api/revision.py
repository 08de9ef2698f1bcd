"""A chapter's earlier versions, for programs: all of them, one, what changed, back to one, and under a name."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Query, Router, Status
from pydantic import BaseModel, Field

from accounts.api_auth import ApiRequest, reads, writes
from costory.lib.api import ApiError, Input, Listed, Paging, Single, Text, refusals
from stories import comparison, services
from stories.api.chapter import ChapterOut, chapter_out
from stories.api.owned import own_chapter_beside
from stories.models import Revision
from stories.selectors.revision import revision_sides

router = Router(tags=["revisions"])

RevisionName = Annotated[Text, Field(max_length=120)]


class NameIn(Input):
    """The name a version is kept under; empty takes it away."""

    name: RevisionName


class SnapshotIn(Input):
    """The name under which what a chapter says now is kept."""

    name: Annotated[RevisionName, Field(min_length=1, pattern=r"\S")]


class RevisionFilter(BaseModel):
    """Which versions."""

    is_named: bool = False


class ChangesFilter(BaseModel):
    """With what a version is compared: the one before it, or the text as it stands."""

    against: Literal["before", "now"] = "before"


class RevisionOut(BaseModel):
    """A chapter's text as it was."""

    id: UUID
    version: int
    kind: str
    name: str
    title: str
    content: str
    word_count: int
    created_at: datetime
    updated_at: datetime


class PieceOut(BaseModel):
    """A stretch of a comparison: in both texts, only in the older one, or only in the newer one."""

    kind: Literal["same", "removed", "added"]
    text: str


class ChangesOut(BaseModel):
    """The pieces of which both texts are made, from beginning to end."""

    pieces: list[PieceOut]


def revision_out(revision: Revision) -> RevisionOut:
    """A revision as the API shows it, with its words."""
    names = [name for name in RevisionOut.model_fields if name != "content"]
    return RevisionOut(content=revision.text, **{name: getattr(revision, name) for name in names})


@router.get(
    "/chapters/{uuid:chapter_id}/revisions",
    response={200: Listed[RevisionOut], **refusals(401, 403, 404)},
    auth=reads,
    summary="A chapter's revisions",
)
def revision_list(
    request: ApiRequest, chapter_id: UUID, asked: Query[RevisionFilter], paging: Query[Paging]
) -> Listed[RevisionOut]:
    """Newest first, conflicts set aside among them; with `is_named`, those that are kept under a name."""
    revisions = Revision.objects.filter(chapter=own_chapter_beside(request, chapter_id)).select_related("chapter")
    if asked.is_named:
        revisions = revisions.exclude(name="")
    page = paging.page_of(revisions, keys=("-created_at", "-id"))
    return Listed(data=[revision_out(row) for row in page.rows], meta=page.meta)


@router.get(
    "/chapters/{uuid:chapter_id}/revisions/{uuid:revision_id}",
    response={200: Single[RevisionOut], **refusals(401, 403, 404)},
    auth=reads,
    summary="A version as it was",
)
def revision_detail(request: ApiRequest, chapter_id: UUID, revision_id: UUID) -> Single[RevisionOut]:
    """With its words."""
    return Single(data=revision_out(_own_revision(request, chapter_id, revision_id)))


@router.get(
    "/chapters/{uuid:chapter_id}/revisions/{uuid:revision_id}/changes",
    response={200: Single[ChangesOut], **refusals(401, 403, 404)},
    auth=reads,
    summary="A version compared",
)
def revision_changes(
    request: ApiRequest, chapter_id: UUID, revision_id: UUID, asked: Query[ChangesFilter]
) -> Single[ChangesOut]:
    """Word by word: what it changed of the version before it, or what was changed since."""
    revision = _own_revision(request, chapter_id, revision_id)
    older, newer = revision_sides(revision, is_against_now=asked.against == "now")
    pieces = [PieceOut.model_validate(piece._asdict()) for piece in comparison.compare(older, newer)]
    return Single(data=ChangesOut(pieces=pieces))


@router.post(
    "/chapters/{uuid:chapter_id}/snapshots",
    response={201: Single[RevisionOut], **refusals(401, 403, 404, 409)},
    auth=writes,
    summary="Keep what a chapter says now under a name",
)
def snapshot_create(request: ApiRequest, chapter_id: UUID, body: SnapshotIn) -> Status[Single[RevisionOut]]:
    """Later saves leave it as it is. Asked twice of one version, the later name stays."""
    revision = services.keep_snapshot(chapter=own_chapter_beside(request, chapter_id), name=body.name)
    if revision is None:
        raise ApiError("validation_error", _("Nothing was written here yet."))
    return Status(201, Single(data=revision_out(revision)))


@router.post(
    "/chapters/{uuid:chapter_id}/revisions/{uuid:revision_id}/restore",
    response={200: Single[ChapterOut], **refusals(401, 403, 404, 409)},
    auth=writes,
    summary="Make a revision the chapter's text again",
)
def revision_restore(request: ApiRequest, chapter_id: UUID, revision_id: UUID) -> Single[ChapterOut]:
    """What it replaces stays a revision, so this can be undone."""
    revision = _own_revision(request, chapter_id, revision_id)
    return Single(data=chapter_out(services.restore_revision(revision=revision, author=request.auth.user)))


@router.patch(
    "/chapters/{uuid:chapter_id}/revisions/{uuid:revision_id}",
    response={204: None, **refusals(401, 403, 404)},
    auth=writes,
    summary="Keep a version under a name",
)
def revision_name(request: ApiRequest, chapter_id: UUID, revision_id: UUID, body: NameIn) -> HttpResponse:
    """Later saves leave it as it is. An empty name takes the name away."""
    services.name_revision(revision=_own_revision(request, chapter_id, revision_id), name=body.name)
    return HttpResponse(status=204)


def _own_revision(request: ApiRequest, chapter_id: UUID, revision_id: UUID) -> Revision:
    readable = Revision.objects.readable_by(request.auth.user).select_related("chapter__story")
    return get_object_or_404(readable, pk=revision_id, chapter=chapter_id)
