"""Reading: a published story for everybody, a shared one for whoever has its link, one's own for oneself."""

import secrets
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from costory.lib.around import Asking, PageFrame, Somebody
from costory.lib.csrf import token_for
from costory.lib.kept import Kept
from costory.lib.pictures import picture_response
from social.kept_pages import confirm
from social.page_setup import PageSetup
from social.selectors.library import asks_for_mature
from social.selectors.reading import GROWN_UP, Book, open_shared, open_story
from social.selectors.stamps import open_for_reader
from social.services.place import keep_place
from social.services.read import count_read, note_arrival
from social.sharing import chapter_sharing, story_sharing
from social.visitors import facts_of
from stories import disclosure
from stories.models import Chapter, Photograph, Story
from stories.selectors.html import html_of

# What a browser says once it was told what a story is: kept for the session, about no story in particular.
GROWN_UP_KEY = "is_grown_up"


@login_not_required
@require_safe
def story_read(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A story's title page and contents."""
    return _story(request, open_story(request.user, pk))


@login_not_required
@require_safe
def chapter_read(request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
    """One chapter."""
    return _chapter_at_hand(request, pk, number) or _chapter(request, open_story(request.user, pk), number)


@login_not_required
@require_safe
def whole_read(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Every chapter, on one page."""
    return _whole(request, open_story(request.user, pk))


@login_not_required
@require_safe
def photograph_read(request: HttpRequest, pk: UUID, photograph_pk: UUID) -> HttpResponse:
    """A photograph of a story that may be read."""
    return _photograph(request, open_story(request.user, pk), photograph_pk)


@login_not_required
@require_safe
def story_shared(request: HttpRequest, token: str) -> HttpResponse:
    """The title page for whoever has the link."""
    book = open_shared(request.user, token)
    return _story(request, book) if book.token else redirect(book.address)


@login_not_required
@require_safe
def chapter_shared(request: HttpRequest, token: str, number: int) -> HttpResponse:
    """A chapter for whoever has the link."""
    book = open_shared(request.user, token)
    return _chapter(request, book, number) if book.token else redirect(book.chapter_address(number))


@login_not_required
@require_safe
def whole_shared(request: HttpRequest, token: str) -> HttpResponse:
    """Every chapter, for whoever has the link."""
    book = open_shared(request.user, token)
    return _whole(request, book) if book.token else redirect(book.whole_address)


@login_not_required
@require_safe
def photograph_shared(request: HttpRequest, token: str, photograph_pk: UUID) -> HttpResponse:
    """A photograph for whoever has the link."""
    return _photograph(request, open_shared(request.user, token), photograph_pk)


def _photograph(request: HttpRequest, book: Book, pk: UUID) -> HttpResponse:
    if is_asked(request, book):
        raise Http404
    photograph = get_object_or_404(Photograph, pk=pk, chapter__in=[entry.chapter.pk for entry in book.entries])
    # Kept by nobody for longer than the story may be seen.
    response = picture_response(photograph.image)
    response["Cache-Control"] = "private, no-cache"
    return response


def _story(request: HttpRequest, book: Book) -> HttpResponse:
    story = book.story
    note_arrival(story_id=story.pk, facts=facts_of(request))
    figures = disclosure.total_figures(entry.chapter for entry in book.entries)
    context = {
        "sharing": story_sharing(book),
        "figures": figures,
        "is_asked": is_asked(request, book),
        "marks": disclosure.reading_marks(figures, story=story, title=story.title, author=story.owner.name),
    }
    return _render(request, "social/story_read.html", book, context)


@dataclass(frozen=True)
class Leaf:
    """What of a page is the same for all who read it so, its form's token left out; and the chapters it shows."""

    title: str
    head: SafeString
    parts: tuple[str, ...]
    shown: tuple[UUID, ...]
    chapter_id: UUID | None = None

    def main(self, token: str) -> SafeString:
        """The text with its tools, for the reader whose token this is."""
        return mark_safe(token.join(self.parts))  # noqa: S308  A template's, and a token.


_leaves: Final[Kept[Leaf]] = Kept(most=200, seconds=60)
# What stands under a leaf, for all who love and follow alike, without their tokens.
_tails: Final[Kept[tuple[str, ...]]] = Kept(most=400, seconds=60)
_PAGE: Final = PageFrame("social/chapter_read.html", holes=("leaf_title", "leaf_head", "main", "tail"))
# Stands for the token while a leaf is drawn. Nobody who writes knows it.
_TOKEN: Final = secrets.token_hex(16)


def forget_leaves() -> None:
    """Keep none of them any longer, in this process."""
    _leaves.clear()
    _tails.clear()


def _chapter_at_hand(request: HttpRequest, pk: UUID, number: int) -> HttpResponse | None:
    """A chapter of somebody else's public story for a reader who is signed in: its leaf is drawn once for all of them.

    It is asked about in the statement that says what of the story is theirs. None for whom it is another case.
    """
    if not settings.KEEPS_PAGES or not request.user.is_authenticated:
        return None
    opened = open_for_reader(request.user, pk)
    if opened is None or is_asked(request, opened[1]):
        return None
    stamp, book = opened
    setup = PageSetup.of(request)
    key = (get_language(), pk, number, setup, stamp)
    leaf = _leaves.get(key)
    if leaf is None:
        whole = open_story(request.user, pk)
        leaf = _chapter_leaf(whole, number, setup, has_photographs=book.has_photographs)
        if stamp.holds(leaf.shown):
            _leaves.put(key, leaf)
    count_read(story_id=pk, chapter_position=number, facts=facts_of(request))
    if leaf.chapter_id is not None and leaf.chapter_id != book.place_id:
        keep_place(reader=request.user, chapter=Chapter(pk=leaf.chapter_id, story_id=pk))
    return _turn(request, book, leaf, _tail_at_hand(request, book, leaf, key))


def _chapter(request: HttpRequest, book: Book, number: int) -> HttpResponse:
    entry, _previous, _following = book.around(number)
    if is_asked(request, book):
        return redirect(book.address)
    count_read(story_id=book.story.pk, chapter_position=number, facts=facts_of(request))
    if request.user.is_authenticated and not book.is_own and not (book.place and book.place.chapter == entry.chapter):
        # Without scripts a place is a chapter; with them the page says more as it is read.
        keep_place(reader=request.user, chapter=entry.chapter)
    leaf = _chapter_leaf(book, number, PageSetup.of(request))
    confirm(request, leaf.shown)
    return _turn(request, book, leaf)


def _chapter_leaf(book: Book, number: int, setup: PageSetup, *, has_photographs: bool = True) -> Leaf:
    entry, previous, following = book.around(number)
    story, chapter = book.story, entry.chapter
    chapter.content_html = html_of([chapter.pk]).get(chapter.pk, "")
    figures = disclosure.chapter_figures(chapter)
    context = {
        "sharing": chapter_sharing(book, entry),
        "chapters": [(entry, _photographs(book, [chapter])[chapter.pk] if has_photographs else [])],
        "chapter": chapter,
        "figures": figures,
        "marks": disclosure.reading_marks(figures, story=story, title=str(chapter), author=story.owner.name),
        "previous": previous,
        "following": following,
        "here": entry.address,
        "setup": setup,
    }
    return _leaf(book, context, title=f"{chapter} · {story.title}", chapter_id=chapter.pk)


def _whole(request: HttpRequest, book: Book) -> HttpResponse:
    if is_asked(request, book):
        return redirect(book.address)
    story = book.story
    count_read(story_id=story.pk, chapter_position=0, facts=facts_of(request))
    texts = html_of([entry.chapter.pk for entry in book.entries])
    photographs = _photographs(book, [entry.chapter for entry in book.entries])
    for entry in book.entries:
        entry.chapter.content_html = texts.get(entry.chapter.pk, "")
    figures = disclosure.total_figures(entry.chapter for entry in book.entries)
    context = {
        "sharing": story_sharing(book),
        "chapters": [(entry, photographs[entry.chapter.pk]) for entry in book.entries],
        "figures": figures,
        "marks": disclosure.reading_marks(figures, story=story, title=story.title, author=story.owner.name),
        "here": book.whole_address,
        "setup": PageSetup.of(request),
    }
    return _turn(request, book, _leaf(book, context, title=story.title))


def _leaf(book: Book, context: Mapping[str, Any], *, title: str, chapter_id: UUID | None = None) -> Leaf:
    told = {"book": book, "story": book.story, "is_public": book.story.is_public, "csrf_token": _TOKEN, **context}
    return Leaf(
        title=title,
        head=render_to_string("social/_chapter_head.html", told),
        parts=tuple(render_to_string("social/_chapter_main.html", told).split(_TOKEN)),
        shown=tuple(entry.chapter.pk for entry in book.entries),
        chapter_id=chapter_id,
    )


def _tail_at_hand(request: HttpRequest, book: Book, leaf: Leaf, kept_by: tuple[Hashable, ...]) -> SafeString:
    """What stands under a leaf that is kept by this key, for a reader of somebody else's story."""
    key = (*kept_by, book.is_liked, book.is_followed, book.may_answer)
    parts = _tails.get(key)
    if parts is None:
        asking = Asking(Somebody(), request.path)
        nobodys = replace(book, user=AnonymousUser())
        drawn = render_to_string(_TAIL, _told(nobodys, leaf) | {"request": asking, "csrf_token": _TOKEN})
        parts = _tails.put(key, tuple(drawn.split(_TOKEN)))
    return mark_safe(token_for(request).join(parts))  # noqa: S308  A template's, and a token.


_TAIL: Final = "social/_chapter_tail.html"


def _told(book: Book, leaf: Leaf) -> dict[str, Any]:
    chapter = Chapter(pk=leaf.chapter_id) if leaf.chapter_id else None
    return {"book": book, "story": book.story, "is_public": book.story.is_public, "chapter": chapter}


def _turn(request: HttpRequest, book: Book, leaf: Leaf, tail: SafeString | None = None) -> HttpResponse:
    """The page a leaf is on, with what is this reader's around it."""
    token = token_for(request)
    words = {
        "leaf_title": leaf.title,
        "leaf_head": leaf.head,
        "main": leaf.main(token),
        "tail": tail or render_to_string(_TAIL, _told(book, leaf) | {"csrf_token": token}, request),
    }
    setup = PageSetup.of(request)
    page = _PAGE.render(request, words, setup=setup)
    return _guarded(
        page or render(request, "social/chapter_read.html", {**words, "setup": setup, "csrf_token": token}), book.story
    )


def _photographs(book: Book, chapters: list[Chapter]) -> dict[UUID, list[tuple[Photograph, str]]]:
    """The photographs of these chapters with their addresses, in one query."""
    found: dict[UUID, list[tuple[Photograph, str]]] = {chapter.pk: [] for chapter in chapters}
    for photograph in Photograph.objects.filter(chapter__in=chapters).order_by("position"):
        found[photograph.chapter_id].append((photograph, book.photograph_address(photograph)))
    return found


def is_asked(request: HttpRequest, book: Book) -> bool:
    """Whether this reader has still to say that they are grown up."""
    return is_asked_of(request, book.story)


def is_asked_of(request: HttpRequest, story: Story) -> bool:
    """The same before what belongs to a story: its comments quote it."""
    if story.rating not in GROWN_UP or story.owner_id == request.user.pk or request.session.get(GROWN_UP_KEY):
        return False
    said = getattr(story, "reader_is_grown_up", None)
    if said is None and request.user.is_authenticated:
        said = asks_for_mature(request.user)
    return not said


def _render(request: HttpRequest, template: str, book: Book, context: Mapping[str, Any]) -> HttpResponse:
    story = book.story
    told = {"book": book, "story": story, "story_url": book.address, "is_public": story.is_public}
    return _guarded(render(request, template, {**told, "setup": PageSetup.of(request), **context}), story)


def _guarded(response: HttpResponse, story: Story) -> HttpResponse:
    if not story.is_public:
        # Whoever has the address may read: it must not leave by a link, nor enter a search engine or a shared cache.
        # Not "no-referrer": a browser then sends this page's own forms from nowhere, and they are refused.
        response["Referrer-Policy"] = "same-origin"
        response["Cache-Control"] = "private, no-store"
    if not story.is_public or story.standing != story.Standing.CLEAR:
        response["X-Robots-Tag"] = "noindex, nofollow"
    return response
