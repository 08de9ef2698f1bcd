"""A chapter in two, and two in one."""

import re
from typing import NamedTuple
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from costory.lib.errors import DomainError
from costory.lib.http import AuthedRequest
from stories import services
from stories.forms import JoinForm, SplitForm
from stories.models import Chapter

_BLANK_LINE = re.compile(r"\n[ \t]*\n\s*")
# A page of more places to cut than these helps nobody.
MOST_PLACES = 400
BEGINNING = 90


class Place(NamedTuple):
    """Where a chapter can be cut, and how what follows begins."""

    position: int
    beginning: str


@require_http_methods(["GET", "HEAD", "POST"])
def chapter_split(request: AuthedRequest, story_pk: UUID, pk: UUID) -> HttpResponse:
    """Choose a paragraph at which a new chapter begins; from the studio, the place where the cursor stands."""
    chapter = _chapter(request, story_pk, pk)
    if request.method != "POST":
        return _choose(request, chapter)
    form = SplitForm(request.POST)
    if not form.is_valid():
        return _choose(request, chapter, refusal=_("Choose where the new chapter begins."), status=422)
    try:
        new = services.split_chapter(chapter=chapter, author=request.user, **form.cleaned_data)
    except services.StaleRevision as conflict:
        return _choose(request, conflict.chapter, refusal=str(conflict), status=409)
    except DomainError as refusal:
        return _choose(request, chapter, refusal=str(refusal), status=422)
    undo = reverse("stories:chapter-unsplit", args=[story_pk, new.pk, form.cleaned_data["version"] + 1])
    messages.success(request, _("What followed is a chapter of its own now."), extra_tags=undo)
    return redirect(new)


@require_POST
def chapter_unsplit(request: AuthedRequest, story_pk: UUID, pk: UUID, version: int) -> HttpResponse:
    """Take a split back, as long as nothing has been written in either half."""
    chapter = _chapter(request, story_pk, pk)
    try:
        whole = services.undo_split(chapter=chapter, author=request.user, version=version)
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect(chapter)
    messages.success(request, _("The chapter is whole again."))
    return redirect(whole)


@require_POST
def chapter_join(request: AuthedRequest, story_pk: UUID, pk: UUID) -> HttpResponse:
    """Take up the text of the chapter that follows."""
    chapter = _chapter(request, story_pk, pk)
    form = JoinForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest()
    try:
        joined = services.merge_chapters(chapter=chapter, author=request.user, version=form.cleaned_data["version"])
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        address = [story_pk, pk, joined.taken_up.pk, form.cleaned_data["version"] + 1, joined.last_picture]
        undo = reverse("stories:chapter-unjoin", args=address)
        messages.success(
            request, _("The two chapters are one. The second one lies in the bin as it was."), extra_tags=undo
        )
    return redirect(chapter)


@require_POST
def chapter_unjoin(
    request: AuthedRequest, story_pk: UUID, pk: UUID, other_pk: UUID, version: int, last_picture: int
) -> HttpResponse:
    """Part two chapters that were just joined, as long as nothing has been written since."""
    chapter = _chapter(request, story_pk, pk)
    try:
        services.undo_merge(
            chapter=chapter, taken_up=other_pk, author=request.user, version=version, last_picture=last_picture
        )
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The two chapters are two again."))
    return redirect(chapter)


def _chapter(request: AuthedRequest, story_pk: UUID, pk: UUID) -> Chapter:
    editable = Chapter.objects.editable_by(request.user).select_related("story")
    return get_object_or_404(editable, pk=pk, story=story_pk)


def _choose(request: AuthedRequest, chapter: Chapter, *, refusal: str = "", status: int = 200) -> HttpResponse:
    text = chapter.content
    places = [
        Place(found.end(), text[found.end() : found.end() + BEGINNING].partition("\n")[0])
        for found in _BLANK_LINE.finditer(text)
        if found.start() > 0 and found.end() < len(text)
    ]
    context = {
        "chapter": chapter,
        "story": chapter.story,
        "places": places[:MOST_PLACES],
        "is_cut": len(places) > MOST_PLACES,
        "refusal": refusal,
    }
    return render(request, "stories/chapter_split.html", context, status=status)
