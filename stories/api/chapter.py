"""A story's chapters and their text, for programs."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from ninja import Query, Router, Status
from pydantic import BaseModel, Field

from accounts.api_auth import ApiRequest, reads, writes
from costory.lib.api import Input, Listed, Paging, Single, Text, refusals
from stories import comparison, services
from stories.api.owned import own_chapter, own_chapter_beside, own_story
from stories.api.story import Title, ask_grown_up
from stories.models import Chapter, Revision, Story

router = Router(tags=["chapters"])

Version = Annotated[int, Field(ge=1, le=2**31 - 1)]


class ChapterIn(Input):
    """A new chapter, at the end."""

    title: Title = ""
    content: Text = ""


class ChapterSave(Input):
    """A save, from the version it was written from; what is not sent stays."""

    version: Annotated[int, Field(ge=1)]
    title: Title | None = None
    content: Text | None = None
    is_merged: Annotated[bool, Field(description="Whether two texts were brought together in this one.")] = False


class PreviewIn(Input):
    """Words that are not saved."""

    content: Text


class MergeIn(Input):
    """A text that came too late, and the version it was written from, or the text it was written from."""

    content: Text
    base_version: Version | None = None
    base: Text | None = None


class OrderIn(Input):
    """Every chapter of a story, once, in its new order."""

    chapter_ids: list[Annotated[UUID, Field(strict=False)]]


class ChapterOut(BaseModel):
    """A chapter, with its text."""

    id: UUID
    story_id: UUID
    position: int
    title: str
    content: str
    word_count: int
    version: int
    created_at: datetime
    updated_at: datetime
    status: str | None = Field(description="How far it is, for its writer; null for readers.")
    entry_date: date | None = Field(description="A journal's day.")
    prompt: str | None = Field(description="The question it answers, for its writer; null for readers.")
    setting: str | None = Field(description="Where a scene of a role play is set, for its writer; null for readers.")


class PreviewOut(BaseModel):
    """Words as a page shows them: clean HTML."""

    html: str
    word_count: int


class MergeOut(BaseModel):
    """Both sides' changes in one text, or null where they touch; and what is stored, with its version."""

    merged: str | None
    content: str
    version: int


OWN = ("status", "prompt", "setting")


def chapter_out(chapter: Chapter, *, is_own: bool = True) -> ChapterOut:
    """A chapter as the API shows it; what only its writer's page says is for its writer."""
    hidden = () if is_own else OWN
    said: dict[str, Any] = {name: getattr(chapter, name) for name in ChapterOut.model_fields}
    return ChapterOut(**{**said, **dict.fromkeys(hidden)})


@router.get(
    "/stories/{uuid:story_id}/chapters",
    response={200: Listed[ChapterOut], **refusals(401, 403, 404)},
    auth=reads,
    summary="Chapters in order",
)
def chapter_list(request: ApiRequest, story_id: UUID, paging: Query[Paging]) -> Listed[ChapterOut]:
    """The chapters of a story you may read, with their text."""
    story = get_object_or_404(Story.objects.visible_to(request.auth.user), pk=story_id)
    ask_grown_up(request, story)
    is_own = story.owner_id == request.auth.user.pk
    chapters = Chapter.objects.visible_to(request.auth.user).filter(story=story)
    page = paging.page_of(chapters, keys=("position",), total=story.chapter_count if is_own else None)
    return Listed(data=[chapter_out(chapter, is_own=is_own) for chapter in page.rows], meta=page.meta)


@router.post(
    "/stories/{uuid:story_id}/chapters",
    response={201: Single[ChapterOut], **refusals(401, 403, 404, 409, 413)},
    auth=writes,
    summary="New chapter",
)
def chapter_create(request: ApiRequest, story_id: UUID, body: ChapterIn) -> Status[Single[ChapterOut]]:
    """At the end of the story."""
    chapter = services.create_chapter(
        story=own_story(request, story_id), author=request.auth.user, title=body.title, content=body.content
    )
    return Status(201, Single(data=chapter_out(chapter)))


@router.post(
    "/stories/{uuid:story_id}/chapters/order",
    response={200: Listed[ChapterOut], **refusals(401, 403, 404, 409)},
    auth=writes,
    summary="Put the chapters in another order",
)
def chapter_reorder(request: ApiRequest, story_id: UUID, body: OrderIn) -> Listed[ChapterOut]:
    """All of them, once each."""
    story = own_story(request, story_id)
    services.reorder_chapters(story=story, chapter_ids=body.chapter_ids)
    present = Chapter.objects.present().filter(story=story)
    page = Paging(limit=100).page_of(present, keys=("position",), total=story.chapter_count)
    return Listed(data=[chapter_out(chapter) for chapter in page.rows], meta=page.meta)


@router.get(
    "/chapters/{uuid:chapter_id}",
    response={200: Single[ChapterOut], **refusals(401, 403, 404)},
    auth=reads,
    summary="A chapter",
)
def chapter_detail(request: ApiRequest, chapter_id: UUID) -> Single[ChapterOut]:
    """A chapter of a story you may read."""
    chapters = Chapter.objects.visible_to(request.auth.user).select_related("story")
    chapter = get_object_or_404(chapters, pk=chapter_id)
    ask_grown_up(request, chapter.story)
    return Single(data=chapter_out(chapter, is_own=chapter.story.owner_id == request.auth.user.pk))


@router.put(
    "/chapters/{uuid:chapter_id}",
    response={200: Single[ChapterOut], **refusals(401, 403, 404, 409, 413)},
    auth=writes,
    summary="Save a chapter",
)
def chapter_save(request: ApiRequest, chapter_id: UUID, body: ChapterSave) -> Single[ChapterOut]:
    """From the version it was written from; a stale one is refused with the stored text, and nothing is overwritten."""
    chapter = services.revise_chapter(
        chapter=own_chapter(request, chapter_id),
        author=request.auth.user,
        version=body.version,
        title=body.title,
        content=body.content,
        kind=Revision.Kind.MERGE if body.is_merged else Revision.Kind.EDIT,
    )
    return Single(data=chapter_out(chapter))


@router.delete(
    "/chapters/{uuid:chapter_id}",
    response={204: None, **refusals(401, 403, 404)},
    auth=writes,
    summary="Put in the bin",
)
def chapter_delete(request: ApiRequest, chapter_id: UUID) -> Status[None]:
    """For 30 days it can be taken out again."""
    services.delete_chapter(chapter=own_chapter(request, chapter_id))
    return Status(204, None)


@router.post(
    "/chapters/{uuid:chapter_id}/preview",
    response={200: Single[PreviewOut], **refusals(401, 403, 404, 413)},
    auth=writes,
    summary="Words as readers would see them",
)
def chapter_preview(request: ApiRequest, chapter_id: UUID, body: PreviewIn) -> Single[PreviewOut]:
    """Nothing is stored."""
    own_chapter_beside(request, chapter_id)
    wording = services.clean_wording(title="", content=body.content)
    return Single(data=PreviewOut(html=wording.content_html, word_count=wording.word_count))


@router.post(
    "/chapters/{uuid:chapter_id}/merge",
    response={200: Single[MergeOut], **refusals(401, 403, 404, 413)},
    auth=writes,
    summary="Bring two texts together",
)
def chapter_merge(request: ApiRequest, chapter_id: UUID, body: MergeIn) -> Single[MergeOut]:
    """A text that came too late and the stored one, where their changes do not touch. Nothing is stored.

    To keep `merged`, save it from the `version` given here, with `is_merged`.
    """
    chapter = own_chapter(request, chapter_id)
    mine = services.clean_wording(title="", content=body.content).content
    base = services.clean_wording(title="", content=body.base or "").content
    if not base and body.base_version is not None:
        base = services.text_at(chapter=chapter, version=body.base_version)
    merged = comparison.merge(base, mine, chapter.content) if base else None
    return Single(data=MergeOut(merged=merged, content=chapter.content, version=chapter.version))
