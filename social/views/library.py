"""The library: every story that anybody may find, and the ways to the one that is looked for."""

import contextlib
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from costory.lib.api import ApiError, Page
from costory.lib.around import PageFrame
from costory.lib.http import HtmxRequest
from costory.lib.kept import Kept
from costory.lib.limits import is_over_limit, slow_down
from costory.lib.pictures import picture_response
from social.cards import cards, found_cards
from social.forms.library import Filters, LibraryForm
from social.kept_pages import confirm, stamp_at_hand
from social.models import Listing
from social.selectors.library import MOST_COUNTED, facet_counts, library_page, ratings_for, search_page
from social.selectors.stamps import Stamp, library_stamp
from stories.exporting.cover import cover_svg
from stories.models import Story, StoryTag, Tag

# Faster than anybody types, from one address.
SEARCHES_A_MINUTE: Final = 240


@dataclass(frozen=True)
class Choice:
    """A value of a filter, the look it leads to and how many stories that has, in words."""

    label: str
    address: str
    is_chosen: bool
    count: str


# Everything of a look but who looks: the results, and how many there are for each value of the filters. A minute old at
# most, and results only while they are what the stamp says.
_results: Final[Kept[SafeString]] = Kept(most=500, seconds=60)
_counts: Final[Kept[dict[str, dict[str, int]]]] = Kept(most=1_000, seconds=60)


# What stands around them, for whoever is signed in.
_PAGE: Final = PageFrame("social/library.html", holes=("results",))


def forget_looks() -> None:
    """Keep none of it any longer, in this process."""
    _results.clear()
    _counts.clear()


@login_not_required
@require_safe
@vary_on_headers("HX-Request", "HX-Target")
def library(request: HtmxRequest) -> HttpResponse:
    """A page of the library as the address asks for it; with htmx only the cards that follow."""
    filters = LibraryForm.read(request.GET)
    if filters.q and is_over_limit(request, action="library-search", most=SEARCHES_A_MINUTE):
        return slow_down()
    cursor = "" if filters.q else request.GET.get("after", "")[:1000]
    context: dict[str, Any] = {"filters": filters, "is_first": not request.GET.get("after")}
    if request.htmx and request.htmx.target == "more":
        found = _found(request, filters) if filters.q else _listed(request, filters, cursor, ratings_for(request.user))
        return render(request, "social/library.html#cards", context | found)
    if filters.q:
        results = _drawn_results(request, context | _found(request, filters))
    else:
        results = _listed_results(request, filters, cursor)
    if request.htmx:
        return HttpResponse(results)
    return (
        # Around the results of a search nothing is kept: there are as many heads as words.
        (None if filters.q else _PAGE.render(request, {"results": results}, **context))
        or render(request, "social/library.html", context | {"results": results})
    )


def _listed_results(request: HttpRequest, filters: Filters, cursor: str) -> SafeString:
    """The results of a look that is no search, drawn once for all whose lists are the same."""
    ratings = tuple(ratings_for(request.user))
    stamp: Stamp | None = None
    if settings.KEEPS_PAGES:
        # A cursor that is none asks for the list from its beginning, which is not kept for it.
        with contextlib.suppress(ApiError):
            stamp = stamp_at_hand(request) or library_stamp(filters, request.user, ratings, cursor=cursor)
    key = (get_language(), filters, cursor, ratings, stamp)
    if stamp is not None and (kept := _results.get(key)) is not None:
        confirm(request, stamp)
        return kept
    context = _listed(request, filters, cursor, ratings) | {
        "filters": filters,
        "is_first": not cursor,
        "counts": _counted(filters, ratings),
    }
    drawn = _drawn_results(request, context)
    if stamp is None or not stamp.holds([row.story_id for row in context["rows"]]):
        return drawn
    confirm(request, stamp)
    return _results.put(key, drawn)


def _drawn_results(request: HttpRequest, context: dict[str, Any]) -> SafeString:
    filters: Filters = context["filters"]
    counts: dict[str, dict[str, str]] = context.get("counts", {})
    context |= {
        "form": LibraryForm.of(filters, {name: told for name, told in counts.items() if name != "mode"}),
        "kinds": _kinds(filters, counts["mode"]) if counts else [],
        "chips": _chips(filters, context["rows"]),
        "kept": [pair for pair in filters.pairs() if pair[0] not in ("q", "sort")],
        "sorts": _sorts(filters),
    }
    return render_to_string("social/library.html#results", context)


def _listed(request: HttpRequest, filters: Filters, cursor: str, ratings: Collection[str]) -> dict[str, Any]:
    page = _page(request, filters, cursor, ratings)
    return {
        "cards": cards(page.rows),
        "next": filters.following(page.meta.next),
        "rows": page.rows,
    }


def _found(request: HttpRequest, filters: Filters) -> dict[str, Any]:
    page, rows = search_page(filters, request.user, cursor=request.GET.get("after", ""))
    return {
        "cards": found_cards(rows, page.query),
        "rows": rows,
        "next": filters.following(page.next_cursor or None),
        "corrected": page.corrected,
        "total": page.total,
        "is_capped": page.is_capped,
    }


def _page(request: HttpRequest, filters: Filters, cursor: str, ratings: Collection[str]) -> Page[Listing]:
    try:
        return library_page(filters, request.user, cursor=cursor, ratings=ratings)
    except ApiError:
        # A cursor that is none: the list from its beginning.
        return library_page(filters, request.user, cursor="", ratings=ratings)


def _counted(filters: Filters, ratings: Collection[str]) -> dict[str, dict[str, str]]:
    """How many there are for each value of the filters under the others, for anybody, and for a minute."""
    key = (replace(filters, sort=""), ratings)
    counts = _counts.get(key) if settings.KEEPS_PAGES else None
    if counts is None:
        facets: dict[str, Collection[str]] = {
            "mode": ("", *Story.Mode.values),
            "theme": Story.Theme.values,
            "language": Story.Language.values,
            # Others are in none of this reader's lists.
            "rating": [value for value in Story.Rating.values if value in ratings],
        }
        counts = _counts.put(key, facet_counts(filters, ratings, facets))
    return {
        name: {value: _("1,000+") if count > MOST_COUNTED else str(count) for value, count in told.items()}
        for name, told in counts.items()
    }


def _kinds(filters: Filters, counts: dict[str, str]) -> list[Choice]:
    """The kinds of story with the look each leads to."""
    return [
        Choice(
            str(label),
            reverse("social:library") + filters.address(mode=value),
            filters.mode == value,
            counts[value],
        )
        for value, label in [("", ""), *Story.Mode.choices]
    ]


def _chips(filters: Filters, rows: list[Listing]) -> list[dict[str, Any]]:
    """The tags asked for and against, each with the way to ask for it no longer."""
    slugs = [*filters.tags, *filters.without]
    # What is found bears the tags that were asked for.
    names = {slug: name for row in rows for name, slug in row.tags}
    if unknown := [slug for slug in slugs if slug not in names]:
        # A tag that only private stories bear is as good as none: not even its spelling is told.
        borne = Exists(StoryTag.objects.filter(tag=OuterRef("pk"), story__in=Story.objects.published()))
        names |= dict(Tag.objects.filter(borne, slug__in=unknown).values_list("slug", "name"))
    return [
        {
            "name": names.get(slug, slug),
            "address": reverse("social:library") + filters.without_tag(slug),
            "is_against": slug not in filters.tags,
        }
        for slug in slugs
    ]


def _sorts(filters: Filters) -> list[tuple[str, str, bool]]:
    field = LibraryForm.base_fields["sort"]
    choices = list(field.choices)  # type: ignore[attr-defined]  # It is a choice.
    if filters.q:
        choices.insert(0, ("", _("Best match")))
    order = "" if filters.order == "relevance" else filters.order
    return [
        (str(label), f"{reverse('social:library')}{filters.address(sort=value)}", order == value)
        for value, label in choices
    ]


@login_not_required
@require_safe
def story_cover(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A story's cover: its author's picture, or one drawn from title and name."""
    return _cover(request, get_object_or_404(Story.objects.visible_to(request.user).select_related("owner"), pk=pk))


@login_not_required
@require_safe
def cover_shared(request: HttpRequest, token: str) -> HttpResponse:
    """A story's cover for whoever has the link."""
    stories = Story.objects.visible_to(AnonymousUser(), share_token=token).select_related("owner")
    return _cover(request, get_object_or_404(stories, share_token=token))


def _cover(request: HttpRequest, story: Story) -> HttpResponse:
    etag = quote_etag(f"{story.pk.hex}-{story.cover_version}")
    response = get_conditional_response(request, etag=etag)
    if response is None:
        response = picture_response(story.cover) if story.cover else _drawn(story)
        response["ETag"] = etag
    # Asked for again each time: a story that is withdrawn takes its cover along.
    response["Cache-Control"] = "private, no-cache"
    return response


def _drawn(story: Story) -> HttpResponse:
    svg = cover_svg(title=story.title, author=story.owner.name, language=story.language, seed=story.pk)
    return HttpResponse(
        svg,
        content_type="image/svg+xml; charset=utf-8",
        headers={"Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'"},
    )
