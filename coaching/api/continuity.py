"""What does not fit together in a story, for programs: read by rule or by a model, listed, and waived."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Query, Router
from pydantic import BaseModel, Field

from accounts.api_auth import ApiRequest, reads, spends, writes
from accounts.models import User
from coaching import findings, services
from coaching.api import answering
from coaching.findings import Row
from coaching.models import ContinuityCheck, Finding, Reply
from costory.lib.api import ApiError, Input, Listed, Meta, Single, Text, refusals
from costory.lib.errors import DomainError
from stories.models import Chapter, Story

router = Router(tags=["coach"])

AnyUUID = Annotated[UUID, Field(strict=False)]


class ContinuityQuery(Input):
    """What is asked about: a chapter, or without one the whole story."""

    chapter_id: AnyUUID | None = None


class FindingQuery(ContinuityQuery):
    """Which findings: those waived, those not, or without a word on it all."""

    waived: Annotated[bool, Field(strict=False)] | None = None


class ContinuityIn(Input):
    """What is to be read: a chapter, or without one the whole story."""

    chapter_id: AnyUUID | None = None


class ContinuityReadingIn(ContinuityIn):
    """What a model is to read: a chapter with all before it, or without one the whole story."""

    model: Annotated[Text, Field(max_length=160)] = ""


class FindingChange(Input):
    """Whether a finding is meant so."""

    waived: bool


class FindingPlaceOut(BaseModel):
    """A passage, word for word, and where it stands in its chapter; in code points."""

    chapter_id: UUID
    quote: str
    start: int
    end: int


class FindingOut(BaseModel):
    """Two passages that contradict each other, or one that contradicts itself or the codex."""

    id: int
    origin: str
    kind: str
    explanation: str
    places: list[FindingPlaceOut]
    waived_at: datetime | None
    created_at: datetime


class ContinuityOut(BaseModel):
    """How continuity stands. `reply_id` is a model's last reading, with what it cost.

    `dropped` counts what it said of words that do not stand in the text. `ceiling_micros` is what another reading would
    cost at most; null while one is under way, and where none can be had.
    """

    story_id: UUID
    chapter_id: UUID | None
    checked_at: datetime | None
    findings: int
    waived: int
    is_reading: bool
    reply_id: UUID | None
    cost_micros: int | None
    dropped: int
    ceiling_micros: int | None
    currency: str


def finding_out(row: Row) -> FindingOut:
    """A finding as the API shows it."""
    finding = row.finding
    return FindingOut(
        id=finding.pk,
        origin=finding.origin,
        kind=finding.kind,
        explanation=row.explanation,
        places=[
            FindingPlaceOut(
                chapter_id=place.chapter.pk, quote=place.quote, start=place.start, end=place.start + len(place.quote)
            )
            for place in row.places
        ],
        waived_at=finding.waived_at,
        created_at=finding.created_at,
    )


def continuity_out(user: User, story: Story, chapter: Chapter | None) -> ContinuityOut:
    """How continuity stands, as the page has it."""
    checks = ContinuityCheck.objects.filter(story=story, chapter=chapter).select_related("reply")
    last = checks.defer("reply__request").first()
    asked = checks.exclude(reply=None).defer("reply__request").first()
    reply = asked.reply if asked is not None else None
    rows = findings.found_in(story, chapter)
    waived = sum(row.is_waived for row in rows)
    is_reading = reply is not None and not reply.is_finished
    ceiling = None
    if settings.COACH_ONLINE and not is_reading:
        try:
            ceiling = services.quote_continuity(user=user, story=story, chapter=chapter).quote.ceiling_micros
        except DomainError:
            ceiling = None
    return ContinuityOut(
        story_id=story.pk,
        chapter_id=chapter.pk if chapter is not None else None,
        checked_at=last.created_at if last is not None else None,
        findings=len(rows) - waived,
        waived=waived,
        is_reading=is_reading,
        reply_id=reply.pk if reply is not None else None,
        cost_micros=reply.cost_micros if reply is not None else None,
        dropped=asked.dropped if asked is not None else 0,
        ceiling_micros=ceiling,
        currency=settings.WALLET_CURRENCY,
    )


@router.get(
    "/stories/{uuid:story_id}/continuity",
    response={200: Single[ContinuityOut], **refusals(401, 403, 404)},
    auth=reads,
    summary="How continuity stands",
)
def continuity_detail(request: ApiRequest, story_id: UUID, query: Query[ContinuityQuery]) -> Single[ContinuityOut]:
    """When it was last read, what stands open, and what a model's reading would cost. Nothing is read for it."""
    user = request.auth.user
    return Single(data=continuity_out(user, *_asked_about(user, story_id, query.chapter_id)))


@router.post(
    "/stories/{uuid:story_id}/continuity",
    response={200: Single[ContinuityOut], **refusals(401, 403, 404, 409)},
    auth=writes,
    summary="Check continuity by rule",
)
def continuity_check(request: ApiRequest, story_id: UUID, body: ContinuityIn) -> Single[ContinuityOut]:
    """Free, and nothing leaves the house. What no longer holds goes, unless it was waived."""
    user = request.auth.user
    story, chapter = _asked_about(user, story_id, body.chapter_id)
    services.check_continuity(story=story, chapter=chapter)
    return Single(data=continuity_out(user, story, chapter))


@router.post(
    "/stories/{uuid:story_id}/continuity/reading",
    response={200: Single[ContinuityOut], **refusals(401, 402, 403, 404, 409, 413, 502, 504)},
    auth=spends,
    summary="Check continuity by rule and by a model",
)
async def continuity_read(
    request: HttpRequest, story_id: UUID, body: ContinuityReadingIn
) -> HttpResponseBase | Single[ContinuityOut]:
    """Of what the model says only what quotes the text word for word is kept, and nothing that was waived."""

    def post(user: User, key: str) -> Reply:
        story, chapter = _asked_about(user, story_id, body.chapter_id)
        services.check_continuity(story=story, chapter=chapter)
        check = services.ask_continuity(user=user, story=story, chapter=chapter, request_key=key, model=body.model)
        if check.chapter_id != body.chapter_id or check.reply is None:
            raise ApiError("conflict", _("This idempotency key was used for another request."))
        return check.reply

    def show(reply_id: UUID, user: User) -> ContinuityOut:
        return continuity_out(user, *_asked_about(user, story_id, body.chapter_id))

    return await answering.respond(request, post, show)


@router.get(
    "/stories/{uuid:story_id}/findings",
    response={200: Listed[FindingOut], **refusals(401, 403, 404)},
    auth=reads,
    summary="What does not fit together",
)
def finding_list(request: ApiRequest, story_id: UUID, query: Query[FindingQuery]) -> Listed[FindingOut]:
    """All that was found, in the order of the text; of a chapter, all that touches it."""
    rows = findings.found_in(*_asked_about(request.auth.user, story_id, query.chapter_id))
    data = [finding_out(row) for row in rows if query.waived is None or row.is_waived == query.waived]
    return Listed(data=data, meta=Meta(limit=max(1, len(data)), next=None, previous=None, total=len(data)))


@router.patch(
    "/findings/{int:finding_id}",
    response={200: Single[FindingOut], **refusals(401, 403, 404, 409)},
    auth=writes,
    summary="Waive a finding, or take that back",
)
def finding_revise(request: ApiRequest, finding_id: int, body: FindingChange) -> Single[FindingOut]:
    """What is meant so stays so however often the story is read, and a model is told."""
    rows = Finding.objects.of(request.auth.user).select_related("first_chapter", "second_chapter")
    finding = get_object_or_404(rows, pk=finding_id)
    services.waive_finding(finding=finding, is_waived=body.waived)
    return Single(data=finding_out(Row(finding)))


def _asked_about(user: User, story_id: UUID, chapter_id: UUID | None) -> tuple[Story, Chapter | None]:
    story = get_object_or_404(Story.objects.editable_by(user), pk=story_id)
    if chapter_id is None:
        return story, None
    return story, get_object_or_404(Chapter.objects.editable_by(user), pk=chapter_id, story=story)
