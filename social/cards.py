"""Cards of stories for lists: drawn once for each story as it is and each language, then kept."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.core.cache import caches
from django.db.models.functions import Left
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from social.models import Listing
from social.search import Query, highlight, snippet
from stories.models import Chapter

EDITION = 2
SECONDS = 86_400
# Characters of a chapter that are looked through for a place to show.
LOOKED_THROUGH = 4_000


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


def found_cards(listings: Sequence[Listing], query: Query) -> list[SafeString]:
    """The card of each listing with the words marked that were looked for.

    Where neither title nor description has them, the beginning of the story is looked through for the place.
    """
    for listing in listings:
        story = listing.story
        listing.marked_title = highlight(story.title, query, language=story.language)  # type: ignore[attr-defined]  # For the template.
        listing.marked_text = snippet(story.description, query, language=story.language)  # type: ignore[attr-defined]  # Too.
    silent = [each for each in listings if "<mark>" not in each.marked_title + each.marked_text]  # type: ignore[attr-defined]  # Too.
    beginnings = _beginnings([each.story_id for each in silent])
    for listing in silent:
        text = beginnings.get(listing.story_id, "")
        place = snippet(text, query, language=listing.story.language)
        if "<mark>" in place:
            listing.marked_text = place  # type: ignore[attr-defined]  # Too.
    return [
        mark_safe(render_to_string("social/_card.html", {"listing": listing, "story": listing.story}))  # noqa: S308  A template's.
        for listing in listings
    ]


def _beginnings(story_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The first page or two of each story's first released chapters."""
    if not story_ids:
        return {}
    chapters = Chapter.objects.readable().filter(story__in=story_ids, position__lte=3).order_by("story", "position")
    texts: dict[UUID, str] = {}
    for story_id, text in chapters.values_list("story_id", Left("content", LOOKED_THROUGH)):
        texts[story_id] = f"{texts.get(story_id, '')}\n{text}"
    return texts


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
