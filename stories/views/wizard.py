"""A new story, in three short steps that can be left and taken up again."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from costory.lib.errors import DomainError
from costory.lib.http import AuthedRequest, local_date
from stories import services
from stories.forms import BriefForm, KindForm, OpeningForm
from stories.models import Story, StoryDraft

STEPS = services.STEPS


@require_http_methods(["GET", "HEAD", "POST"])
def story_create(request: AuthedRequest) -> HttpResponse:
    """One step at a time; each answer is kept, and the last one opens the first page."""
    draft = StoryDraft.objects.filter(owner=request.user).first()
    answers = dict(draft.answers) if draft is not None else {}
    step = _step(request, draft, answers)
    if request.method != "POST":
        form = _form(step, None, answers, initial=_first(request, answers))
        return _render(request, step, form, answers, is_resumed=bool(draft and not request.GET))
    form = _form(step, request.POST, answers)
    is_valid = form.is_valid()
    if request.POST.get("go") == "back":
        # What is fit to be kept is kept; what is not was not sent to be judged.
        services.save_draft(owner=request.user, step=_before(step), answers=_said(form))
        return redirect(f"{reverse('stories:story-create')}?step={_before(step)}")
    if not is_valid:
        return _render(request, step, form, answers, status=422)
    following = _after(step)
    services.save_draft(owner=request.user, step=following or step, answers=_said(form))
    if following:
        return redirect(f"{reverse('stories:story-create')}?step={following}")
    try:
        chapter = services.finish_draft(owner=request.user, today=local_date(request))
    except DomainError as refusal:
        form.add_error(None, str(refusal))
        return _render(request, step, form, answers, status=422)
    return redirect(chapter) if chapter is not None else redirect("stories:story-list")


@require_POST
def draft_discard(request: AuthedRequest) -> HttpResponse:
    """Begin again from the first step."""
    services.discard_draft(owner=request.user)
    return redirect("stories:story-create")


def _step(request: AuthedRequest, draft: StoryDraft | None, answers: dict[str, Any]) -> str:
    """The step that is asked for, as far as the answers go."""
    asked = request.POST.get("step") or request.GET.get("step") or ""
    if request.method == "POST" and draft is None and asked != STEPS[0]:
        # The story has begun already, in another tab or by a second click: no second one is made of it.
        messages.info(request, _("This story has begun already, or was given up. Here you can begin another one."))
        asked = ""
    if asked not in STEPS:
        asked = STEPS[0] if "mode" in request.GET or draft is None else draft.step
    return asked if asked in STEPS and answers.get("mode") else STEPS[0]


def _form(step: str, sent: Any, answers: dict[str, Any], initial: dict[str, Any] | None = None) -> forms.Form:
    if step == "kind":
        return KindForm(sent, initial=initial)
    if step == "brief":
        return BriefForm(sent, initial=initial)
    return OpeningForm(sent, initial=initial, mode=answers["mode"])


def _first(request: HttpRequest, answers: dict[str, Any]) -> dict[str, Any]:
    chosen = {"mode": request.GET["mode"]} if request.GET.get("mode") in Story.Mode.values else {}
    return {"language": get_language(), **answers, **chosen}


def _said(form: forms.Form) -> dict[str, Any]:
    return {name: value for name, value in form.cleaned_data.items() if isinstance(value, str)}


def _before(step: str) -> str:
    return STEPS[max(STEPS.index(step) - 1, 0)]


def _after(step: str) -> str:
    place = STEPS.index(step) + 1
    return STEPS[place] if place < len(STEPS) else ""


def _render(
    request: AuthedRequest,
    step: str,
    form: forms.Form,
    answers: dict[str, Any],
    *,
    is_resumed: bool = False,
    status: int = 200,
) -> HttpResponse:
    context = {
        "form": form,
        "step": step,
        "number": STEPS.index(step) + 1,
        "count": len(STEPS),
        "is_resumed": is_resumed,
        "is_begun": bool(answers),
        "mode": answers.get("mode", ""),
    }
    return render(request, "stories/story_create.html", context, status=status)
