"""What feeds hold: of a story and of an author their released chapters, of a tag its stories; the newest first.

A chapter that was released silently is announced nowhere, so it is in no feed.
"""

from collections.abc import Sequence
from uuid import uuid5

from django.contrib.auth.models import AnonymousUser
from django.db.models.functions import Left
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from social.feeds.atom import Category, Entry, Feed, Link, Person, house_id
from social.feeds.excerpts import MOST_CHARACTERS, first_words, opening
from social.forms.library import Filters
from social.models import Listing
from social.selectors.library import GENERAL, listings
from social.selectors.reading import GROWN_UP
from stories.exporting.manuscript import heading
from stories.models import Chapter, Story, Tag
from stories.models.chapter import ChapterQuerySet

LENGTH = 20


def story_feed(story: Story) -> Feed:
    """The newest chapters of a published story. Two queries with the story's."""
    chapters = _newest(Chapter.objects.filter(story=story))
    home = reverse("social:story-read", args=[story.pk])
    published_at = story.published_at or story.created_at
    return Feed(
        id=uuid5(story.pk, "feed"),
        title=story.title,
        subtitle=first_words(story.description),
        href=reverse("social:story-feed", args=[story.pk]),
        updated_at=chapters[0].released_at or published_at if chapters else published_at,
        links=[Link("alternate", home)],
        author=author_of(story),
        language=story.language,
        entries=[chapter_entry(chapter, story) for chapter in chapters],
    )


def author_feed(author: User) -> Feed:
    """The newest chapters of all stories of somebody with a public profile that are for everyone and for teens."""
    published = Story.objects.published().filter(owner=author, rating__in=GENERAL)
    chapters = _newest(Chapter.objects.filter(story__in=published).select_related("story"))
    entries = [
        chapter_entry(
            chapter,
            chapter.story,
            title=_("%(story)s: %(chapter)s"),
            author=Person(author.name, author_address(author)),
        )
        for chapter in chapters
    ]
    return Feed(
        id=uuid5(author.pk, "feed"),
        title=_("%(author)s on CoStory") % {"author": author.name},
        href=reverse("social:author-feed", args=[author.handle]),
        updated_at=entries[0].updated_at if entries else author.created_at,
        links=[Link("alternate", author_address(author))] if author_address(author) else [],
        author=Person(author.name, author_address(author)),
        entries=entries,
    )


def tag_feed(tag: Tag) -> Feed | None:
    """The newest stories with a tag; None where there is none to be found."""
    rows = listings(Filters(tags=(tag.slug,)), AnonymousUser(), GENERAL).select_related("story__owner")
    found = list(rows.order_by("-published_at", "-story_id")[:LENGTH])
    if not found:
        return None
    href = reverse("social:tag-feed", args=[tag.slug])
    entries = [story_entry(listing) for listing in found]
    return Feed(
        id=house_id(href),
        title=_("“%(tag)s” on CoStory") % {"tag": tag.name},
        href=href,
        updated_at=max(entry.updated_at for entry in entries),
        links=[Link("alternate", f"{reverse('social:library')}{Filters(tags=(tag.slug,)).address()}")],
        author=Person("CoStory"),
        entries=entries,
    )


def chapter_entry(chapter: Chapter, story: Story, *, title: str = "%(chapter)s", author: Person | None = None) -> Entry:
    """A released chapter. When it was released is all that is said of time: not how late its author works on it."""
    released_at = chapter.released_at or chapter.created_at
    named = title % {"story": story.title, "chapter": heading(chapter, language=story.language)}
    # Whoever reads what is for grown-up readers says first that they are.
    is_open = story.rating not in GROWN_UP
    return Entry(
        id=chapter.pk,
        title=named,
        updated_at=released_at,
        published_at=released_at,
        author=author,
        summary=opening(getattr(chapter, "opening", ""), words=chapter.word_count) if is_open else "",
        language=story.language,
        links=[Link("alternate", reverse("social:chapter-read", args=[story.pk, chapter.position]))],
    )


def story_entry(listing: Listing, *, links: Sequence[Link] = ()) -> Entry:
    """A story in a list of stories."""
    story = listing.story
    published_at = listing.published_at or listing.refreshed_at
    return Entry(
        id=story.pk,
        title=story.title,
        updated_at=max(published_at, listing.released_at or published_at),
        published_at=published_at,
        author=author_of(story),
        summary=first_words(story.description),
        language=story.language,
        categories=[Category(slug, name) for name, slug in listing.tags],
        links=[Link("alternate", reverse("social:story-read", args=[story.pk])), *links],
    )


def author_of(story: Story) -> Person:
    """Whoever wrote it, with the page of those who have one."""
    return Person(story.owner.name, author_address(story.owner))


def author_address(author: User) -> str:
    """The path of somebody's page for readers, or nothing."""
    return reverse("social:author-detail", args=[author.handle]) if author.is_public else ""


def _newest(chapters: ChapterQuerySet) -> list[Chapter]:
    told = chapters.readable().filter(is_silent=False).without_text()
    return list(told.annotate(opening=Left("content_html", MOST_CHARACTERS)).order_by("-released_at", "-pk")[:LENGTH])
