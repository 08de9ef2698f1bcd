"""Reading: a published story for everybody, a shared one for whoever has its link, one's own for oneself."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from costory.lib.pictures import picture_response
from stories import disclosure
from stories.models import Chapter, Photograph, Story


@dataclass(frozen=True)
class Entry:
    """A chapter and where it is read."""

    chapter: Chapter
    address: str


@login_not_required
@require_safe
def story_read(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A story's title page and contents."""
    return _story(request, _visible(request, pk), token="")


@login_not_required
@require_safe
def chapter_read(request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
    """One chapter."""
    return _chapter(request, _visible(request, pk), number, token="")


@login_not_required
@require_safe
def story_shared(request: HttpRequest, token: str) -> HttpResponse:
    """The title page for whoever has the link."""
    story = _shared(token)
    if story.is_public:
        return redirect("social:story-read", pk=story.pk)
    return _story(request, story, token=token)


@login_not_required
@require_safe
def chapter_shared(request: HttpRequest, token: str, number: int) -> HttpResponse:
    """A chapter for whoever has the link."""
    story = _shared(token)
    if story.is_public:
        return redirect("social:chapter-read", pk=story.pk, number=number)
    return _chapter(request, story, number, token=token)


@login_not_required
@require_safe
def photograph_read(request: HttpRequest, pk: UUID, photograph_pk: UUID) -> HttpResponse:
    """A photograph of a story that may be read."""
    return _photograph(request, _visible(request, pk), photograph_pk)


@login_not_required
@require_safe
def photograph_shared(request: HttpRequest, token: str, photograph_pk: UUID) -> HttpResponse:
    """A photograph for whoever has the link."""
    return _photograph(request, _shared(token), photograph_pk)


def _photograph(request: HttpRequest, story: Story, pk: UUID) -> HttpResponse:
    chapters = Chapter.objects.readable_in(story, request.user)
    photograph = get_object_or_404(Photograph, pk=pk, chapter__in=chapters)
    # Kept by nobody for longer than the story may be seen.
    response = picture_response(photograph.image)
    response["Cache-Control"] = "private, no-cache"
    return response


def _visible(request: HttpRequest, pk: UUID) -> Story:
    return get_object_or_404(Story.objects.visible_to(request.user).select_related("owner"), pk=pk)


def _shared(token: str) -> Story:
    # Whoever holds the link sees what anybody would see with it: the owner too, who wants to know what that is.
    stories = Story.objects.visible_to(AnonymousUser(), share_token=token).select_related("owner")
    return get_object_or_404(stories, share_token=token)


def _contents(request: HttpRequest, story: Story, token: str) -> list[Entry]:
    chapters = Chapter.objects.readable_in(story, request.user).without_text().order_by("position")
    return [Entry(chapter, _address(story, chapter.position, token)) for chapter in chapters]


def _story(request: HttpRequest, story: Story, *, token: str) -> HttpResponse:
    contents = _contents(request, story, token)
    figures = disclosure.total_figures(entry.chapter for entry in contents)
    marks = disclosure.reading_marks(figures, story=story, title=story.title, author=story.owner.name)
    return _render(request, "social/story_read.html", story, token, {"contents": contents, "marks": marks})


def _chapter(request: HttpRequest, story: Story, number: int, *, token: str) -> HttpResponse:
    readable = Chapter.objects.readable_in(story, request.user)
    chapter = get_object_or_404(readable, position=number)
    contents = _contents(request, story, token)
    place = next(at for at, entry in enumerate(contents) if entry.chapter.pk == chapter.pk)
    figures = disclosure.chapter_figures(chapter)
    photographs = [
        (photograph, _photograph_address(story, photograph, token))
        for photograph in Photograph.objects.filter(chapter=chapter).order_by("position")
    ]
    context = {
        "photographs": photographs,
        "chapter": chapter,
        "marks": disclosure.reading_marks(figures, story=story, title=str(chapter), author=story.owner.name),
        "previous": contents[place - 1] if place else None,
        "following": contents[place + 1] if place + 1 < len(contents) else None,
    }
    return _render(request, "social/chapter_read.html", story, token, context)


def _address(story: Story, number: int, token: str) -> str:
    if token:
        return reverse("social:chapter-shared", args=[token, number])
    return reverse("social:chapter-read", args=[story.pk, number])


def _photograph_address(story: Story, photograph: Photograph, token: str) -> str:
    if token:
        return reverse("social:photograph-shared", args=[token, photograph.pk])
    return reverse("social:photograph-read", args=[story.pk, photograph.pk])


def _render(
    request: HttpRequest, template: str, story: Story, token: str, context: Mapping[str, object]
) -> HttpResponse:
    home = reverse("social:story-shared", args=[token]) if token else reverse("social:story-read", args=[story.pk])
    response = render(request, template, {"story": story, "story_url": home, "is_public": story.is_public, **context})
    if not story.is_public:
        # Whoever has the address may read: it must not leave by a link, nor enter a search engine or a shared cache.
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex, nofollow"
        response["Cache-Control"] = "private, no-store"
    return response
