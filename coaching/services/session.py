"""Conversations as things to keep in order: named, pinned, put away, thrown away and taken back."""

from typing import TypedDict, Unpack

from django.db import transaction
from django.utils import timezone

import events.services
from accounts.models import User
from coaching.models import Reply, Session
from costory.lib import markdown
from stories.models import Chapter, Story

TITLE_MAX_CHARACTERS = 120


class SessionChanges(TypedDict, total=False):
    """What of a conversation may change by itself."""

    title: str
    model: str
    is_pinned: bool
    reads_ahead: bool


@transaction.atomic
def open_session(*, user: User, story: Story, mode: str, chapter: Chapter | None = None) -> Session:
    """Begin a conversation about a story in one of the coach's modes."""
    session = Session.objects.create(user=user, story=story, mode=mode, chapter=chapter)
    if not session.is_excluded_from_analytics:
        events.services.record("session.opened", person_id=user.pk, subject=session, payload={"mode": mode})
    return session


@transaction.atomic
def revise_session(*, session: Session, **changes: Unpack[SessionChanges]) -> Session:
    """Name it, pin it, choose its model, let it read ahead. An empty title leaves the name as it is."""
    if "title" in changes:
        title = " ".join(markdown.normalise_text(changes["title"]).split())[:TITLE_MAX_CHARACTERS]
        changes["title"] = title or session.title
    for name, value in changes.items():
        setattr(session, name, value)
    # Its place in the list is that of its last message.
    Session.objects.filter(pk=session.pk).update(**changes)
    return session


@transaction.atomic
def archive_session(*, session: Session, is_archived: bool = True) -> None:
    """Put a conversation away, or take it out again. Repeating it changes nothing."""
    moment = timezone.now() if is_archived else None
    Session.objects.filter(pk=session.pk, archived_at__isnull=is_archived).update(archived_at=moment)


@transaction.atomic
def delete_session(*, session: Session) -> None:
    """Throw a conversation away; a reply that is being written goes on, and is paid for. It can be taken back."""
    is_new = Session.objects.filter(pk=session.pk, deleted_at=None).update(deleted_at=timezone.now())
    if is_new and not session.is_excluded_from_analytics:
        events.services.record("session.deleted", person_id=session.user_id, subject=session)


@transaction.atomic
def restore_session(*, session: Session) -> None:
    """Take a conversation back."""
    Session.objects.filter(pk=session.pk).update(deleted_at=None)


@transaction.atomic
def rate_reply(*, reply: Reply, feedback: str) -> str:
    """Say whether a reply helped; saying the same again takes it back. Told to nobody. Returns what stands now."""
    stands = "" if reply.feedback == feedback else feedback
    Reply.objects.filter(pk=reply.pk).update(feedback=stands)
    reply.feedback = stands
    return stands
