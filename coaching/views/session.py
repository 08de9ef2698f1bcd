"""The conversations of a story: found again, named, pinned, put away, thrown away and taken back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from coaching import services
from coaching.forms import SessionListForm, SessionReviseForm
from coaching.models import Session
from coaching.selectors import find_sessions
from costory.lib.http import AuthedRequest
from stories.models import Chapter, Story


@require_GET
@vary_on_headers("HX-Request")
def session_list(request: AuthedRequest, story_pk: UUID) -> HttpResponse:
    """The conversations of a story, pinned ones first, then the latest; searched in titles and in what was said."""
    story = get_object_or_404(Story.objects.editable_by(request.user), pk=story_pk)
    form = SessionListForm(request.GET)
    form.is_valid()
    asked = form.cleaned_data
    chapter = None
    if pk := asked.get("chapter"):
        chapter = Chapter.objects.editable_by(request.user).filter(story=story, pk=pk).first()
    found = find_sessions(
        story=story,
        user=request.user,
        words=asked.get("q") or "",
        is_archived=bool(asked.get("archived")),
        before=asked.get("before"),
    )
    context = {"story": story, "chapter": chapter, "form": form, "found": found, "asked": asked}
    template = "coaching/session_list.html#chat" if request.htmx else "coaching/session_list.html"
    return render(request, template, context)


@require_POST
@vary_on_headers("HX-Request")
def session_revise(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Name, pin, let read ahead, choose its model: whatever the form holds."""
    session = _session(request, pk)
    form = SessionReviseForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest()
    # Only what was sent changes; a box that is not ticked is sent beside a field of its name.
    changes: dict[str, Any] = {
        name: form.cleaned_data[name]
        for name in ("title", "is_pinned", "reads_ahead")
        if name in request.POST or f"{name}-shown" in request.POST
    }
    services.revise_session(session=session, **changes)
    return _back(request, session)


@require_POST
@vary_on_headers("HX-Request")
def session_archive(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Put a conversation away, or take it out again."""
    session = _session(request, pk)
    services.archive_session(session=session, is_archived=request.POST.get("archived") != "0")
    return _back(request, session, to_list=True)


@require_POST
@vary_on_headers("HX-Request")
def session_delete(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Throw a conversation away; the message holds the way back."""
    session = _session(request, pk)
    services.delete_session(session=session)
    messages.success(
        request, _("The conversation was thrown away."), extra_tags=reverse("coaching:session-restore", args=[pk])
    )
    return _back(request, session, to_list=True)


@require_POST
@vary_on_headers("HX-Request")
def session_restore(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Take a conversation back."""
    mine = Session.objects.filter(user=request.user, story__owner=request.user, story__deleted_at=None)
    session = get_object_or_404(mine.conversations(), pk=pk)
    services.restore_session(session=session)
    return _back(request, session)


def _session(request: AuthedRequest, pk: UUID) -> Session:
    sessions = Session.objects.of(request.user).conversations()
    return get_object_or_404(sessions.select_related("story", "chapter"), pk=pk)


def _back(request: AuthedRequest, session: Session, *, to_list: bool = False) -> HttpResponse:
    """To the conversation, or to the list of them, as a fragment would load them."""
    if to_list:
        url = reverse("coaching:session-list", args=[session.story_id])
        return redirect(f"{url}?chapter={session.chapter_id}" if session.chapter_id else url)
    return redirect("coaching:session-detail", pk=session.pk)
