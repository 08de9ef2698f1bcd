"""Pages of the library as strangers get them, kept ready by each process and asked about before each use.

A stranger's page is the same for every stranger of a language but for the CSRF tokens in it. It is kept as bytes with
the stamp that was read from the database before it was made; it is sent again only while the stamp, read anew, is the
same (social.selectors.stamps). So it needs no messages between processes: what is private, hidden, withheld or renamed
is gone at the next request in all of them. docs/decisions/0016-kept-pages.md says what else was weighed.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware
from django.urls import reverse
from django.utils import translation

from costory.lib.api import ApiError
from costory.lib.csrf import token_for
from costory.lib.kept import Kept
from social.forms.library import Filters, LibraryForm
from social.page_setup import COOKIE as PAGE_SETUP
from social.selectors.library import GENERAL
from social.selectors.stamps import Stamp, library_stamp, story_stamp
from social.services.read import count_read
from social.visitors import facts_of

SECONDS: Final = 60
MOST_PAGES: Final = 400
LONGEST: Final = 400_000
LONGEST_QUERY: Final = 200
_CHAPTER: Final = re.compile(r"/stories/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/chapters/([1-9][0-9]{0,5})/")
# A token as Django writes it, and anything that might be one: a page with such a thing elsewhere is not kept.
_TOKEN: Final = re.compile(
    rb'(?<="X-CSRFToken": ")[A-Za-z0-9]{64}(?="\})|(?<=name="csrfmiddlewaretoken" value=")[A-Za-z0-9]{64}(?=")'
)
# A cursor's signature may hold so many letters too, but between what no token has beside it.
_LIKE_A_TOKEN: Final = re.compile(rb"(?<![\w-])[A-Za-z0-9]{32}(?:[A-Za-z0-9]{32})?(?![\w-])")
# With one of these a request is somebody's, or asks for a part of a page.
_OF_SOMEBODY: Final = ("HTTP_HX_REQUEST", "HTTP_AUTHORIZATION", "HTTP_RANGE", "HTTP_IF_NONE_MATCH")


@dataclass
class Asked:
    """What a stranger asks for that may be kept."""

    key: tuple[Any, ...]
    stamp: Stamp
    story_id: UUID | None = None
    position: int = 0
    # Set by the view that made the page of what the stamp names, and of nothing else that changes.
    is_confirmed: bool = field(default=False)


@dataclass(frozen=True)
class Page:
    """A page without its tokens: what stands before, between and after them."""

    stamp: Stamp
    parts: tuple[bytes, ...]
    headers: tuple[tuple[str, str], ...]


def stamp_at_hand(request: HttpRequest) -> Stamp | None:
    """The stamp that was read for this request before its view was called, if one was."""
    asked: Asked | None = getattr(request, "asked_of_kept", None)
    return asked.stamp if asked is not None else None


def confirm(request: HttpRequest, shown: Stamp | Iterable[UUID]) -> None:
    """Say, from a view, that its page shows what the stamp names: these rows, and all that is said of them."""
    asked: Asked | None = getattr(request, "asked_of_kept", None)
    if asked is not None:
        keys = shown.keys if isinstance(shown, Stamp) else map(str, shown)
        asked.is_confirmed = set(asked.stamp.keys).issuperset(keys)


class KeptPagesMiddleware:
    """Answers strangers with a page that was made before, as long as it still is what it was.

    It stands before the session's middleware: who has a session, or a message waiting, goes on to the view.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self._pages: Kept[Page] = Kept(most=MOST_PAGES, seconds=SECONDS)
        self._csrf = CsrfViewMiddleware(lambda _request: HttpResponse())

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        asked = _asked(request) if settings.KEEPS_PAGES else None
        if asked is None:
            return self.get_response(request)
        page = self._pages.get(asked.key)
        if page is not None and page.stamp == asked.stamp:
            return self._again(request, page, asked)
        request.asked_of_kept = asked  # type: ignore[attr-defined]  # For the view, which confirms.
        response = self.get_response(request)
        if asked.is_confirmed and (made := _without_tokens(response, asked.stamp)) is not None:
            self._pages.put(asked.key, made)
        return response

    def _again(self, request: HttpRequest, page: Page, asked: Asked) -> HttpResponseBase:
        request.user = AnonymousUser()
        if asked.story_id is not None:
            count_read(story_id=asked.story_id, chapter_position=asked.position, facts=facts_of(request))
        self._csrf.process_request(request)
        response = HttpResponse(token_for(request).encode().join(page.parts), headers=dict(page.headers))
        response.headers["Content-Length"] = str(len(response.content))
        return self._csrf.process_response(request, response)


def _asked(request: HttpRequest) -> Asked | None:
    """What of the kept pages this asks for, with what is true of it now; None for everything else."""
    chapter = _CHAPTER.fullmatch(request.path_info)
    if chapter is None and request.path_info != _library_path():
        return None
    cookies, query = request.COOKIES, request.META.get("QUERY_STRING", "")
    if (
        request.method != "GET"
        or settings.SESSION_COOKIE_NAME in cookies
        or "messages" in cookies
        or len(query) > LONGEST_QUERY
        or any(name in request.META for name in _OF_SOMEBODY)
    ):
        return None
    key = (request.path_info, query, translation.get_language_from_request(request), request.get_host())
    if chapter is not None:
        story_id = UUID(chapter[1])
        stamp = story_stamp(story_id)
        if query or stamp is None:
            return None
        return Asked((*key, cookies.get(PAGE_SETUP, "")), stamp, story_id, int(chapter[2]))
    filters = LibraryForm.read(QueryDict(query)) if query else Filters()
    if filters.q:
        return None
    try:
        return Asked(key, library_stamp(filters, AnonymousUser(), GENERAL, cursor=_cursor(query)))
    except ApiError:
        return None


@cache
def _library_path() -> str:
    return reverse("social:library")


def _cursor(query: str) -> str:
    return QueryDict(query).get("after", "")[:1000] if query else ""


def _without_tokens(response: HttpResponseBase, stamp: Stamp) -> Page | None:
    """The page to keep. None for what is not the same for everybody."""
    if not isinstance(response, HttpResponse) or response.status_code != 200:
        return None
    if set(response.cookies) - {settings.CSRF_COOKIE_NAME} or len(response.content) > LONGEST:
        return None
    parts = tuple(_TOKEN.split(response.content))
    secret = response.cookies.get(settings.CSRF_COOKIE_NAME)
    if any(_LIKE_A_TOKEN.search(part) for part in parts) or (secret and secret.value.encode() in b"".join(parts)):
        return None
    headers = tuple((name, value) for name, value in response.headers.items() if name != "Content-Length")
    return Page(stamp, parts, headers)
