"""What readers take along: a story as a file, and its picture for chats and networks."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from costory.lib.limits import is_over_limit, slow_down
from social.selectors.reading import GROWN_UP, Book, open_shared, open_story
from social.views.reading import is_asked
from stories import exporting
from stories.exporting import Format
from stories.models import Story
from stories.views.export import send

KINDS = {"epub": Format.EPUB, "pdf": Format.PDF}
DOWNLOADS_A_MINUTE = 10
CARDS_A_MINUTE = 60
CARD_SECONDS = 86_400


@login_not_required
@require_safe
def story_download(request: HttpRequest, pk: UUID, kind: str) -> HttpResponseBase:
    """A story as a file, where its author lets readers have one."""
    return _download(request, open_story(request.user, pk), kind)


@login_not_required
@require_safe
def download_shared(request: HttpRequest, token: str, kind: str) -> HttpResponseBase:
    """The same for whoever has the link."""
    return _download(request, open_shared(request.user, token), kind)


def _download(request: HttpRequest, book: Book, kind: str) -> HttpResponseBase:
    story = book.story
    if kind not in KINDS or not book.entries or not (story.may_download or book.is_own):
        raise Http404
    if is_asked(request, book):
        return redirect(book.address)
    if is_over_limit(request, action="story-download", most=DOWNLOADS_A_MINUTE):
        return slow_down()
    # One's own private story is read whole, as it would be shown.
    is_desk = book.is_own and story.visibility == Story.Visibility.PRIVATE
    try:
        response: HttpResponseBase = send(
            exporting.export_story(story=story, kind=KINDS[kind], for_readers=not is_desk)
        )
    except exporting.NotPrinted as refusal:
        messages.error(request, str(refusal))
        return redirect(book.address)
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


@login_not_required
@require_safe
def story_card(request: HttpRequest, pk: UUID, kind: str) -> HttpResponse:
    """The picture beside a published story's address (Open Graph): a PNG that is drawn, a JPEG around its own cover."""
    story = get_object_or_404(Story.objects.published().select_related("owner"), pk=pk)
    # What grown-up readers may see is in no stranger's preview.
    has_photograph = bool(story.cover) and story.rating not in GROWN_UP
    if kind not in ("png", "jpg") or (kind == "jpg" and not has_photograph):
        raise Http404
    response = _picture(request, story, kind)
    # Shown in other houses' pages: that is what it is for.
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@login_not_required
@require_safe
def cover_drawn(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A published story's drawn cover as a PNG, for e-readers that show no SVG."""
    story = get_object_or_404(Story.objects.published().select_related("owner"), pk=pk)
    return _picture(request, story, "cover")


def _picture(request: HttpRequest, story: Story, kind: str) -> HttpResponse:
    """One of a story's pictures, drawn once for the story as it is."""
    version = f"{story.pk.hex}-{story.cover_version}-{kind}"
    etag = quote_etag(version)
    response = get_conditional_response(request, etag=etag)
    if response is None:
        key = f"story-card:{version}"
        picture = cache.get(key)
        if picture is None:
            if is_over_limit(request, action="story-card", most=CARDS_A_MINUTE):
                return slow_down()
            picture = _drawn(story, kind)
            cache.set(key, picture, CARD_SECONDS)
        response = HttpResponse(picture, content_type="image/jpeg" if kind == "jpg" else "image/png")
        response["ETag"] = etag
    response["Cache-Control"] = "no-cache"
    return response


def _drawn(story: Story, kind: str) -> bytes:
    title, author = story.title, story.owner.name
    if kind == "cover":
        return exporting.cover_png(title=title, author=author, seed=story.pk)
    if kind == "png":
        return exporting.open_graph_png(title=title, author=author, seed=story.pk)
    try:
        with story.cover.open("rb") as cover:
            return exporting.open_graph_jpeg(title=title, author=author, seed=story.pk, cover=cover)
    except OSError as missing:
        raise Http404 from missing
