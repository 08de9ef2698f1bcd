"""The library's lists: one query for a page of them, by keyset."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any, Final, cast

from django.db import connection
from django.db.models import Exists, OuterRef

from costory.lib.api import Page, Paging
from costory.lib.statement import SOMEBODY, Statement
from social.forms.library import LENGTHS, Filters
from social.models import Listing, ReaderSettings
from social.search import SearchFilters, SearchPage, Sort, search
from stories.models import Story, StoryTag

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User
    from social.models.listing import ListingQuerySet

PAGE: Final = 24
KEYS: Final = {
    "new": ("-published_at", "-story_id"),
    "trending": ("-trend", "-story_id"),
    "loved": ("-like_count", "-story_id"),
}
# Whoever has not asked for more sees these (and in France what lies beyond needs a proof of age).
GENERAL: Final = (Story.Rating.EVERYONE, Story.Rating.TEEN)
MOST_COUNTED: Final = 1_000
# Who may be found is asked of each story only where so few are listed that the number is told.
COUNTED: Final = f"""(
    WITH listed AS MATERIALIZED ({{rows}})
    SELECT CASE WHEN (SELECT COUNT(*) FROM listed) > {MOST_COUNTED} THEN {MOST_COUNTED + 1}
    ELSE (SELECT COUNT(*) FROM ({{library}}) found WHERE story_id IN (SELECT story_id FROM listed)) END
)"""  # noqa: S608  Django's own SQL.
CARD: Final = (
    *("story__title", "story__description", "story__cover", "story__language", "story__owner__handle"),
    *("story__owner__display_name", "story__owner__is_public", "story__owner__updated_at"),
)


def ratings_for(user: "User | AnonymousUser") -> Collection[str]:
    """The ratings this person's lists hold."""
    return tuple(Story.Rating.values) if user.is_authenticated and asks_for_mature(user) else GENERAL


def asks_for_mature(user: "User") -> bool:
    """Whether somebody has said that they are grown up and want to be shown what is for them."""
    return _asks_for_mature().first({SOMEBODY: user.pk}) is not None


@cache
def _asks_for_mature() -> Statement:
    return Statement(ReaderSettings.objects.filter(user=SOMEBODY, shows_mature=True).values_list("shows_mature"))


def listings(filters: Filters, user: "User | AnonymousUser", ratings: Collection[str]) -> "ListingQuerySet":
    """The stories of the library that a look asks for, in no order."""
    return _narrowed(Listing.objects.in_library().without_muted_by(user), filters, ratings)


def _narrowed(found: "ListingQuerySet", filters: Filters, ratings: Collection[str]) -> "ListingQuerySet":
    wanted = [filters.rating] if filters.rating in ratings else ratings
    found = found.filter(rating__in=wanted)
    for name in ("mode", "theme", "language"):
        if value := getattr(filters, name):
            found = found.filter(**{name: value})
    if filters.is_complete:
        found = found.filter(is_complete=True)
    if filters.length:
        least, most = LENGTHS[filters.length]
        found = found.filter(words__gte=least)
        if most is not None:
            found = found.filter(words__lt=most)
    if filters.updated_since is not None:
        found = found.filter(released_at__gte=filters.updated_since)
    for slug in filters.tags:
        found = found.filter(_bears(slug))
    for slug in filters.without:
        found = found.exclude(_bears(slug))
    return found


def library_page(
    filters: Filters,
    user: "User | AnonymousUser",
    *,
    cursor: str,
    limit: int = PAGE,
    ratings: Collection[str] | None = None,
) -> Page[Listing]:
    """A page of the library. Raises ApiError for a cursor that is none of this list."""
    rows = listings(filters, user, ratings_for(user) if ratings is None else ratings).select_related("story__owner")
    rows = rows.only(*(f.attname for f in Listing._meta.concrete_fields), *CARD)
    return Paging(limit=limit, cursor=cursor[:1000] or None).page_of(rows, keys=KEYS[filters.order])


def search_page(
    filters: Filters, user: "User | AnonymousUser", *, cursor: str, limit: int = PAGE
) -> tuple[SearchPage, list[Listing]]:
    """What is found for the words of a look, and the listings of it in that order. Never an error."""
    ratings = ratings_for(user)
    among = Story.objects.published()
    if user.is_authenticated:
        among = among.exclude(owner__mutes_met__muter=user).exclude(owner__blocks_met__blocker=user)
    page = search(
        filters.q,
        filters=SearchFilters(
            language=filters.language,
            mode=filters.mode,
            theme=filters.theme,
            ratings=[filters.rating] if filters.rating in ratings else list(ratings),
            length=filters.length,
            is_complete=filters.is_complete,
            tags=filters.tags,
            without_tags=filters.without,
            updated_since=filters.updated_since,
        ),
        sort=cast("Sort", filters.order),
        cursor=cursor[:1000],
        limit=limit,
        among=among,
    )
    rows = Listing.objects.in_library().filter(pk__in=page.story_ids).select_related("story__owner")
    found = {row.pk: row for row in rows.only(*(f.attname for f in Listing._meta.concrete_fields), *CARD)}
    return page, [found[pk] for pk in page.story_ids if pk in found]


def facet_counts(
    filters: Filters, ratings: Collection[str], facets: Mapping[str, Collection[str]]
) -> dict[str, dict[str, int]]:
    """How many stories anybody finds for each value of these filters, the others staying as they are, in one query.

    The empty value stands for any. Counted up to 1,001 and no further.
    """
    library, of_library = Listing.objects.in_library().order_by().values("story_id").query.sql_with_params()
    parts: list[str] = []
    parameters: list[Any] = []
    for name, values in facets.items():
        without: dict[str, Any] = {name: ""}
        rows = _narrowed(Listing.objects.filter(is_listed=True), replace(filters, **without), ratings)
        for value in values:
            wanted = rows.filter(**{name: value}) if value else rows
            sql, given = wanted.order_by().values("story_id")[: MOST_COUNTED + 1].query.sql_with_params()
            parts.append(COUNTED.format(rows=sql, library=library))
            parameters += [*given, *of_library]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", parameters)
        counts = iter(cursor.fetchone() or ())
    return {name: {value: next(counts) for value in values} for name, values in facets.items()}


def _bears(slug: str) -> Exists:
    return Exists(StoryTag.objects.filter(story=OuterRef("story_id"), tag__slug=slug))
