"""Pages about oneself."""

from typing import Any
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.conf import settings as django_settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from accounts import services
from accounts.forms import AvatarForm, PreferencesForm, ProfileForm, TokenForm
from accounts.models import ApiToken, User
from costory.lib.http import AuthedRequest
from costory.lib.pictures import picture_response


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
    """One's profile, who sees it, and how the house looks."""
    person = User.objects.get(pk=request.user.pk)
    form = ProfileForm(request.POST if request.method == "POST" else None, instance=person)
    if form.is_valid():
        try:
            services.revise_profile(user=person, **form.cleaned_data)
        except services.Suspended as refusal:
            form.add_error(None, str(refusal))
            return _profile(request, form=form, status=403)
        translation.activate(person.language or request.LANGUAGE_CODE)
        messages.success(request, _("Saved."))
        return redirect("accounts:settings")
    return _profile(request, form=form, status=422 if form.errors else 200)


@require_POST
def avatar_update(request: AuthedRequest) -> HttpResponse:
    """Another picture of oneself."""
    form = AvatarForm(request.POST, request.FILES)
    if not form.is_valid():
        return _profile(request, avatar_form=form, status=422)
    services.change_avatar(user=request.user, picture=form.cleaned_data["picture"])
    messages.success(request, _("Your picture is saved."))
    return redirect("accounts:settings")


@require_POST
def avatar_remove(request: AuthedRequest) -> HttpResponse:
    """No picture any more."""
    services.change_avatar(user=request.user, picture=None)
    messages.success(request, _("Your picture is removed."))
    return redirect("accounts:settings")


@login_not_required
@require_safe
def person_avatar(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Somebody's picture: one's own, and that of whoever has a public profile."""
    person = get_object_or_404(User.objects.with_profile_visible_to(request.user), pk=pk)
    return picture_response(person.avatar)


@require_GET
def security(request: AuthedRequest) -> HttpResponse:
    """How one logs in, and where one is logged in: what stands, each with the page that changes it."""
    person = request.user
    kinds = list(Authenticator.objects.filter(user=person).values_list("type", flat=True))
    context = {
        "has_password": person.has_usable_password(),
        "pending_address": EmailAddress.objects.filter(user=person, verified=False).exclude(email=person.email).first(),
        "has_totp": Authenticator.Type.TOTP in kinds,
        "passkey_count": kinds.count(Authenticator.Type.WEBAUTHN),
        "has_recovery_codes": Authenticator.Type.RECOVERY_CODES in kinds,
        "session_count": UserSession.objects.filter(user=person).count(),
        "has_google": django_settings.GOOGLE_CONFIGURED,
        "is_google_connected": SocialAccount.objects.filter(user=person, provider="google").exists(),
    }
    return render(request, "accounts/security.html", context)


@require_GET
def token_list(request: AuthedRequest) -> HttpResponse:
    """The keys to the API, and the form for a new one."""
    return _tokens(request)


@require_POST
def token_create(request: AuthedRequest) -> HttpResponse:
    """A new key to the API; its secret is shown on this one answer."""
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _tokens(request, form=form, status=422)
    _token, secret = services.issue_token(user=request.user, **form.cleaned_data)
    return _tokens(request, secret=secret)


@require_POST
def token_revoke(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Make a key open nothing any more."""
    services.revoke_token(token=get_object_or_404(ApiToken, pk=pk, user=request.user))
    messages.success(request, _("The key opens nothing any more."))
    return redirect("accounts:token-list")


def _profile(request: AuthedRequest, *, status: int = 200, **context: Any) -> HttpResponse:
    defaults = {"form": ProfileForm(instance=request.user), "avatar_form": AvatarForm()}
    return render(request, "accounts/settings.html", {**defaults, **context}, status=status)


def _tokens(request: AuthedRequest, *, status: int = 200, **context: Any) -> HttpResponse:
    tokens = ApiToken.objects.live().filter(user=request.user)
    return render(
        request, "accounts/token_list.html", {"form": TokenForm(), "tokens": tokens, **context}, status=status
    )
