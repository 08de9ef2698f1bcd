"""Reporting over HTTP (API.md)."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Router, Status
from pydantic import BaseModel, Field

from accounts.api_auth import ApiRequest, writes
from costory.lib.api import ApiError, Input, Single, Text, refusals
from social import services
from social.models import MAX_EXPLANATION, MAX_QUOTE, Case, Report

router = Router(tags=["moderation"])

Reason = Literal[
    "child-abuse",
    "danger",
    "violence",
    "hatred",
    "harassment",
    "privacy",
    "illegal",
    "copyright",
    "impersonation",
    "rating",
    "spam",
    "other",
]
Token = Annotated[Text, Field(max_length=40, description="Of a story that is read by its link.")]


class ReportIn(Input):
    """Why something may not be here, said in good faith."""

    reason: Reason
    explanation: Annotated[Text, Field(min_length=1, max_length=MAX_EXPLANATION)]
    quote: Annotated[Text, Field(max_length=MAX_QUOTE, description="The passage it is about.")] = ""
    share_token: Token = ""


class StoryReportIn(ReportIn):
    """The same of a story, with the chapter it is about."""

    chapter_id: Annotated[UUID | None, Field(strict=False)] = None


class ReportOut(BaseModel):
    """A receipt. What is said again of the same thing is added to the first report, which is what is shown."""

    id: UUID
    reason: str
    state: str
    created_at: datetime


def report_out(report: Report) -> ReportOut:
    """A report as its reporter sees it."""
    return ReportOut(id=report.pk, reason=report.reason, state=report.state, created_at=report.created_at)


@router.post(
    "/stories/{uuid:story_id}/report",
    response={201: Single[ReportOut], **refusals(401, 403, 404, 409, 429)},
    auth=writes,
    summary="Report a story",
)
def story_report(request: ApiRequest, story_id: UUID, body: StoryReportIn) -> Status[Single[ReportOut]]:
    """One that you see; a receipt and the decision come by e-mail."""
    return _file(request, Case.Kind.STORY, story_id, body, chapter_id=body.chapter_id)


@router.post(
    "/comments/{uuid:comment_id}/report",
    response={201: Single[ReportOut], **refusals(401, 403, 404, 409, 429)},
    auth=writes,
    summary="Report a comment",
)
def comment_report(request: ApiRequest, comment_id: UUID, body: ReportIn) -> Status[Single[ReportOut]]:
    """One that you see; a receipt and the decision come by e-mail."""
    return _file(request, Case.Kind.COMMENT, comment_id, body)


def _file(
    request: ApiRequest, kind: Case.Kind, target_id: UUID, body: ReportIn, **place: Any
) -> Status[Single[ReportOut]]:
    try:
        report = services.file_report(
            kind=kind,
            target_id=target_id,
            reporter=request.auth.user,
            reason=body.reason,
            explanation=body.explanation,
            quote=body.quote,
            token=body.share_token,
            **place,
        )
    except services.TooManyReports as refusal:
        wait = str(refusal.details.get("retry_after_seconds", 3600))
        raise ApiError(refusal.code, str(refusal), details=refusal.details, headers={"Retry-After": wait}) from refusal
    return Status(201, Single(data=report_out(report)))
