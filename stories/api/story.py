"""Stories over HTTP (API.md): the same services as the pages. A journal is opened to readers only when asked twice."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.db.models import Max, Min, Q, QuerySet, Sum
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router, Status
from pydantic import BaseModel, Field

from accounts.api_auth import ApiRequest, reads, writes
from accounts.models import User
from costory.lib.api import ApiError, Input, Listed, Page, Paging, Single, Text, refusals
from stories import services
from stories.api.owned import own_story
from stories.models import Chapter, Photograph, Story
from stories.selectors.released import Released, released_figures

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
Rating = Literal["", "everyone", "teen", "mature", "explicit"]
ContentWarning = Literal[
    "unsaid",
    "violence",
    "death",
    "grief",
    "abuse",
    "sexual-violence",
    "self-harm",
    "addiction",
    "illness",
    "war",
    "discrimination",
    "language",
]
Warnings = Annotated[list[ContentWarning], Field(max_length=12)]
TagName = Annotated[Text, Field(max_length=services.MAX_TAG_CHARACTERS)]
Tags = Annotated[list[TagName], Field(max_length=services.MAX_TAGS)]
CommentPolicy = Literal["open", "moderated", "closed"]
Disclosure = Literal["figures", "words", "quiet"]
# Whoever shows a story through the API without a word on whom it is for: not for children, and not hidden either.
UNSAID_RATING = "teen"
Confirm = Annotated[bool, Field(description="To open a journal to more people than read it now, say it twice.")]


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
    rating: Rating = ""
    warnings: Warnings = Field(default_factory=list)
    tags: Tags = Field(default_factory=list)
    is_complete: bool = False
    comment_policy: CommentPolicy = "open"
    disclosure: Disclosure = "figures"
    may_download: bool = False
    confirm: Confirm = False


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
    rating: Rating = ""
    warnings: Warnings = Field(default_factory=list)
    tags: Tags = Field(default_factory=list)
    is_complete: bool = False
    comment_policy: CommentPolicy = "open"
    disclosure: Disclosure = "figures"
    may_download: bool = False
    confirm: Confirm = False


class PublishIn(Input):
    """Who may read a story."""

    visibility: Visibility
    rating: Annotated[
        Rating, Field(description=f"For whom it is; `{UNSAID_RATING}` where neither this nor the story says so.")
    ] = ""
    confirm: Confirm = False


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
    rating: str
    warnings: list[str]
    tags: list[str]
    is_complete: bool
    comment_policy: str
    disclosure: str
    may_download: bool
    word_count: int
    chapter_count: int
    author: str
    created_at: datetime
    updated_at: datetime
    published_at: datetime | None


class BinnedStoryOut(BaseModel):
    """A story in the bin."""

    id: UUID
    title: str
    mode: str
    word_count: int
    chapter_count: int
    deleted_at: datetime


def story_out(story: Story, *, is_own: bool) -> StoryOut:
    """A story as the API shows it.

    The link it is shared by is its owner's to know, and so are the length of what is not released, and when they work.
    """
    return story_outs([story], mine=story.owner_id if is_own else None)[0]


def story_outs(shown: Sequence[Story], *, mine: UUID | None) -> list[StoryOut]:
    """Stories as the API shows them to the person whose id is `mine`."""
    released = released_figures([story.pk for story in shown if story.owner_id != mine])
    return [
        _story_out(story, None if story.owner_id == mine else released.get(story.pk, Released())) for story in shown
    ]


def _story_out(story: Story, released: Released | None) -> StoryOut:
    told = {"share_url", "author", "tags"}
    said: dict[str, Any] = {name: getattr(story, name) for name in StoryOut.model_fields if name not in told}
    if released is not None:
        said.update(released.told_of(story), purpose="")
    return StoryOut(
        **said,
        share_url=(services.share_url(story=story) or None) if released is None else None,
        author=story.owner.name,
        tags=[each.tag.name for each in story.story_tags.all()],
    )


Library = Callable[[StoryFilter, Paging, User], Page[Story]]
_libraries: list[Library] = []


def use_library(library: Library) -> None:
    """Have `library` answer for the stories of everybody: it is an app above this one that knows them."""
    _libraries[:] = [library]


_grown_up: list[Callable[[User], bool]] = []


def use_question(is_grown_up: Callable[[User], bool]) -> None:
    """Have `is_grown_up` say who has asked for stories for grown-up readers: an app above this one keeps that."""
    _grown_up[:] = [is_grown_up]


def ask_grown_up(request: ApiRequest, story: Story) -> None:
    """Refuse the text of a story for grown-up readers to an account that has not asked for such, as pages do."""
    user = request.auth.user
    if story.rating not in (Story.Rating.MATURE, Story.Rating.EXPLICIT) or story.owner_id == user.pk:
        return
    if not any(is_grown_up(user) for is_grown_up in _grown_up):
        raise ApiError("forbidden", _("This is for grown-up readers: say in your reading settings that you are one."))


@router.get("/stories", response={200: Listed[StoryOut], **refusals(401, 403)}, auth=reads, summary="Stories")
def story_list(request: ApiRequest, asked: Query[StoryFilter], paging: Query[Paging]) -> Listed[StoryOut]:
    """Your own stories, or with `visibility=public` those of everybody.

    In the library `q` looks in titles, descriptions, authors, tags and texts, in English and French, and the best match
    comes first; `trending` is what is read now. Stories for grown-up readers are for accounts that asked for them.
    """
    user = request.auth.user
    if asked.visibility == "public":
        page = _libraries[0](asked, paging, user)
        return Listed(data=story_outs(page.rows, mine=user.pk), meta=page.meta)
    stories: QuerySet[Story] = Story.objects.editable_by(user)
    if asked.visibility is not None:
        stories = stories.filter(visibility=asked.visibility)
    for name in ("mode", "theme", "language"):
        if value := getattr(asked, name):
            stories = stories.filter(**{name: value})
    if asked.q and "\x00" not in asked.q:
        stories = stories.filter(Q(title__icontains=asked.q) | Q(description__icontains=asked.q))
    keys = ("title", "id") if asked.sort == "title" else ("-updated_at", "-id")
    page = paging.page_of(stories.select_related("owner").prefetch_related("story_tags__tag"), keys=keys)
    return Listed(data=story_outs(page.rows, mine=user.pk), meta=page.meta)


@router.post("/stories", response={201: Single[StoryOut], **refusals(401, 403, 409)}, auth=writes, summary="New story")
def story_create(request: ApiRequest, body: StoryIn) -> Status[Single[StoryOut]]:
    """Begin a story. It has no chapter yet. A journal that others may read is asked about, as by `publish`."""
    fields = body.model_dump(exclude={"visibility", "confirm", "tags"})
    if not body.confirm:
        _ask_twice(Story(mode=body.mode), body.visibility)
    story = services.create_story(owner=request.auth.user, **fields)
    services.set_tags(story=story, names=body.tags)
    if body.visibility != "private":
        story = _show(story, body.visibility)
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
    response={200: Single[StoryOut], **refusals(401, 403, 404, 409)},
    auth=writes,
    summary="Replace what a story says of itself",
)
def story_replace(request: ApiRequest, story_id: UUID, body: StoryIn) -> Single[StoryOut]:
    """Every field takes the value sent, or its default. A journal that opens is asked about, as by `publish`."""
    return _revise(request, story_id, body.model_dump())


@router.patch(
    "/stories/{uuid:story_id}",
    response={200: Single[StoryOut], **refusals(401, 403, 404, 409)},
    auth=writes,
    summary="Change what a story says of itself",
)
def story_revise(request: ApiRequest, story_id: UUID, body: StoryPatch) -> Single[StoryOut]:
    """What is not sent stays. A journal that opens is asked about, as by `publish`."""
    return _revise(request, story_id, body.model_dump(exclude_unset=True))


def _revise(request: ApiRequest, story_id: UUID, changes: dict[str, Any]) -> Single[StoryOut]:
    story = own_story(request, story_id)
    visibility, is_confirmed = changes.pop("visibility", None), changes.pop("confirm", False)
    if visibility is not None and not is_confirmed:
        _ask_twice(story, visibility, becomes=changes.get("mode", ""))
    tags = changes.pop("tags", None)
    if changes.get("rating") == "" and (visibility or story.visibility) != "private":
        # Whoever shows a story says for whom it is, and does not take that back.
        del changes["rating"]
    if changes:
        story = services.revise_story(story=story, **changes)
    if tags is not None:
        services.set_tags(story=story, names=tags)
    if visibility is not None:
        story = _show(story, visibility)
    return Single(data=story_out(story, is_own=True))


@router.delete(
    "/stories/{uuid:story_id}", response={204: None, **refusals(401, 403, 404)}, auth=writes, summary="Put in the bin"
)
def story_delete(request: ApiRequest, story_id: UUID) -> Status[None]:
    """For 30 days it can be taken out again."""
    services.delete_story(story=own_story(request, story_id))
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
    response={200: Single[StoryOut], **refusals(401, 403, 404, 409)},
    auth=writes,
    summary="Decide who may read",
)
def story_publish(request: ApiRequest, story_id: UUID, body: PublishIn) -> Single[StoryOut]:
    """With `link`, `share_url` is the address to give away.

    A journal is asked about before it opens to more people than read it now: without `"confirm": true` the answer is
    409 `confirmation_required`, nothing changes, and `details` say what would be shown (`entries`, `words`,
    `photographs`, `first_day`, `last_day`) and to whom (`visibility`). Closing it is never asked about.
    """
    story = own_story(request, story_id)
    if not body.confirm:
        _ask_twice(story, body.visibility)
    return Single(data=story_out(_show(story, body.visibility, rating=body.rating, is_whole=True), is_own=True))


@router.get(
    "/stories/bin",
    response={200: Listed[BinnedStoryOut], **refusals(401, 403)},
    auth=reads,
    summary="Stories in the bin",
)
def story_bin(request: ApiRequest, paging: Query[Paging]) -> Listed[BinnedStoryOut]:
    """Those of yours that can still be taken out, newest first."""
    page = paging.page_of(Story.objects.in_bin_of(request.auth.user), keys=("-deleted_at", "-id"))
    names = BinnedStoryOut.model_fields
    data = [BinnedStoryOut(**{name: getattr(row, name) for name in names}) for row in page.rows]
    return Listed(data=data, meta=page.meta)


def _show(story: Story, visibility: str, *, rating: str = "", is_whole: bool = False) -> Story:
    """Set who may read; `is_whole` releases the chapters that came since the story was first shown."""
    rating = rating or story.rating or UNSAID_RATING
    chapter_ids = None
    if is_whole and visibility != "private":
        unplanned = Chapter.objects.present().filter(story=story).exclude(released_at__gt=timezone.now())
        chapter_ids = list(unplanned.values_list("pk", flat=True))
    return services.set_visibility(story=story, visibility=visibility, rating=rating, chapter_ids=chapter_ids)


def _ask_twice(story: Story, visibility: str, *, becomes: str = "") -> None:
    """Refuse to open a journal that was not asked about, and say what would be shown."""
    if not services.opens_journal(story=story, visibility=visibility, becomes=becomes):
        return
    written = Chapter.objects.present().filter(story=story, word_count__gt=0)
    shown = written.aggregate(words=Sum("word_count"), first_day=Min("entry_date"), last_day=Max("entry_date"))
    raise ApiError(
        "confirmation_required",
        _("This journal would be open to others. If that is what you want, say so once more."),
        details={
            "visibility": visibility,
            "entries": written.count(),
            "photographs": Photograph.objects.filter(chapter__in=Chapter.objects.present().filter(story=story)).count(),
            **shown,
            "words": shown["words"] or 0,
        },
    )
