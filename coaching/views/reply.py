"""One reply: as it stands, stopped, put into the page, judged, and what it was asked for with."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from coaching import exchanges, services
from coaching.forms import FeedbackForm, PassageForm
from coaching.models import Reply, Session
from costory.lib.errors import DomainError
from costory.lib.http import AuthedRequest
from stories.models import Chapter
from stories.services import StaleRevision


@require_GET
@vary_on_headers("HX-Request")
def reply_detail(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """One reply as it stands: what a page shows once the stream has ended. Without scripts, the page it stands on."""
    replies = Reply.objects.of(request.user).select_related("message", "session__story", "proposal")
    reply = get_object_or_404(replies.defer("request"), pk=pk)
    if request.htmx:
        return render(request, "coaching/_reply.html", {"exchange": exchanges.Exchange(reply)})
    if reply.session.kind == Session.Kind.CONVERSATION:
        return redirect("coaching:session-detail", pk=reply.session_id)
    if hasattr(reply, "proposal"):
        return redirect(reply.proposal)
    return redirect("coaching:memory-detail", story_pk=reply.session.story_id)


@require_POST
@vary_on_headers("HX-Request")
def reply_stop(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """End a reply where it is; what came is kept."""
    reply = get_object_or_404(Reply.objects.of(request.user).select_related("message"), pk=pk)
    services.request_stop(reply=reply)
    if not request.htmx:
        return redirect("coaching:session-detail", pk=reply.session_id)
    reply.refresh_from_db()
    return render(request, "coaching/_reply.html", {"exchange": exchanges.Exchange(reply), "is_stopping": True})


@require_POST
def reply_insert(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Put a reply into the page: for the studio's script the save that this is, else the page itself."""
    replies = Reply.objects.of(request.user).select_related("session").defer("request")
    reply = get_object_or_404(replies, pk=pk)
    form = PassageForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest()
    asked = form.cleaned_data
    editable = Chapter.objects.editable_by(request.user).select_related("story")
    chapter = get_object_or_404(editable, pk=asked["chapter"], story=reply.session.story_id)
    try:
        chapter = services.take_passage(
            reply=reply,
            chapter=chapter,
            author=request.user,
            version=asked["version"] or chapter.version,
            position=asked["position"],
            replacing=asked["replacing"] or 0,
            text=asked["text"],
        )
    except DomainError as refusal:
        status = 409 if isinstance(refusal, StaleRevision) else 422
        if request.htmx:
            return JsonResponse({"message": str(refusal)}, status=status)
        messages.error(request, str(refusal))
        return redirect(chapter)
    if request.htmx:
        return JsonResponse({"version": chapter.version, "content": chapter.content})
    messages.success(request, _("The passage is in the page. An earlier version is kept without it."))
    return redirect(chapter)


@require_GET
def reply_request(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """The bytes that a reply was asked for with, exactly as they left the house."""
    replies = Reply.objects.of(request.user).select_related("dispatch").defer("request")
    dispatch = getattr(get_object_or_404(replies, pk=pk), "dispatch", None)
    if dispatch is None:
        raise Http404
    response = HttpResponse(dispatch.body, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="request-{pk}.json"'
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
@vary_on_headers("HX-Request")
def reply_rate(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Say whether a reply helped, or take that back. Nobody else is told."""
    reply = get_object_or_404(Reply.objects.of(request.user).select_related("message").defer("request"), pk=pk)
    form = FeedbackForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest()
    services.rate_reply(reply=reply, feedback=form.cleaned_data["feedback"])
    if not request.htmx:
        return redirect("coaching:session-detail", pk=reply.session_id)
    return render(request, "coaching/_feedback.html", {"exchange": exchanges.Exchange(reply)})
