"""The coach's margin: the conversation beside a chapter, and as a page of its own."""

from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from billing.services import InsufficientCredits
from coaching import exchanges, services
from coaching.forms import MessageForm, PanelForm, PassageForm
from coaching.models import CoachModel, Reply, Session
from costory.lib.errors import DomainError
from costory.lib.http import AuthedRequest
from stories.models import Chapter, Story
from stories.services import StaleRevision

PURPOSES: Final = {
    Session.Mode.NARRATIVE: _("Scenes, voice, pace: what works, and what to try."),
    Session.Mode.THERAPEUTIC: _("Listens, and asks the next question. Corrects nothing."),
    Session.Mode.COAUTHOR: _("Writes with you, in your story’s voice."),
    Session.Mode.STRUCTURAL: _("Acts, beats and synopsis: the story seen from above."),
}


@require_GET
@vary_on_headers("HX-Request")
def panel(request: AuthedRequest, story_pk: UUID) -> HttpResponse:
    """The latest conversation of a story in one mode; nothing is written by looking at it."""
    story = get_object_or_404(Story.objects.editable_by(request.user), pk=story_pk)
    asked = PanelForm(request.GET)
    asked.is_valid()
    mode = asked.cleaned_data.get("mode") or _usual_mode(story)
    chapter = _chapter(request, story, asked.cleaned_data.get("chapter"))
    sessions = Session.objects.of(request.user).filter(story=story, mode=mode).order_by("-updated_at")
    return _render(request, story=story, mode=mode, chapter=chapter, session=sessions.first())


@require_POST
@vary_on_headers("HX-Request")
def session_start(request: AuthedRequest, story_pk: UUID) -> HttpResponse:
    """The first message of a conversation, which opens it."""
    story = get_object_or_404(Story.objects.editable_by(request.user), pk=story_pk)
    form = MessageForm(request.POST, offered=_offered())
    mode = request.POST.get("mode", "")
    mode = mode if mode in Session.Mode.values else _usual_mode(story)
    form.is_valid()
    chapter = _chapter(request, story, form.cleaned_data.get("chapter"))
    if form.errors:
        return _render(request, story=story, mode=mode, chapter=chapter, session=None, form=form, status=422)
    try:
        session = services.start_session(
            user=request.user, story=story, mode=mode, chapter=chapter, **_message(form)
        ).session
    except DomainError as refusal:
        return _refused(request, refusal, story=story, mode=mode, chapter=chapter, session=None, form=form)
    return _answer(request, session)


@require_POST
@vary_on_headers("HX-Request")
def message_create(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """A further message of a conversation."""
    session = get_object_or_404(_sessions(request), pk=pk)
    form = MessageForm(request.POST, offered=_offered())
    about = {"story": session.story, "mode": session.mode, "chapter": session.chapter, "session": session}
    if not form.is_valid():
        return _render(request, **about, form=form, status=422)
    try:
        services.post_message(session=session, **_message(form))
    except DomainError as refusal:
        return _refused(request, refusal, **about, form=form)
    return _answer(request, session)


@require_POST
def message_quote(request: AuthedRequest, story_pk: UUID) -> HttpResponse:
    """What an answer to the message being written would cost at most."""
    story = get_object_or_404(Story.objects.editable_by(request.user), pk=story_pk)
    form = MessageForm(request.POST, offered=_offered())
    form.is_valid()
    mode = form.cleaned_data.get("mode") or _usual_mode(story)
    chapter = _chapter(request, story, form.cleaned_data.get("chapter"))
    session = Session(story=story, user=request.user, mode=mode, chapter=chapter)
    quote = refusal = None
    try:
        quote = services.quote_message(
            session=session,
            content=form.cleaned_data.get("content") or "…",
            model=form.cleaned_data.get("model") or "",
        )
    except DomainError as error:
        refusal = error
    return render(request, "coaching/_price.html", exchanges.price_context(quote, refusal))


@require_GET
@vary_on_headers("HX-Request")
def session_detail(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """One conversation as a page."""
    session = get_object_or_404(_sessions(request), pk=pk)
    return _render(request, story=session.story, mode=session.mode, chapter=session.chapter, session=session)


@require_GET
@vary_on_headers("HX-Request")
def reply_detail(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """One reply as it stands: what a page shows once the stream has ended."""
    reply = get_object_or_404(Reply.objects.of(request.user).select_related("message").defer("request"), pk=pk)
    if not request.htmx:
        return redirect("coaching:session-detail", pk=reply.session_id)
    return render(request, "coaching/_reply.html", {"exchange": exchanges.Exchange(reply)})


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


def _sessions(request: AuthedRequest) -> Any:
    return Session.objects.of(request.user).select_related("story", "chapter", "user")


def _usual_mode(story: Story) -> str:
    """A journal is listened to first; a game is played together; all else is read as a story."""
    return {
        Story.Mode.JOURNAL: Session.Mode.THERAPEUTIC,
        Story.Mode.ROLEPLAY: Session.Mode.COAUTHOR,
    }.get(Story.Mode(story.mode), Session.Mode.NARRATIVE)


def _chapter(request: AuthedRequest, story: Story, pk: UUID | None) -> Chapter | None:
    chapters = Chapter.objects.editable_by(request.user).filter(story=story)
    return chapters.filter(pk=pk).first() if pk else chapters.order_by("-updated_at").first()


def _offered() -> list[CoachModel]:
    return list(CoachModel.objects.offered()) if settings.COACH_ONLINE else []


def _message(form: MessageForm) -> dict[str, Any]:
    return {name: form.cleaned_data[name] for name in ("content", "request_key", "model", "cursor")}


def _answer(request: AuthedRequest, session: Session) -> HttpResponse:
    """The conversation with the new message in it; without scripts, its page."""
    if not request.htmx:
        return redirect("coaching:session-detail", pk=session.pk)
    response = _render(request, story=session.story, mode=session.mode, chapter=session.chapter, session=session)
    response["HX-Trigger"] = "wallet-changed"
    return response


def _refused(request: AuthedRequest, refusal: DomainError, **about: Any) -> HttpResponse:
    """Say no in plain words, and keep what was written."""
    status = 402 if isinstance(refusal, InsufficientCredits) else 422
    return _render(request, **about, refusal=refusal, status=status)


def _render(
    request: AuthedRequest,
    *,
    story: Story,
    mode: str,
    chapter: Chapter | None,
    session: Session | None,
    form: MessageForm | None = None,
    refusal: DomainError | None = None,
    status: int = 200,
) -> HttpResponse:
    offered = _offered()
    if form is None:
        form = MessageForm(
            offered=offered,
            initial={
                "request_key": MessageForm.new_key(),
                "mode": mode,
                "chapter": chapter.pk if chapter is not None else None,
            },
        )
    talk = exchanges.conversation(session, before=request.GET.get("before", "") if _is_uuid(request) else "")
    is_poor = isinstance(refusal, InsufficientCredits)
    context = {
        "story": story,
        "mode": mode,
        "modes": [(value, label, PURPOSES[Session.Mode(value)]) for value, label in Session.Mode.choices],
        "purpose": PURPOSES[Session.Mode(mode)],
        "chapter": chapter,
        "session": session,
        "conversation": talk,
        "form": form,
        "has_models": len(offered) > 1,
        "refusal": refusal,
        "is_poor": is_poor,
        "needed": exchanges.price(refusal.needed_micros) if isinstance(refusal, InsufficientCredits) else "",
        "available": exchanges.price(refusal.available_micros) if isinstance(refusal, InsufficientCredits) else "",
    }
    template = "coaching/panel.html#chat" if request.htmx else "coaching/panel.html"
    return render(request, template, context, status=status)


def _is_uuid(request: AuthedRequest) -> bool:
    asked = PanelForm(request.GET)
    asked.is_valid()
    return asked.cleaned_data.get("before") is not None
