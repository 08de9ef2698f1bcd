"""Proving and repairing what is counted, and taking somebody's answers away without a count going wrong."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import User
from social.models import Author, Comment, Follow, Like, Listing
from social.services.listing import count_answers
from social.services.read import reads_found
from stories.models import Story


@dataclass(frozen=True)
class Difference:
    """A count that is not what it counts."""

    of: str
    pk: UUID
    name: str
    said: int
    found: int

    def __str__(self) -> str:
        return f"{self.of} {self.pk}: {self.name} says {self.said}, there are {self.found}"


def count_differences() -> Iterator[Difference]:
    """Every count that is not what it counts, as things stand."""
    for pk in _wrong_listings().values_list("pk", flat=True).iterator():
        yield from _of_listing(Listing.objects.get(pk=pk))
    for pk in _wrong_authors().values_list("pk", flat=True).iterator():
        yield from _of_author(Author.objects.get(pk=pk))


def recount() -> list[Difference]:
    """Set right every count that is wrong, each in a transaction of its own. Returns what differed."""
    wrong = list(_wrong_listings().values_list("pk", flat=True))
    repaired = [difference for pk in wrong for difference in _recount_story(pk)]
    for pk in list(_wrong_authors().values_list("pk", flat=True)):
        repaired += _recount_author(pk)
    return repaired


@transaction.atomic
def withdraw_answers(*, person: User) -> None:
    """Take away what somebody gave to others' stories, before they themselves go.

    Where others have answered a comment of theirs, its place stays, empty, and is the story's.
    """
    mine = Comment.objects.filter(author=person)
    liked = set(Like.objects.filter(user=person).values_list("story_id", flat=True))
    commented = set(mine.values_list("story_id", flat=True))
    followed = set(Follow.objects.filter(follower=person).values_list("author_id", flat=True))
    Like.objects.filter(user=person).delete()
    Follow.objects.filter(follower=person).delete()
    places = mine.exclude(story__owner=person).filter(Exists(Comment.objects.filter(parent=OuterRef("pk"))))
    owners = Story.objects.filter(pk=OuterRef("story_id")).values("owner_id")
    Comment.objects.filter(pk__in=list(places.values_list("pk", flat=True))).update(
        author_id=Subquery(owners), content="", quote="", deleted_at=timezone.now(), is_pinned=False
    )
    mine.delete()
    for story_id in sorted(liked | commented):
        _recount_story(story_id)
    for author_id in sorted(followed):
        _recount_author(author_id)


@transaction.atomic
def _recount_story(story_id: UUID) -> list[Difference]:
    # Whoever changes a count at the same time does it before this lock is taken, or after it is given back.
    listing = Listing.objects.select_for_update(no_key=True).filter(pk=story_id).first()
    if listing is None:
        return []
    differences = list(_of_listing(listing))
    if differences:
        changes = {difference.name: difference.found - difference.said for difference in differences}
        count_answers(
            story_id=story_id,
            likes=changes.get("like_count", 0),
            comments=changes.get("comment_count", 0),
            reads=changes.get("read_count", 0),
        )
    return differences


@transaction.atomic
def _recount_author(author_id: UUID) -> list[Difference]:
    author = Author.objects.select_for_update(no_key=True).filter(pk=author_id).first()
    if author is None:
        return []
    differences = list(_of_author(author))
    for difference in differences:
        Author.objects.filter(pk=author_id).update(follower_count=difference.found)
    return differences


def _of_listing(listing: Listing) -> Iterator[Difference]:
    found = {
        "like_count": Like.objects.filter(story=listing.pk).count(),
        "comment_count": Comment.objects.counted().filter(story=listing.pk).count(),
        "read_count": Listing.objects.annotate(found=reads_found()).values_list("found", flat=True).get(pk=listing.pk),
    }
    for name, count in found.items():
        if getattr(listing, name) != count:
            yield Difference("story", listing.pk, name, getattr(listing, name), count)


def _of_author(author: Author) -> Iterator[Difference]:
    found = Follow.objects.filter(author=author.pk).count()
    if author.follower_count != found:
        yield Difference("author", author.pk, "follower_count", author.follower_count, found)


def _counted(rows: "QuerySet[Like] | QuerySet[Comment] | QuerySet[Follow]", by: str) -> Coalesce:
    counts = rows.order_by().values(by).annotate(counted=Count("pk")).values("counted")
    return Coalesce(Subquery(counts, output_field=IntegerField()), 0)


def _wrong_listings() -> "QuerySet[Listing]":
    likes = _counted(Like.objects.filter(story=OuterRef("pk")), "story")
    comments = _counted(Comment.objects.counted().filter(story=OuterRef("pk")), "story")
    return Listing.objects.annotate(likes_found=likes, comments_found=comments, reads_found=reads_found()).filter(
        ~Q(like_count=F("likes_found")) | ~Q(comment_count=F("comments_found")) | ~Q(read_count=F("reads_found"))
    )


def _wrong_authors() -> "QuerySet[Author]":
    followers = _counted(Follow.objects.filter(author=OuterRef("pk")), "author")
    return Author.objects.annotate(followers_found=followers).exclude(follower_count=F("followers_found"))
