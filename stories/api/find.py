"""Find and replace in a whole story, for programs: each hit seen before it is changed, and all of it taken back."""

from typing import Annotated
from uuid import UUID

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _
from ninja import Query, Router
from pydantic import BaseModel, Field

from accounts.api_auth import ApiRequest, reads, writes
from costory.lib.api import ApiError, Input, Single, Text, refusals
from stories import services
from stories.api.chapter import Version
from stories.api.owned import own_story
from stories.models import Chapter, Story

router = Router(tags=["find"])

Id = Annotated[UUID, Field(strict=False)]
Place = Annotated[int, Field(ge=0, le=2**31 - 1)]
MAX_CHAPTERS = 1_000
MAX_PLACES = 1_000


class FindFilter(BaseModel):
    """What to look for, literally; in which chapter alone; capitals as they are; whole words only."""

    needle: Annotated[Text, Field(min_length=1, max_length=services.MAX_NEEDLE_CHARACTERS, pattern=r"\S")]
    chapter_id: UUID | None = None
    is_exact: bool = False
    is_whole: bool = False


class HitsIn(Input):
    """The version of a chapter at which its hits were seen, and where the chosen ones begin."""

    chapter_id: Id
    version: Version
    starts: Annotated[list[Place], Field(min_length=1, max_length=MAX_PLACES)]


class ReplaceIn(Input):
    """What was looked for, and how; what takes its place; and where."""

    needle: Annotated[Text, Field(min_length=1, max_length=services.MAX_NEEDLE_CHARACTERS, pattern=r"\S")]
    replacement: Annotated[Text, Field(max_length=services.MAX_REPLACEMENT_CHARACTERS)]
    is_exact: bool = False
    is_whole: bool = False
    chapters: Annotated[list[HitsIn], Field(min_length=1, max_length=MAX_CHAPTERS)]


class DoneIn(Input):
    """A chapter that was replaced in, as the answer said."""

    chapter_id: Id
    version: Version
    revision_id: Id


class UndoIn(Input):
    """What was done, as the answer said."""

    done: Annotated[list[DoneIn], Field(min_length=1, max_length=MAX_CHAPTERS)]


class HitOut(BaseModel):
    """Where the words stand, in code points of the text at this version, with what stands around them."""

    start: int
    before: str
    words: str
    after: str


class FoundOut(BaseModel):
    """The hits of a chapter."""

    chapter_id: UUID
    position: int
    title: str
    version: int
    hits: list[HitOut]


class FindOut(BaseModel):
    """All hits, up to a thousand; `is_more` says whether there are more."""

    chapters: list[FoundOut]
    count: int
    is_more: bool


class DoneOut(BaseModel):
    """A chapter that was changed: its version now, and the revision that holds what stood before."""

    chapter_id: UUID
    version: int
    revision_id: UUID


class LeftAloneOut(BaseModel):
    """A chapter that was changed in the meantime, and was left as it is."""

    chapter_id: UUID
    title: str


class ReplacedOut(BaseModel):
    """In how many places words were replaced, what was done, and what was left alone."""

    total: int
    done: list[DoneOut]
    left_alone: list[LeftAloneOut]


class UndoneOut(BaseModel):
    """What could not be taken back, because it was changed since."""

    left_alone: list[LeftAloneOut]


@router.get(
    "/stories/{uuid:story_id}/find",
    response={200: Single[FindOut], **refusals(401, 403, 404)},
    auth=reads,
    summary="Find words in a story",
)
def story_find(request: ApiRequest, story_id: UUID, asked: Query[FindFilter]) -> Single[FindOut]:
    """Every place where they stand, chapter by chapter: the preview of a replacement. Nothing is written."""
    story = own_story(request, story_id)
    if asked.chapter_id is not None:
        _check_chapters(story, [asked.chapter_id])
    found, is_more = services.find_words(story=story, **asked.model_dump())
    chapters = [
        FoundOut(
            chapter_id=chapter.pk,
            position=chapter.position,
            title=chapter.title,
            version=chapter.version,
            hits=[HitOut(**hit._asdict()) for hit in hits],
        )
        for chapter, hits in found
    ]
    return Single(data=FindOut(chapters=chapters, count=sum(len(one.hits) for one in chapters), is_more=is_more))


@router.post(
    "/stories/{uuid:story_id}/replace",
    response={200: Single[ReplacedOut], **refusals(401, 403, 404, 409, 413)},
    auth=writes,
    summary="Replace words in a story",
)
def story_replace(request: ApiRequest, story_id: UUID, body: ReplaceIn) -> Single[ReplacedOut]:
    """At the chosen places, of the versions they were seen at, in one transaction.

    A chapter that was changed meanwhile is left alone, whole, and named; where all of them were, the answer is 409
    `conflict` with `details.left_alone`, and nothing was written. `done` is what `replace/undo` takes.
    """
    story = own_story(request, story_id)
    chosen = {one.chapter_id: (one.version, one.starts) for one in body.chapters}
    if len(chosen) < len(body.chapters):
        raise ApiError("validation_error", _("Each chapter is to be named once."))
    with transaction.atomic():
        _check_chapters(story, list(chosen))
        said = body.model_dump(exclude={"chapters"})
        replaced = services.replace_words(story=story, author=request.auth.user, chosen=chosen, **said)
    left_alone = _left_alone(replaced.left_alone)
    if left_alone and not replaced.total:
        raise ApiError(
            "conflict",
            _("These chapters were changed elsewhere in the meantime. Nothing was replaced."),
            details={"left_alone": [one.model_dump(mode="json") for one in left_alone]},
        )
    done = [DoneOut(chapter_id=pk, version=version, revision_id=stood) for pk, version, stood in replaced.done]
    return Single(data=ReplacedOut(total=replaced.total, done=done, left_alone=left_alone))


@router.post(
    "/stories/{uuid:story_id}/replace/undo",
    response={200: Single[UndoneOut], **refusals(401, 403, 404, 409)},
    auth=writes,
    summary="Take a replacement back",
)
def replacement_undo(request: ApiRequest, story_id: UUID, body: UndoIn) -> Single[UndoneOut]:
    """In every chapter that was not changed since; the others are named."""
    story = own_story(request, story_id)
    _check_chapters(story, [one.chapter_id for one in body.done])
    done = [(one.chapter_id, one.version, one.revision_id) for one in body.done]
    left_alone = services.undo_replacement(story=story, author=request.auth.user, done=done)
    return Single(data=UndoneOut(left_alone=_left_alone(left_alone)))


def _left_alone(chapters: list[Chapter]) -> list[LeftAloneOut]:
    return [LeftAloneOut(chapter_id=chapter.pk, title=chapter.title) for chapter in chapters]


def _check_chapters(story: Story, chapter_ids: list[UUID]) -> None:
    """Raise Http404 for a chapter that is not the story's, or not there any more."""
    wanted = set(chapter_ids)
    if Chapter.objects.present().filter(story=story, pk__in=wanted).count() < len(wanted):
        raise Http404
