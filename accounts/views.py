"""Pages about oneself."""

from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from accounts import services
from accounts.forms import PreferencesForm
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
