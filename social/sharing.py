"""What a published story's pages say of themselves to search engines, networks and feed readers.

Open Graph (https://ogp.me), its cousins of Twitter, and JSON-LD with schema.org's words. Of a story that is private,
shared by link, or kept out of lists, nothing is said.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from costory.lib.json_ld import json_ld
from social.feeds.news import author_address
from social.selectors.library import GENERAL
from social.selectors.reading import Book, Entry
from stories.exporting.manuscript import heading
from stories.models import Story

LOCALES: Final = {"en": "en_GB", "fr": "fr_FR"}
DESCRIPTION: Final = 200
# As prizes draw the line between a story and a book.
SHORT: Final = 17_500


@dataclass(frozen=True)
class Alternate:
    """A feed that a reader of this page may want."""

    title: str
    address: str


@dataclass(frozen=True, kw_only=True)
class Sharing:
    """The head of a page, as `social/_head.html` writes it. Every address is whole."""

    kind: str
    title: str
    author: str
    description: str
    canonical: str
    locale: str
    image: str
    image_type: str
    published_at: datetime | None
    tags: Sequence[str]
    feeds: Sequence[Alternate]
    json_ld: SafeString


def story_sharing(book: Book) -> Sharing | None:
    """Of a story's title page, or of all of it on one page."""
    if not _is_told(book):
        return None
    story = book.story
    is_short = len(book.entries) == 1 and book.words < SHORT
    return _sharing(
        book,
        kind="book",
        title=story.title,
        address=book.address,
        published_at=story.published_at,
        described={
            **_described(book),
            "@context": "https://schema.org",
            "@type": "ShortStory" if is_short else "Book",
            "description": _line(story.description, 1_000),
            "genre": _genres(story),
            "keywords": ", ".join(_tags(book)),
            "wordCount": book.words,
            "image": _image(story)[0],
            **({} if is_short else {"bookFormat": "https://schema.org/EBook"}),
        },
    )


def chapter_sharing(book: Book, entry: Entry) -> Sharing | None:
    """Of a chapter's page."""
    if not _is_told(book):
        return None
    story, chapter = book.story, entry.chapter
    name = heading(chapter, language=story.language)
    return _sharing(
        book,
        kind="article",
        title=f"{name} · {story.title}",
        address=entry.address,
        published_at=chapter.released_at,
        described={
            **_described(book),
            "@context": "https://schema.org",
            "@type": "Chapter",
            "@id": _absolute(entry.address),
            "url": _absolute(entry.address),
            "name": name,
            "position": chapter.position,
            "wordCount": chapter.word_count,
            "datePublished": _day(chapter.released_at),
            "isPartOf": {"@type": "Book", "@id": _absolute(book.address), "name": story.title},
        },
    )


def _is_told(book: Book) -> bool:
    return not book.token and book.story.is_public and book.story.standing == Story.Standing.CLEAR


def _sharing(
    book: Book, *, kind: str, title: str, address: str, published_at: datetime | None, described: dict[str, Any]
) -> Sharing:
    story = book.story
    image, image_type = _image(story)
    return Sharing(
        kind=kind,
        title=title,
        author=story.owner.name,
        description=_line(story.description, DESCRIPTION),
        canonical=_absolute(address),
        locale=LOCALES.get(story.language, ""),
        image=image,
        image_type=image_type,
        published_at=published_at,
        tags=_tags(book),
        feeds=_feeds(story),
        json_ld=json_ld(described),
    )


def _described(book: Book) -> dict[str, Any]:
    """What is true of a story and of each of its chapters."""
    story = book.story
    author = {"@type": "Person", "name": story.owner.name}
    if page := author_address(story.owner):
        author["url"] = _absolute(page)
    return {
        "@id": _absolute(book.address),
        "url": _absolute(book.address),
        "name": story.title,
        "author": author,
        "inLanguage": story.language,
        "datePublished": _day(story.published_at),
        "isAccessibleForFree": True,
        "isFamilyFriendly": story.rating in GENERAL,
        "contentRating": story.rating,
        "publisher": {"@type": "Organization", "name": "CoStory", "url": settings.APP_URL},
    }


def _image(story: Story) -> tuple[str, str]:
    """The picture of 1200 by 630. A cover of the author's own is in it only where the story is for everyone."""
    kind = "jpg" if story.cover and story.rating in GENERAL else "png"
    address = reverse("social:story-card", args=[story.pk, kind])
    return f"{_absolute(address)}?v={story.cover_version}", "image/jpeg" if kind == "jpg" else "image/png"


def _feeds(story: Story) -> list[Alternate]:
    feeds = [Alternate(story.title, reverse("social:story-feed", args=[story.pk]))]
    if story.owner.is_public:
        feeds.append(
            Alternate(
                _("%(author)s on CoStory") % {"author": story.owner.name},
                reverse("social:author-feed", args=[story.owner.handle]),
            )
        )
    return feeds


def _genres(story: Story) -> list[str]:
    with translation.override(story.language):
        return [str(story.get_mode_display()), *([str(story.get_theme_display())] if story.theme else [])]


def _tags(book: Book) -> list[str]:
    return [name for name, _slug in book.listing.tags] if book.listing else []


def _line(text: str, most: int) -> str:
    return Truncator(" ".join(text.split())).chars(most)


def _day(moment: datetime | None) -> str:
    return moment.date().isoformat() if moment else ""


def _absolute(path: str) -> str:
    return f"{settings.APP_URL}{path}"
