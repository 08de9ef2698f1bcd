"""Feeds, the catalogue for e-readers and the sitemap: what programs read of the library."""

import hashlib
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, quote_etag
from django.views.decorators.http import require_safe

from accounts.models import User
from costory.lib.limits import is_over_limit, slow_down
from social.feeds import atom, catalogue, news, sitemap
from social.forms.library import LibraryForm
from social.views.library import SEARCHES_A_MINUTE
from stories.models import Story, Tag
from stories.services import tag_slug


@login_not_required
@require_safe
def story_feed(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A story's newest chapters."""
    stories = Story.objects.published().select_related("owner")
    return _feed(request, news.story_feed(get_object_or_404(stories, pk=pk)))


@login_not_required
@require_safe
def author_feed(request: HttpRequest, handle: str) -> HttpResponse:
    """The newest chapters of somebody with a public profile."""
    authors = User.objects.with_profile_visible_to(request.user).filter(is_public=True)
    return _feed(request, news.author_feed(get_object_or_404(authors, handle__iexact=handle)))


@login_not_required
@require_safe
def tag_feed(request: HttpRequest, slug: str) -> HttpResponse:
    """The newest stories with a tag."""
    feed = news.tag_feed(get_object_or_404(Tag, slug=tag_slug(slug)))
    if feed is None:
        raise Http404
    return _feed(request, feed)


@login_not_required
@require_safe
def opds_root(request: HttpRequest) -> HttpResponse:
    """Where an e-reader begins."""
    return _feed(request, catalogue.root())


@login_not_required
@require_safe
def opds_kinds(request: HttpRequest) -> HttpResponse:
    """The kinds of story."""
    return _feed(request, catalogue.kinds())


@login_not_required
@require_safe
def opds_languages(request: HttpRequest) -> HttpResponse:
    """The languages of stories."""
    return _feed(request, catalogue.languages())


@login_not_required
@require_safe
def opds_stories(request: HttpRequest) -> HttpResponse:
    """A page of the library, narrowed and sorted as the address asks."""
    return _feed(request, catalogue.stories(LibraryForm.read(request.GET), request.GET.get("after", "")))


@login_not_required
@require_safe
def opds_search(request: HttpRequest) -> HttpResponse:
    """A page of what is found for the address's words."""
    if is_over_limit(request, action="library-search", most=SEARCHES_A_MINUTE):
        return slow_down()
    return _feed(request, catalogue.found(LibraryForm.read(request.GET), request.GET.get("after", "")))


@login_not_required
@require_safe
def opds_description(request: HttpRequest) -> HttpResponse:
    """How the catalogue is searched."""
    return _document(request, catalogue.description(), catalogue.DESCRIPTION)


@login_not_required
@require_safe
def sitemap_index(request: HttpRequest) -> HttpResponse:
    """The parts of the sitemap."""
    return _document(request, sitemap.index(), "application/xml")


@login_not_required
@require_safe
def sitemap_part(request: HttpRequest, number: int, parts: int) -> HttpResponse:
    """A part of the sitemap: stories."""
    return _mapped(request, sitemap.part(number, parts))


@login_not_required
@require_safe
def sitemap_authors(request: HttpRequest, number: int, parts: int) -> HttpResponse:
    """A part of the sitemap: the pages of those who wrote them."""
    return _mapped(request, sitemap.authors(number, parts))


def _mapped(request: HttpRequest, written: bytes | None) -> HttpResponse:
    if written is None:
        raise Http404
    return _document(request, written, "application/xml")


def _feed(request: HttpRequest, feed: atom.Feed) -> HttpResponse:
    return _document(request, atom.write(feed), feed.type, last_modified=int(feed.updated_at.timestamp()))


def _document(
    request: HttpRequest, written: bytes, content_type: str, *, last_modified: int | None = None
) -> HttpResponse:
    """The document, or that it is still the one its reader has.

    Asked for again each time, so that what is withdrawn is gone. Only its ETag decides whether it is the same: what
    is taken out of a list makes the list no newer.
    """
    etag = quote_etag(hashlib.sha256(written).hexdigest()[:32])
    headers = {"Cache-Control": "no-cache", "ETag": etag}
    if last_modified is not None:
        headers["Last-Modified"] = http_date(last_modified)
    response = HttpResponse(written, content_type=f"{content_type}; charset=utf-8", headers=headers)
    answer = get_conditional_response(request, etag=etag, response=response)
    assert isinstance(answer, HttpResponse)  # noqa: S101  It was given one.
    return answer
