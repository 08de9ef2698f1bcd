"""What the coach wrote, put into the page by its writer, for programs."""

from typing import Annotated
from uuid import UUID

from django.shortcuts import get_object_or_404
from ninja import Router
from pydantic import Field

from accounts.api_auth import ApiRequest, writes
from coaching import services
from coaching.models import Reply
from costory.lib.api import Input, Single, Text, refusals
from stories.api.chapter import ChapterOut, Version, chapter_out
from stories.api.owned import own_chapter

router = Router(tags=["ai"])

Place = Annotated[int, Field(ge=0, le=2**31 - 1)]


class PassageIn(Input):
    """Where a reply goes, in code points of the chapter at `version`; at its end unless it is said.

    `replacing` counts the characters it takes the place of; `text` is the part of the reply that is taken, all of it
    unless it is said.
    """

    chapter_id: Annotated[UUID, Field(strict=False)]
    version: Version
    position: Place | None = None
    replacing: Place = 0
    text: Annotated[Text, Field(max_length=200_000)] = ""


@router.post(
    "/replies/{uuid:reply_id}/insert",
    response={200: Single[ChapterOut], **refusals(401, 403, 404, 409, 413)},
    auth=writes,
    summary="Put a reply into the page",
)
def reply_insert(request: ApiRequest, reply_id: UUID, body: PassageIn) -> Single[ChapterOut]:
    """Its words are known as the coach's from then on. From a stale version nothing is put in: 409.

    Send an `Idempotency-Key`: with it, asking twice puts it in once.
    """
    reply = get_object_or_404(Reply.objects.of(request.auth.user).select_related("session"), pk=reply_id)
    chapter = own_chapter(request, body.chapter_id)
    said = body.model_dump(exclude={"chapter_id"})
    return Single(
        data=chapter_out(services.take_passage(reply=reply, chapter=chapter, author=request.auth.user, **said))
    )
