"""The story seen from above: its chapters drawn, a form beside them, and the outline a model draws from the text."""

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from coaching import proposals, services
from coaching.forms import BeatPlaceForm, ProposalForm
from coaching.models import Proposal
from coaching.structure import FORMS, form_named, structure_of
from costory.lib.http import AuthedRequest
from stories.models import Chapter, Story


@require_GET
def structure_detail(request: AuthedRequest, story_pk: UUID) -> HttpResponse:
    """Words, speech and pace by chapter; where the beats of a form usually fall. Free, and nothing leaves the house."""
    story = get_object_or_404(Story.objects.editable_by(request.user), pk=story_pk)
    form = form_named(request.GET.get("form", ""))
    last = (
        Proposal.objects.of(request.user)
        .filter(story=story, kind=Proposal.Kind.OUTLINE)
        .select_related("reply__session__story", "story", "chapter")
        .defer("reply__request")
        .first()
    )
    context = {
        "story": story,
        "structure": structure_of(story, form),
        "forms": FORMS,
        "form": form,
        "card": proposals.Card(last) if last is not None else None,
        "key": ProposalForm.new_key(),
    }
    return render(request, "coaching/structure.html", context)


@require_POST
def beat_place(request: AuthedRequest, story_pk: UUID) -> HttpResponse:
    """Put a step of the form in a chapter by hand, or let it fall where it usually does; the message undoes it.

    What undoes it is this address with the earlier place behind it.
    """
    story = get_object_or_404(Story.objects.editable_by(request.user), pk=story_pk)
    form = BeatPlaceForm(request.POST if "beat" in request.POST else request.GET)
    if not form.is_valid():
        raise Http404
    asked, chapter = form.cleaned_data, None
    if asked["chapter"] is not None:
        chapter = get_object_or_404(Chapter.objects.editable_by(request.user), pk=asked["chapter"], story=story)
    try:
        before = services.place_beat(story=story, form=asked["form"], beat=asked["beat"], chapter=chapter)
    except services.UnknownBeat as refusal:
        raise Http404 from refusal
    if chapter != before:
        back = urlencode({"form": asked["form"], "beat": asked["beat"], "chapter": before.pk if before else ""})
        said = _("The step is where you put it.") if chapter else _("The step falls where it usually does.")
        messages.success(request, said, extra_tags=f"{reverse('coaching:beat-place', args=[story.pk])}?{back}")
    page = reverse("coaching:structure-detail", args=[story.pk])
    return redirect(f"{page}?form={asked['form']}#step-{asked['beat']}")
