"""The photographs of a chapter."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from costory.lib.errors import DomainError
from costory.lib.http import AuthedRequest
from costory.lib.pictures import picture_response
from stories import services
from stories.forms import CaptionForm, MoveForm, PhotographForm
from stories.models import Chapter, Photograph


@require_http_methods(["GET", "HEAD", "POST"])
def photograph_list(request: AuthedRequest, story_pk: UUID, chapter_pk: UUID) -> HttpResponse:
    """A chapter's photographs; a POST adds one."""
    chapter = _chapter(request, story_pk, chapter_pk)
    form = PhotographForm()
    if request.method == "POST":
        form = PhotographForm(request.POST, request.FILES)
        if form.is_valid():
            try:
                services.add_photograph(chapter=chapter, **form.cleaned_data)
            except DomainError as refusal:
                form.add_error(None, str(refusal))
            else:
                return redirect("stories:photograph-list", story_pk=story_pk, chapter_pk=chapter_pk)
    context = {
        "chapter": chapter,
        "story": chapter.story,
        "photographs": Photograph.objects.filter(chapter=chapter).order_by("position"),
        "form": form,
    }
    return render(request, "stories/photograph_list.html", context, status=422 if form.errors else 200)


@require_POST
def photograph_edit(request: AuthedRequest, story_pk: UUID, chapter_pk: UUID, pk: UUID) -> HttpResponse:
    """Say something else of a photograph."""
    photograph = _photograph(request, story_pk, chapter_pk, pk)
    form = CaptionForm(request.POST)
    if form.is_valid():
        services.revise_photograph(photograph=photograph, **form.cleaned_data)
        messages.success(request, _("Saved."))
    else:
        messages.error(request, _("A caption has at most 500 characters."))
    return redirect("stories:photograph-list", story_pk=story_pk, chapter_pk=chapter_pk)


@require_POST
def photograph_move(request: AuthedRequest, story_pk: UUID, chapter_pk: UUID, pk: UUID) -> HttpResponse:
    """One place towards the beginning or the end."""
    photograph = _photograph(request, story_pk, chapter_pk, pk)
    form = MoveForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest()
    services.move_photograph(photograph=photograph, **form.cleaned_data)
    return redirect("stories:photograph-list", story_pk=story_pk, chapter_pk=chapter_pk)


@require_POST
def photograph_delete(request: AuthedRequest, story_pk: UUID, chapter_pk: UUID, pk: UUID) -> HttpResponse:
    """Take a photograph away; the message holds the way back."""
    services.delete_photograph(photograph=_photograph(request, story_pk, chapter_pk, pk))
    undo = reverse("stories:photograph-restore", args=[story_pk, chapter_pk, pk])
    messages.success(request, _("The photograph is thrown away."), extra_tags=undo)
    return redirect("stories:photograph-list", story_pk=story_pk, chapter_pk=chapter_pk)


@require_POST
def photograph_restore(request: AuthedRequest, story_pk: UUID, chapter_pk: UUID, pk: UUID) -> HttpResponse:
    """Take a photograph back that was thrown away."""
    chapter = _chapter(request, story_pk, chapter_pk)
    services.restore_photograph(photograph=get_object_or_404(Photograph.thrown_away, pk=pk, chapter=chapter))
    return redirect("stories:photograph-list", story_pk=story_pk, chapter_pk=chapter_pk)


@require_safe
def photograph_image(request: AuthedRequest, story_pk: UUID, chapter_pk: UUID, pk: UUID) -> HttpResponse:
    """The picture itself, for its writer."""
    return picture_response(_photograph(request, story_pk, chapter_pk, pk).image)


def _chapter(request: AuthedRequest, story_pk: UUID, chapter_pk: UUID) -> Chapter:
    editable = Chapter.objects.editable_by(request.user).without_text().select_related("story")
    return get_object_or_404(editable, pk=chapter_pk, story=story_pk)


def _photograph(request: AuthedRequest, story_pk: UUID, chapter_pk: UUID, pk: UUID) -> Photograph:
    editable = Chapter.objects.editable_by(request.user).filter(pk=chapter_pk, story=story_pk)
    photographs = Photograph.objects.filter(chapter__in=editable).select_related("chapter")
    return get_object_or_404(photographs, pk=pk)
