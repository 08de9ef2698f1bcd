"""A reader's lists: what they put together, in which order, and what they say of it.

Every write of a list's contents begins at the list's row, so that two of them never meet, and the numbers that may not
be passed are counted by one at a time.
"""

from collections.abc import Collection, Sequence
from typing import Any, ClassVar, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from costory.lib import markdown
from costory.lib.errors import DomainError
from social.models import ReadingList, ReadingListItem
from stories.models import Story

MOST_LISTS: Final = 100
MOST_STORIES: Final = 500
_WORDS: Final = {"name": 120, "description": 2000}
_NOTE: Final = 1000


class TooManyLists(DomainError):
    """Somebody has a hundred lists already."""

    code: ClassVar[str] = "conflict"


class ListFull(DomainError):
    """A list holds five hundred stories already."""

    code: ClassVar[str] = "conflict"


class UnfitList(DomainError):
    """A list without a name, or the one of what to read later changed into something else."""

    code: ClassVar[str] = "validation_error"


class MayNotShow(DomainError):
    """Somebody who is suspended shows nothing to others, lists neither."""

    code: ClassVar[str] = "forbidden"


@transaction.atomic
def create_list(*, owner: User, name: str, description: str = "", is_public: bool = False) -> ReadingList:
    """A new, empty list. Raises UnfitList, TooManyLists and MayNotShow."""
    User.objects.select_for_update().only("pk").get(pk=owner.pk)
    if ReadingList.objects.filter(owner=owner, kind=ReadingList.Kind.OWN).count() >= MOST_LISTS:
        raise TooManyLists(_("You have %(most)d lists; there is no room for another.") % {"most": MOST_LISTS})
    reading_list = ReadingList(owner=owner, is_public=is_public, **_cleaned(name=name, description=description))
    _refuse_showing(reading_list)
    reading_list.save()
    return reading_list


@transaction.atomic
def revise_list(*, reading_list: ReadingList, **changes: Any) -> ReadingList:
    """Give a list another name or description, or show it to others or not. Raises UnfitList and MayNotShow."""
    stored = _held(reading_list)
    if stored.kind == ReadingList.Kind.LATER:
        raise UnfitList(_("The list of what to read later stays as it is, and yours alone."))
    words = _cleaned(**{name: changes[name] for name in _WORDS if name in changes})
    for name, value in {**words, **{name: changes[name] for name in ("is_public",) if name in changes}}.items():
        setattr(stored, name, value)
    _refuse_showing(stored)
    stored.save()
    return stored


def delete_list(*, reading_list: ReadingList) -> None:
    """Throw a list away. The stories in it are where they were."""
    ReadingList.objects.filter(pk=reading_list.pk).delete()


def open_later_list(*, owner: User) -> ReadingList:
    """The one list of what somebody wants to read later, made when it is first needed."""
    stored, _is_new = ReadingList.objects.get_or_create(
        owner=owner, kind=ReadingList.Kind.LATER, defaults={"name": "later"}
    )
    return stored


@transaction.atomic
def add_to_list(
    *, reading_list: ReadingList, story: Story, note: str = "", position: int | None = None, share_token: str = ""
) -> ReadingListItem:
    """Put a story at the end of a list, or where it was. One that is in it stays as it is.

    That its owner may see the story is for the caller to know. By the link of one that is not everybody's it goes into
    the list of what to read later and no other: that one is nobody else's. Raises ListFull and UnfitList.
    """
    stored = _held(reading_list)
    if share_token and stored.kind != ReadingList.Kind.LATER:
        raise UnfitList(_("What was shown to you by a link can be put by to read later, and in no other list."))
    found = ReadingListItem.objects.filter(reading_list=stored, story=story).first()
    if found is not None:
        if share_token and found.share_token != share_token:
            found.share_token = share_token
            found.save(update_fields=["share_token"])
        return found
    _refuse_showing(stored)
    items = ReadingListItem.objects.filter(reading_list=stored)
    if items.count() >= MOST_STORIES:
        raise ListFull(_("A list has room for %(most)d stories, and this one is full.") % {"most": MOST_STORIES})
    if position is None:
        position = (items.aggregate(last=Max("position"))["last"] or 0) + 1
    _touch(stored)
    return ReadingListItem.objects.create(
        reading_list=stored,
        story=story,
        position=position,
        note=markdown.normalise_text(note).strip()[:_NOTE],
        share_token=share_token,
    )


@transaction.atomic
def take_from_list(*, reading_list: ReadingList, story_id: UUID) -> ReadingListItem | None:
    """Take a story out of a list. Returns what stood there, None where nothing did."""
    stored = _held(reading_list)
    found = ReadingListItem.objects.filter(reading_list=stored, story=story_id).first()
    if found is not None:
        ReadingListItem.objects.filter(pk=found.pk).delete()
        _touch(stored)
    return found


@transaction.atomic
def move_in_list(*, reading_list: ReadingList, story_id: UUID, is_up: bool) -> None:
    """Let a story change places with the one before or after it. Harmless at either end."""
    ids = _order(_held(reading_list))
    if story_id in ids:
        here = ids.index(story_id)
        there = min(max(here + (-1 if is_up else 1), 0), len(ids) - 1)
        ids[here], ids[there] = ids[there], ids[here]
        _put_in_order(reading_list, ids)


@transaction.atomic
def order_list(*, reading_list: ReadingList, story_ids: Sequence[UUID]) -> None:
    """Put a list in this order; stories of it that are not named come after, as they stood."""
    ids = _order(_held(reading_list))
    present = set(ids)
    first = [story_id for story_id in dict.fromkeys(story_ids) if story_id in present]
    _put_in_order(reading_list, [*first, *(story_id for story_id in ids if story_id not in set(first))])


@transaction.atomic
def annotate_story(*, reading_list: ReadingList, story_id: UUID, note: str) -> None:
    """Say something of a story in a list. Raises MayNotShow."""
    stored = _held(reading_list)
    _refuse_showing(stored)
    said = markdown.normalise_text(note).strip()[:_NOTE]
    if ReadingListItem.objects.filter(reading_list=stored, story=story_id).update(note=said):
        _touch(stored)


@transaction.atomic
def set_lists_of_story(*, owner: User, story: Story, chosen: Collection[UUID], shown: Collection[UUID]) -> None:
    """Have a story in the chosen ones of the lists somebody was shown, and not in the others. Raises ListFull."""
    # In one order, so that two of these never wait for each other.
    for reading_list in ReadingList.objects.filter(owner=owner, pk__in=shown).order_by("pk"):
        if reading_list.pk in chosen:
            add_to_list(reading_list=reading_list, story=story)
        else:
            take_from_list(reading_list=reading_list, story_id=story.pk)


def _held(reading_list: ReadingList) -> ReadingList:
    return ReadingList.objects.select_for_update(of=("self",)).select_related("owner").get(pk=reading_list.pk)


def _touch(reading_list: ReadingList) -> None:
    ReadingList.objects.filter(pk=reading_list.pk).update(updated_at=timezone.now())


def _order(reading_list: ReadingList) -> list[UUID]:
    items = ReadingListItem.objects.filter(reading_list=reading_list).order_by("position", "id")
    return list(items.values_list("story_id", flat=True))


def _put_in_order(reading_list: ReadingList, story_ids: list[UUID]) -> None:
    places = {story_id: place for place, story_id in enumerate(story_ids, start=1)}
    moved = []
    for item in ReadingListItem.objects.filter(reading_list=reading_list):
        if item.position != places[item.story_id]:
            item.position = places[item.story_id]
            moved.append(item)
    if moved:
        ReadingListItem.objects.bulk_update(moved, ["position"])
        _touch(reading_list)


def _cleaned(**words: str) -> dict[str, str]:
    said = {name: markdown.normalise_text(value).strip()[: _WORDS[name]] for name, value in words.items()}
    if "name" in said:
        said["name"] = " ".join(said["name"].split())
        if not said["name"]:
            raise UnfitList(_("A list needs a name."))
    return said


def _refuse_showing(reading_list: ReadingList) -> None:
    if reading_list.is_public and reading_list.owner.is_suspended:
        raise MayNotShow(_("Your account is suspended: for now, nothing of yours can be shown to others."))
