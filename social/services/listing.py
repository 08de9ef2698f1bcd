"""The public faces of stories, kept in step with the stories.

What a story's owner does to it is followed in the same transaction (events); what goes on quietly (a save of a released
chapter, a plan whose time has come) by the minute's sweep.
"""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from accounts.models import User
from events.models import Event
from social.models import Comment, Listing
from social.search import index_story
from social.trend import trend_score
from stories.models import Chapter, Story, StoryTag
from stories.selectors.released import Released, released_figures

BATCH = 200
STORY_EVENTS = (
    *("story.published", "story.shared", "story.withdrawn", "story.deleted", "story.restored"),
    *("story.revised", "story.tagged", "story.moderated"),
)
CHAPTER_EVENTS = ("chapter.released", "chapter.withheld", "chapter.deleted", "chapter.restored")


def follow_story(event: Event) -> None:
    """Bring the listing of the story an event is about up to date, where it has or needs one."""
    _follow(UUID(event.subject_id))


def follow_chapter(event: Event) -> None:
    """Bring the listing of the story of the chapter an event is about up to date."""
    story_id = Chapter.objects.filter(pk=event.subject_id).values_list("story_id", flat=True).first()
    if story_id is not None:
        _follow(story_id)


def _follow(story_id: UUID) -> None:
    needs_one = ~Q(visibility=Story.Visibility.PRIVATE) | Q(listing__isnull=False)
    story = Story.objects.filter(needs_one, pk=story_id).first()
    if story is not None:
        refresh_listing(story=story)


@transaction.atomic
def refresh_listing(*, story: Story) -> Listing:
    """Write what lists show of a story as it is now: nothing but its counts where it is in no list."""
    listing, _ = Listing.objects.get_or_create(pk=story.pk, defaults={"refreshed_at": timezone.now()})
    # Whoever else does this at the same time writes what they see before or after, never a mixture.
    listing = Listing.objects.select_for_update().get(pk=story.pk)
    is_public = Story.objects.published().filter(pk=story.pk).exists()
    released = released_figures([story.pk]).get(story.pk, Released())
    listing.is_listed = is_public and released.chapters > 0
    # With a chapter that is taken back go the comments on it.
    listing.comment_count = Comment.objects.counted().filter(story=story.pk).count()
    for name, value in _shown(story, released).items() if listing.is_listed else _NOTHING.items():
        setattr(listing, name, value)
    listing.trend = _trend(listing)
    listing.refreshed_at = timezone.now()
    listing.save()
    index_story(story)
    return listing


def count_answers(*, story_id: UUID, likes: int = 0, comments: int = 0, reads: int = 0) -> None:
    """Add to what a story was given (take away what is negative), in the caller's transaction."""
    given = {
        "like_count": F("like_count") + likes,
        "comment_count": F("comment_count") + comments,
        "read_count": F("read_count") + reads,
    }
    if not Listing.objects.filter(pk=story_id).update(**given):
        # One that is shown and has no listing yet: the sweep has not come by.
        refresh_listing(story=Story.objects.get(pk=story_id))
        Listing.objects.filter(pk=story_id).update(**given)
    # The row is locked by the update: what is read is what this transaction has made of it.
    listing = Listing.objects.filter(pk=story_id).first()
    if listing is not None:
        Listing.objects.filter(pk=story_id).update(trend=_trend(listing))


def count_comments(*, story_id: UUID) -> None:
    """Count anew what readers find said of a story, in the transaction that changed it.

    Counted and not added to: whether a comment is read hangs on its chapter and its author too, and they change while
    it is written. Whoever holds the listing's row counts what those before them have left.
    """
    listing = Listing.objects.select_for_update(no_key=True).filter(pk=story_id).first()
    found = Comment.objects.counted().filter(story=story_id).count()
    count_answers(story_id=story_id, comments=found - (listing.comment_count if listing is not None else found))


@transaction.atomic
def count_comments_of(*, person: User) -> None:
    """Count anew wherever somebody commented: with their account what they said goes, and comes back."""
    stories = Comment.objects.filter(author=person).order_by("story_id").values_list("story_id", flat=True)
    for story_id in stories.distinct():
        count_comments(story_id=story_id)


def refresh_listings() -> int:
    """Bring listings up to date whose story or chapters changed since, or whose chapters' time has come."""
    shown = Story.objects.exclude(visibility=Story.Visibility.PRIVATE).filter(deleted_at=None)
    due = Chapter.objects.filter(
        story=OuterRef("pk"), released_at__gt=OuterRef("listing__refreshed_at"), released_at__lte=timezone.now()
    )
    stale = shown.filter(Q(listing__isnull=True) | Q(updated_at__gt=F("listing__refreshed_at")) | Exists(due)).order_by(
        "updated_at"
    )[:BATCH]
    done = 0
    for story in stale:
        refresh_listing(story=story)
        done += 1
    return done


_NOTHING: dict[str, Any] = {
    "mode": "",
    "theme": "",
    "language": "",
    "rating": "",
    "is_complete": False,
    "tags": [],
    "words": 0,
    "chapters": 0,
    "published_at": None,
    "released_at": None,
}


def _shown(story: Story, released: Released) -> dict[str, Any]:
    names = ("mode", "theme", "language", "rating", "is_complete", "published_at")
    tags = StoryTag.objects.filter(story=story).order_by("position").values_list("tag__name", "tag__slug")
    return {
        **{name: getattr(story, name) for name in names},
        "tags": [list(tag) for tag in tags],
        "words": released.words,
        "chapters": released.chapters,
        "released_at": released.last_at,
    }


def _trend(listing: Listing) -> int:
    if listing.published_at is None:
        return 0
    return trend_score(
        likes=listing.like_count,
        comments=listing.comment_count,
        reads=listing.read_count,
        published_at=listing.published_at,
    )
