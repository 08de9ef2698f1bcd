"""The ledger, and the small sum of it in every page's header."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from billing.lines import Line, OpenHold, Purse
from billing.models import Entry, Hold
from billing.selectors import wallet_summary
from costory.lib.http import AuthedRequest

PAGE = 30


@require_GET
@vary_on_headers("HX-Request")
def entry_list(request: AuthedRequest) -> HttpResponse:
    """Every movement of somebody's credits, newest first; `?before=` a line's position goes further back."""
    before = request.GET.get("before", "")
    entries = Entry.objects.of(request.user).select_related("wallet")
    if before.isascii() and before.isdigit() and len(before) < 10:
        entries = entries.filter(position__lt=int(before))
    found = list(entries[: PAGE + 1])
    holds = Hold.objects.open().filter(wallet__user=request.user).select_related("wallet").order_by("opened_at")[:20]
    context = {
        "purse": Purse(wallet_summary(request.user)),
        "lines": [Line(entry) for entry in found[:PAGE]],
        "older": found[PAGE - 1].position if len(found) > PAGE else None,
        "is_first_page": not before,
        "holds": [OpenHold(hold, hold.wallet.currency) for hold in holds],
    }
    template = "billing/entry_list.html#entries" if request.htmx else "billing/entry_list.html"
    return render(request, template, context)


@require_GET
def wallet_badge(request: AuthedRequest) -> HttpResponse:
    """Energy and balance, for the header."""
    purse = Purse(wallet_summary(request.user))
    context = {"energy": purse.energy, "balance": purse.balance, "held": purse.held, "is_low": purse.is_low}
    return render(request, "components/_credit_badge.html", context)
