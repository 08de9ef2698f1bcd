"""Photographs beside a chapter, for programs. Whoever may read the chapter may see them; its writer puts them there."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from ninja import File, Form, Query, Router, Status, UploadedFile
from pydantic import BaseModel, Field

from accounts.api_auth import ApiRequest, reads, writes
from costory.lib.api import Input, Listed, Paging, Single, Text, refusals
from costory.lib.pictures import clean_picture, picture_response
from stories import services
from stories.api.outline import MoveIn
from stories.api.owned import own_chapter_beside
from stories.api.story import ask_grown_up
from stories.models import Chapter, Photograph

router = Router(tags=["photographs"])

Words = Annotated[Text, Field(max_length=500)]
PICTURE = {
    "responses": {
        200: {
            "description": "The picture",
            "content": {
                kind: {"schema": {"type": "string", "format": "binary"}} for kind in ("image/jpeg", "image/png")
            },
        }
    }
}


class WordsIn(BaseModel):
    """What is said of a photograph that is added."""

    caption: Words = ""
    description: Words = ""


class CaptionIn(Input):
    """What stands below a photograph, and what can be seen, for those who cannot see it; what is not sent stays."""

    caption: Words | None = None
    description: Words | None = None


class PhotographOut(BaseModel):
    """A photograph."""

    id: UUID
    chapter_id: UUID
    position: int
    caption: str
    description: str
    width: int
    height: int
    created_at: datetime


def photograph_out(photograph: Photograph) -> PhotographOut:
    """A photograph as the API shows it."""
    return PhotographOut(**{name: getattr(photograph, name) for name in PhotographOut.model_fields})


@router.get(
    "/chapters/{uuid:chapter_id}/photographs",
    response={200: Listed[PhotographOut], **refusals(401, 403, 404)},
    auth=reads,
    summary="A chapter's photographs",
)
def photograph_list(request: ApiRequest, chapter_id: UUID, paging: Query[Paging]) -> Listed[PhotographOut]:
    """In their order, of a chapter you may read."""
    chapter = get_object_or_404(_readable(request).select_related("story"), pk=chapter_id)
    ask_grown_up(request, chapter.story)
    return _listed(Photograph.objects.filter(chapter=chapter), paging)


@router.post(
    "/chapters/{uuid:chapter_id}/photographs",
    response={201: Single[PhotographOut], **refusals(401, 403, 404, 409, 413)},
    auth=writes,
    summary="Add a photograph",
)
def photograph_create(
    request: ApiRequest,
    chapter_id: UUID,
    image: File[UploadedFile],
    said: Form[WordsIn],
) -> Status[Single[PhotographOut]]:
    """A JPEG, PNG, WebP or GIF of at most 5 MB and 40 megapixels, as `multipart/form-data`; made anew, without
    metadata. A chapter has room for thirty."""
    chapter = own_chapter_beside(request, chapter_id)
    photograph = services.add_photograph(
        chapter=chapter, image=clean_picture(image), caption=said.caption, description=said.description
    )
    return Status(201, Single(data=photograph_out(photograph)))


@router.patch(
    "/photographs/{uuid:photograph_id}",
    response={200: Single[PhotographOut], **refusals(401, 403, 404)},
    auth=writes,
    summary="Say something else of a photograph",
)
def photograph_revise(request: ApiRequest, photograph_id: UUID, body: CaptionIn) -> Single[PhotographOut]:
    """Its caption, or what can be seen."""
    photograph = _own_photograph(request, photograph_id)
    caption = photograph.caption if body.caption is None else body.caption
    description = photograph.description if body.description is None else body.description
    services.revise_photograph(photograph=photograph, caption=caption, description=description)
    return Single(data=photograph_out(photograph))


@router.post(
    "/photographs/{uuid:photograph_id}/move",
    response={200: Listed[PhotographOut], **refusals(401, 403, 404, 409)},
    auth=writes,
    summary="Move a photograph one place",
)
def photograph_move(request: ApiRequest, photograph_id: UUID, body: MoveIn) -> Listed[PhotographOut]:
    """At either end it stays. The answer is the chapter's photographs as they then are."""
    photograph = _own_photograph(request, photograph_id)
    services.move_photograph(photograph=photograph, by=body.by)
    return _listed(Photograph.objects.filter(chapter=photograph.chapter_id), Paging(limit=100))


@router.delete(
    "/photographs/{uuid:photograph_id}",
    response={204: None, **refusals(401, 403, 404)},
    auth=writes,
    summary="Take a photograph away",
)
def photograph_delete(request: ApiRequest, photograph_id: UUID) -> Status[None]:
    """It is shown and served nowhere from now on. Within thirty days it can be taken back."""
    services.delete_photograph(photograph=_own_photograph(request, photograph_id))
    return Status(204, None)


@router.post(
    "/photographs/{uuid:photograph_id}/restore",
    response={200: Single[PhotographOut], **refusals(401, 403, 404, 409)},
    auth=writes,
    summary="Take a photograph back",
)
def photograph_restore(request: ApiRequest, photograph_id: UUID) -> Single[PhotographOut]:
    """To the end of its chapter's."""
    mine = Photograph.thrown_away.filter(chapter__in=Chapter.objects.editable_by(request.auth.user))
    services.restore_photograph(photograph=get_object_or_404(mine, pk=photograph_id))
    return Single(data=photograph_out(_own_photograph(request, photograph_id)))


@router.get(
    "/photographs/{uuid:photograph_id}/image",
    response=refusals(401, 403, 404),
    auth=reads,
    summary="The photograph itself",
    openapi_extra=PICTURE,
)
def photograph_image(request: ApiRequest, photograph_id: UUID) -> HttpResponse:
    """Of a chapter you may read."""
    photographs = Photograph.objects.select_related("chapter__story").filter(chapter__in=_readable(request))
    photograph = get_object_or_404(photographs, pk=photograph_id)
    ask_grown_up(request, photograph.chapter.story)
    # Kept by nobody for longer than the story may be seen.
    response = picture_response(photograph.image)
    response["Cache-Control"] = "private, no-cache"
    return response


def _listed(photographs: QuerySet[Photograph], paging: Paging) -> Listed[PhotographOut]:
    page = paging.page_of(photographs, keys=("position",))
    return Listed(data=[photograph_out(photograph) for photograph in page.rows], meta=page.meta)


def _readable(request: ApiRequest) -> "QuerySet[Chapter]":
    return Chapter.objects.visible_to(request.auth.user).without_text()


def _own_photograph(request: ApiRequest, photograph_id: UUID) -> Photograph:
    photographs = Photograph.objects.filter(chapter__in=Chapter.objects.editable_by(request.auth.user))
    return get_object_or_404(photographs.select_related("chapter"), pk=photograph_id)
