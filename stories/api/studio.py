"""What the studio does with chapters and their versions, for programs."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Query, Router
from pydantic import BaseModel, Field

from accounts.api_auth import ApiRequest, reads, writes
from costory.lib.api import Input, Listed, Paging, Single, Text, refusals
from stories import services
from stories.api.story import ChapterOut, Title, chapter_out
from stories.exporting import Format, content_disposition, export_story
from stories.models import Chapter, Revision, Story

router = Router(tags=["studio"])

Version = Annotated[int, Field(ge=1, le=2**31 - 1)]
TYPES = (
    "application/epub+zip",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "text/markdown",
)


class StatusIn(Input):
    """How far a chapter is."""

    status: Literal["draft", "revised", "finished"]


class SplitIn(Input):
    """Where a chapter is cut, in code points of the text at this version."""

    version: Version
    position: Annotated[int, Field(ge=0, le=2**31 - 1)]
    title: Title = ""


class JoinIn(Input):
    """The version of the chapter that takes the next one up."""

    version: Version


class NameIn(Input):
    """The name a version is kept under; empty takes it away."""

    name: Annotated[Text, Field(max_length=120)]


class Run(BaseModel):
    """So many characters of one source, and the reply they came from."""

    length: int
    source: Literal["human", "coach", "coach-edited"]
    reply_id: UUID | None


class ProvenanceOut(BaseModel):
    """Who wrote which characters of a chapter, from its beginning to its end."""

    chapter_id: UUID
    version: int
    runs: list[Run]


class BinnedOut(BaseModel):
    """A chapter in the bin."""

    id: UUID
    title: str
    word_count: int
    deleted_at: datetime


class ExportFilter(BaseModel):
    """In which format, and of which chapter alone."""

    format: Literal["epub", "docx", "markdown"] = "epub"
    chapter_id: UUID | None = None


@router.put(
    "/chapters/{uuid:chapter_id}/status",
    response={200: Single[ChapterOut], **refusals(401, 403, 404)},
    auth=writes,
    summary="Say how far a chapter is",
)
def chapter_status(request: ApiRequest, chapter_id: UUID, body: StatusIn) -> Single[ChapterOut]:
    """Draft, being revised, or finished."""
    chapter = _own_chapter(request, chapter_id)
    services.set_status(chapter=chapter, status=body.status)
    chapter.refresh_from_db()
    return Single(data=chapter_out(chapter))


@router.get(
    "/stories/{uuid:story_id}/bin",
    response={200: Listed[BinnedOut], **refusals(401, 403, 404)},
    auth=reads,
    summary="Chapters in the bin",
)
def chapter_bin(request: ApiRequest, story_id: UUID, paging: Query[Paging]) -> Listed[BinnedOut]:
    """Those of a story of yours that can still be taken out, newest first."""
    story = get_object_or_404(Story.objects.editable_by(request.auth.user), pk=story_id)
    binned = Chapter.objects.in_bin_of(request.auth.user).filter(story=story).without_text()
    page = paging.page_of(binned, keys=("-deleted_at", "-id"))
    names = BinnedOut.model_fields
    return Listed(data=[BinnedOut(**{name: getattr(row, name) for name in names}) for row in page.rows], meta=page.meta)


@router.post(
    "/chapters/{uuid:chapter_id}/restore",
    response={200: Single[ChapterOut], **refusals(401, 403, 404, 409)},
    auth=writes,
    summary="Take a chapter out of the bin",
)
def chapter_restore(request: ApiRequest, chapter_id: UUID) -> Single[ChapterOut]:
    """To the place it had, or to the end. A chapter that is not in the bin stays as it is."""
    user = request.auth.user
    restorable = Chapter.objects.editable_by(user) | Chapter.objects.in_bin_of(user)
    chapter = get_object_or_404(restorable, pk=chapter_id)
    services.restore_chapter(chapter=chapter)
    return Single(data=chapter_out(Chapter.objects.get(pk=chapter.pk)))


@router.post(
    "/chapters/{uuid:chapter_id}/split",
    response={200: Single[ChapterOut], **refusals(401, 403, 404, 409)},
    auth=writes,
    summary="Split a chapter",
)
def chapter_split(request: ApiRequest, chapter_id: UUID, body: SplitIn) -> Single[ChapterOut]:
    """What follows the position becomes a chapter of its own, which is given back."""
    chapter = _own_chapter(request, chapter_id)
    new = services.split_chapter(chapter=chapter, author=request.auth.user, **body.model_dump())
    return Single(data=chapter_out(new))


@router.post(
    "/chapters/{uuid:chapter_id}/join",
    response={200: Single[ChapterOut], **refusals(401, 403, 404, 409, 413)},
    auth=writes,
    summary="Join a chapter with the next one",
)
def chapter_join(request: ApiRequest, chapter_id: UUID, body: JoinIn) -> Single[ChapterOut]:
    """The next one goes to the bin as it is."""
    chapter = _own_chapter(request, chapter_id)
    joined = services.merge_chapters(chapter=chapter, author=request.auth.user, version=body.version)
    return Single(data=chapter_out(joined))


@router.get(
    "/chapters/{uuid:chapter_id}/provenance",
    response={200: Single[ProvenanceOut], **refusals(401, 403, 404)},
    auth=reads,
    summary="Who wrote what",
)
def chapter_provenance(request: ApiRequest, chapter_id: UUID) -> Single[ProvenanceOut]:
    """The runs cover the text exactly; lengths are in code points."""
    chapter = _own_chapter(request, chapter_id)
    runs = [Run(length=run[0], source=run[1], reply_id=run[2] if len(run) > 2 else None) for run in chapter.runs]
    return Single(data=ProvenanceOut(chapter_id=chapter.pk, version=chapter.version, runs=runs))


@router.patch(
    "/chapters/{uuid:chapter_id}/revisions/{uuid:revision_id}",
    response={204: None, **refusals(401, 403, 404)},
    auth=writes,
    summary="Keep a version under a name",
)
def revision_name(request: ApiRequest, chapter_id: UUID, revision_id: UUID, body: NameIn) -> HttpResponse:
    """Later saves leave it as it is. An empty name takes the name away."""
    revisions = Revision.objects.readable_by(request.auth.user).select_related("chapter")
    services.name_revision(revision=get_object_or_404(revisions, pk=revision_id, chapter=chapter_id), name=body.name)
    return HttpResponse(status=204)


@router.get(
    "/stories/{uuid:story_id}/export",
    response=refusals(401, 403, 404),
    auth=reads,
    summary="Export a story",
    openapi_extra={
        "responses": {
            200: {
                "description": "The file",
                "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in TYPES},
            }
        }
    },
)
def story_export(request: ApiRequest, story_id: UUID, asked: Query[ExportFilter]) -> FileResponse:
    """A story of yours, or one chapter of it, as EPUB, Word document or Markdown."""
    story = get_object_or_404(Story.objects.editable_by(request.auth.user), pk=story_id)
    chapter = None
    if asked.chapter_id is not None:
        chapter = get_object_or_404(Chapter.objects.present(), pk=asked.chapter_id, story=story)
    export = export_story(story=story, kind=Format(asked.format), chapter=chapter)
    response = FileResponse(export.file, content_type=export.content_type)
    response["Content-Disposition"] = content_disposition(export.name)
    response["Cache-Control"] = "private, no-store"
    return response


def _own_chapter(request: ApiRequest, chapter_id: UUID) -> Chapter:
    return get_object_or_404(Chapter.objects.editable_by(request.auth.user).select_related("story"), pk=chapter_id)
