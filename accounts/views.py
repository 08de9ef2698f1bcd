"""Pages about oneself."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import services
from accounts.forms import PreferencesForm, ProfileForm, TokenForm
from accounts.models import ApiToken, User
from costory.lib.http import AuthedRequest


@require_POST
def preferences_update(request: AuthedRequest) -> HttpResponse:
    """Keep the theme or the language chosen in the header or the footer, and go back to where that was."""
    form = PreferencesForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest()
    services.change_preferences(user=request.user, **form.cleaned_data)
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return redirect("home")
    return redirect(back)


@require_http_methods(["GET", "POST"])
def settings(request: AuthedRequest) -> HttpResponse:
    """One's profile, how the house looks, and the keys to the API."""
    person = User.objects.get(pk=request.user.pk)
    form = ProfileForm(request.POST if request.method == "POST" else None, instance=person)
    if form.is_valid():
        services.revise_profile(user=person, **form.cleaned_data)
        translation.activate(person.language or request.LANGUAGE_CODE)
        messages.success(request, _("Saved."))
        return redirect("accounts:settings")
    return _settings(request, form=form, status=422 if form.errors else 200)


@require_POST
def token_create(request: AuthedRequest) -> HttpResponse:
    """A new key to the API; its secret is shown on this one answer."""
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _settings(request, token_form=form, status=422)
    _token, secret = services.issue_token(user=request.user, **form.cleaned_data)
    return _settings(request, secret=secret)


@require_POST
def token_revoke(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Make a key open nothing any more."""
    services.revoke_token(token=get_object_or_404(ApiToken, pk=pk, user=request.user))
    messages.success(request, _("The key opens nothing any more."))
    return redirect("accounts:settings")


def _settings(request: AuthedRequest, *, status: int = 200, **context: Any) -> HttpResponse:
    tokens = ApiToken.objects.live().filter(user=request.user)
    defaults = {"form": ProfileForm(instance=request.user), "token_form": TokenForm(), "tokens": tokens}
    return render(request, "accounts/settings.html", {**defaults, **context}, status=status)
