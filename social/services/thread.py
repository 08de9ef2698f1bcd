"""What a story's author does with the comments under it: lets through, refuses, pins, freezes."""

from typing import ClassVar, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

import events.services
from accounts.models import User
from costory.lib.errors import DomainError
from social.models import Comment
from social.services.comment import NotYours
from social.services.listing import count_comments

MOST_PINNED: Final = 3


class TooManyPinned(DomainError):
    """What stands above everything else is little."""

    code: ClassVar[str] = "conflict"


@transaction.atomic
def release_comment(*, comment: Comment, owner: User) -> bool:
    """Let a waiting comment through. Returns whether it waited. Raises NotYours."""
    stored = _held(comment, owner)
    if not _waits(stored):
        return False
    Comment.objects.filter(pk=stored.pk).update(state=Comment.State.SHOWN)
    count_comments(story_id=stored.story_id)
    _record("comment.released", owner, stored)
    return True


@transaction.atomic
def refuse_comment(*, comment: Comment, owner: User) -> bool:
    """Do not let a waiting comment through: it is gone, for its writer too. Returns whether it waited.

    Raises NotYours.
    """
    stored = _held(comment, owner)
    if not _waits(stored):
        return False
    Comment.objects.filter(pk=stored.pk).update(deleted_at=timezone.now())
    _record("comment.refused", owner, stored)
    return True


@transaction.atomic
def pin_comment(*, comment: Comment, owner: User, is_pinned: bool = True) -> bool:
    """Have a thread stand before all others, or no longer. Returns whether that changed anything.

    Raises NotYours, also for what begins no thread or is not shown, and TooManyPinned.
    """
    stored = _held_root(comment, owner)
    if stored.is_pinned == is_pinned:
        return False
    pinned = Comment.objects.filter(story=stored.story_id, parent=None, is_pinned=True, deleted_at=None)
    if is_pinned and pinned.count() >= MOST_PINNED:
        raise TooManyPinned(_("Three comments are pinned already. Unpin one first."))
    Comment.objects.filter(pk=stored.pk).update(is_pinned=is_pinned)
    _record("comment.pinned" if is_pinned else "comment.unpinned", owner, stored)
    return True


@transaction.atomic
def freeze_thread(*, comment: Comment, owner: User, is_frozen: bool = True) -> bool:
    """Let nobody answer in a thread any more, or let them again. Returns whether that changed anything.

    Raises NotYours, also for what begins no thread.
    """
    stored = _held_root(comment, owner)
    if stored.is_frozen == is_frozen:
        return False
    Comment.objects.filter(pk=stored.pk).update(is_frozen=is_frozen)
    _record("comment.frozen" if is_frozen else "comment.thawed", owner, stored)
    return True


def _held(comment: Comment, owner: User) -> Comment:
    stored = Comment.objects.select_for_update(of=("self",)).select_related("story").get(pk=comment.pk)
    if stored.story.owner_id != owner.pk:
        raise NotYours(_("There is nothing here, or it is not yours."))
    return stored


def _held_root(comment: Comment, owner: User) -> Comment:
    stored = _held(comment, owner)
    is_shown = stored.state == Comment.State.SHOWN and stored.deleted_at is None
    if stored.parent_id is not None or not is_shown:
        raise NotYours(_("There is nothing here, or it is not yours."))
    return stored


def _waits(comment: Comment) -> bool:
    return comment.state == Comment.State.WAITING and comment.deleted_at is None


def _record(name: str, owner: User, comment: Comment) -> None:
    payload = {"story_id": str(comment.story_id)}
    if comment.parent_id is not None:
        payload["parent_id"] = str(comment.parent_id)
    events.services.record(name, person_id=owner.pk, subject=comment, payload=payload)
