"""What readers find of a story, over HTTP: its chapters one by one, its cover, its link."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import File, Router, Status
from ninja.files import UploadedFile
from pydantic import AwareDatetime, Field

from accounts.api_auth import ApiRequest, writes
from costory.lib.api import ApiError, Input, Single, refusals
from costory.lib.pictures import clean_picture
from stories import services
from stories.api.chapter import ChapterOut, chapter_out
from stories.api.owned import own_chapter, own_story
from stories.api.story import StoryOut, story_out

router = Router(tags=["stories"])

Moment = Annotated[AwareDatetime, Field(strict=False, description="ISO 8601 with its offset; null is now.")]


class ReleaseIn(Input):
    """When readers find a chapter, and whether followers are told."""

    at: Moment | None = None
    is_silent: bool = False


@router.post(
    "/chapters/{uuid:chapter_id}/release",
    response={200: Single[ChapterOut], **refusals(401, 403, 404, 409)},
    auth=writes,
    summary="Let readers find a chapter",
)
def chapter_release(request: ApiRequest, chapter_id: UUID, body: ReleaseIn) -> Single[ChapterOut]:
    """Now, or at a time to come within a year. Followers are told once, when it has come, unless it is silent."""
    chapter = own_chapter(request, chapter_id)
    if body.at is not None and not _is_near(body.at):
        raise ApiError("validation_error", _("Choose a time to come, within a year."))
    services.release_chapter(chapter=chapter, at=body.at, is_silent=body.is_silent)
    return Single(data=chapter_out(own_chapter(request, chapter_id)))


@router.post(
    "/chapters/{uuid:chapter_id}/withhold",
    response={200: Single[ChapterOut], **refusals(401, 403, 404, 409)},
    auth=writes,
    summary="Take a chapter back from readers",
)
def chapter_withhold(request: ApiRequest, chapter_id: UUID) -> Single[ChapterOut]:
    """Or give up the plan to release it. Repeatable."""
    services.withhold_chapter(chapter=own_chapter(request, chapter_id))
    return Single(data=chapter_out(own_chapter(request, chapter_id)))


@router.post(
    "/stories/{uuid:story_id}/link",
    response={200: Single[StoryOut], **refusals(401, 403, 404, 409)},
    auth=writes,
    summary="Renew the secret link",
)
def share_link_renew(request: ApiRequest, story_id: UUID) -> Single[StoryOut]:
    """The one before leads nowhere from now on."""
    services.renew_share_link(story=own_story(request, story_id))
    return Single(data=story_out(own_story(request, story_id), is_own=True))


@router.post(
    "/stories/{uuid:story_id}/cover",
    response={200: Single[StoryOut], **refusals(401, 403, 404, 409, 413)},
    auth=writes,
    summary="Give a story a cover",
)
def cover_set(request: ApiRequest, story_id: UUID, image: File[UploadedFile]) -> Single[StoryOut]:
    """A JPEG, PNG, WebP or GIF of at most 5 MB and 40 megapixels, as `multipart/form-data`; made anew, without
    metadata."""
    services.set_cover(story=own_story(request, story_id), cover=clean_picture(image, max_side=1600))
    return Single(data=story_out(own_story(request, story_id), is_own=True))


@router.delete(
    "/stories/{uuid:story_id}/cover",
    response={204: None, **refusals(401, 403, 404)},
    auth=writes,
    summary="Have the cover drawn again",
)
def cover_drop(request: ApiRequest, story_id: UUID) -> Status[None]:
    """From title and name. Repeatable."""
    services.set_cover(story=own_story(request, story_id), cover=None)
    return Status(204, None)


def _is_near(at: datetime) -> bool:
    return timezone.now() < at < timezone.now() + timedelta(days=366)
