"""Find and replace in a whole story: each hit seen before it is changed, and all of it taken back at once."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from costory.lib.http import AuthedRequest
from stories import services
from stories.forms import FindForm
from stories.models import Chapter, Story

SESSION_KEY = "last-replacement"


@require_safe
def story_find(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Every place where the words stand, with what stands around it."""
    form = FindForm(request.GET if "needle" in request.GET else None, initial={"chapter": request.GET.get("chapter")})
    return _find(request, _story(request, pk), form)


@require_POST
def story_replace(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Replace the words at the places that were chosen."""
    story = _story(request, pk)
    form = FindForm(request.POST)
    chosen = _chosen(request)
    if not form.is_valid() or not chosen:
        if form.is_valid():
            form.add_error(None, _("Choose at least one place."))
        return _find(request, story, form, status=422)
    said = {name: form.cleaned_data[name] for name in ("needle", "replacement", "is_exact", "is_whole")}
    replaced = services.replace_words(story=story, author=request.user, chosen=chosen, **said)
    undo = ""
    if replaced.done:
        done = [(str(chapter), version, str(stood)) for chapter, version, stood in replaced.done]
        request.session[SESSION_KEY] = {"story": str(story.pk), "done": done}
        undo = reverse("stories:replacement-undo", args=[story.pk])
    message = ngettext("Replaced in %(count)d place.", "Replaced in %(count)d places.", replaced.total)
    messages.success(request, message % {"count": replaced.total}, extra_tags=undo)
    _tell_left_alone(request, replaced.left_alone)
    return redirect("stories:story-find", pk=pk)


@require_POST
def replacement_undo(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Take the last replacement back."""
    story = _story(request, pk)
    last: Any = request.session.pop(SESSION_KEY, None) or {}
    if last.get("story") != str(story.pk):
        messages.info(request, _("There is nothing to take back."))
        return redirect("stories:story-find", pk=pk)
    done = [(UUID(chapter), version, UUID(stood)) for chapter, version, stood in last["done"]]
    left_alone = services.undo_replacement(story=story, author=request.user, done=done)
    messages.success(request, _("It is taken back."))
    _tell_left_alone(request, left_alone)
    return redirect("stories:story-find", pk=pk)


def _story(request: AuthedRequest, pk: UUID) -> Story:
    return get_object_or_404(Story.objects.editable_by(request.user), pk=pk)


def _chapter(story: Story, named: Any) -> Chapter | None:
    """The chapter that is asked for alone, where it is one of the story's."""
    try:
        return Chapter.objects.present().filter(story=story, pk=UUID(str(named))).without_text().first()
    except ValueError:
        return None


def _chosen(request: AuthedRequest) -> dict[UUID, tuple[int, list[int]]]:
    """The places that are ticked: "chapter:version:start", as the page wrote them."""
    chosen: dict[UUID, tuple[int, list[int]]] = {}
    for place in request.POST.getlist("place"):
        try:
            chapter, version, start = place.split(":")
            chosen.setdefault(UUID(chapter), (int(version), []))[1].append(int(start))
        except ValueError:
            continue
    return chosen


def _tell_left_alone(request: AuthedRequest, chapters: list[Chapter]) -> None:
    if chapters:
        names = ", ".join(str(chapter) for chapter in chapters[:10])
        messages.warning(request, _("Changed in the meantime, and left alone: %(names)s.") % {"names": names})


def _find(request: AuthedRequest, story: Story, form: FindForm, *, status: int = 200) -> HttpResponse:
    found: list[services.Found] = []
    is_more, is_asked = False, form.is_bound
    if is_asked and form.is_valid():
        said = form.cleaned_data
        found, is_more = services.find_words(
            story=story,
            needle=said["needle"],
            is_exact=said["is_exact"],
            is_whole=said["is_whole"],
            chapter_id=said["chapter"],
        )
    asked = form["chapter"].value()
    chapter = _chapter(story, asked) if asked else None
    context = {
        "chapter": chapter,
        "story": story,
        "form": form,
        "found": found,
        "is_more": is_more,
        "is_asked": is_asked,
        "count": sum(len(chapter.hits) for chapter in found),
    }
    return render(
        request, "stories/story_find.html", context, status=status if form.is_valid() or not is_asked else 422
    )
