"""What somebody is told: the page, the badge in every page's header, what they want to hear of, and an end of mails."""

from datetime import date
from itertools import groupby

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from costory.lib.api import ApiError
from costory.lib.http import AuthedRequest, local_date, local_zone
from social import services
from social.forms import NewsForm
from social.models import Notification
from social.selectors import news


@require_safe
@vary_on_headers("HX-Request")
def notification_list(request: AuthedRequest) -> HttpResponse:
    """What one is told, newest first, by day."""
    try:
        page = news.page_of_news(request.user, cursor=request.GET.get("after", ""))
    except ApiError:
        # A cursor that is none: from the beginning.
        page = news.page_of_news(request.user)
    zone = local_zone(request)

    def day(notification: Notification) -> date:
        return timezone.localdate(notification.created_at, timezone=zone)

    context = {
        "days": [(each, news.together(rows)) for each, rows in groupby(page.rows, key=day)],
        "today": local_date(request),
        "later": page.meta.previous,
        "earlier": page.meta.next,
        "has_new": any(row.seen_at is None for row in page.rows),
        "newest": page.rows[0].created_at.isoformat() if page.rows else "",
    }
    template = "social/notification_list.html#news" if request.htmx else "social/notification_list.html"
    return render(request, template, context)


@require_safe
def notification_open(request: AuthedRequest, pk: int) -> HttpResponse:
    """The exact place of what one is told; it is not new any more."""
    told = news.shown_to(request.user).select_related("actor", "story", "chapter", "comment")
    notification = get_object_or_404(told.defer(*news.UNREAD), pk=pk)
    services.see_notification(notification=notification)
    return redirect(news.address_of(notification) or "social:notification-list")


@require_POST
@vary_on_headers("HX-Request")
def notification_see(request: AuthedRequest) -> HttpResponse:
    """One has looked at everything up to the newest that the page showed."""
    sent = request.POST.get("until", "")[:40]
    try:
        until = parse_datetime(sent)
    except ValueError:
        until = None
    if until is None or timezone.is_naive(until):
        until = timezone.now()
    services.see_notifications(user=request.user, until=until)
    return redirect("social:notification-list")


@never_cache
@require_safe
def notification_badge(request: AuthedRequest) -> HttpResponse:
    """How much is new, for the header."""
    count = news.new_count(request.user)
    context = {"count": count, "is_many": count > news.MOST_COUNTED, "most": news.MOST_COUNTED}
    return render(request, "components/_news_badge.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def notification_settings(request: AuthedRequest) -> HttpResponse:
    """What one wants to hear of, in the page and by e-mail."""
    form = NewsForm(request.POST if request.method == "POST" else None, choices=news.choices_of(request.user.pk))
    if form.is_valid():
        for kind, choice in form.choices().items():
            services.choose_news(user=request.user, kind=kind, **choice)
        messages.success(request, _("Saved."))
        return redirect("social:notification-settings")
    return render(request, "social/notification_settings.html", {"form": form}, status=422 if form.errors else 200)


@login_not_required
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """End mails about a kind or about all, for whoever holds a mail's link: a look asks, only a POST does it.

    Mail programs follow links by themselves, and send the POST for whoever clicks their own button (RFC 8058): it
    comes without a session, a cookie or a form of ours, and the token is what allows it.
    """
    opened = services.opened_token(token=token)
    if opened is None:
        raise Http404
    user, kind = opened
    if request.method == "POST":
        services.unsubscribe(user=user, kind=kind)
    context = {
        "is_done": request.method == "POST",
        "kind": Notification.Kind(kind).label if kind else "",
        "token": token,
    }
    response = render(request, "social/unsubscribe.html", context)
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
