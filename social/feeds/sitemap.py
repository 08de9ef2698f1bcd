"""The sitemap (https://www.sitemaps.org/protocol.html): stories for everyone and for teens.

Stories are parted by their ids, which chance spreads evenly: a part is a range of the primary key, found at any depth
as quickly as the first, and its address says nothing of what is in it. How many parts there are follows from how many
stories the first part has; nothing is ever counted in full.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.urls import reverse

from social.feeds.atom import absolute
from social.feeds.xml import Document
from social.models import Listing
from social.selectors.library import GENERAL

if TYPE_CHECKING:
    from social.models.listing import ListingQuerySet

MOST: Final = 10_000
# The first part may hold so many; that another holds more than MOST then is beyond chance.
FULL: Final = 9_000
PARTS: Final = (1, 16, 256, 4_096)
NAMESPACE: Final = {"xmlns": "http://www.sitemaps.org/schemas/sitemap/0.9"}
_IDS: Final = 1 << 128


def index(*, full: int = FULL) -> bytes:
    """The parts, by their addresses."""
    parts = next((parts for parts in PARTS if not _is_over(full, parts)), PARTS[-1])
    document = Document("sitemapindex", NAMESPACE)
    for number in range(1, parts + 1):
        document.open("sitemap")
        document.add("loc", absolute(reverse("social:sitemap-part", args=[number, parts])))
        document.close("sitemap")
    return document.finish()


def part(number: int, parts: int) -> bytes | None:
    """One part, or None where there is no such part. One query."""
    if parts not in PARTS or not 1 <= number <= parts:
        return None
    rows = _part(number, parts).order_by("pk").values_list("pk", "released_at", "published_at")
    document = Document("urlset", NAMESPACE)
    for pk, released_at, published_at in rows[:MOST]:
        document.open("url")
        document.add("loc", absolute(reverse("social:story-read", args=[pk])))
        if changed_at := max(filter(None, (released_at, published_at)), default=None):
            document.add("lastmod", _day(changed_at))
        document.close("url")
    return document.finish()


def _is_over(full: int, parts: int) -> bool:
    return len(_part(1, parts).order_by("pk").values_list("pk")[full : full + 1]) > 0


def _part(number: int, parts: int) -> "ListingQuerySet":
    first, last = (number - 1) * _IDS // parts, number * _IDS // parts - 1
    return Listing.objects.in_library().filter(
        rating__in=GENERAL, story_id__gte=UUID(int=first), story_id__lte=UUID(int=last)
    )


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"
