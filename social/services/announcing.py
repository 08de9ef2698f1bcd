"""Telling an author's followers of new chapters, when their time has come.

Not in the transaction that releases a chapter: there may be many followers, and a plan's time comes by itself. Each is
told once, whichever processes are at it, because a cause is told once to each; a sweep that is interrupted begins anew.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.models import Mute
from events.models import Event
from social.models import Follow, Notification
from social.selectors.news import choices_among
from social.services.news import write_notifications
from stories.models import Chapter, Story

STORIES_AT_ONCE: Final = 50
FOLLOWERS_AT_ONCE: Final = 500
# What became due so long ago, while nothing ran or its story was hidden, is no news any more.
FRESH: Final = timedelta(days=7)
# A story was published for the first time, if that was in the transaction whose event this is.
_JUST_NOW: Final = timedelta(minutes=1)


def begin_story(event: Event) -> None:
    """A story is shown to everybody: of its chapters the first is news, if it never was before, and the others not."""
    now = timezone.now()
    story = Story.objects.filter(pk=event.subject_id).first()
    if story is None:
        return
    chapters = Chapter.objects.filter(story=story, deleted_at=None, released_at__lte=now)
    chapters.filter(announced_at=None).update(announced_at=now)
    if story.published_at is not None and story.published_at > now - _JUST_NOW:
        Chapter.objects.filter(pk__in=chapters.order_by("position").values("pk")[:1]).update(announced_at=None)


def announce_chapters() -> int:
    """Tell followers of chapters whose time has come. Returns how many chapters that were.

    Of several of one story at once the first is told of. Silent ones, and old ones, are passed over for good.
    """
    now = timezone.now()
    due = Chapter.objects.filter(announced_at=None, deleted_at=None, released_at__lte=now)
    due.filter(is_silent=True).update(announced_at=now)
    due.filter(released_at__lt=now - FRESH).update(announced_at=now)
    waiting = due.filter(story__in=Story.objects.published()).order_by("released_at")
    told = 0
    for story_id in dict.fromkeys(waiting.values_list("story_id", flat=True)[: STORIES_AT_ONCE * 10]):
        if told >= STORIES_AT_ONCE:
            break
        chapters = list(waiting.filter(story=story_id).order_by("position").values_list("pk", flat=True))
        story = Story.objects.published().filter(pk=story_id).first()
        if story is None or not chapters:
            continue
        _tell_followers(story, chapters[0])
        # Only now: had it stopped before, the next sweep would tell those who have not been told.
        told += Chapter.objects.filter(pk__in=chapters, announced_at=None).update(announced_at=now)
    return told


def _tell_followers(story: Story, chapter_id: UUID) -> None:
    facts: dict[str, Any] = {"actor_id": story.owner_id, "story_id": story.pk, "chapter_id": chapter_id}
    for follower_ids in _followers(story.owner_id):
        chosen = choices_among(follower_ids)
        told = [(pk, chosen[pk][Notification.Kind.CHAPTER]) for pk in follower_ids]
        write_notifications(told, kind=Notification.Kind.CHAPTER, cause=f"chapter:{chapter_id}", **facts)


def _followers(author_id: UUID) -> Iterator[list[UUID]]:
    """Those who follow an author and want to read them, some hundreds at a time."""
    follows = Follow.objects.filter(
        ~Exists(Mute.objects.filter(muter=OuterRef("follower"), muted=author_id)),
        author=author_id,
        follower__is_active=True,
        follower__erasure_requested_at=None,
    )
    last = 0
    while rows := list(follows.filter(pk__gt=last).order_by("pk").values_list("pk", "follower_id")[:FOLLOWERS_AT_ONCE]):
        last = rows[-1][0]
        yield [follower_id for _pk, follower_id in rows]
