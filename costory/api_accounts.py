"""Who you are, over HTTP (API.md): at the top, because a person's profile shows what their wallet holds."""

from datetime import datetime
from typing import Annotated, Final, Literal
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Status
from pydantic import BaseModel, Field

import accounts.services
import events.services
from accounts.api_auth import ApiRequest, reads, writes
from accounts.models import HANDLE, ApiToken, User
from accounts.second_factor import AuthenticateForm
from billing.selectors import wallet_summary
from costory.adapters import welcome
from costory.lib.api import ApiError, Input, Single, Text, refusals

auth_router = Router(tags=["auth"])
profile_router = Router(tags=["profiles"])

SCOPES: Final = (ApiToken.Scope.READ, ApiToken.Scope.WRITE, ApiToken.Scope.SPEND)
ATTEMPTS: Final = 5
WINDOW_SECONDS: Final = 60


class RegisterIn(Input):
    """A new account."""

    email: Annotated[Text, Field(max_length=254)]
    password: Annotated[Text, Field(min_length=1, max_length=1024)]
    display_name: Annotated[Text, Field(max_length=80)] = ""


class LoginIn(Input):
    """An account's address and password; where it has a second factor, a code of that as well."""

    email: Annotated[Text, Field(max_length=254)]
    password: Annotated[Text, Field(min_length=1, max_length=1024)]
    code: Annotated[Text, Field(max_length=64)] = ""


class ProfilePatch(Input):
    """What of a profile changes; what is not sent stays."""

    display_name: Annotated[Text, Field(max_length=80)] = ""
    handle: Annotated[Text, Field(min_length=3, max_length=30)] = "---"
    bio: Annotated[Text, Field(max_length=2000)] = ""
    is_public: bool = False
    language: Literal["", "en", "fr"] = ""


class ProfileOut(BaseModel):
    """Somebody's own profile."""

    id: UUID
    email: str
    display_name: str
    handle: str
    bio: str
    avatar_url: str | None
    is_public: bool
    language: str
    subscription_tier: str
    balance_micros: int
    currency: str


class LoggedIn(BaseModel):
    """Who logged in, and the token to call with; it is shown this once."""

    user: ProfileOut
    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105  The name of a scheme.
    expires_at: datetime


def profile_out(user: User) -> ProfileOut:
    """A profile as its owner sees it."""
    wallet = wallet_summary(user)
    return ProfileOut(
        id=user.pk,
        email=user.email,
        display_name=user.display_name,
        handle=user.handle,
        bio=user.bio,
        avatar_url=f"{settings.APP_URL}{user.avatar_url}" if user.avatar else None,
        is_public=user.is_public,
        language=user.language,
        subscription_tier="free",
        balance_micros=wallet.balance_micros,
        currency=wallet.currency,
    )


@auth_router.post(
    "/register", response={201: Single[LoggedIn], **refusals(409, 429)}, auth=None, summary="Make an account"
)
def register(request: HttpRequest, body: RegisterIn) -> Status[Single[LoggedIn]]:
    """A taken address is a conflict: whoever registers has to be told, and the number of attempts is limited."""
    _count_attempt("register", _address_of(request))
    email = User.objects.normalize_email(body.email.strip())
    try:
        validate_email(email)
        validate_password(body.password, User(email=email, display_name=body.display_name))
    except ValidationError as error:
        raise ApiError("validation_error", " ".join(error.messages)) from error
    taken = ApiError("conflict", _("There is an account with this e-mail address already."))
    if User.objects.filter(email__iexact=email).exists():
        raise taken
    try:
        user = _register(email, body.password, body.display_name.strip())
    except IntegrityError as error:
        raise taken from error
    if settings.EMAIL_CONFIGURED:
        EmailAddress.objects.get(user=user).send_confirmation(request, signup=True)
    return Status(201, Single(data=_log_in(user)))


@transaction.atomic
def _register(email: str, password: str, display_name: str) -> User:
    user = User.objects.create_user(email, password, display_name=display_name)
    EmailAddress.objects.create(user=user, email=email, primary=True, verified=False)
    events.services.record("person.signed_up", person_id=user.pk, subject=user)
    if not settings.EMAIL_CONFIGURED:
        welcome(user)
    return user


@auth_router.post("/login", response={200: Single[LoggedIn], **refusals(401, 403, 429)}, auth=None, summary="Log in")
def login(request: HttpRequest, body: LoginIn) -> Single[LoggedIn]:
    """Five failed attempts a minute, for an address and for an account; an unknown account costs the same time."""
    keys = [("login-from", _address_of(request)), ("login-of", body.email.strip().lower())]
    for kind, who in keys:
        _refuse_if_spent(kind, who)
    user = authenticate(request, username=body.email.strip(), password=body.password)
    if user is None and not User.objects.filter(email__iexact=body.email.strip()).exists():
        make_password(body.password)
    if not isinstance(user, User) or not user.is_active:
        for kind, who in keys:
            _count_attempt(kind, who)
        raise ApiError("unauthenticated", _("This address and password do not belong together."))
    if settings.EMAIL_CONFIGURED and not EmailAddress.objects.filter(user=user, verified=True).exists():
        raise ApiError("unauthenticated", _("Confirm your e-mail address first: the link is in your mail."))
    if is_mfa_enabled(user):
        _check_second_factor(user, body.code, keys)
    if user.erasure_requested_at is not None:
        raise ApiError("forbidden", _("This account is about to be erased."))
    return Single(data=_log_in(user))


def _check_second_factor(user: User, code: str, keys: list[tuple[str, str]]) -> None:
    """A code of the authenticator app or a recovery code, as the page asks for; a passkey needs a browser."""
    required = {"second_factor_required": True}
    if not code:
        raise ApiError("unauthenticated", _("Send a code of your second factor as well."), details=required)
    if not AuthenticateForm({"code": code}, user=user).is_valid():
        for kind, who in keys:
            _count_attempt(kind, who)
        raise ApiError("unauthenticated", _("This code is not valid, or was used already."), details=required)


def _log_in(user: User) -> LoggedIn:
    token, secret = accounts.services.issue_token(user=user, name="API", scopes=SCOPES)
    return LoggedIn(user=profile_out(user), access_token=secret, expires_at=token.expires_at)


@auth_router.post("/logout", response={204: None, **refusals(401, 403)}, auth=reads, summary="Log out")
def logout(request: ApiRequest) -> Status[None]:
    """This token opens nothing any more."""
    if request.auth.token is not None:
        accounts.services.revoke_token(token=request.auth.token)
    return Status(204, None)


@auth_router.get(
    "/me",
    operation_id="auth_me",
    response={200: Single[ProfileOut], **refusals(401, 403)},
    auth=reads,
    summary="Who you are",
)
@profile_router.get(
    "/me", response={200: Single[ProfileOut], **refusals(401, 403)}, auth=reads, summary="Your own profile"
)
def profile_detail(request: ApiRequest) -> Single[ProfileOut]:
    """With what your wallet holds."""
    return Single(data=profile_out(request.auth.user))


@profile_router.patch(
    "/me", response={200: Single[ProfileOut], **refusals(401, 403, 409)}, auth=writes, summary="Change your profile"
)
def profile_revise(request: ApiRequest, body: ProfilePatch) -> Single[ProfileOut]:
    """What is not sent stays."""
    changes = body.model_dump(exclude_unset=True)
    handle = changes.get("handle")
    if handle is not None and not HANDLE.fullmatch(handle):
        raise ApiError("validation_error", _("Small letters, digits and hyphens. It is part of your public address."))
    user = User.objects.get(pk=request.auth.user.pk)
    if handle and User.objects.filter(handle__iexact=handle).exclude(pk=user.pk).exists():
        raise ApiError("conflict", _("This handle is taken."))
    if changes:
        accounts.services.revise_profile(user=user, **changes)
    return Single(data=profile_out(user))


def _address_of(request: HttpRequest) -> str:
    return request.META.get("REMOTE_ADDR", "") or "unknown"


def _counter(kind: str, who: str) -> str:
    # A cache's key is no place for an e-mail address.
    return f"attempts:{kind}:{ApiToken.digest_of(who)[:32]}"


def _refuse_if_spent(kind: str, who: str) -> None:
    if int(cache.get(_counter(kind, who)) or 0) >= ATTEMPTS:
        raise ApiError(
            "rate_limited",
            _("Too many attempts. Wait a minute."),
            headers={"Retry-After": str(WINDOW_SECONDS)},
        )


def _count_attempt(kind: str, who: str) -> None:
    """Count one, refusing beyond ATTEMPTS in a minute. `add` and `incr` are each one step in the cache."""
    key = _counter(kind, who)
    cache.add(key, 0, WINDOW_SECONDS)
    try:
        count = cache.incr(key)
    except ValueError:
        # It ran out between the two: the minute begins anew.
        cache.set(key, 1, WINDOW_SECONDS)
        count = 1
    if kind == "register" and count > ATTEMPTS:
        raise ApiError(
            "rate_limited",
            _("Too many attempts. Wait a minute."),
            headers={"Retry-After": str(WINDOW_SECONDS)},
        )
