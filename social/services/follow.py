"""Following an author, and keeping away from somebody: what one of them does changes what the other can."""

from collections.abc import Collection
from typing import ClassVar
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

import events.services
from accounts.models import Block, Mute, User
from costory.lib.errors import DomainError
from social.models import Author, Follow
from social.services.openness import are_apart, refuse_flood


class NotOneself(DomainError):
    """Nobody follows, blocks or mutes themselves."""

    code: ClassVar[str] = "conflict"


class NobodyThere(DomainError):
    """The author is not there, or not for this person: the same words for both."""

    code: ClassVar[str] = "not_found"


@transaction.atomic
def follow_author(*, follower: User, author: User) -> bool:
    """Hear of an author's new chapters. Returns whether this is new.

    Raises NotOneself, NobodyThere and TooMuchAtOnce.
    """
    if follower.pk == author.pk:
        raise NotOneself(_("You cannot follow yourself."))
    # A block takes the same lock: it is seen here, or it takes this follow away.
    _hold_authors([author.pk])
    if are_apart(follower, author.pk):
        raise NobodyThere(_("There is nothing here, or it is not yours."))
    _follow, is_new = Follow.objects.get_or_create(follower=follower, author=author)
    if is_new:
        refuse_flood(follower, "follows")
        _count_followers(author.pk, 1)
        events.services.record("author.followed", person_id=follower.pk, subject=author)
    return is_new


@transaction.atomic
def unfollow_author(*, follower: User, author: User) -> bool:
    """Hear of them no longer. Returns whether they were followed."""
    # In the order of everything that changes follows: the count's lock, then the row.
    _hold_authors([author.pk])
    was_followed = bool(Follow.objects.filter(follower=follower, author=author).delete()[0])
    if was_followed:
        _count_followers(author.pk, -1)
        events.services.record("author.unfollowed", person_id=follower.pk, subject=author)
    return was_followed


@transaction.atomic
def block_person(*, blocker: User, blocked: User) -> bool:
    """Have nothing more to do with somebody, who is not told: neither follows the other any longer, nor answers.

    Returns whether this is new. Raises NotOneself.
    """
    if blocker.pk == blocked.pk:
        raise NotOneself(_("You cannot block yourself."))
    _hold_authors([blocker.pk, blocked.pk])
    _block, is_new = Block.objects.get_or_create(blocker=blocker, blocked=blocked)
    if not is_new:
        return False
    between = Q(follower=blocker, author=blocked) | Q(follower=blocked, author=blocker)
    for follow in Follow.objects.filter(between):
        follow.delete()
        _count_followers(follow.author_id, -1)
    events.services.record("person.blocked", person_id=blocker.pk, subject=blocked)
    return True


@transaction.atomic
def unblock_person(*, blocker: User, blocked: User) -> bool:
    """Let somebody answer again. Returns whether they were blocked."""
    was_blocked = bool(Block.objects.filter(blocker=blocker, blocked=blocked).delete()[0])
    if was_blocked:
        events.services.record("person.unblocked", person_id=blocker.pk, subject=blocked)
    return was_blocked


@transaction.atomic
def mute_person(*, muter: User, muted: User) -> bool:
    """Read no more of somebody, who is not told. Returns whether this is new. Raises NotOneself."""
    if muter.pk == muted.pk:
        raise NotOneself(_("You cannot mute yourself."))
    _mute, is_new = Mute.objects.get_or_create(muter=muter, muted=muted)
    if is_new:
        events.services.record("person.muted", person_id=muter.pk, subject=muted)
    return is_new


@transaction.atomic
def unmute_person(*, muter: User, muted: User) -> bool:
    """Read somebody again. Returns whether they were muted."""
    was_muted = bool(Mute.objects.filter(muter=muter, muted=muted).delete()[0])
    if was_muted:
        events.services.record("person.unmuted", person_id=muter.pk, subject=muted)
    return was_muted


def _hold_authors(person_ids: Collection[UUID]) -> None:
    """Lock the counts of these people, made where there are none, always in the same order."""
    Author.objects.bulk_create([Author(user_id=pk) for pk in sorted(person_ids)], ignore_conflicts=True)
    list(Author.objects.select_for_update(no_key=True).filter(pk__in=person_ids).order_by("pk"))


def _count_followers(author_id: UUID, change: int) -> None:
    Author.objects.filter(pk=author_id).update(follower_count=F("follower_count") + change)
