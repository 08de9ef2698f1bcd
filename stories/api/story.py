"""Stories and chapters over HTTP (API.md): the same services as the pages."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Status
from pydantic import BaseModel, Field

from accounts.api_auth import ApiRequest, reads, writes
from costory.lib.api import Input, Listed, Paging, Single, Text, refusals
from stories import services
from stories.models import Chapter, Revision, Story

router = Router(tags=["stories"])

Title = Annotated[Text, Field(max_length=services.MAX_TITLE_CHARACTERS)]
Mode = Literal["fiction", "journal", "legacy", "roleplay"]
Visibility = Literal["private", "link", "public"]
Language = Literal["en", "fr"]
Theme = Literal[
    "", "sci-fi", "fantasy", "romance", "mystery", "horror", "adventure", "slice-of-life", "family", "travel", "other"
]
Purpose = Literal["", "therapeutic", "legacy", "community-read", "roleplay"]
Era = Literal["", "contemporary", "future", "historical", "timeless"]
Style = Literal["", "light", "serious", "poetic", "introspective", "epic"]
PointOfView = Literal["", "first", "second", "third", "omniscient"]


class StoryIn(Input):
    """A new story. It is private unless said otherwise."""

    title: Annotated[Title, Field(min_length=1)]
    mode: Mode
    description: Annotated[Text, Field(max_length=5000)] = ""
    visibility: Visibility = "private"
    theme: Theme = ""
    is_real: bool | None = None
    purpose: Purpose = ""
    era: Era = ""
    writing_style: Style = ""
    pov: PointOfView = ""
    language: Language = "en"


class StoryPatch(Input):
    """What of a story changes; what is not sent stays."""

    title: Annotated[Title, Field(min_length=1)] = "-"
    mode: Mode = "fiction"
    description: Annotated[Text, Field(max_length=5000)] = ""
    visibility: Visibility = "private"
    theme: Theme = ""
    is_real: bool | None = None
    purpose: Purpose = ""
    era: Era = ""
    writing_style: Style = ""
    pov: PointOfView = ""
    language: Language = "en"


class PublishIn(Input):
    """Who may read a story."""

    visibility: Visibility


class ChapterIn(Input):
    """A new chapter, at the end."""

    title: Title = ""
    content: Text = ""


class ChapterSave(Input):
    """A save, from the version it was written from; what is not sent stays."""

    version: Annotated[int, Field(ge=1)]
    title: Title | None = None
    content: Text | None = None


class OrderIn(Input):
    """Every chapter of a story, once, in its new order."""

    chapter_ids: list[Annotated[UUID, Field(strict=False)]]


class StoryFilter(BaseModel):
    """Which stories; one's own unless `visibility=public` asks for the library."""

    visibility: Visibility | None = None
    q: Annotated[str, Field(max_length=200)] = ""
    mode: Mode | None = None
    theme: Theme = ""
    language: Language | None = None
    sort: Literal["new", "trending", "title"] = "new"


class StoryOut(BaseModel):
    """A story."""

    id: UUID
    title: str
    description: str
    mode: str
    visibility: str
    share_url: str | None
    theme: str
    is_real: bool | None
    purpose: str
    era: str
    writing_style: str
    pov: str
    language: str
    word_count: int
    chapter_count: int
    author: str
    created_at: datetime
    updated_at: datetime
    published_at: datetime | None


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


class RevisionOut(BaseModel):
    """A chapter's text as it was."""

    id: UUID
    version: int
    kind: str
    title: str
    content: str
    word_count: int
    created_at: datetime
    updated_at: datetime


def story_out(story: Story, *, is_own: bool) -> StoryOut:
    """A story as the API shows it; the link it is shared by is its owner's to know."""
    return StoryOut(
        **{name: getattr(story, name) for name in StoryOut.model_fields if name not in {"share_url", "author"}},
        share_url=(services.share_url(story=story) or None) if is_own else None,
        author=story.owner.name,
    )


def chapter_out(chapter: Chapter) -> ChapterOut:
    """A chapter as the API shows it."""
    return ChapterOut(**{name: getattr(chapter, name) for name in ChapterOut.model_fields})


@router.get("/stories", response={200: Listed[StoryOut], **refusals(401, 403)}, auth=reads, summary="Stories")
def story_list(request: ApiRequest, asked: Query[StoryFilter], paging: Query[Paging]) -> Listed[StoryOut]:
    """Your own stories, or with `visibility=public` those of everybody. `trending` is `new` until reads are counted."""
    stories: QuerySet[Story] = Story.objects.editable_by(request.auth.user)
    is_library = asked.visibility == "public"
    if is_library:
        stories = Story.objects.published()
    elif asked.visibility is not None:
        stories = stories.filter(visibility=asked.visibility)
    for name in ("mode", "theme", "language"):
        if value := getattr(asked, name):
            stories = stories.filter(**{name: value})
    if asked.q and "\x00" not in asked.q:
        stories = stories.filter(Q(title__icontains=asked.q) | Q(description__icontains=asked.q))
    newest = ("-published_at", "-id") if is_library else ("-updated_at", "-id")
    keys = ("title", "id") if asked.sort == "title" else newest
    page = paging.page_of(stories.select_related("owner"), keys=keys)
    mine = request.auth.user.pk
    return Listed(data=[story_out(story, is_own=story.owner_id == mine) for story in page.rows], meta=page.meta)


@router.post("/stories", response={201: Single[StoryOut], **refusals(401, 403, 409)}, auth=writes, summary="New story")
def story_create(request: ApiRequest, body: StoryIn) -> Status[Single[StoryOut]]:
    """Begin a story. It has no chapter yet."""
    fields = body.model_dump(exclude={"visibility"})
    story = services.create_story(owner=request.auth.user, **fields)
    if body.visibility != "private":
        story = services.set_visibility(story=story, visibility=body.visibility)
    return Status(201, Single(data=story_out(story, is_own=True)))


@router.get(
    "/stories/{uuid:story_id}",
    response={200: Single[StoryOut], **refusals(401, 403, 404)},
    auth=reads,
    summary="A story",
)
def story_detail(request: ApiRequest, story_id: UUID) -> Single[StoryOut]:
    """A story of yours, or one that everybody may read."""
    story = get_object_or_404(Story.objects.visible_to(request.auth.user).select_related("owner"), pk=story_id)
    return Single(data=story_out(story, is_own=story.owner_id == request.auth.user.pk))


@router.put(
    "/stories/{uuid:story_id}",
    response={200: Single[StoryOut], **refusals(401, 403, 404)},
    auth=writes,
    summary="Replace what a story says of itself",
)
def story_replace(request: ApiRequest, story_id: UUID, body: StoryIn) -> Single[StoryOut]:
    """Every field takes the value sent, or its default."""
    return _revise(request, story_id, body.model_dump())


@router.patch(
    "/stories/{uuid:story_id}",
    response={200: Single[StoryOut], **refusals(401, 403, 404)},
    auth=writes,
    summary="Change what a story says of itself",
)
def story_revise(request: ApiRequest, story_id: UUID, body: StoryPatch) -> Single[StoryOut]:
    """What is not sent stays."""
    return _revise(request, story_id, body.model_dump(exclude_unset=True))


def _revise(request: ApiRequest, story_id: UUID, changes: dict[str, Any]) -> Single[StoryOut]:
    story = _own_story(request, story_id)
    visibility = changes.pop("visibility", None)
    if changes:
        story = services.revise_story(story=story, **changes)
    if visibility is not None:
        story = services.set_visibility(story=story, visibility=visibility)
    return Single(data=story_out(story, is_own=True))


@router.delete(
    "/stories/{uuid:story_id}", response={204: None, **refusals(401, 403, 404)}, auth=writes, summary="Put in the bin"
)
def story_delete(request: ApiRequest, story_id: UUID) -> Status[None]:
    """For 30 days it can be taken out again."""
    services.delete_story(story=_own_story(request, story_id))
    return Status(204, None)


@router.post(
    "/stories/{uuid:story_id}/restore",
    response={200: Single[StoryOut], **refusals(401, 403, 404, 409)},
    auth=writes,
    summary="Take a story out of the bin",
)
def story_restore(request: ApiRequest, story_id: UUID) -> Single[StoryOut]:
    """It comes back private, whoever could read it before. A story that is not in the bin stays as it is."""
    user = request.auth.user
    restorable = Story.objects.editable_by(user) | Story.objects.in_bin_of(user)
    story = get_object_or_404(restorable.select_related("owner"), pk=story_id)
    services.restore_story(story=story)
    story.refresh_from_db()
    return Single(data=story_out(story, is_own=True))


@router.patch(
    "/stories/{uuid:story_id}/publish",
    response={200: Single[StoryOut], **refusals(401, 403, 404)},
    auth=writes,
    summary="Decide who may read",
)
def story_publish(request: ApiRequest, story_id: UUID, body: PublishIn) -> Single[StoryOut]:
    """With `link`, `share_url` is the address to give away."""
    story = services.set_visibility(story=_own_story(request, story_id), visibility=body.visibility)
    return Single(data=story_out(story, is_own=True))


@router.get(
    "/stories/{uuid:story_id}/chapters",
    response={200: Listed[ChapterOut], **refusals(401, 403, 404)},
    auth=reads,
    summary="Chapters in order",
)
def chapter_list(request: ApiRequest, story_id: UUID, paging: Query[Paging]) -> Listed[ChapterOut]:
    """The chapters of a story you may read, with their text."""
    story = get_object_or_404(Story.objects.visible_to(request.auth.user), pk=story_id)
    chapters = Chapter.objects.present().filter(story=story)
    page = paging.page_of(chapters, keys=("position",), total=story.chapter_count)
    return Listed(data=[chapter_out(chapter) for chapter in page.rows], meta=page.meta)


@router.post(
    "/stories/{uuid:story_id}/chapters",
    response={201: Single[ChapterOut], **refusals(401, 403, 404, 409, 413)},
    auth=writes,
    summary="New chapter",
)
def chapter_create(request: ApiRequest, story_id: UUID, body: ChapterIn) -> Status[Single[ChapterOut]]:
    """At the end of the story."""
    chapter = services.create_chapter(
        story=_own_story(request, story_id), author=request.auth.user, title=body.title, content=body.content
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
    story = _own_story(request, story_id)
    services.reorder_chapters(story=story, chapter_ids=body.chapter_ids)
    page = Paging(limit=100).page_of(
        Chapter.objects.present().filter(story=story), keys=("position",), total=story.chapter_count
    )
    return Listed(data=[chapter_out(chapter) for chapter in page.rows], meta=page.meta)


@router.get(
    "/chapters/{uuid:chapter_id}",
    response={200: Single[ChapterOut], **refusals(401, 403, 404)},
    auth=reads,
    summary="A chapter",
)
def chapter_detail(request: ApiRequest, chapter_id: UUID) -> Single[ChapterOut]:
    """A chapter of a story you may read."""
    stories = Story.objects.visible_to(request.auth.user)
    return Single(data=chapter_out(get_object_or_404(Chapter.objects.present(), pk=chapter_id, story__in=stories)))


@router.put(
    "/chapters/{uuid:chapter_id}",
    response={200: Single[ChapterOut], **refusals(401, 403, 404, 409, 413)},
    auth=writes,
    summary="Save a chapter",
)
def chapter_save(request: ApiRequest, chapter_id: UUID, body: ChapterSave) -> Single[ChapterOut]:
    """From the version it was written from; a stale one is refused with the stored text, and nothing is overwritten."""
    chapter = services.revise_chapter(
        chapter=_own_chapter(request, chapter_id),
        author=request.auth.user,
        version=body.version,
        title=body.title,
        content=body.content,
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
    services.delete_chapter(chapter=_own_chapter(request, chapter_id))
    return Status(204, None)


@router.get(
    "/chapters/{uuid:chapter_id}/revisions",
    response={200: Listed[RevisionOut], **refusals(401, 403, 404)},
    auth=reads,
    summary="A chapter's revisions",
)
def revision_list(request: ApiRequest, chapter_id: UUID, paging: Query[Paging]) -> Listed[RevisionOut]:
    """Newest first, conflicts set aside among them."""
    chapter = _own_chapter(request, chapter_id)
    revisions = Revision.objects.filter(chapter=chapter).select_related("chapter")
    page = paging.page_of(revisions, keys=("-created_at", "-id"))
    names = [name for name in RevisionOut.model_fields if name != "content"]
    data = [RevisionOut(content=row.text, **{name: getattr(row, name) for name in names}) for row in page.rows]
    return Listed(data=data, meta=page.meta)


@router.post(
    "/chapters/{uuid:chapter_id}/revisions/{uuid:revision_id}/restore",
    response={200: Single[ChapterOut], **refusals(401, 403, 404, 409)},
    auth=writes,
    summary="Make a revision the chapter's text again",
)
def revision_restore(request: ApiRequest, chapter_id: UUID, revision_id: UUID) -> Single[ChapterOut]:
    """What it replaces stays a revision, so this can be undone."""
    chapter = _own_chapter(request, chapter_id)
    revision = get_object_or_404(Revision.objects.select_related("chapter"), pk=revision_id, chapter=chapter)
    return Single(data=chapter_out(services.restore_revision(revision=revision, author=request.auth.user)))


def _own_story(request: ApiRequest, story_id: UUID) -> Story:
    return get_object_or_404(Story.objects.editable_by(request.auth.user).select_related("owner"), pk=story_id)


def _own_chapter(request: ApiRequest, chapter_id: UUID) -> Chapter:
    return get_object_or_404(Chapter.objects.editable_by(request.auth.user).select_related("story"), pk=chapter_id)
