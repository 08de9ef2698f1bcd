"""Reading: a published story for everybody, a shared one for whoever has its link, one's own for oneself."""

from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from stories.models import Chapter, Story


@login_not_required
@require_GET
def story_read(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A story's first page: what it is, and its chapters."""
    return _story(request, get_object_or_404(_visible(request), pk=pk), token="")


@login_not_required
@require_GET
def chapter_read(request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
    """One chapter."""
    return _chapter(request, get_object_or_404(_visible(request), pk=pk), number, token="")


@login_not_required
@require_GET
def story_shared(request: HttpRequest, token: str) -> HttpResponse:
    """The same, for whoever has the link."""
    return _story(request, _shared(token), token=token)


@login_not_required
@require_GET
def chapter_shared(request: HttpRequest, token: str, number: int) -> HttpResponse:
    """The same, for whoever has the link."""
    return _chapter(request, _shared(token), number, token=token)


def _visible(request: HttpRequest) -> QuerySet[Story]:
    return Story.objects.visible_to(request.user).select_related("owner")


def _shared(token: str) -> Story:
    stories = Story.objects.filter(share_token=token).select_related("owner")
    return get_object_or_404(
        stories.filter(visibility=Story.Visibility.LINK, deleted_at=None) if len(token) <= 40 else stories.none()
    )


def _story(request: HttpRequest, story: Story, *, token: str) -> HttpResponse:
    chapters = Chapter.objects.present().filter(story=story).without_text().order_by("position")
    rows = [(chapter, _address(story, chapter.position, token)) for chapter in chapters]
    return _render(request, "social/story_read.html", story, token, {"chapters": rows})


def _chapter(request: HttpRequest, story: Story, number: int, *, token: str) -> HttpResponse:
    positions = list(
        Chapter.objects.present().filter(story=story).order_by("position").values_list("position", flat=True)
    )
    if number not in positions:
        raise Http404
    chapter = Chapter.objects.present().get(story=story, position=number)
    index = positions.index(number)
    return _render(
        request,
        "social/chapter_read.html",
        story,
        token,
        {
            "chapter": chapter,
            "previous": _address(story, positions[index - 1], token) if index else "",
            "following": _address(story, positions[index + 1], token) if index + 1 < len(positions) else "",
        },
    )


def _address(story: Story, number: int, token: str) -> str:
    if token:
        return reverse("social:chapter-shared", args=[token, number])
    return reverse("social:chapter-read", args=[story.pk, number])


def _render(request: HttpRequest, template: str, story: Story, token: str, context: dict[str, object]) -> HttpResponse:
    home = reverse("social:story-shared", args=[token]) if token else reverse("social:story-read", args=[story.pk])
    is_public = story.visibility == Story.Visibility.PUBLIC
    response = render(request, template, {"story": story, "story_url": home, "is_public": is_public, **context})
    if not is_public:
        # Whoever has the address may read: it must not leave by a link, nor enter a search engine.
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex, nofollow"
        response["Cache-Control"] = "private, no-store"
    return response
