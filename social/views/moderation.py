"""Reporting something, and what was decided about something of one's own."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from costory.lib.http import AuthedRequest
from social import services
from social.forms import AppealForm, ReportForm, StrangerReportForm
from social.models import Appeal, Case, Decision
from social.selectors.case import subject_of, subjects_of
from social.selectors.reportable import Reportable, reportable
from social.services.letter import opens_decision
from stories.models import Story

DECISIONS_SHOWN = 100


@login_not_required
@require_http_methods(["GET", "POST"])
def report_create(request: HttpRequest, kind: str, pk: UUID) -> HttpResponse:
    """Report a story, a comment or a profile that one sees."""
    return _report(
        request, kind, pk, token=(request.POST if request.method == "POST" else request.GET).get("token", "")
    )


@login_not_required
@require_http_methods(["GET", "POST"])
def report_shared(request: HttpRequest, token: str) -> HttpResponse:
    """Report a story that one reads by its link; its own address is not told."""
    stories = Story.objects.visible_to(AnonymousUser(), share_token=token)
    return _report(request, Case.Kind.STORY, get_object_or_404(stories, share_token=token).pk, token=token)


def _report(request: HttpRequest, kind: str, pk: UUID, *, token: str) -> HttpResponse:
    kind_of_form = ReportForm if request.user.is_authenticated else StrangerReportForm
    form = kind_of_form(request.POST if request.method == "POST" else None, initial=_asked(request))
    if isinstance(form, StrangerReportForm) and form.is_bound and form.is_a_programs:
        # It is told what a person is told, and nothing is kept.
        return redirect("social:report-received")
    place = form.data if form.is_bound else request.GET
    target = reportable(
        kind=kind,
        target_id=pk,
        viewer=request.user,
        token=token,
        chapter_id=_uuid(place.get("chapter")),
    )
    if target is None:
        raise Http404
    status = 422
    if form.is_valid():
        try:
            _file(request, target, form.cleaned_data, token)
        except services.TooManyReports as refusal:
            form.add_error(None, str(refusal))
            status = 429
        except (services.OwnThing, services.IncompleteReport) as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("social:report-received")
    context = {"form": form, "target": target, "kind": kind}
    response = render(request, "social/report_create.html", context, status=status if form.errors else 200)
    if target.story is not None and not target.story.is_public:
        # Its address opens what not everybody may read; it leaves by no link (same-origin is the house's policy). With
        # no-referrer a browser would send the form from nowhere, and the protection of forms refuse it.
        response["X-Robots-Tag"] = "noindex, nofollow"
        response["Cache-Control"] = "private, no-store"
    return response


@login_not_required
@require_safe
def report_received(request: HttpRequest) -> HttpResponse:
    """What becomes of a report."""
    return render(request, "social/report_received.html")


@require_safe
def decision_list(request: AuthedRequest) -> HttpResponse:
    """What was decided about things of one's own."""
    decisions = Decision.objects.told_to(request.user).select_related("case", "lifted_by", "appeal")[:DECISIONS_SHOWN]
    subjects = subjects_of(decision.case for decision in decisions)
    told = [(decision, subjects.get(decision.case.target_id, "")) for decision in decisions]
    return render(request, "social/decision_list.html", {"told": told})


@login_not_required
@require_http_methods(["GET", "POST"])
def decision_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The statement of reasons, and the appeal, for whoever a decision concerns.

    They are signed in, or come by the address in their e-mail: somebody whose account is closed can do no other.
    """
    decision = get_object_or_404(Decision.objects.told().select_related("case"), pk=pk)
    permit = request.GET.get("permit", "")
    is_theirs = request.user.is_authenticated and request.user.pk == decision.person_id
    if not is_theirs and not opens_decision(permit=permit, decision=decision):
        raise Http404
    form = AppealForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            services.appeal(
                decision=decision,
                person=get_object_or_404(User, pk=decision.person_id),
                text=form.cleaned_data["text"],
            )
        except (services.NotPossible, services.GroundMissing) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Your appeal has arrived. Somebody looks at the whole matter again."))
            return redirect(request.get_full_path())
    response = render(
        request,
        "social/decision_detail.html",
        {
            "decision": decision,
            "subject": subject_of(decision.case),
            "appeal": Appeal.objects.filter(decision=decision).first(),
            "lifting": Decision.objects.filter(lifts=decision).first(),
            "form": form,
        },
        status=422 if form.errors else 200,
    )
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Cache-Control"] = "private, no-store"
    return response


def _file(request: HttpRequest, target: Reportable, said: dict[str, Any], token: str) -> None:
    services.file_report(
        kind=target.kind,
        target_id=target.id,
        reporter=request.user,
        reason=said["reason"],
        explanation=said["explanation"],
        quote=said["quote"],
        token=token,
        chapter_id=said["chapter"],
        name=said.get("name", ""),
        email=said.get("email", ""),
        is_in_good_faith=said.get("is_in_good_faith", True),
        address=request.META.get("REMOTE_ADDR", ""),
    )


def _asked(request: HttpRequest) -> dict[str, str]:
    """What the link to the form says of the place."""
    return {name: request.GET.get(name, "")[:500] for name in ("chapter", "token", "quote")}


def _uuid(text: object) -> UUID | None:
    try:
        return UUID(str(text)) if text else None
    except ValueError:
        return None
