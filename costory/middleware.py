"""What every page's request passes through, besides Django's own."""

import re
import uuid
from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event
from django_htmx.middleware import HtmxDetails

from accounts.services import Suspended
from costory.lib.limits import is_over_limit, slow_down
from costory.logs import request_id

type_getter = Callable[[HttpRequest], HttpResponseBase]

CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ]
)
PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "autoplay",
        "browsing-topics",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "usb",
    )
)
_REQUEST_ID = re.compile(r"[\w-]{8,64}")


class RequestIdMiddleware:
    """Name the request, in its logs and in its response, by the id the proxy gave it or a new one."""

    def __init__(self, get_response: type_getter) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        # Not `request.headers`: they are all renamed for it.
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        name = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        token = request_id.set(name)
        try:
            response = self.get_response(request)
        finally:
            request_id.reset(token)
        response["X-Request-ID"] = name
        return response


class SecurityHeadersMiddleware:
    """Headers that Django's SecurityMiddleware does not know, on every response that does not set its own."""

    def __init__(self, get_response: type_getter) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        headers = response.headers
        policy = CONTENT_SECURITY_POLICY
        if settings.GOOGLE_CONFIGURED:
            # Chromium holds the policy against where a form's answer leads on to as well.
            policy = policy.replace("form-action 'self'", "form-action 'self' https://accounts.google.com")
        headers.setdefault("Content-Security-Policy", policy)
        headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        headers.setdefault("X-Frame-Options", "DENY")
        user = getattr(request, "user", None)
        # A private page must not come back from a shared or a disk cache after logout.
        if user is not None and user.is_authenticated and not request.path.startswith(settings.STATIC_URL):
            headers.setdefault("Cache-Control", "private, no-store")
        return response


class ScrapingMiddleware:
    """Whoever takes the library page by page is told to wait; who reads never is.

    It stands before the pages that are kept ready. Pictures beside a page do not count.
    """

    PAGES = re.compile(r"/(?:library/|opds/|feeds/|@|(?:stories|s)/[^/]+/(?:$|chapters/|whole/|comments/))")

    def __init__(self, get_response: type_getter) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        most = settings.PAGES_A_MINUTE
        # With or without a session: anybody can send a cookie, and here it is not known yet whether it is good.
        if most and self.PAGES.match(request.path) and is_over_limit(request, action="pages", most=most):
            return slow_down()
        return self.get_response(request)


class ApiRefusalMiddleware:
    """Refusals that Django makes before an operation is reached take the API's envelope too."""

    def __init__(self, get_response: type_getter) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.status_code == 405 and request.path.startswith("/api/v1/") and not response.streaming:
            error = {"code": "method_not_allowed", "message": _("This address does not do that."), "details": {}}
            allowed = response.get("Allow", "")
            response = JsonResponse({"success": False, "error": error}, status=405, headers={"Allow": allowed})
        return response


class LogoutMiddleware:
    """Leave nothing of a person in the browser after logout: caches and storage go, drafts kept on the device too.

    Not cookies: the session's is gone already, and the language may stay.
    """

    def __init__(self, get_response: type_getter) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method != "POST" or request.path != reverse("account_logout"):
            return self.get_response(request)
        was_signed_in = request.user.is_authenticated
        response = self.get_response(request)
        if was_signed_in and not request.user.is_authenticated:
            response["Clear-Site-Data"] = '"cache", "storage"'
        return response


class ClosedAccountMiddleware:
    """Whoever asked to be erased finds one page until they change their mind, or until they are."""

    OPEN = frozenset(
        {
            *("erasure-cancel", "account-archive-download", "person-avatar", "accounts:preferences-update"),
            *("account_logout", "set_language", "healthz", "readyz"),
            *("legal-index", "legal-page", "security-txt", "robots-txt"),
        }
    )

    def __init__(self, get_response: type_getter) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: object) -> HttpResponseBase | None:
        if getattr(request.user, "erasure_requested_at", None) is None:
            return None
        match = request.resolver_match
        if match is None or match.view_name in self.OPEN:
            return None
        if request.path.startswith("/api/"):
            error = {"code": "forbidden", "message": _("This account is about to be erased."), "details": {}}
            return JsonResponse({"success": False, "error": error}, status=403)
        closed = reverse("erasure-cancel")
        htmx: HtmxDetails = request.htmx  # type: ignore[attr-defined]  # django-htmx sets it.
        if htmx and htmx.current_url_abs_path == closed:
            # A fragment of the page itself (the purse in its header): to lead back here would never end.
            return HttpResponse(status=204)
        return redirect(closed)


class SuspensionMiddleware:
    """Whoever is suspended and would change what others read is told so, wherever a view has nothing of its own to say.

    The browser's way back leads to the form with all that was written in it.
    """

    def __init__(self, get_response: type_getter) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        if not isinstance(exception, Suspended):
            return None
        htmx: HtmxDetails = request.htmx  # type: ignore[attr-defined]  # django-htmx sets it.
        if htmx:
            return trigger_client_event(
                HttpResponse(status=403), "toast", {"message": str(exception), "level": "error"}
            )
        return render(request, "suspended.html", {"refusal": exception}, status=403)


class PersonLanguageMiddleware:
    """A signed-in person's chosen language outranks the browser's."""

    def __init__(self, get_response: type_getter) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        language = getattr(request.user, "language", "")
        if language and language != translation.get_language():
            translation.activate(language)
            request.LANGUAGE_CODE = translation.get_language() or settings.LANGUAGE_CODE
        return self.get_response(request)


class HtmxLoginMiddleware:
    """An expired login inside a fragment leads the whole page to the login, not a login page into the fragment.

    The browser follows a 302 before htmx sees it, so the answer is a 200 with HX-Redirect (htmx's documentation), and
    after the login one comes back to the page, not to the fragment.
    """

    def __init__(self, get_response: type_getter) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        details: HtmxDetails = request.htmx  # type: ignore[attr-defined]  # django-htmx sets it.
        if details and isinstance(response, HttpResponse) and response.status_code == 302:
            target = response["Location"]
            login = resolve_url(settings.LOGIN_URL)
            if target.startswith(login):
                target = f"{login}?{urlencode({'next': details.current_url_abs_path or '/'})}"
            redirect = HttpResponseClientRedirect(target)
            redirect.cookies = response.cookies
            return redirect
        return response
