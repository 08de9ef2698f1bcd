"""Who calls the API: the bearer of a token, or somebody signed in here."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar

from django.http import HttpRequest
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from ninja.security.base import AuthBase
from ninja.utils import check_csrf

from accounts.models import ApiToken, User
from costory.lib.api import ApiError

_TOUCH_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Caller:
    """Who calls, and with which token; None is the session of a browser."""

    user: User
    token: ApiToken | None


class ApiRequest(HttpRequest):
    """A request that has passed `reads`, `writes` or `spends`."""

    auth: Caller


class Authenticates(AuthBase):
    """Let in the bearer of a live token with one scope, or the session's owner with CSRF on unsafe methods.

    An operation without a caller answers 401, one whose token lacks the scope 403.
    """

    openapi_type: ClassVar[str] = "http"
    openapi_scheme: ClassVar[str] = "bearer"

    def __init__(self, scope: str) -> None:
        self.scope = scope
        super().__init__()

    def __call__(self, request: HttpRequest) -> Any:
        header = request.headers.get("Authorization", "")
        caller = _bearer(header, self.scope) if header else _session_owner(request)
        if caller is not None and caller.user.language:
            translation.activate(caller.user.language)
        return caller


def _bearer(header: str, scope: str) -> Caller | None:
    kind, _space, secret = header.partition(" ")
    if kind.lower() != "bearer" or not secret:
        return None
    token = ApiToken.objects.live().matching(secret.strip()).select_related("user").first()
    if token is None:
        return None
    if scope not in token.scopes:
        raise ApiError(
            "forbidden", _("This token may not do that: it lacks a scope."), details={"required_scope": scope}
        )
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at > _TOUCH_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return Caller(user=token.user, token=token)


def _session_owner(request: HttpRequest) -> Caller | None:
    user = request.user
    if not user.is_authenticated:
        return None
    if check_csrf(request) is not None:
        raise ApiError("forbidden", _("The form's protection has expired. Reload the page and try again."))
    return Caller(user=user, token=None)


reads = Authenticates(ApiToken.Scope.READ)
writes = Authenticates(ApiToken.Scope.WRITE)
spends = Authenticates(ApiToken.Scope.SPEND)
