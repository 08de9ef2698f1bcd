"""What left the house, and to whom it may go."""

from typing import Final
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from coaching.forms import PanelForm
from coaching.models import Dispatch
from coaching.processors import processors
from costory.lib.http import AuthedRequest
from stories.models import Story

PAGE: Final = 30


@require_GET
def dispatch_list(request: AuthedRequest, story_pk: UUID) -> HttpResponse:
    """Everything of a story that was sent to a model, the latest first, each with its exact bytes."""
    story = get_object_or_404(Story.objects.editable_by(request.user), pk=story_pk)
    asked = PanelForm(request.GET)
    asked.is_valid()
    rows = Dispatch.objects.filter(reply__session__story=story, reply__session__user=request.user)
    rows = rows.select_related("reply__session", "reply__proposal", "reply__continuity_check")
    rows = rows.select_related("reply__summary_request__chapter")
    rows = rows.defer("packed", "reply__request", "reply__summary_request__chapter__content")
    if before := asked.cleaned_data.get("before"):
        edge = rows.filter(pk=before).values_list("sent_at", flat=True).first()
        rows = rows.filter(Q(sent_at__lt=edge) | Q(sent_at=edge, pk__gt=before)) if edge else rows
    found = list(rows.order_by("-sent_at", "reply_id")[: PAGE + 1])
    older = str(found[PAGE - 1].pk) if len(found) > PAGE else ""
    return render(request, "coaching/dispatch_list.html", {"story": story, "rows": found[:PAGE], "older": older})


@login_not_required
@require_GET
def processor_list(request: HttpRequest) -> HttpResponse:
    """Who else handles what people entrust to the house, and what each gets."""
    return render(request, "coaching/processor_list.html", {"processors": processors(), "host": settings.LEGAL_HOST})
