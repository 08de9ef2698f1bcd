"""Whom somebody may meet."""

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Block, User
from stories.models import Story

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


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
