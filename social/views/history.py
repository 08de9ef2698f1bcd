"""What somebody has read, and how they read."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from costory.lib.api import ApiError
from costory.lib.http import AuthedRequest
from social import services
from social.forms import ReadingForm
from social.selectors import shelf


@require_safe
@vary_on_headers("HX-Request")
def history(request: AuthedRequest) -> HttpResponse:
    """What one has read, newest first, and where one is in it."""
    after = request.GET.get("after", "")
    try:
        places, page = shelf.page_of_history(request.user, cursor=after)
    except ApiError:
        # A cursor that is none: from the beginning.
        places, page = shelf.page_of_history(request.user)
    context = {
        "places": places,
        "later": page.meta.previous,
        "earlier": page.meta.next,
        "choices": shelf.chosen_for_reading(request.user),
    }
    template = "social/history.html#places" if request.htmx else "social/history.html"
    return render(request, template, context)


@require_POST
def history_forget(request: AuthedRequest, story_pk: UUID) -> HttpResponse:
    """Forget that one read a story."""
    services.forget_reading(reader=request.user, story_id=story_pk)
    return redirect("social:history")


@require_http_methods(["GET", "HEAD", "POST"])
def history_empty(request: AuthedRequest) -> HttpResponse:
    """Ask whether everything is to be forgotten, and forget it."""
    if request.method != "POST":
        return render(request, "social/history_empty.html")
    services.forget_readings(reader=request.user)
    messages.success(request, _("Your reading history is empty."))
    return redirect("social:history")


@require_POST
def history_pause(request: AuthedRequest) -> HttpResponse:
    """Remember nothing more of what one reads (keep=0), or again (keep=1)."""
    keeps = request.POST.get("keep") == "1"
    services.choose_reading(reader=request.user, keeps_history=keeps)
    messages.success(request, _("What you read is remembered.") if keeps else _("What you read is no longer kept."))
    return redirect("social:history")


@require_http_methods(["GET", "HEAD", "POST"])
def reader_settings(request: AuthedRequest) -> HttpResponse:
    """What is kept of one's reading, and what one's lists hold."""
    chosen = shelf.chosen_for_reading(request.user)
    initial = {name: getattr(chosen, name) for name in ReadingForm.base_fields}
    form = ReadingForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        services.choose_reading(reader=request.user, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("social:reader-settings")
    return render(request, "social/reader_settings.html", {"form": form}, status=422 if form.errors else 200)
