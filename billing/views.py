"""The ledger, and the small sum of it in every page's header."""

from decimal import Decimal

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from billing import services
from billing.addresses import is_disposable
from billing.forms import MICROS, BudgetForm
from billing.lines import Line, OpenHold, Purse
from billing.models import Entry, EntryKind, Hold
from billing.selectors import wallet_summary
from costory.lib.http import AuthedRequest

PAGE = 30
SHOWN = {"answers": Q(kind=EntryKind.CHARGE), "credits": ~Q(kind=EntryKind.CHARGE)}


@require_GET
@vary_on_headers("HX-Request")
def entry_list(request: AuthedRequest) -> HttpResponse:
    """Every movement of somebody's credits, newest first; `?before=` a line's position goes further back.

    `?reply=` begins at the line that paid for it. `?show=` one of SHOWN leaves the rest out; anything else shows all.
    """
    before = request.GET.get("before", "")
    reply = request.GET.get("reply", "")[:40]
    if reply.isascii() and reply.isprintable() and reply and not before:
        paid = Entry.objects.of(request.user).filter(kind=EntryKind.CHARGE, cause=f"reply:{reply}").first()
        before = str(paid.position + 1) if paid is not None else ""
    shown = request.GET.get("show", "")
    entries = Entry.objects.of(request.user).select_related("wallet").filter(SHOWN.get(shown, Q()))
    if before.isascii() and before.isdigit() and len(before) < 10:
        entries = entries.filter(position__lt=int(before))
    found = list(entries[: PAGE + 1])
    holds = Hold.objects.open().filter(wallet__user=request.user).select_related("wallet").order_by("opened_at")[:20]
    context = {
        "purse": (purse := Purse(wallet_summary(request.user))),
        "budget_form": BudgetForm(initial={"amount": _amount(purse.summary.monthly_budget_micros)}),
        "lines": [Line(entry) for entry in found[:PAGE]],
        "older": found[PAGE - 1].position if len(found) > PAGE else None,
        "is_first_page": not before,
        "shown": shown if shown in SHOWN else "",
        # A throw-away address gets no gift (billing.services.signup); whoever wonders reads why.
        "is_without_gift": not found and not before and is_disposable(request.user.email),
        "holds": [OpenHold(hold, hold.wallet.currency) for hold in holds],
    }
    template = "billing/entry_list.html#entries" if request.htmx else "billing/entry_list.html"
    return render(request, template, context)


@require_POST
def budget_revise(request: AuthedRequest) -> HttpResponse:
    """Set what the coach may cost in a month, or take the limit away."""
    form = BudgetForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        return redirect("billing:entry-list")
    services.set_monthly_budget(user=request.user, amount_micros=form.micros)
    said = _("There is no limit in a month now.") if form.micros is None else _("Your budget is kept.")
    messages.success(request, said)
    return redirect("billing:entry-list")


@require_GET
def wallet_badge(request: AuthedRequest) -> HttpResponse:
    """Energy and balance, for the header."""
    purse = Purse(wallet_summary(request.user))
    context = {"energy": purse.energy, "balance": purse.balance, "held": purse.held, "is_low": purse.is_low}
    return render(request, "components/_credit_badge.html", context)


def _amount(micros: int | None) -> Decimal | None:
    return None if micros is None else (Decimal(micros) / MICROS).quantize(Decimal("0.01"))
