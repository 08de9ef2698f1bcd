"""A writer's stories: the shelf, a new one, one of them, and the bin."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from costory.lib.api import ApiError, Page, Paging
from costory.lib.http import AuthedRequest
from stories import services
from stories.forms import StoryForm
from stories.models import Chapter, Story

SHELF = 24


@require_GET
@vary_on_headers("HX-Request")
def story_list(request: AuthedRequest) -> HttpResponse:
    """Every story of the writer's, last touched first."""
    page = _shelf(request)
    context = {"stories": page.rows, "newer": page.meta.previous, "older": page.meta.next}
    template = "stories/story_list.html#stories" if request.htmx else "stories/story_list.html"
    return render(request, template, context)


def _shelf(request: AuthedRequest) -> Page[Story]:
    stories = Story.objects.editable_by(request.user)
    keys = ("-updated_at", "-id")
    try:
        return Paging(limit=SHELF, cursor=request.GET.get("after", "")[:1000] or None).page_of(stories, keys=keys)
    except ApiError:
        # A cursor that is none: the shelf from its beginning.
        return Paging(limit=SHELF).page_of(stories, keys=keys)


@require_http_methods(["GET", "POST"])
def story_detail(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """A story: its chapters, its brief, who may read it, and what lies in its bin."""
    story = get_object_or_404(Story.objects.editable_by(request.user), pk=pk)
    form = StoryForm(request.POST if request.method == "POST" else None, instance=story)
    if form.is_valid():
        try:
            services.revise_story(story=story, **form.changes())
        except services.Suspended as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect(story)
    if form.errors:
        # A form that was refused has changed the story it was given.
        story.refresh_from_db()
    return _render_story(request, story, form=form, status=422 if form.errors else 200)


def _render_story(request: AuthedRequest, story: Story, *, status: int = 200, **context: Any) -> HttpResponse:
    binned = Chapter.objects.in_bin_of(request.user).filter(story=story)
    return render(
        request,
        "stories/story_detail.html",
        {
            "story": story,
            "chapters": Chapter.objects.present().filter(story=story).without_text().order_by("position"),
            "statuses": Chapter.Status.choices,
            "binned": binned.without_text().order_by("-deleted_at"),
            "share_url": services.share_url(story=story),
            **context,
        },
        status=status,
    )


@require_POST
def story_delete(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Put a story in the bin, for 30 days."""
    story = get_object_or_404(Story.objects.editable_by(request.user), pk=pk)
    services.delete_story(story=story)
    messages.success(request, _("The story is in the bin. You can take it out again for 30 days."))
    return redirect("stories:story-bin")


@require_GET
def story_bin(request: AuthedRequest) -> HttpResponse:
    """Stories that can still be taken out of the bin."""
    stories = Story.objects.in_bin_of(request.user).order_by("-deleted_at")[:100]
    return render(request, "stories/story_bin.html", {"stories": stories})


@require_POST
def story_restore(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Take a story out of the bin."""
    story = get_object_or_404(Story.objects.in_bin_of(request.user), pk=pk)
    services.restore_story(story=story)
    return redirect("stories:story-detail", pk=pk)
