"""The queue of what was reported, and the one screen on which it is decided.

A text that is not everybody's is shown only in answer to a POST that has put the reading on record first.
"""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.auth.models import AnonymousUser
from django.contrib.humanize.templatetags.humanize import naturaltime
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Left
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_POST

from accounts.models import User
from costory.lib.errors import DomainError
from costory.lib.http import AuthedRequest
from social import services
from social.admin.record import RecordAdmin
from social.forms import RULES, AppealDecisionForm, DecisionForm, LookForm, UndoForm
from social.forms.moderation import RULES_LIST
from social.models import Appeal, Case, Comment, Decision, Report
from social.selectors.casefile import case_file
from stories.models import Story

if TYPE_CHECKING:
    from collections.abc import Callable

GRAVE, SERIOUS = 70, 40
# What each action does, beside its button.
MEANINGS = {
    Decision.Action.DISMISS: gettext_lazy("It may stay. What a machine held appears."),
    Decision.Action.WARN: gettext_lazy("It stays; its author is told that it goes against the rules."),
    Decision.Action.RATE: gettext_lazy("It stays, for those it is for."),
    Decision.Action.RESTRICT: gettext_lazy("By its address only: in no list, feed or search."),
    Decision.Action.HIDE: gettext_lazy("Only whose it is sees it, and may put it right."),
    Decision.Action.REMOVE: gettext_lazy("Out of publication for good. The text stays its author’s."),
    Decision.Action.SUSPEND: gettext_lazy("For some days they publish and answer nothing."),
    Decision.Action.BAN: gettext_lazy("They cannot log in, and nothing of theirs is seen."),
}


class StateFilter(admin.SimpleListFilter):
    """The queue, unless something else is asked for."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("appealed", _("Appealed")), ("done", _("Decided")), ("all", _("All"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Case]) -> QuerySet[Case]:
        match self.value():
            case "appealed":
                return queryset.filter(has_appeal=True)
            case "done":
                return queryset.filter(is_open=False)
            case "all":
                return queryset
        return queryset.filter(is_open=True)

    def choices(self, changelist: Any) -> Any:
        yield {
            "selected": self.value() is None,
            "query_string": changelist.get_query_string(remove=[self.parameter_name]),
            "display": _("Waiting"),
        }
        for lookup, title in self.lookup_choices:
            yield {
                "selected": self.value() == str(lookup),
                "query_string": changelist.get_query_string({self.parameter_name: lookup}),
                "display": title,
            }


class ReasonFilter(admin.SimpleListFilter):
    """For which reason it was reported."""

    title = gettext_lazy("reason")
    parameter_name = "reason"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(str(value), label) for value, label in Report.Reason.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Case]) -> QuerySet[Case]:
        if self.value() in Report.Reason.values:
            return queryset.filter(Exists(Report.objects.filter(case=OuterRef("pk"), reason=self.value())))
        return queryset


class OriginFilter(admin.SimpleListFilter):
    """Whether people reported it, or a machine held it."""

    title = gettext_lazy("brought up by")
    parameter_name = "by"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("people", _("People")), ("machine", _("A machine"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Case]) -> QuerySet[Case]:
        if self.value() in ("people", "machine"):
            reports = Report.objects.filter(case=OuterRef("pk"), is_automatic=self.value() == "machine")
            return queryset.filter(Exists(reports))
        return queryset


@admin.register(Case)
class CaseAdmin(RecordAdmin):
    change_list_template = "admin/social/case/queue.html"
    list_display = ["gravity", "subject", "reason", "report_count", "since"]
    list_display_links = ["subject"]
    list_filter = [StateFilter, "kind", ReasonFilter, OriginFilter]
    search_fields = ["=id", "=target_id", "=person_id"]
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> QuerySet[Case]:
        """With what a line shows, in one query. A title only where everybody may read it."""
        everybodys = Story.objects.visible_to(AnonymousUser())
        stories = everybodys.filter(pk=OuterRef("target_id"))
        comments = Comment.objects.read_by_all().filter(pk=OuterRef("target_id"), story__in=everybodys)
        owners = User.objects.filter(pk=OuterRef("person_id")).values("handle")
        reports = Report.objects.filter(case=OuterRef("pk")).order_by("-state", "created_at")
        cases: QuerySet[Case] = super().get_queryset(request)
        # A thing's id is a story's or a comment's.
        return cases.annotate(
            words=Coalesce(Subquery(stories.values("title")), Subquery(comments.values(start=Left("content", 90)))),
            handle=Subquery(owners),
            first_reason=Subquery(reports.values("reason")[:1]),
        )

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        """What waits first; of that the most serious, and of those the oldest."""
        return [F("is_open").desc(), "-severity", "opened_at", "id"]

    @admin.display(description=gettext_lazy("severity"), ordering="-severity")
    def gravity(self, case: Case) -> SafeString:
        """How serious the worst open report is."""
        level, word = _gravity(case.severity) if case.is_open else ("light", _("Decided"))
        appealed = (
            format_html(' <span class="gravity gravity--appeal">{}</span>', _("Appeal")) if case.has_appeal else ""
        )
        return format_html('<span class="gravity gravity--{}">{}</span>{}', level, word, appealed)

    @admin.display(description=gettext_lazy("reported"))
    def subject(self, case: Any) -> SafeString:
        """What it is and whose, with words of it where they are everybody's."""
        whose = f"@{case.handle}" if case.handle else "—"
        words = case.words or ("" if case.kind == Case.Kind.PROFILE else _("not public"))
        return format_html('{} · {} <span class="queue__words">{}</span>', case.get_kind_display(), whose, words)

    @admin.display(description=gettext_lazy("reason"))
    def reason(self, case: Any) -> str:
        """Why it was reported first."""
        return str(Report.Reason(case.first_reason).label) if case.first_reason else "—"

    @admin.display(description=gettext_lazy("since"), ordering="opened_at")
    def since(self, case: Case) -> str:
        """For how long it has been waiting."""
        return str(naturaltime(case.opened_at))

    def get_urls(self) -> list[URLPattern]:
        """The screen and what is done on it."""
        return [
            path("<uuid:pk>/read/", self._guarded(self.read_view), name="social_case_read"),
            path("<uuid:pk>/decide/<slug:action>/", self._guarded(self.decide_view), name="social_case_decide"),
            path("<uuid:pk>/undo/<uuid:decision_pk>/", self._guarded(self.undo_view), name="social_case_undo"),
            path("<uuid:pk>/appeal/<uuid:appeal_pk>/", self._guarded(self.appeal_view), name="social_case_appeal"),
            *super().get_urls(),
        ]

    def _guarded(self, view: "Callable[..., HttpResponse]") -> "Callable[..., HttpResponse]":
        """A POST by whoever may decide; the admin's own guard asks for staff and the CSRF token."""

        def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            if not request.user.has_perm("social.decide_case"):
                raise PermissionDenied
            return view(request, **kwargs)

        return require_POST(self.admin_site.admin_view(guarded))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The screen: whoever may look at cases sees it, with buttons for whoever may decide."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        case = self.get_object(request, object_id)
        if not isinstance(case, Case):
            return HttpResponseRedirect(reverse("admin:social_case_changelist"))
        return self._screen(request, case, **_place(request.GET))

    def read_view(self, request: AuthedRequest, pk: UUID) -> HttpResponse:
        """Open a text that is not everybody's: it is put on record, then shown."""
        case = get_object_or_404(Case, pk=pk)
        place = _place(request.POST)
        try:
            services.open_text(case=case, moderator=request.user, chapter_id=place["chapter_id"])
        except services.NotReported as refusal:
            return self._refused(request, case, refusal)
        return self._screen(request, case, is_opened=True, **place)

    def decide_view(self, request: AuthedRequest, pk: UUID, action: str) -> HttpResponse:
        """Take a decision."""
        case = get_object_or_404(Case, pk=pk)
        if action not in services.ACTIONS[Case.Kind(case.kind)]:
            raise PermissionDenied
        form = DecisionForm(request.POST, action=action)
        if form.is_valid():
            try:
                services.decide(
                    case=case,
                    moderator=request.user,
                    action=action,
                    reasons=form.reasons,
                    days=form.cleaned_data.get("days"),
                    rating=form.cleaned_data.get("rating", ""),
                )
            except DomainError as refusal:
                form.add_error(None, str(refusal))
            else:
                return self._done(request, case, _("Decided, and written down. Whoever it concerns gets the reasons."))
        return self._screen(request, case, decision_form=form, action=action, status=422)

    def undo_view(self, request: AuthedRequest, pk: UUID, decision_pk: UUID) -> HttpResponse:
        """Lift a decision."""
        case = get_object_or_404(Case, pk=pk)
        decision = get_object_or_404(Decision, pk=decision_pk, case=case)
        form = UndoForm(request.POST, prefix=str(decision_pk))
        if form.is_valid():
            reasons = services.Reasons(ground=Decision.Ground.NONE, facts=form.cleaned_data["facts"])
            try:
                services.undo(decision=decision, moderator=request.user, reasons=reasons)
            except DomainError as refusal:
                form.add_error(None, str(refusal))
            else:
                return self._done(request, case, _("Lifted. Whoever it concerns is told."))
        return self._screen(request, case, undo_form=form, undone=decision_pk, status=422)

    def appeal_view(self, request: AuthedRequest, pk: UUID, appeal_pk: UUID) -> HttpResponse:
        """Decide an appeal."""
        case = get_object_or_404(Case, pk=pk)
        appeal = get_object_or_404(Appeal, pk=appeal_pk, decision__case=case)
        form = AppealDecisionForm(request.POST, prefix=str(appeal_pk))
        if form.is_valid():
            try:
                services.decide_appeal(appeal=appeal, moderator=request.user, **form.cleaned_data)
            except DomainError as refusal:
                form.add_error(None, str(refusal))
            else:
                return self._done(request, case, _("The appeal is decided. Whoever appealed is told."))
        return self._screen(request, case, appeal_form=form, appealed=appeal_pk, status=422)

    def _done(self, request: HttpRequest, case: Case, said: str) -> HttpResponse:
        messages.success(request, said)
        # To its top, where that is said: a browser would keep the place of the form.
        return HttpResponseRedirect(f"{reverse('admin:social_case_change', args=[case.pk])}#content-start")

    def _refused(self, request: HttpRequest, case: Case, refusal: DomainError) -> HttpResponse:
        messages.error(request, str(refusal))
        return HttpResponseRedirect(reverse("admin:social_case_change", args=[case.pk]))

    def _screen(
        self,
        request: HttpRequest,
        case: Case,
        *,
        is_opened: bool = False,
        report_id: UUID | None = None,
        chapter_id: UUID | None = None,
        offset: int | None = None,
        decision_form: DecisionForm | None = None,
        action: str = "",
        undo_form: UndoForm | None = None,
        undone: UUID | None = None,
        appeal_form: AppealDecisionForm | None = None,
        appealed: UUID | None = None,
        status: int = 200,
    ) -> HttpResponse:
        case.refresh_from_db()
        file = case_file(case, is_opened=is_opened, report_id=report_id, chapter_id=chapter_id, offset=offset)
        level, gravity = _gravity(case.severity)
        names = _names({decision.moderator_id for decision in [*file.decisions, *file.others]})
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": case.get_kind_display(),
            "file": file,
            "level": level,
            "gravity": gravity,
            "may_decide": request.user.has_perm("social.decide_case"),
            "actions": [
                (name, MEANINGS[name], decision_form if name == action and decision_form else DecisionForm(action=name))
                for name in services.ACTIONS[Case.Kind(case.kind)]
            ],
            "action": action,
            "decisions": [
                (decision, names.get(decision.moderator_id), _undo_form(decision, undo_form, undone))
                for decision in file.decisions
            ],
            "others": [(decision, names.get(decision.moderator_id)) for decision in file.others],
            "undone": undone,
            "appeals": [
                (appeal, appeal_form if appeal.pk == appealed else AppealDecisionForm(prefix=str(appeal.pk)))
                for appeal in file.appeals
            ],
            "rules": RULES,
            "rules_list": RULES_LIST,
        }
        response = TemplateResponse(request, "admin/social/case/screen.html", context, status=status)
        response["Cache-Control"] = "private, no-store"
        return response


def _place(asked: Any) -> dict[str, Any]:
    form = LookForm(asked)
    form.is_valid()
    said = form.cleaned_data
    return {"report_id": said.get("report"), "chapter_id": said.get("chapter"), "offset": said.get("offset")}


def _gravity(severity: int) -> tuple[str, str]:
    if severity >= GRAVE:
        return "grave", _("Grave")
    return ("serious", _("Serious")) if severity >= SERIOUS else ("light", pgettext("severity", "Light"))


def _undo_form(decision: Decision, bound: UndoForm | None, undone: UUID | None) -> UndoForm | None:
    if decision.action in (Decision.Action.DISMISS, Decision.Action.LIFT) or hasattr(decision, "lifted_by"):
        return None
    return bound if bound and decision.pk == undone else UndoForm(prefix=str(decision.pk))


def _names(ids: set[UUID | None]) -> dict[UUID | None, str]:
    people = User.objects.filter(pk__in=[pk for pk in ids if pk])
    return {pk: f"@{handle}" for pk, handle in people.values_list("pk", "handle")}
