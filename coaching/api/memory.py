"""The coach's memory over HTTP: a summary for each chapter."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from ninja import Router, Status
from pydantic import BaseModel, Field

from accounts.api_auth import ApiRequest, reads, spends, writes
from accounts.models import User
from coaching import memory, services
from coaching.api import answering
from coaching.models import Reply, Summary
from coaching.services.summary import SUMMARY_MAX_CHARACTERS
from costory.lib.api import Input, Listed, Meta, Single, Text, refusals
from stories.models import Chapter, Story

router = Router(tags=["coach"])


class SummaryIn(Input):
    """A summary in the writer's own words."""

    text: Annotated[Text, Field(min_length=1, max_length=SUMMARY_MAX_CHARACTERS)]


class SummaryOut(BaseModel):
    """What is remembered of a chapter. One that does not hold is of an older text, and is not sent."""

    chapter_id: UUID
    position: int
    text: str
    holds: bool
    is_edited: bool
    updated_at: datetime | None


def summary_out(chapter: Chapter, summary: Summary | None) -> SummaryOut:
    """A chapter's summary as the API shows it."""
    return SummaryOut(
        chapter_id=chapter.pk,
        position=chapter.position,
        text=summary.text if summary is not None else "",
        holds=summary is not None and summary.holds_for(chapter.content),
        is_edited=summary is not None and summary.is_edited,
        updated_at=summary.updated_at if summary is not None else None,
    )


@router.get(
    "/stories/{uuid:story_id}/summaries",
    response={200: Listed[SummaryOut], **refusals(401, 403, 404)},
    auth=reads,
    summary="What the coach remembers of each chapter",
)
def summary_list(request: ApiRequest, story_id: UUID) -> Listed[SummaryOut]:
    """All chapters in the story's order."""
    story = get_object_or_404(Story.objects.editable_by(request.auth.user), pk=story_id)
    data = [summary_out(row.chapter, row.summary) for row in memory.memory_of(story).rows]
    return Listed(data=data, meta=Meta(limit=max(1, len(data)), next=None, previous=None, total=len(data)))


@router.post(
    "/chapters/{uuid:chapter_id}/summary",
    response={200: Single[SummaryOut], **refusals(401, 402, 403, 404, 409, 413, 502, 504)},
    auth=spends,
    summary="Let the coach summarise a chapter",
)
async def summary_create(request: HttpRequest, chapter_id: UUID) -> HttpResponseBase | Single[SummaryOut]:
    """Of the chapter as it stands. While one is being written for the same text, that one is waited for."""

    def post(user: User, key: str) -> Reply:
        return services.summarise(user=user, chapter=_chapter(user, chapter_id), request_key=key)

    def show(reply_id: UUID, user: User) -> SummaryOut:
        chapter = _chapter(user, chapter_id)
        return summary_out(chapter, Summary.objects.filter(chapter=chapter).first())

    return await answering.respond(request, post, show)


@router.put(
    "/chapters/{uuid:chapter_id}/summary",
    response={200: Single[SummaryOut], **refusals(401, 403, 404, 409)},
    auth=writes,
    summary="Set a chapter’s summary",
)
def summary_revise(request: ApiRequest, chapter_id: UUID, body: SummaryIn) -> Single[SummaryOut]:
    """In your own words. It holds for the chapter as it stands."""
    chapter = _chapter(request.auth.user, chapter_id)
    return Single(data=summary_out(chapter, services.revise_summary(chapter=chapter, text=body.text)))


@router.delete(
    "/chapters/{uuid:chapter_id}/summary",
    response={204: None, **refusals(401, 403, 404, 409)},
    auth=writes,
    summary="Forget a chapter’s summary",
)
def summary_forget(request: ApiRequest, chapter_id: UUID) -> Status[None]:
    """The coach reads the chapter's opening and its close again."""
    services.forget_summary(chapter=_chapter(request.auth.user, chapter_id))
    return Status(204, None)


def _chapter(user: User, chapter_id: UUID) -> Chapter:
    chapters = Chapter.objects.editable_by(user).select_related("story__owner")
    return get_object_or_404(chapters, pk=chapter_id)
