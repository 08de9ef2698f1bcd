"""A story whole, as the JSON archive, for programs: at the top, because what several apps keep of it is in one file."""

from uuid import UUID

from django.http import FileResponse
from django.utils.translation import gettext as _
from ninja import File, Query, Router, Status, UploadedFile
from pydantic import BaseModel

from accounts.api_auth import ApiRequest, reads, writes
from costory.archive.story import MAX_BYTES, export_story, import_story
from costory.lib.api import ApiError, Single, refusals
from stories.api.owned import own_story
from stories.api.story import StoryOut, story_out
from stories.exporting import content_disposition, file_name

router = Router(tags=["archive"])


class ArchiveFilter(BaseModel):
    """Whether the notes to oneself are in it."""

    notes: bool = False


@router.get(
    "/stories/{uuid:story_id}/archive",
    response=refusals(401, 403, 404),
    auth=reads,
    summary="A story's archive",
    openapi_extra={
        "responses": {
            200: {"description": "The file", "content": {"application/json": {"schema": {"type": "object"}}}},
        }
    },
)
def story_archive(request: ApiRequest, story_id: UUID, asked: Query[ArchiveFilter]) -> FileResponse:
    """Everything of a story of yours in one JSON file: revisions, who wrote what, the codex, the conversations."""
    story = own_story(request, story_id)
    response = FileResponse(export_story(story, with_notes=asked.notes), content_type="application/json")
    response["Content-Disposition"] = content_disposition(file_name(story.title, "costory.json"))
    response["Cache-Control"] = "private, no-store"
    return response


@router.post(
    "/imports/archive",
    response={201: Single[StoryOut], **refusals(401, 403, 409, 413)},
    auth=writes,
    summary="Take a story's archive in",
)
def archive_import(request: ApiRequest, archive: File[UploadedFile]) -> Status[Single[StoryOut]]:
    """A file that CoStory made, of at most 100 MB, as `multipart/form-data`: a private story with ids of its own.

    All of it or nothing. What is not an archive, or was changed, is refused with 422 and `details.places`. Send an
    `Idempotency-Key`: with it, asking twice takes it in once.
    """
    if (archive.size or 0) > MAX_BYTES:
        raise ApiError(
            "payload_too_large", _("This file is too large: at most 100 MB."), details={"max_bytes": MAX_BYTES}
        )
    story = import_story(owner=request.auth.user, content=archive.read())
    return Status(201, Single(data=story_out(story, is_own=True)))
