"""A scene of a role play, above its page."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from costory.lib.errors import DomainError
from costory.lib.http import AuthedRequest
from stories import services
from stories.forms import SceneForm, TurnForm
from stories.models import Chapter


@require_POST
def scene_edit(request: AuthedRequest, story_pk: UUID, pk: UUID) -> HttpResponse:
    """Say where the scene is set."""
    chapter = _chapter(request, story_pk, pk)
    form = SceneForm(request.POST)
    if form.is_valid():
        services.set_scene(chapter=chapter, setting=form.cleaned_data["setting"])
    else:
        messages.error(request, _("A scene is told in at most %(most)d characters.") % {"most": 2000})
    return redirect(chapter)


@require_POST
def turn_create(request: AuthedRequest, story_pk: UUID, pk: UUID) -> HttpResponse:
    """Add a turn at the end of the scene."""
    chapter = _chapter(request, story_pk, pk)
    form = TurnForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("A turn has between 1 and %(most)d characters.") % {"most": 20_000})
        return redirect(chapter)
    try:
        services.take_turn(chapter=chapter, author=request.user, **form.cleaned_data)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return redirect(chapter)


def _chapter(request: AuthedRequest, story_pk: UUID, pk: UUID) -> Chapter:
    editable = Chapter.objects.editable_by(request.user).select_related("story")
    return get_object_or_404(editable, pk=pk, story=story_pk, story__mode="roleplay")
