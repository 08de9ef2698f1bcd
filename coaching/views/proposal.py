"""Proposals: asked for beside the page, read there, and taken into it or not."""

from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from billing.services import BudgetReached, InsufficientCredits
from coaching import care, exchanges, helplines, proposals, services
from coaching.forms import AcceptForm, ProposalForm, VerdictForm
from coaching.models import CoachModel, Proposal, Session
from coaching.services.proposal import OF_THE_STORY
from coaching.structure import form_named, form_text
from costory.lib.errors import DomainError
from costory.lib.http import AuthedRequest
from stories.models import Chapter, Story
from stories.services import StaleRevision

PURPOSES: Final = {
    Proposal.Kind.CONTINUATION: _("Carries on from the cursor, in your voice."),
    Proposal.Kind.REWRITE: _("Reworks the passage you have selected."),
    Proposal.Kind.CRITIQUE: _("Finds what does not work in the passage, or in the chapter."),
    Proposal.Kind.WAYS: _("Three doors from where you are."),
    Proposal.Kind.NAMES: _("Names that could stand in this story."),
    Proposal.Kind.SYNOPSIS: _("The story from beginning to end, in a page."),
}


@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def proposal_list(request: AuthedRequest, story_pk: UUID) -> HttpResponse:
    """The desk: what can be asked for, and what was; a POST asks."""
    story = get_object_or_404(Story.objects.editable_by(request.user), pk=story_pk)
    if request.method != "POST":
        chapter = _chapter(request, story, _uuid(request.GET.get("chapter", "")))
        return _render(request, story, chapter, kind=request.GET.get("kind", ""))
    form = ProposalForm(request.POST, offered=_offered())
    form.is_valid()
    chapter = _chapter(request, story, form.cleaned_data.get("chapter"))
    if form.errors:
        return _render(request, story, chapter, form=form, status=422)
    try:
        proposal = services.propose(
            user=request.user,
            story=story,
            work=_work(form, story, chapter),
            request_key=form.cleaned_data["request_key"],
            model=form.cleaned_data["model"],
        )
    except DomainError as refusal:
        status = 402 if isinstance(refusal, InsufficientCredits) else 422
        return _render(request, story, chapter, form=form, refusal=refusal, status=status)
    if not request.htmx:
        return redirect(proposal)
    response = _render(request, story, chapter, kind=proposal.kind)
    response["HX-Trigger"] = "wallet-changed"
    return response


@require_POST
def proposal_quote(request: AuthedRequest, story_pk: UUID) -> HttpResponse:
    """What the piece of work would cost at most."""
    story = get_object_or_404(Story.objects.editable_by(request.user), pk=story_pk)
    form = ProposalForm(request.POST, offered=_offered())
    form.is_valid()
    chapter = _chapter(request, story, form.cleaned_data.get("chapter"))
    quote = refusal = None
    try:
        if "kind" in form.cleaned_data:
            work = _work(form, story, chapter)
            prepared = services.quote_proposal(
                user=request.user, story=story, work=work, model=form.cleaned_data.get("model") or ""
            )
            quote = prepared.quote
    except DomainError as error:
        refusal = error
    return render(request, "coaching/_price.html", exchanges.price_context(quote, refusal))


@require_GET
@vary_on_headers("HX-Request")
def proposal_detail(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """One proposal: a card beside the page, or a page of its own."""
    proposal = _proposal(request, pk)
    if request.htmx:
        return _card(request, proposal)
    return render(
        request,
        "coaching/proposal_detail.html",
        {
            "card": proposals.Card(proposal),
            "story": proposal.story,
            "chapter": proposal.chapter,
            "is_care": proposal.reply.message.needs_care,
            "help": helplines.help_for(request.user.country, get_language() or ""),
            "directory": helplines.DIRECTORY,
        },
    )


@require_POST
@vary_on_headers("HX-Request")
def proposal_accept(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Take a proposal into the page: for the studio's script the save that this is, else the page itself."""
    proposal = _proposal(request, pk)
    form = AcceptForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest()
    asked = form.cleaned_data
    editable = Chapter.objects.editable_by(request.user).select_related("story")
    chapter = get_object_or_404(editable, pk=asked["chapter"], story=proposal.story_id)
    try:
        chapter = services.accept_proposal(
            proposal=proposal,
            chapter=chapter,
            author=request.user,
            verdict=asked["verdict"],
            version=asked["version"] or chapter.version,
            position=asked["position"],
            replacing=asked["replacing"] or 0,
            text=asked["text"],
        )
    except DomainError as refusal:
        status = 409 if isinstance(refusal, StaleRevision | services.PassageMoved) else 422
        if request.htmx:
            return JsonResponse({"message": str(refusal)}, status=status)
        messages.error(request, str(refusal))
        return redirect(proposal)
    if request.htmx:
        return JsonResponse({"version": chapter.version, "content": chapter.content})
    messages.success(request, _("The proposal is in the page. An earlier version is kept without it."))
    return redirect(chapter)


@require_POST
@vary_on_headers("HX-Request")
def proposal_decide(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Keep a proposal for later, discard it, or take that back."""
    proposal = _proposal(request, pk)
    form = VerdictForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest()
    services.decide_proposal(proposal=proposal, verdict=form.cleaned_data["verdict"])
    if request.htmx:
        return _card(request, proposal)
    return redirect(reverse("coaching:proposal-list", args=[proposal.story_id]))


def _proposal(request: AuthedRequest, pk: UUID) -> Proposal:
    rows = Proposal.objects.of(request.user).select_related(
        "reply__session__story", "reply__message", "story", "chapter"
    )
    return get_object_or_404(rows.defer("reply__request"), pk=pk)


def _card(request: AuthedRequest, proposal: Proposal) -> HttpResponse:
    context = {"card": proposals.Card(proposal), "story": proposal.story, "is_open": True}
    return render(request, "coaching/_proposal.html", context)


def _chapter(request: AuthedRequest, story: Story, pk: UUID | None) -> Chapter | None:
    return Chapter.objects.editable_by(request.user).filter(story=story, pk=pk).first() if pk else None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _offered() -> list[CoachModel]:
    return list(CoachModel.objects.offered()) if settings.COACH_ONLINE else []


def _work(form: ProposalForm, story: Story, chapter: Chapter | None) -> services.Work:
    asked = form.cleaned_data
    return services.Work(
        kind=asked["kind"],
        chapter=chapter,
        start=asked.get("start"),
        end=asked.get("end"),
        cursor=asked.get("cursor"),
        length=asked.get("length") or "",
        manner=asked.get("manner") or "",
        instruction=asked.get("instruction") or "",
        form=form_text(form_named(asked.get("form") or ""), story) if asked["kind"] == Proposal.Kind.OUTLINE else "",
    )


def _render(
    request: AuthedRequest,
    story: Story,
    chapter: Chapter | None,
    *,
    form: ProposalForm | None = None,
    refusal: DomainError | None = None,
    kind: str = "",
    status: int = 200,
) -> HttpResponse:
    offered = _offered()
    if form is None:
        first = Proposal.Kind.CONTINUATION if chapter is not None else Proposal.Kind.SYNOPSIS
        initial: dict[str, Any] = {
            "request_key": ProposalForm.new_key(),
            "chapter": chapter.pk if chapter is not None else None,
            "kind": kind if kind in Proposal.Kind.values else first,
            "length": Proposal.Length.MEDIUM,
        }
        form = ProposalForm(offered=offered, initial=initial)
    chosen = form["kind"].value()
    is_poor = isinstance(refusal, InsufficientCredits) and not isinstance(refusal, BudgetReached)
    desk = Session(story=story, user=request.user, kind=Session.Kind.DESK, mode=Session.Mode.COAUTHOR)
    context = {
        "story": story,
        "chapter": chapter,
        "form": form,
        # Said beside whatever comes of the request, also where nothing does.
        "is_care": care.is_needed(desk, request.POST.get("instruction", "")),
        "help": helplines.help_for(request.user.country, get_language() or ""),
        "directory": helplines.DIRECTORY,
        "kinds": [
            (kind.value, kind.label, purpose, kind.value == chosen)
            for kind, purpose in PURPOSES.items()
            if chapter is not None or kind in OF_THE_STORY
        ],
        "log": proposals.log(story, request.user, before=_uuid(request.GET.get("before", ""))),
        "has_models": len(offered) > 1,
        "refusal": refusal,
        "is_poor": is_poor,
        "needed": exchanges.price(refusal.needed_micros) if isinstance(refusal, InsufficientCredits) else "",
        "available": exchanges.price(refusal.available_micros) if isinstance(refusal, InsufficientCredits) else "",
    }
    template = "coaching/proposal_list.html#desk" if request.htmx else "coaching/proposal_list.html"
    return render(request, template, context, status=status)
