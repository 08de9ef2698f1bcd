"""What `GET /stories?visibility=public` answers: the library by the same searches as its page."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q

from accounts.models import User
from costory.lib.api import Meta, Page, Paging
from social.forms.library import Filters
from social.selectors.library import KEYS, listings, ratings_for, search_page
from stories.api.story import StoryFilter
from stories.models import Story


def library_stories(asked: StoryFilter, paging: Paging, user: User) -> Page[Story]:
    """A page of the library for a program. Raises ApiError for a cursor that is none of this list.

    Words are looked for in titles, descriptions, authors, tags and texts. A story that is open to everybody and has
    no chapter yet is in no list of the site, but it is found here by its title.
    """
    filters = Filters(
        q=" ".join(asked.q.replace("\x00", " ").split()),
        mode=asked.mode or "",
        theme=asked.theme,
        language=asked.language or "",
        sort="trending" if asked.sort == "trending" else "",
    )
    ratings = ratings_for(user)
    if asked.sort == "trending" and not filters.q:
        rows = listings(filters, user, ratings).select_related("story__owner", "story")
        page = paging.page_of(rows.prefetch_related("story__story_tags__tag"), keys=KEYS["trending"])
        return Page(rows=[row.story for row in page.rows], meta=page.meta)
    if filters.q and asked.sort != "title":
        found, rows_found = search_page(filters, user, cursor=paging.cursor or "", limit=paging.limit)
        if rows_found or paging.cursor:
            ordered = _stories([row.pk for row in rows_found])
            meta = Meta(limit=paging.limit, next=found.next_cursor or None, previous=None, total=None)
            return Page(rows=ordered, meta=meta)
    stories = Story.objects.published().filter(rating__in=ratings)
    stories = stories.exclude(owner__mutes_met__muter=user).exclude(owner__blocks_met__blocker=user)
    for name in ("mode", "theme", "language"):
        if value := getattr(filters, name):
            stories = stories.filter(**{name: value})
    if filters.q:
        stories = stories.filter(Q(title__icontains=filters.q) | Q(description__icontains=filters.q))
    keys = ("title", "id") if asked.sort == "title" else ("-published_at", "-id")
    return paging.page_of(stories.select_related("owner").prefetch_related("story_tags__tag"), keys=keys)


def _stories(story_ids: Sequence[UUID]) -> list[Story]:
    stories = Story.objects.filter(pk__in=story_ids).select_related("owner").prefetch_related("story_tags__tag")
    found = {story.pk: story for story in stories}
    return [found[pk] for pk in story_ids if pk in found]
