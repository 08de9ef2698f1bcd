"""What somebody is told, and of what: only of what they may see at the moment they are told."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from accounts.models import User
from costory.lib.api import Page, Paging
from social.models import Comment, Follow, Like, Notification, NotificationChoice
from social.selectors.answers import seen_by
from stories.models import Chapter, Story

if TYPE_CHECKING:
    from django.db.models import QuerySet

Kind = Notification.Kind
PAGE: Final = 40
# More than that is "a lot" to anybody.
MOST_COUNTED: Final = 99
# Decisions are told in any case, and by a letter of their own (DSA, article 17).
CHOSEN: Final = (Kind.CHAPTER, Kind.COMMENT, Kind.ANSWER, Kind.LIKE, Kind.FOLLOW)
# Chapters are named and numbered, their text is not read.
UNREAD: Final = ("chapter__content", "chapter__content_html", "chapter__provenance")


@dataclass(frozen=True)
class Choice:
    """Whether somebody wants to hear of something, and where."""

    in_page: bool = True
    by_mail: bool = True


def choices_of(user_id: UUID) -> dict[str, Choice]:
    """What somebody wants to hear of, by kind."""
    return choices_among([user_id])[user_id]


def choices_among(user_ids: Collection[UUID]) -> dict[UUID, dict[str, Choice]]:
    """What each of these people wants to hear of, by kind, in one query."""
    found: dict[UUID, dict[str, Choice]] = {
        user_id: {kind: Choice(by_mail=kind != Kind.LIKE) for kind in CHOSEN} for user_id in user_ids
    }
    for row in NotificationChoice.objects.filter(user__in=user_ids):
        found[row.user_id][Kind(row.kind)] = Choice(row.in_page, row.by_mail)
    return found


def spoken_of(user: User) -> "QuerySet[Notification]":
    """What somebody may be told of now.

    Not of a story or chapter they may not see (any more), of a comment that is not shown, of somebody who has gone or
    whom they keep away from, nor of what was taken back. A decision of the house about them is told in any case.
    """
    stories = Story.objects.visible_to(user).filter(pk=OuterRef("story"))
    chapters = Chapter.objects.visible_to(user).filter(pk=OuterRef("chapter"))
    comments = Comment.objects.filter(seen_by(user), pk=OuterRef("comment"))
    is_near = (
        Q(actor__is_active=True, actor__erasure_requested_at=None)
        & ~Exists(user.blocks_made.filter(blocked=OuterRef("actor")))
        & ~Exists(user.blocks_met.filter(blocker=OuterRef("actor")))
        & ~Exists(user.mutes_made.filter(muted=OuterRef("actor")))
    )
    liked = Like.objects.filter(story=OuterRef("story"), user=OuterRef("actor"))
    follows = Follow.objects.filter(follower=OuterRef("actor"), author=user)
    followed = Follow.objects.filter(follower=user, author=OuterRef("actor"))
    work = (
        (Q(story=None) | Exists(stories))
        & (Q(chapter=None) | Exists(chapters))
        & (Q(comment=None) | Exists(comments))
        & (Q(actor=None) | is_near)
        & (~Q(kind=Kind.LIKE) | Exists(liked))
        & (~Q(kind=Kind.FOLLOW) | Exists(follows))
        & (~Q(kind=Kind.CHAPTER) | Exists(followed))
    )
    return Notification.objects.filter(Q(kind=Kind.MODERATION) | work, user=user)


def shown_to(user: User) -> "QuerySet[Notification]":
    """What somebody reads in the page: what may be spoken of, of the kinds they want there."""
    unwanted = NotificationChoice.objects.filter(user=user, in_page=False, kind=OuterRef("kind"))
    return spoken_of(user).filter(Q(kind=Kind.MODERATION) | ~Exists(unwanted))


def new_count(user: User) -> int:
    """How much somebody has not looked at yet, counted to one beyond MOST_COUNTED, in one query."""
    return shown_to(user).filter(seen_at=None).order_by()[: MOST_COUNTED + 1].count()


def page_of_news(user: User, *, cursor: str = "") -> Page[Notification]:
    """A page of what somebody is told, newest first, in one query. Raises ApiError for a cursor that is none."""
    told = shown_to(user).select_related("actor", "story", "chapter", "comment").defer(*UNREAD)
    return Paging(limit=PAGE, cursor=cursor[:1000] or None).page_of(told, keys=("-created_at", "-id"))


@dataclass
class Told:
    """A notification as it is read, with whoever else did the same to the same story."""

    notification: Notification
    others: int = 0
    is_new: bool = False

    @property
    def address(self) -> str:
        """The exact place of what it speaks of; empty where there is none."""
        return address_of(self.notification)


def together(notifications: Iterable[Notification]) -> list[Told]:
    """Notifications in their order, but likes of one story as one."""
    told: list[Told] = []
    likes: dict[UUID | None, Told] = {}
    for notification in notifications:
        is_new = notification.seen_at is None
        if notification.kind == Kind.LIKE and notification.story_id in likes:
            likes[notification.story_id].others += 1
            likes[notification.story_id].is_new |= is_new
            continue
        told.append(Told(notification, is_new=is_new))
        if notification.kind == Kind.LIKE:
            likes[notification.story_id] = told[-1]
    return told


def address_of(notification: Notification) -> str:
    """Where what a notification speaks of is to be seen."""
    story, chapter, comment, actor = (
        notification.story,
        notification.chapter,
        notification.comment,
        notification.actor,
    )
    if notification.kind == Kind.MODERATION:
        _what, _colon, rest = notification.cause.partition(":")
        return reverse("social:decision-detail", args=[rest.partition(":")[0]])
    if story is None:
        return reverse("social:author-detail", args=[actor.handle]) if actor is not None and actor.is_public else ""
    if chapter is not None:
        return reverse("social:chapter-read", args=[story.pk, chapter.position])
    if comment is not None:
        return reverse("social:comment-detail", args=[comment.pk])
    return reverse("social:story-read", args=[story.pk])
