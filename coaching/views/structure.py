"""The story seen from above: its chapters drawn, a form beside them, and the outline a model draws from the text."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from coaching import proposals
from coaching.forms import ProposalForm
from coaching.models import Proposal
from coaching.structure import FORMS, form_named, structure_of
from costory.lib.http import AuthedRequest
from stories.models import Story


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
