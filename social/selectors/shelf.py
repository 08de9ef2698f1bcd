"""Lists and history as their pages show them. A story that whoever looks may not see has no title here."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from accounts.models import User
from costory.lib.api import Page, Paging
from social.models import ReaderSettings, Reading, ReadingList, ReadingListItem
from social.selectors.library import GENERAL, ratings_for
from stories.models import Chapter, Story

PAGE: Final = 50
HISTORY_PAGE: Final = 30


@dataclass(frozen=True)
class Placed:
    """A story's place in a list. `story` is None where whoever looks may not see it."""

    item: ReadingListItem
    story: Story | None
    # Shown to others, but not to somebody whose lists leave out stories for grown-up readers.
    is_covered: bool = False
    # The link by which it is read, where it is not everybody's.
    token: str = ""


@dataclass(frozen=True)
class Place:
    """Where a reader is. `story` is None where they may not see it any more, `chapter` where that is not there."""

    reading: Reading
    story: Story | None
    chapter: Chapter | None

    @property
    def address(self) -> str:
        """Where reading goes on: the line, the chapter, or the title page of what was read to its end."""
        if self.chapter is None or self.reading.is_finished:
            return reverse("social:story-read", args=[self.reading.story_id])
        chapter = reverse("social:chapter-read", args=[self.reading.story_id, self.chapter.position])
        return f"{chapter}#at-{self.reading.paragraph}" if self.reading.paragraph else chapter


@dataclass(frozen=True)
class Counted:
    """A list of one's own and how many stories it holds."""

    reading_list: ReadingList
    stories: int


def reading_lists_visible_to(user: User | AnonymousUser) -> QuerySet[ReadingList]:
    """One's own lists, and the public ones of people who are here and have not blocked whoever looks."""
    shown = Q(is_public=True, owner__is_active=True, owner__erasure_requested_at__isnull=True)
    if not user.is_authenticated:
        return ReadingList.objects.filter(shown)
    shown &= ~Q(Exists(user.blocks_met.filter(blocker=OuterRef("owner"))))
    return ReadingList.objects.filter(shown | Q(owner=user))


def lists_of(owner: User) -> list[Counted]:
    """Somebody's lists, last changed first, in two queries."""
    lists = list(ReadingList.objects.filter(owner=owner, kind=ReadingList.Kind.OWN))
    counts = story_counts(reading_list.pk for reading_list in lists)
    return [Counted(reading_list, counts.get(reading_list.pk, 0)) for reading_list in lists]


def story_counts(list_ids: Iterable[UUID]) -> dict[UUID, int]:
    """How many stories each of these lists holds; an empty one is left out. A list has an end, so it is counted."""
    rows = ReadingListItem.objects.filter(reading_list__in=list(list_ids)).order_by().values("reading_list")
    return {row["reading_list"]: row["stories"] for row in rows.annotate(stories=Count("pk"))}


def lists_with(owner: User, story: Story) -> list[tuple[ReadingList, bool]]:
    """Somebody's lists by name, and whether this story is in each."""
    is_in = Exists(ReadingListItem.objects.filter(reading_list=OuterRef("pk"), story=story))
    lists = ReadingList.objects.filter(owner=owner, kind=ReadingList.Kind.OWN).annotate(holds=is_in)
    return [(reading_list, reading_list.holds) for reading_list in lists.order_by("name", "pk")]


def later_list_of(owner: User) -> ReadingList:
    """What somebody wants to read later; an empty one, not stored, while they have put nothing by."""
    kind = ReadingList.Kind.LATER
    stored = ReadingList.objects.select_related("owner").filter(owner=owner, kind=kind).first()
    return stored or ReadingList(owner=owner, kind=kind)


def is_kept_for_later(user: User | AnonymousUser, story: Story) -> bool:
    """Whether somebody has put a story by to read later."""
    if not user.is_authenticated:
        return False
    kept = ReadingListItem.objects.filter(reading_list__owner=user, reading_list__kind=ReadingList.Kind.LATER)
    return kept.filter(story=story).exists()


def page_of_list(
    reading_list: ReadingList, viewer: User | AnonymousUser, *, paging: Paging | None = None
) -> tuple[list[Placed], Page[ReadingListItem]]:
    """A page of a list in its order. Raises ApiError for a cursor that is none."""
    items = ReadingListItem.objects.filter(reading_list=reading_list)
    page = (paging or Paging(limit=PAGE)).page_of(items, keys=("position", "id"))
    return _placed(reading_list, page.rows, viewer), page


def whole_list(reading_list: ReadingList, viewer: User) -> list[Placed]:
    """Every place of a list, which holds some hundreds at most."""
    return _placed(reading_list, list(ReadingListItem.objects.filter(reading_list=reading_list)), viewer)


def page_of_history(reader: User, *, cursor: str = "") -> tuple[list[Place], Page[Reading]]:
    """A page of what somebody read, newest first. Raises ApiError for a cursor that is none."""
    readings = Reading.objects.filter(reader=reader)
    page = Paging(limit=HISTORY_PAGE, cursor=cursor[:1000] or None).page_of(readings, keys=("-read_at", "-id"))
    stories = visible_stories(reader, (reading.story_id for reading in page.rows))
    wanted = [reading.chapter_id for reading in page.rows if reading.story_id in stories and reading.chapter_id]
    chapters = Chapter.objects.visible_to(reader).without_text().in_bulk(wanted)
    places = [
        Place(reading, stories.get(reading.story_id), chapters.get(reading.chapter_id) if reading.chapter_id else None)
        for reading in page.rows
    ]
    return places, page


def visible_stories(viewer: User | AnonymousUser, story_ids: Iterable[UUID]) -> dict[UUID, Story]:
    """Those of these stories that whoever looks may see, with their owners, in one query."""
    stories = Story.objects.visible_to(viewer).filter(pk__in=set(story_ids))
    return {story.pk: story for story in stories.select_related("owner", "listing").order_by()}


def chosen_for_reading(reader: User) -> ReaderSettings:
    """What somebody has chosen for their reading, or what holds while they have not."""
    return ReaderSettings.objects.filter(user=reader).first() or ReaderSettings(user=reader)


def public_lists_of(owner: User, *, most: int = 20) -> list[ReadingList]:
    """The lists somebody shows to everybody, last changed first."""
    return list(ReadingList.objects.filter(owner=owner, is_public=True)[:most])


def _placed(reading_list: ReadingList, items: list[ReadingListItem], viewer: User | AnonymousUser) -> list[Placed]:
    stories = visible_stories(viewer, (item.story_id for item in items))
    is_own = viewer.is_authenticated and viewer.pk == reading_list.owner_id
    shared = _shared(items, stories) if is_own and reading_list.kind == ReadingList.Kind.LATER else {}
    stories |= shared
    grown_up = {pk for pk, story in stories.items() if story.rating not in GENERAL}
    covered = grown_up if grown_up and not is_own and ratings_for(viewer) == GENERAL else set()
    return [
        Placed(item, None, is_covered=True)
        if item.story_id in covered
        else Placed(item, stories.get(item.story_id), token=item.share_token if item.story_id in shared else "")
        for item in items
    ]


def _shared(items: Iterable[ReadingListItem], seen: Collection[UUID]) -> dict[UUID, Story]:
    """Of stories put by, those that are read by the link they were put by with, which is still good."""
    links = {item.share_token: item.story_id for item in items if item.share_token and item.story_id not in seen}
    if not links:
        return {}
    stories = Story.objects.visible_to(AnonymousUser(), share_tokens=links).filter(pk__in=links.values())
    found = stories.select_related("owner", "listing").order_by()
    return {story.pk: story for story in found if links.get(story.share_token or "") == story.pk}
