"""The library for e-readers: an OPDS 1.2 catalogue (https://specs.opds.io/opds-1.2).

Its lists take the library's own filters in their addresses. Every entry leads to a text: to the EPUB where its author
lets readers have one, else to the page on which all of it is read.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from costory.lib.api import ApiError, Paging
from social.feeds.atom import ATOM, Category, Entry, Feed, Link, Person, absolute, house_id
from social.feeds.news import story_entry
from social.feeds.xml import Document
from social.forms.library import Filters
from social.models import Listing
from social.search import SearchFilters, search
from social.selectors.library import GENERAL, KEYS, listings
from stories.models import Story

PAGE: Final = 24
NAVIGATION: Final = f"{ATOM};profile=opds-catalog;kind=navigation"
ACQUISITION: Final = f"{ATOM};profile=opds-catalog;kind=acquisition"
DESCRIPTION: Final = "application/opensearchdescription+xml"
REL: Final = "http://opds-spec.org/"
EPUB: Final = "application/epub+zip"
PICTURES: Final = {"jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png"}
MODES: Final = "http://schema.org/genre"


@dataclass(frozen=True)
class Shelf:
    """A part of the catalogue, as the part above it shows it."""

    title: str
    href: str
    words: str
    rel: str = "subsection"
    type: str = ACQUISITION


def root() -> Feed:
    """Where an e-reader begins."""
    return _navigation(
        "CoStory",
        reverse("social:opds-root"),
        [
            Shelf(_("New"), _stories(sort="new"), _("The newest stories first"), f"{REL}sort/new"),
            Shelf(_("Most loved"), _stories(sort="loved"), _("What readers love most"), f"{REL}sort/popular"),
            Shelf(_("By kind"), reverse("social:opds-kinds"), _("Fiction, journals, memories"), type=NAVIGATION),
            Shelf(_("By language"), reverse("social:opds-languages"), _("English and French"), type=NAVIGATION),
        ],
    )


def kinds() -> Feed:
    """The kinds of story."""
    shelves = [
        Shelf(str(label), _stories(mode=mode), _("Stories of one kind: %(kind)s") % {"kind": label})
        for mode, label in Story.Mode.choices
    ]
    return _navigation(_("By kind"), reverse("social:opds-kinds"), shelves)


def languages() -> Feed:
    """The languages stories are written in."""
    shelves = [
        Shelf(str(label), _stories(language=code), _("Stories in one language: %(language)s") % {"language": label})
        for code, label in Story.Language.choices
    ]
    return _navigation(_("By language"), reverse("social:opds-languages"), shelves)


def stories(filters: Filters, cursor: str) -> Feed:
    """A page of the library. A cursor that is none begins at the beginning."""
    # Words are looked for at an address of their own.
    filters = replace(filters, q="")
    rows = listings(filters, AnonymousUser(), GENERAL).select_related("story__owner")
    keys = KEYS[filters.order]
    try:
        page = Paging(limit=PAGE, cursor=cursor[:1000] or None).page_of(rows, keys=keys)
    except ApiError:
        page, cursor = Paging(limit=PAGE).page_of(rows, keys=keys), ""
    href = reverse("social:opds-stories")
    here = filters.following(cursor) if cursor else filters.address()
    return _acquisition(_title(filters), f"{href}{here}", page.rows, follows=_next(href, filters, page.meta.next))


def found(filters: Filters, cursor: str) -> Feed:
    """A page of what a search finds."""
    wanted = SearchFilters(
        language=filters.language,
        mode=filters.mode,
        theme=filters.theme,
        ratings=[filters.rating] if filters.rating in GENERAL else list(GENERAL),
        length=filters.length,
        is_complete=filters.is_complete,
        tags=filters.tags,
        without_tags=filters.without,
        updated_since=filters.updated_since,
    )
    page = search(filters.q, filters=wanted, cursor=cursor, limit=PAGE)
    # The policy is asked once more: an index may be a moment behind.
    rows = listings(Filters(), AnonymousUser(), GENERAL).select_related("story__owner").in_bulk(page.story_ids)
    href = reverse("social:opds-search")
    here = filters.following(cursor) if cursor else filters.address()
    return _acquisition(
        _("Search: %(words)s") % {"words": filters.q} if filters.q else _("Search"),
        f"{href}{here}",
        [rows[pk] for pk in page.story_ids if pk in rows],
        follows=_next(href, filters, page.next_cursor or None),
        total=None if page.is_capped else page.total,
    )


def description() -> bytes:
    """How the catalogue is searched (OpenSearch 1.1)."""
    document = Document("OpenSearchDescription", {"xmlns": "http://a9.com/-/spec/opensearch/1.1/"})
    document.add("ShortName", "CoStory")
    document.add("Description", _("Stories, journals and family memories that their authors have opened to readers."))
    document.add("InputEncoding", "UTF-8")
    document.add("OutputEncoding", "UTF-8")
    # The braces are the format's own.
    template = f"{absolute(reverse('social:opds-search'))}?q={{searchTerms}}"
    document.add("Url", attributes={"type": ACQUISITION, "template": template})
    page = f"{absolute(reverse('social:library'))}?q={{searchTerms}}"
    document.add("Url", attributes={"type": "text/html", "template": page})
    return document.finish()


def _navigation(title: str, href: str, shelves: Sequence[Shelf]) -> Feed:
    updated_at = _day()
    entries = [
        Entry(
            id=house_id(shelf.href),
            title=shelf.title,
            updated_at=updated_at,
            content=shelf.words,
            links=[Link(shelf.rel, shelf.href, shelf.type)],
        )
        for shelf in shelves
    ]
    return Feed(
        id=house_id(href),
        title=title,
        href=href,
        type=NAVIGATION,
        updated_at=updated_at,
        author=Person("CoStory", "/"),
        links=_ways(href),
        entries=entries,
    )


def _acquisition(
    title: str, href: str, rows: Sequence[Listing], *, follows: str | None, total: int | None = None
) -> Feed:
    entries = [_entry(listing) for listing in rows]
    links = _ways(href)
    if follows:
        links.append(Link("next", follows, ACQUISITION))
    return Feed(
        id=house_id(href),
        title=title,
        href=href,
        type=ACQUISITION,
        updated_at=max((entry.updated_at for entry in entries), default=_day()),
        author=Person("CoStory", "/"),
        links=links,
        entries=entries,
        total=total,
    )


def _entry(listing: Listing) -> Entry:
    story = listing.story
    entry = story_entry(listing, links=[*_pictures(story), *_texts(listing)])
    about = [Category(story.mode, str(story.get_mode_display()), MODES)]
    if story.theme:
        about.append(Category(story.theme, str(story.get_theme_display()), MODES))
    issued_on = listing.published_at.date() if listing.published_at else None
    return replace(entry, categories=[*about, *entry.categories], issued_on=issued_on)


def _pictures(story: Story) -> list[Link]:
    cover = reverse("social:story-cover", args=[story.pk])
    kind = PICTURES.get((story.cover.name or "").rpartition(".")[2].lower(), "")
    if kind:
        return [Link(f"{REL}image", cover, kind), Link(f"{REL}image/thumbnail", cover, kind)]
    # Not every e-reader shows an SVG; every one shows a PNG.
    drawn = reverse("social:cover-drawn", args=[story.pk])
    return [Link(f"{REL}image", drawn, "image/png"), Link(f"{REL}image/thumbnail", drawn, "image/png")]


def _texts(listing: Listing) -> list[Link]:
    story = listing.story
    page = Link(f"{REL}acquisition", reverse("social:whole-read", args=[story.pk]), "text/html", _("Read on the web"))
    if not story.may_download:
        return [page]
    book = reverse("social:story-download", args=[story.pk, "epub"])
    return [Link(f"{REL}acquisition/open-access", book, EPUB, _("E-book (EPUB)")), page]


def _ways(href: str) -> list[Link]:
    home = reverse("social:opds-root")
    ways = [
        Link("start", home, NAVIGATION, "CoStory"),
        Link("search", reverse("social:opds-description"), DESCRIPTION, _("Search")),
    ]
    return ways if href == home else [*ways, Link("up", home, NAVIGATION)]


def _stories(**asked: str) -> str:
    return f"{reverse('social:opds-stories')}{Filters(**asked).address()}"  # type: ignore[arg-type]  # All of these are words.


def _next(href: str, filters: Filters, cursor: str | None) -> str | None:
    return f"{href}{filters.following(cursor)}" if cursor else None


def _title(filters: Filters) -> str:
    said = [
        str(Story.Mode(filters.mode).label) if filters.mode else "",
        str(Story.Language(filters.language).label) if filters.language else "",
        _("Most loved") if filters.order == "loved" else "",
        _("Read now") if filters.order == "trending" else "",
    ]
    return " · ".join(part for part in said if part) or _("New")


def _day() -> datetime:
    """When a list of shelves was last other than it is: this day, so that it is the same document all day."""
    return timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
