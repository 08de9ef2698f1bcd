"""What a page that was made before must still agree with: read anew at every request, in one statement.

A stamp names everything the page shows that may change. It is read from the rows themselves, under the policies the
page is made by (`in_library`, `visible_to`, `readable`), so nothing that writes has to remember to tell anybody.
docs/decisions/0016-kept-pages.md says why.
"""

from collections.abc import Collection, Hashable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import F, OuterRef, Subquery, TextField, Value
from django.db.models.functions import Cast, Coalesce, Concat
from django.utils import timezone

from accounts.models import User
from costory.lib.api import Paging
from costory.lib.statement import SOMEBODY, SOMETHING, SOMETIME, Joined, Statement
from social.forms.library import Filters
from social.models import Listing
from social.selectors.library import KEYS, PAGE, listings
from social.selectors.reading import ClosedBook, with_mine
from stories.models import Chapter, Photograph, Story

if TYPE_CHECKING:
    from django.db.models import QuerySet

# Between what is said of one row: no date, number or key holds it, nor the comma between two rows.
_BAR: Final = "|"


@dataclass(frozen=True)
class Stamp:
    """What a page was made of: the rows it shows, each with its key and what may change about it, and all else."""

    rows: str
    said: Hashable = None

    @property
    def keys(self) -> tuple[str, ...]:
        """The rows' keys."""
        return tuple(str(UUID(row.partition(_BAR)[0])) for row in self.rows.split(",")) if self.rows else ()

    def holds(self, keys: Collection[UUID]) -> bool:
        """Whether these are among the rows. A page made a moment later may show one that nobody would ask about."""
        return set(self.keys).issuperset(map(str, keys))


def library_stamp(
    filters: Filters, user: "User | AnonymousUser", ratings: Collection[str], *, cursor: str = ""
) -> Stamp:
    """Of a page of the library. Raises ApiError for a cursor that is none of this list."""
    is_reader = user.is_authenticated
    # A look at what is new since a week is another one every moment.
    build = _library_statement.__wrapped__ if filters.since else _library_statement
    statement = build(filters, tuple(ratings), is_reader=is_reader, cursor=cursor)
    row = statement.first({SOMEBODY: user.pk} if user.pk is not None else {})
    return Stamp((row and row[0]) or "")


@lru_cache(maxsize=512)
def _library_statement(filters: Filters, ratings: tuple[str, ...], *, is_reader: bool, cursor: str) -> Statement:
    viewer: User | AnonymousUser = User(pk=SOMEBODY) if is_reader else AnonymousUser()
    paging = Paging(limit=PAGE, cursor=cursor or None)
    rows, _backwards, _skip = paging.rows_of(listings(filters, viewer, ratings), keys=KEYS[filters.order])
    names = ("story_id", "refreshed_at", "story__owner__updated_at", "like_count", "comment_count")
    return Statement(
        rows.annotate(stamp=_line(*names)).values_list("stamp"),
        wrapped="SELECT {join}(kept.stamp, ',') FROM ({sql}) kept",
    )


def story_stamp(story_id: UUID) -> Stamp | None:
    """Of the pages strangers read a public story on, with the chapters they see. None where they see none of it."""
    row = _story_statement().first({SOMETHING: story_id, SOMETIME: timezone.now()})
    return Stamp(row[0] or "", row[1:]) if row is not None else None


@cache
def _story_statement() -> Statement:
    story = Story.objects.visible_to(AnonymousUser()).filter(pk=SOMETHING, visibility=Story.Visibility.PUBLIC)
    return Statement(story.values_list(*_said()))


def open_for_reader(user: User, story_id: UUID) -> "tuple[Stamp, ClosedBook] | None":
    """A public story somebody else wrote, as this reader finds it, with the stamp of its pages; None for any other."""
    row = _reader_statement().first({SOMEBODY: user.pk, SOMETHING: story_id, SOMETIME: timezone.now()})
    if row is None:
        return None
    told, opened = row[: -len(_OPENED)], dict(zip(_OPENED, row[-len(_OPENED) :], strict=True))
    if opened["listing__like_count"] is None:
        return None
    author = User(handle=opened["owner__handle"], display_name=opened["owner__display_name"])
    author.pk = _uuid(opened["owner_id"])
    story = Story(pk=story_id, owner=author, visibility=Story.Visibility.PUBLIC, rating=opened["rating"])
    Listing(story=story, like_count=opened["listing__like_count"], comment_count=opened["listing__comment_count"])
    for name in _MINE:
        # As `with_mine` annotates them.
        setattr(story, name, opened[name])
    place = opened["place_chapter"]
    found = ClosedBook(story, user, has_photographs=bool(told[1]), place_id=_uuid(place) if place else None)
    return Stamp(told[0] or "", told[1:]), found


@cache
def _reader_statement() -> Statement:
    viewer = User(pk=SOMEBODY)
    story = Story.objects.visible_to(AnonymousUser()).filter(pk=SOMETHING, visibility=Story.Visibility.PUBLIC)
    return Statement(with_mine(story.exclude(owner=viewer), viewer).values_list(*_said(), *_OPENED))


# What is a reader's own in a story (`with_mine`), and what their page needs of the story itself.
_MINE: Final = ("is_later", "is_liked", "is_apart", "is_followed", "reader_is_grown_up")
_OPENED: Final = (
    *("owner_id", "owner__handle", "owner__display_name", "rating", "listing__like_count", "listing__comment_count"),
    *("place_chapter", *_MINE),
)


def _said() -> "list[Any]":
    """All that the pages of a public story show and that may change."""
    chapters = Chapter.objects.readable(SOMETIME).filter(story=OuterRef("pk"))
    photographs = Photograph.objects.filter(chapter__story=OuterRef("pk"))
    counts = ("listing__like_count", "listing__comment_count", "listing__refreshed_at")
    texts = ("title", "standing", "rating", "disclosure", "comment_policy", "is_complete", "may_download")
    return [
        _joined(chapters, "pk", "version", "position", "updated_at", "released_at"),
        _joined(photographs, "pk", "position", "image", "caption", "description"),
        *(Cast(name, TextField()) for name in ("updated_at", "owner__updated_at", *counts)),
        *(Cast(name, TextField()) for name in texts),
        *(Cast(f"owner__{name}", TextField()) for name in ("handle", "display_name", "is_public")),
    ]


def _uuid(value: UUID | str) -> UUID:
    """A key as Python has it; SQLite gives its digits."""
    return value if isinstance(value, UUID) else UUID(value)


def _joined(rows: "QuerySet[Chapter] | QuerySet[Photograph]", *names: str) -> Subquery:
    every = rows.order_by().annotate(one=Value(1)).values("one").annotate(every=Joined(_line(*names)))
    return Subquery(every.values("every"))


def _line(*names: str) -> Concat:
    parts = [Coalesce(Cast(F(name), TextField()), Value("", TextField())) for name in names]
    return Concat(*(each for part in parts for each in (part, Value(_BAR, TextField()))), output_field=TextField())
