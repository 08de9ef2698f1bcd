"""The coach's margin: the conversation beside a chapter, and as a page of its own."""

from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from billing.services import BudgetReached, InsufficientCredits
from coaching import care, exchanges, helplines, services
from coaching.forms import MessageForm, PanelForm
from coaching.models import CoachModel, Message, Session
from costory.lib.errors import DomainError
from costory.lib.http import AuthedRequest
from stories.models import Chapter, Story
from stories.selectors.desk import chapter_to_write

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
    asked = PanelForm(request.GET)
    asked.is_valid()
    asked_for = asked.cleaned_data.get("chapter")
    # Beside the page being written both are read as they are for the page itself.
    chapter = chapter_to_write(request.user, asked_for) if asked_for else None
    if chapter is not None and chapter.story_id == story_pk:
        story = chapter.story
    else:
        story = get_object_or_404(Story.objects.editable_by(request.user), pk=story_pk)
        chapter = _chapter(request, story, asked_for)
    mode = asked.cleaned_data.get("mode") or _usual_mode(story)
    session = None
    if not asked.cleaned_data.get("new"):
        sessions = _sessions(request).filter(story=story, mode=mode, archived_at=None)
        session = sessions.order_by("-updated_at").first()
    return _render(request, story=story, mode=mode, chapter=chapter, session=session)


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
        return _unfit(request, story=story, mode=mode, chapter=chapter, session=None, form=form)
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
    offered = _offered()
    form = MessageForm(request.POST, offered=offered)
    about = {"story": session.story, "mode": session.mode, "chapter": session.chapter, "session": session}
    if not form.is_valid():
        return _unfit(request, **about, form=form)
    try:
        services.post_message(session=session, **_message(form))
    except DomainError as refusal:
        return _refused(request, refusal, **about, form=form)
    # The service has brought this session up to date: nothing needs to be read again.
    return _show(request, session, offered=offered) if request.htmx else _answer(request, session)


@require_POST
def message_quote(request: AuthedRequest, story_pk: UUID) -> HttpResponse:
    """What an answer to the message being written would cost at most."""
    story = get_object_or_404(Story.objects.editable_by(request.user), pk=story_pk)
    form = MessageForm(request.POST, offered=_offered())
    form.is_valid()
    quote = refusal = None
    try:
        quote = services.quote_message(
            session=_asked_session(request, story, form),
            content=form.cleaned_data.get("content") or "…",
            model=form.cleaned_data.get("model") or "",
            quote=form.cleaned_data.get("quote") or "",
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


@require_POST
@vary_on_headers("HX-Request")
def message_again(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Say a message in other words, or the same to another model: a branch beside it."""
    message = get_object_or_404(_messages(request), pk=pk)
    session = message.session
    form = MessageForm(request.POST, offered=_offered())
    about = {"story": session.story, "mode": session.mode, "chapter": session.chapter, "session": session}
    if not form.is_valid():
        return _unfit(request, **about, form=form)
    asked = form.cleaned_data
    try:
        services.ask_again(
            message=message, content=asked["content"], request_key=asked["request_key"], model=asked["model"]
        )
    except DomainError as refusal:
        return _refused(request, refusal, **about, form=form)
    return _answer(request, session)


@require_POST
@vary_on_headers("HX-Request")
def branch_show(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Show the branch that goes through this message."""
    message = get_object_or_404(_messages(request), pk=pk)
    services.show_branch(message=message)
    return _answer(request, message.session)


@require_POST
@vary_on_headers("HX-Request")
def message_preview(request: AuthedRequest, story_pk: UUID) -> HttpResponse:
    """All that would be sent for the message being written, word for word, before it is."""
    story = get_object_or_404(Story.objects.editable_by(request.user), pk=story_pk)
    form = MessageForm(request.POST, offered=_offered())
    form.is_valid()
    asked = form.cleaned_data
    session = _asked_session(request, story, form)
    prepared = refusal = None
    try:
        prepared = services.preview_message(
            session=session,
            content=asked.get("content") or "…",
            model=asked.get("model") or "",
            cursor=asked.get("cursor"),
            quote=asked.get("quote") or "",
        )
    except DomainError as error:
        refusal = error
    context = {"story": story, "chapter": session.chapter, "preview": exchanges.preview(prepared), "refusal": refusal}
    template = "coaching/preview.html#preview" if request.htmx else "coaching/preview.html"
    return render(request, template, context)


def _sessions(request: AuthedRequest) -> Any:
    sessions = Session.objects.of(request.user).conversations().select_related("story", "chapter", "user")
    return sessions.defer("chapter__content_html", "chapter__provenance")


def _messages(request: AuthedRequest) -> Any:
    sessions = Session.objects.of(request.user).conversations()
    rows = Message.objects.filter(session__in=sessions)
    return rows.select_related("parent", "session__story", "session__chapter", "session__user")


def _asked_session(request: AuthedRequest, story: Story, form: MessageForm) -> Session:
    """The conversation a message is being written in; one that is not begun yet stands in its place."""
    asked = form.cleaned_data
    if pk := asked.get("session"):
        session: Session = get_object_or_404(_sessions(request), pk=pk, story=story)
        return session
    chapter = _chapter(request, story, asked.get("chapter"))
    return Session(story=story, user=request.user, mode=asked.get("mode") or _usual_mode(story), chapter=chapter)


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
    return {name: form.cleaned_data[name] for name in ("content", "request_key", "model", "cursor", "quote")}


def _answer(request: AuthedRequest, session: Session) -> HttpResponse:
    """The conversation as it is now; without scripts, its page."""
    if not request.htmx:
        return redirect("coaching:session-detail", pk=session.pk)
    return _show(request, _sessions(request).get(pk=session.pk))


def _show(request: AuthedRequest, session: Session, *, offered: list[CoachModel] | None = None) -> HttpResponse:
    response = _render(
        request,
        story=session.story,
        mode=session.mode,
        chapter=session.chapter,
        session=session,
        offered=offered,
    )
    response["HX-Trigger"] = "wallet-changed"
    return response


def _refused(request: AuthedRequest, refusal: DomainError, **about: Any) -> HttpResponse:
    """Say no in plain words, and keep what was written. Who may be in danger is not left with a no."""
    status = 402 if isinstance(refusal, InsufficientCredits) else 422
    return _render(request, **about, refusal=refusal, is_care=_needs_care(request, about), status=status)


def _unfit(request: AuthedRequest, **about: Any) -> HttpResponse:
    """What was sent is no message: too long, or empty."""
    return _render(request, **about, is_care=_needs_care(request, about), status=422)


def _needs_care(request: AuthedRequest, about: dict[str, Any]) -> bool:
    session = about["session"] or Session(story=about["story"], user=request.user, mode=about["mode"])
    is_needed = care.is_needed(session, request.POST.get("content", ""))
    if is_needed:
        care.record_shown(request.user)
    return is_needed


def _render(
    request: AuthedRequest,
    *,
    story: Story,
    mode: str,
    chapter: Chapter | None,
    session: Session | None,
    form: MessageForm | None = None,
    refusal: DomainError | None = None,
    is_care: bool = False,
    offered: list[CoachModel] | None = None,
    status: int = 200,
) -> HttpResponse:
    offered = _offered() if offered is None else offered
    if form is None:
        form = MessageForm(
            offered=offered,
            initial={
                "request_key": MessageForm.new_key(),
                "mode": mode,
                "session": session.pk if session is not None else None,
                "model": session.model if session is not None else "",
                "chapter": chapter.pk if chapter is not None else None,
            },
        )
    talk = exchanges.conversation(session, before=request.GET.get("before", "") if _is_uuid(request) else "")
    is_poor = isinstance(refusal, InsufficientCredits) and not isinstance(refusal, BudgetReached)
    context = {
        "story": story,
        "mode": mode,
        "modes": [(value, label, PURPOSES[Session.Mode(value)]) for value, label in Session.Mode.choices],
        "purpose": PURPOSES[Session.Mode(mode)],
        "chapter": chapter,
        "session": session,
        "conversation": talk,
        "form": form,
        "is_care": is_care,
        "help": helplines.help_for(request.user.country, get_language() or ""),
        "directory": helplines.DIRECTORY,
        "retired": _retired(session),
        "has_models": len(offered) > 1,
        "refusal": refusal,
        "is_poor": is_poor,
        "needed": exchanges.price(refusal.needed_micros) if isinstance(refusal, InsufficientCredits) else "",
        "available": exchanges.price(refusal.available_micros) if isinstance(refusal, InsufficientCredits) else "",
    }
    template = "coaching/panel.html#chat" if request.htmx else "coaching/panel.html"
    return render(request, template, context, status=status)


def _retired(session: Session | None) -> CoachModel | None:
    """The model of this conversation, where it is no longer on offer."""
    if session is None or not session.model or not settings.COACH_ONLINE:
        return None
    if CoachModel.objects.offered().filter(pk=session.model).exists():
        return None
    return CoachModel.objects.filter(pk=session.model).select_related("replaced_by").first()


def _is_uuid(request: AuthedRequest) -> bool:
    asked = PanelForm(request.GET)
    asked.is_valid()
    return asked.cleaned_data.get("before") is not None
