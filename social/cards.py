"""Cards of stories for lists: drawn once for each story as it is and each language, then kept."""

from collections.abc import Iterable, Sequence

from django.core.cache import caches
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from social.models import Listing

EDITION = 1
SECONDS = 86_400


def cards(listings: Sequence[Listing]) -> list[SafeString]:
    """The card of each listing. It holds nothing of whoever looks."""
    kept = caches["template_fragments"]
    keys = [_key(listing) for listing in listings]
    found = kept.get_many(keys)
    drawn = {
        key: str(render_to_string("social/_card.html", {"listing": listing, "story": listing.story}))
        for key, listing in zip(keys, listings, strict=True)
        if key not in found
    }
    if drawn:
        kept.set_many(drawn, SECONDS)
    every = {**found, **drawn}
    return [mark_safe(every[key]) for key in keys]  # noqa: S308  Made by a template, which has escaped it.


def _key(listing: Listing) -> str:
    said: Iterable[object] = (
        EDITION,
        get_language(),
        listing.story_id,
        int(listing.refreshed_at.timestamp() * 1000),
        int(listing.story.owner.updated_at.timestamp() * 1000),
        listing.like_count,
        listing.comment_count,
    )
    return "card:" + ":".join(map(str, said))
