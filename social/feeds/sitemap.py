"""The sitemap (https://www.sitemaps.org/protocol.html): stories for everyone and for teens, and who wrote them.

Stories and authors are parted by their ids, which chance spreads evenly: a part is a range of the primary key, found at
any depth as quickly as the first, and its address says nothing of what is in it. How many parts there are follows from
how many the first part has; nothing is ever counted in full.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef
from django.urls import reverse

from accounts.models import User
from social.feeds.atom import absolute
from social.feeds.xml import Document
from social.models import Listing
from social.selectors.library import GENERAL

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

MOST: Final = 10_000
# The first part may hold so many; that another holds more than MOST then is beyond chance.
FULL: Final = 9_000
PARTS: Final = (1, 16, 256, 4_096)
NAMESPACE: Final = {"xmlns": "http://www.sitemaps.org/schemas/sitemap/0.9"}
_IDS: Final = 1 << 128


def index(*, full: int = FULL) -> bytes:
    """The parts, by their addresses."""
    document = Document("sitemapindex", NAMESPACE)
    for name, rows in (("social:sitemap-part", _stories), ("social:sitemap-authors", _authors)):
        parts = next((parts for parts in PARTS if not _is_over(full, rows(1, parts))), PARTS[-1])
        for number in range(1, parts + 1):
            document.open("sitemap")
            document.add("loc", absolute(reverse(name, args=[number, parts])))
            document.close("sitemap")
    return document.finish()


def part(number: int, parts: int) -> bytes | None:
    """One part of the stories, or None where there is no such part. One query."""
    if not _is_part(number, parts):
        return None
    rows = _stories(number, parts).order_by("pk").values_list("pk", "released_at", "published_at")
    return _urls(
        (reverse("social:story-read", args=[pk]), max(filter(None, moments), default=None))
        for pk, *moments in rows[:MOST]
    )


def authors(number: int, parts: int) -> bytes | None:
    """One part of the authors, or None where there is no such part. One query."""
    if not _is_part(number, parts):
        return None
    handles = _authors(number, parts).order_by("pk").values_list("handle", flat=True)
    return _urls((reverse("social:author-detail", args=[handle]), None) for handle in handles[:MOST])


def _urls(pages: "Iterable[tuple[str, datetime | None]]") -> bytes:
    document = Document("urlset", NAMESPACE)
    for address, changed_at in pages:
        document.open("url")
        document.add("loc", absolute(address))
        if changed_at is not None:
            document.add("lastmod", _day(changed_at))
        document.close("url")
    return document.finish()


def _is_part(number: int, parts: int) -> bool:
    return parts in PARTS and 1 <= number <= parts


def _is_over(full: int, rows: "QuerySet[Listing] | QuerySet[User]") -> bool:
    return len(rows.order_by("pk").values_list("pk")[full : full + 1]) > 0


def _stories(number: int, parts: int) -> "QuerySet[Listing]":
    first, last = _range(number, parts)
    return Listing.objects.in_library().filter(rating__in=GENERAL, story_id__gte=first, story_id__lte=last)


def _authors(number: int, parts: int) -> "QuerySet[User]":
    """Those with a public profile, of whom there is something to read."""
    first, last = _range(number, parts)
    read = Listing.objects.in_library().filter(rating__in=GENERAL, story__owner=OuterRef("pk"))
    people = User.objects.with_profile_visible_to(AnonymousUser()).filter(is_public=True)
    return people.filter(Exists(read), pk__gte=first, pk__lte=last)


def _range(number: int, parts: int) -> tuple[UUID, UUID]:
    return UUID(int=(number - 1) * _IDS // parts), UUID(int=number * _IDS // parts - 1)


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"
