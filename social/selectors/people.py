"""Whom somebody may meet, and an author as one of their readers sees them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.shortcuts import get_object_or_404

from accounts.models import Block, Mute, User
from costory.lib.api import Page, Paging
from social.models import Follow, Listing
from social.selectors.library import CARD, ratings_for
from stories.models import Story

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

PAGE: Final = 24


@dataclass(frozen=True)
class Profile:
    """An author's page before somebody who looks at it."""

    person: User
    follower_count: int
    is_own: bool
    is_followed: bool
    # By whoever looks.
    is_blocked: bool
    is_muted: bool


def authors_for(viewer: "User | AnonymousUser") -> QuerySet[User]:
    """People whom somebody may follow: with a public profile or a story in the library, and not kept away from."""
    published = Story.objects.published().filter(owner=OuterRef("pk"))
    people = User.objects.filter(is_active=True, erasure_requested_at=None)
    people = people.filter(Q(is_public=True) | Exists(published) | Q(pk=viewer.pk))
    if not viewer.is_authenticated:
        return people
    return people.exclude(Exists(Block.objects.filter(blocker=OuterRef("pk"), blocked=viewer)))


def people_to_avoid(viewer: User) -> QuerySet[User]:
    """Anybody whom one may meet in a comment, and so may block or mute."""
    return User.objects.filter(is_active=True).exclude(pk=viewer.pk)


def open_profile(viewer: "User | AnonymousUser", handle: str) -> Profile:
    """Somebody's profile by their handle, in one query. Raises Http404 unless it may be seen."""
    people = User.objects.with_profile_visible_to(viewer).select_related("author")
    if viewer.is_authenticated:
        people = people.annotate(
            is_followed=Exists(Follow.objects.filter(follower=viewer, author=OuterRef("pk"))),
            is_blocked=Exists(Block.objects.filter(blocker=viewer, blocked=OuterRef("pk"))),
            is_muted=Exists(Mute.objects.filter(muter=viewer, muted=OuterRef("pk"))),
        )
    person = get_object_or_404(people, handle__iexact=handle)
    return Profile(
        person=person,
        follower_count=person.author.follower_count if hasattr(person, "author") else 0,
        is_own=person.pk == viewer.pk,
        **{name: bool(getattr(person, name, False)) for name in ("is_followed", "is_blocked", "is_muted")},
    )


def stories_of(author: User, viewer: "User | AnonymousUser", *, cursor: str = "") -> Page[Listing]:
    """An author's stories in the library, newest first. Raises ApiError for a cursor that is none of this list."""
    rows = Listing.objects.in_library().filter(story__owner=author, rating__in=ratings_for(viewer))
    rows = rows.select_related("story__owner").only(*(f.attname for f in Listing._meta.concrete_fields), *CARD)
    return Paging(limit=PAGE, cursor=cursor[:1000] or None).page_of(rows, keys=("-published_at", "-story_id"))
