"""What a page that was made before must still agree with: read anew at every request, in one statement.

A stamp names everything the page shows that may change. It is read from the rows themselves, under the policies the
page is made by (`in_library`, `visible_to`, `readable`), so nothing that writes has to remember to tell anybody.
docs/decisions/0016-kept-pages.md says why.
"""

from collections.abc import Collection, Hashable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import F, OuterRef, Subquery, TextField, Value
from django.db.models.functions import Cast, Coalesce, Concat
from django.utils import timezone

from accounts.models import User
from costory.lib.api import Paging
from costory.lib.statement import SOMEBODY, SOMETHING, SOMETIME, Joined, Statement
from social.forms.library import Filters
from social.selectors.library import KEYS, PAGE, listings
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
    row = statement.first({SOMEBODY: user.pk} if is_reader else {})
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
    chapters = Chapter.objects.readable(SOMETIME).filter(story=OuterRef("pk"))
    photographs = Photograph.objects.filter(chapter__story=OuterRef("pk"))
    story = Story.objects.visible_to(AnonymousUser()).filter(pk=SOMETHING, visibility=Story.Visibility.PUBLIC)
    counts = ("listing__like_count", "listing__comment_count", "listing__refreshed_at")
    return Statement(
        story.values_list(
            _joined(chapters, "pk", "version", "position", "updated_at", "released_at"),
            _joined(photographs, "pk", "position", "image", "caption", "description"),
            *(Cast(name, TextField()) for name in ("updated_at", "owner__updated_at", *counts)),
            *("title", "standing", "rating", "disclosure", "comment_policy", "is_complete", "may_download"),
            *("owner__handle", "owner__display_name", "owner__is_public"),
        )
    )


def _joined(rows: "QuerySet[Chapter] | QuerySet[Photograph]", *names: str) -> Subquery:
    every = rows.order_by().annotate(one=Value(1)).values("one").annotate(every=Joined(_line(*names)))
    return Subquery(every.values("every"))


def _line(*names: str) -> Concat:
    parts = [Coalesce(Cast(F(name), TextField()), Value("", TextField())) for name in names]
    return Concat(*(each for part in parts for each in (part, Value(_BAR, TextField()))), output_field=TextField())
