"""What people are told of: each thing once, as they chose, and nothing by those they keep away from.

A notification says that something happened; whether it may still be spoken of is asked again whenever it is shown or
mailed (social.selectors.news).
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import Block, Mute, User
from events.models import Event
from social.models import Comment, Notification, NotificationChoice
from social.selectors.news import CHOSEN, Choice, choices_of
from stories.models import Story

Kind = Notification.Kind
SEEN_KEPT: Final = timedelta(days=90)
KEPT: Final = timedelta(days=365)
# At once; the next minute goes on.
BATCH: Final = 1_000


def notify(
    *,
    user: User,
    kind: Kind,
    cause: str,
    actor: User | None = None,
    story: Story | None = None,
    comment: Comment | None = None,
) -> None:
    """Tell somebody of something, once for each cause, unless they would not hear of it.

    Nobody is told of their own doings, nor of those of somebody they have blocked or muted or who has blocked them.
    """
    if actor is not None and (actor.pk == user.pk or are_strangers(user=user, actor=actor)):
        return
    if not user.is_active or user.erasure_requested_at is not None:
        return
    choice = choices_of(user.pk)[kind] if kind in CHOSEN else Choice()
    write_notifications(
        [(user.pk, choice)], kind=kind, cause=cause, actor_id=actor and actor.pk, story=story, comment=comment
    )


def write_notifications(told: Iterable[tuple[UUID, Choice]], *, kind: Kind, **facts: Any) -> None:
    """Write the same to several people, to each once for its cause, whoever else is at it at the same time."""
    now = timezone.now()
    rows = [
        Notification(
            user_id=user_id,
            kind=kind,
            # What is not to be shown is not counted as new, and what is not to be mailed does not wait for a mail.
            seen_at=None if choice.in_page else now,
            mailed_at=None if choice.by_mail else now,
            **facts,
        )
        for user_id, choice in told
        if choice.in_page or choice.by_mail
    ]
    Notification.objects.bulk_create(rows, ignore_conflicts=True)


def are_strangers(*, user: User, actor: User) -> bool:
    """Whether one of two people has blocked the other, or the first has muted the second."""
    blocked = Q(blocker=user, blocked=actor) | Q(blocker=actor, blocked=user)
    return Block.objects.filter(blocked).exists() or Mute.objects.filter(muter=user, muted=actor).exists()


def forget_notifications() -> int:
    """Forget what somebody looked at and was told more than 90 days ago, and after a year all. Returns how many."""
    now = timezone.now()
    looked_at = Notification.objects.filter(seen_at__isnull=False, created_at__lt=now - SEEN_KEPT)
    left = Notification.objects.filter(seen_at=None, created_at__lt=now - KEPT)
    due = [*looked_at.order_by("created_at").values_list("pk", flat=True)[:BATCH]]
    due += left.order_by("created_at").values_list("pk", flat=True)[:BATCH]
    return Notification.objects.filter(pk__in=due).delete()[0]


def see_notification(*, notification: Notification) -> None:
    """Somebody has looked at what they were told. Repeatable."""
    Notification.objects.filter(pk=notification.pk, seen_at=None).update(seen_at=timezone.now())


def see_notifications(*, user: User, until: datetime) -> int:
    """Somebody has looked at all they were told until then. Returns how much of it was new."""
    return Notification.objects.filter(user=user, seen_at=None, created_at__lte=until).update(seen_at=timezone.now())


@transaction.atomic
def choose_news(*, user: User, kind: Kind, **choice: bool) -> None:
    """Keep whether somebody wants to hear of a kind `in_page` and `by_mail`; what is not given stays."""
    stands = choices_of(user.pk)[kind]
    said = {"in_page": choice.get("in_page", stands.in_page), "by_mail": choice.get("by_mail", stands.by_mail)}
    NotificationChoice.objects.update_or_create(user=user, kind=kind, defaults=said)
    unread = Notification.objects.filter(user=user, kind=kind)
    if not said["by_mail"]:
        unread.filter(mailed_at=None).update(mailed_at=timezone.now())
    if not said["in_page"]:
        unread.filter(seen_at=None).update(seen_at=timezone.now())


def unsubscribe(*, user: User, kind: str = "") -> None:
    """No more e-mail about a kind, or about any. Repeatable; what is shown in the page stays as it is."""
    for each in CHOSEN:
        if kind in ("", each):
            choose_news(user=user, kind=each, by_mail=False)


# --- What is heard of: called in the transaction that makes the fact ----------------------------------------------


def hear_of_like(event: Event) -> None:
    """Somebody loves a story: its author is told."""
    story = Story.objects.select_related("owner").filter(pk=event.subject_id).first()
    actor = _person(event)
    if story is not None and actor is not None:
        cause = f"like:{story.pk}:{actor.pk}"
        notify(user=story.owner, kind=Kind.LIKE, cause=cause, actor=actor, story=story)


def hear_of_follow(event: Event) -> None:
    """Somebody follows an author, who is told."""
    author, actor = User.objects.filter(pk=event.subject_id).first(), _person(event)
    if author is not None and actor is not None:
        notify(user=author, kind=Kind.FOLLOW, cause=f"follow:{actor.pk}", actor=actor)


def hear_of_comment(event: Event) -> None:
    """There is a comment: who it answers is told once others can read it, and the story's author in any case.

    An answer to the author's own comment is told to them once, as an answer.
    """
    comments = Comment.objects.select_related("author", "story__owner", "parent__author")
    comment = comments.filter(pk=event.subject_id).first()
    if comment is None:
        return
    told = [(Kind.COMMENT, comment.story.owner)]
    if comment.parent is not None and comment.state == Comment.State.SHOWN:
        told.insert(0, (Kind.ANSWER, comment.parent.author))
    for kind, user in told:
        cause = f"comment:{comment.pk}"
        notify(user=user, kind=kind, cause=cause, actor=comment.author, story=comment.story, comment=comment)


HEARD = {
    "story.liked": hear_of_like,
    "author.followed": hear_of_follow,
    "person.followed": hear_of_follow,
    "comment.added": hear_of_comment,
    "comment.answered": hear_of_comment,
    "comment.released": hear_of_comment,
}


def _person(event: Event) -> User | None:
    return User.objects.filter(pk=event.person_id).first() if event.person_id else None
