"""Conversations kept in order over HTTP: listed, named, put away, thrown away and taken back.

They stand on the sessions' own router: one address belongs to one router, whatever is done to it.
"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.shortcuts import get_object_or_404
from ninja import Query, Status
from pydantic import BaseModel, Field

from accounts.api_auth import ApiRequest, reads, writes
from coaching import services
from coaching.api.session import router
from coaching.models import Session
from costory.lib.api import Input, Listed, Paging, Single, Text, refusals
from stories.models import Story

__all__ = ["router"]

AnyUUID = Annotated[UUID, Field(strict=False)]


class SessionListIn(Input):
    """Which conversations."""

    story_id: AnyUUID
    archived: Annotated[bool, Field(strict=False)] = False


class SessionChange(Input):
    """What of a conversation changes."""

    title: Annotated[Text, Field(max_length=120)] | None = None
    is_pinned: bool | None = None
    reads_ahead: bool | None = None
    archived: bool | None = None


class SessionRowOut(BaseModel):
    """A conversation without its messages."""

    id: UUID
    story_id: UUID
    chapter_id: UUID | None
    mode: str
    title: str
    model: str
    is_pinned: bool
    reads_ahead: bool
    archived_at: datetime | None
    created_at: datetime
    updated_at: datetime


def session_row_out(session: Session) -> SessionRowOut:
    """A conversation as a list shows it."""
    return SessionRowOut(**{name: getattr(session, name) for name in SessionRowOut.model_fields})


@router.get(
    "/sessions",
    response={200: Listed[SessionRowOut], **refusals(401, 403, 404)},
    auth=reads,
    summary="Conversations about a story",
)
def session_list(request: ApiRequest, query: Query[SessionListIn], paging: Query[Paging]) -> Listed[SessionRowOut]:
    """The latest first, without their messages; `archived` shows those that were put away."""
    story = get_object_or_404(Story.objects.editable_by(request.auth.user), pk=query.story_id)
    rows = Session.objects.of(request.auth.user).conversations()
    rows = rows.filter(story=story, archived_at__isnull=not query.archived)
    page = paging.page_of(rows, keys=("-updated_at", "-id"))
    return Listed(data=[session_row_out(row) for row in page.rows], meta=page.meta)


@router.patch(
    "/sessions/{uuid:session_id}",
    response={200: Single[SessionRowOut], **refusals(401, 403, 404, 409)},
    auth=writes,
    summary="Name, pin or put away a conversation",
)
def session_revise(request: ApiRequest, session_id: UUID, body: SessionChange) -> Single[SessionRowOut]:
    """What is not sent stays as it is."""
    session = get_object_or_404(Session.objects.of(request.auth.user).conversations(), pk=session_id)
    changes = body.model_dump(exclude_unset=True, exclude_none=True)
    archived = changes.pop("archived", None)
    services.revise_session(session=session, **changes)
    if archived is not None:
        services.archive_session(session=session, is_archived=archived)
    session.refresh_from_db()
    return Single(data=session_row_out(session))


@router.delete(
    "/sessions/{uuid:session_id}",
    response={204: None, **refusals(401, 403, 404, 409)},
    auth=writes,
    summary="Throw a conversation away",
)
def session_delete(request: ApiRequest, session_id: UUID) -> Status[None]:
    """It can be taken back."""
    session = get_object_or_404(Session.objects.of(request.auth.user).conversations(), pk=session_id)
    services.delete_session(session=session)
    return Status(204, None)


@router.post(
    "/sessions/{uuid:session_id}/restore",
    response={200: Single[SessionRowOut], **refusals(401, 403, 404, 409)},
    auth=writes,
    summary="Take a conversation back",
)
def session_restore(request: ApiRequest, session_id: UUID) -> Single[SessionRowOut]:
    """One that was thrown away."""
    user = request.auth.user
    mine = Session.objects.filter(user=user, story__owner=user, story__deleted_at=None).conversations()
    session = get_object_or_404(mine, pk=session_id)
    services.restore_session(session=session)
    session.refresh_from_db()
    return Single(data=session_row_out(session))
