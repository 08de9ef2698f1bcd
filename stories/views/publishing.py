"""Showing a story to others: the story in one considered step, its chapters one by one."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from costory.lib.errors import DomainError
from costory.lib.http import AuthedRequest, local_zone
from stories import disclosure, services
from stories.forms import PublishForm, ReleaseForm, VisibilityForm
from stories.models import Chapter, Story


@require_http_methods(["GET", "POST"])
def story_publishing(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Decide who may read, what they are told first, and which chapters they find."""
    story = get_object_or_404(Story.objects.editable_by(request.user).select_related("owner"), pk=pk)
    chapters = _chapters(story)
    if request.method == "GET":
        form = PublishForm(story=story, chapters=chapters)
        if wanted := request.GET.get("visibility"):
            form.initial["visibility"] = wanted
        return _render(request, story, chapters, form)
    form = PublishForm(request.POST, request.FILES, story=story, chapters=chapters)
    if not form.is_valid():
        return _render(request, story, chapters, form, status=422)
    try:
        shown = _publish(story, form)
    except DomainError as refusal:
        form.add_error(None, str(refusal))
        return _render(request, story, chapters, form, status=422)
    messages.success(request, _said(shown))
    return redirect("stories:story-detail", pk=story.pk)


def _chapters(story: Story) -> list[Chapter]:
    return list(Chapter.objects.present().filter(story=story).without_text().order_by("position"))


@transaction.atomic
def _publish(story: Story, form: PublishForm) -> Story:
    visibility = form.cleaned_data["visibility"]
    changes = form.changes
    if not changes["rating"]:
        del changes["rating"]
    services.revise_story(story=story, **changes)
    services.set_tags(story=story, names=form.cleaned_data["tags"])
    if form.cleaned_data["cover"]:
        services.set_cover(story=story, cover=form.cleaned_data["cover"])
    elif form.cleaned_data["drops_cover"]:
        services.set_cover(story=story, cover=None)
    is_shown = visibility != Story.Visibility.PRIVATE
    return services.set_visibility(
        story=story, visibility=visibility, chapter_ids=form.chapter_ids if is_shown else None
    )


def _said(story: Story) -> str:
    """What has come of it, in the language of the moment."""
    said = {
        Story.Visibility.PUBLIC: _("Everybody can read it now."),
        Story.Visibility.LINK: _("Whoever has the link can read it now."),
        Story.Visibility.PRIVATE: _("Only you can read it now."),
    }
    return said[Story.Visibility(story.visibility)]


def _render(
    request: AuthedRequest, story: Story, chapters: list[Chapter], form: PublishForm, *, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {
        "story": story,
        "form": form,
        "planned": [chapter for chapter in chapters if chapter.is_planned],
        "has_chapters": bool(chapters),
        "figures": disclosure.total_figures(chapters),
    }
    return render(request, "stories/story_publishing.html", context, status=status)


@require_POST
def story_publish(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Decide who may read and nothing else; a journal asks again before it opens."""
    story = get_object_or_404(Story.objects.editable_by(request.user), pk=pk)
    form = VisibilityForm(request.POST)
    if not form.is_valid():
        chapters = _chapters(story)
        return _render(request, story, chapters, PublishForm(story=story, chapters=chapters), status=422)
    visibility = form.cleaned_data["visibility"]
    if form.is_to_confirm(story):
        entries = Chapter.objects.present().filter(story=story, word_count__gt=0).count()
        context = {"story": story, "visibility": visibility, "entries": entries}
        return render(request, "stories/story_publish.html", context)
    try:
        shown = services.set_visibility(story=story, visibility=visibility)
    except DomainError as refusal:
        messages.warning(request, str(refusal))
        return redirect("stories:story-publishing", pk=pk)
    messages.success(request, _said(shown))
    return redirect(story)


@require_POST
def share_link_renew(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Make the link that was given away worthless, and another one."""
    story = get_object_or_404(Story.objects.editable_by(request.user), pk=pk)
    services.renew_share_link(story=story)
    messages.success(request, _("There is a new link. The one before leads nowhere now."))
    return redirect(story)


@require_POST
def chapter_release(request: AuthedRequest, story_pk: UUID, pk: UUID) -> HttpResponse:
    """Let readers find a chapter, now or at a time."""
    chapter = _chapter(request, story_pk, pk)
    form = ReleaseForm(request.POST, zone=local_zone(request))
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        return redirect("stories:story-detail", pk=story_pk)
    at, is_silent = form.cleaned_data["at"], form.cleaned_data["is_silent"]
    try:
        services.release_chapter(chapter=chapter, at=at, is_silent=is_silent)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("It is planned.") if at else _("Readers find it now."))
    return redirect("stories:story-detail", pk=story_pk)


@require_POST
def chapter_withhold(request: AuthedRequest, story_pk: UUID, pk: UUID) -> HttpResponse:
    """Take a chapter back from its readers, or give up a plan."""
    services.withhold_chapter(chapter=_chapter(request, story_pk, pk))
    messages.success(request, _("Readers no longer find it."))
    return redirect("stories:story-detail", pk=story_pk)


def _chapter(request: AuthedRequest, story_pk: UUID, pk: UUID) -> Chapter:
    return get_object_or_404(Chapter.objects.editable_by(request.user).without_text(), pk=pk, story=story_pk)
