"""What the studio does with chapters and their versions, for programs."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from django.http import FileResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Query, Router
from pydantic import BaseModel, Field

from accounts.api_auth import ApiRequest, reads, writes
from costory.lib.api import Input, Listed, Paging, Single, refusals
from stories import disclosure, services
from stories.api.chapter import ChapterOut, Version, chapter_out
from stories.api.owned import own_chapter, own_story
from stories.api.story import Title
from stories.exporting import Format, content_disposition, export_story
from stories.models import Chapter, Story

router = Router(tags=["studio"])

TYPES = (
    "application/epub+zip",
    "application/pdf",
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


class FiguresOut(BaseModel):
    """Characters: all of them, a person's, the coach's as it wrote them, and the coach's that a person edited."""

    characters: int
    human: int
    coach: int
    coach_edited: int


class ChapterFiguresOut(FiguresOut):
    """The same of a chapter."""

    number: int
    title: str


class DisclosureOut(FiguresOut):
    """The same of a story, by chapter, with a statement in each language."""

    chapters: list[ChapterFiguresOut]
    statements: dict[str, str]


class BinnedOut(BaseModel):
    """A chapter in the bin."""

    id: UUID
    title: str
    word_count: int
    deleted_at: datetime


class ExportFilter(BaseModel):
    """In which format, and of which chapter alone."""

    format: Literal["epub", "pdf", "docx", "markdown"] = "epub"
    chapter_id: UUID | None = None


@router.put(
    "/chapters/{uuid:chapter_id}/status",
    response={200: Single[ChapterOut], **refusals(401, 403, 404)},
    auth=writes,
    summary="Say how far a chapter is",
)
def chapter_status(request: ApiRequest, chapter_id: UUID, body: StatusIn) -> Single[ChapterOut]:
    """Draft, being revised, or finished."""
    chapter = own_chapter(request, chapter_id)
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
    story = own_story(request, story_id)
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
    chapter = own_chapter(request, chapter_id)
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
    chapter = own_chapter(request, chapter_id)
    joined = services.merge_chapters(chapter=chapter, author=request.auth.user, version=body.version)
    return Single(data=chapter_out(joined.chapter))


@router.get(
    "/chapters/{uuid:chapter_id}/provenance",
    response={200: Single[ProvenanceOut], **refusals(401, 403, 404)},
    auth=reads,
    summary="Who wrote what",
)
def chapter_provenance(request: ApiRequest, chapter_id: UUID) -> Single[ProvenanceOut]:
    """The runs cover the text exactly; lengths are in code points."""
    chapter = own_chapter(request, chapter_id)
    runs = [Run(length=run[0], source=run[1], reply_id=run[2] if len(run) > 2 else None) for run in chapter.runs]
    return Single(data=ProvenanceOut(chapter_id=chapter.pk, version=chapter.version, runs=runs))


@router.get(
    "/stories/{uuid:story_id}/export",
    response=refusals(401, 403, 404, 409),
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
    """A story of yours, or one chapter of it, as EPUB, PDF, Word document or Markdown."""
    story = own_story(request, story_id)
    chapter = None
    if asked.chapter_id is not None:
        chapter = get_object_or_404(Chapter.objects.present(), pk=asked.chapter_id, story=story)
    export = export_story(story=story, kind=Format(asked.format), chapter=chapter)
    response = FileResponse(export.file, content_type=export.content_type)
    response["Content-Disposition"] = content_disposition(export.name)
    response["Cache-Control"] = "private, no-store"
    return response


@router.get(
    "/stories/{uuid:story_id}/disclosure",
    response={200: Single[DisclosureOut], **refusals(401, 403, 404)},
    auth=reads,
    summary="Who wrote what of a story",
)
def story_disclosure(request: ApiRequest, story_id: UUID) -> Single[DisclosureOut]:
    """By the record: figures in characters, by chapter, and the statement a publisher asks for in each language."""
    story = own_story(request, story_id)
    figures = disclosure.story_figures(story)
    today = timezone.localdate()
    statements = {
        language: disclosure.statement(figures, title=story.title, author=story.owner.name, on=today, language=language)
        for language in Story.Language.values
    }
    chapters = [
        ChapterFiguresOut(number=chapter.number, title=chapter.title, **_figures(chapter))
        for chapter in figures.chapters
    ]
    return Single(data=DisclosureOut(**_figures(figures), chapters=chapters, statements=statements))


def _figures(figures: disclosure.Figures) -> dict[str, int]:
    return {name: getattr(figures, name) for name in FiguresOut.model_fields}
