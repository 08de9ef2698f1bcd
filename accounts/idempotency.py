"""`Idempotency-Key` on any POST of the API: the same key and body give the first answer again for 24 hours (API.md)."""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta

from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.response import HttpResponseBase, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import ApiToken, IdempotencyKey, User

API = "/api/v1/"
# The message operation acts once by the key itself, and its answer may be a stream.
ACTS_ONCE_BY_ITSELF = "/messages"
KEPT = timedelta(hours=24)
# A first attempt that has not answered by now died on the way.
LONGEST_ATTEMPT = timedelta(minutes=1)
# An archive of 100 MB waits for the one before it.
IMPORTS = f"{API}imports"
LONGEST_IMPORT = timedelta(minutes=15)
MAX_KEY = 255


class IdempotencyMiddleware:
    """Answers a repeated POST of the API with its first answer. Needs the session's user, so it stands behind it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        key = request.headers.get("Idempotency-Key", "")
        if (
            not key
            or request.method != "POST"
            or not request.path.startswith(API)
            or request.path.endswith(ACTS_ONCE_BY_ITSELF)
        ):
            return self.get_response(request)
        user = _caller(request)
        if user is None:
            return self.get_response(request)
        if len(key) > MAX_KEY or not key.isprintable():
            return _refusal(
                422, "validation_error", _("An idempotency key has at most 255 characters that can be printed.")
            )
        return self._once(request, user, key)

    def _once(self, request: HttpRequest, user: User, key: str) -> HttpResponseBase:
        try:
            fingerprint = _fingerprint(request)
        except RequestDataTooBig:
            return _refusal(413, "payload_too_large", _("This is more than can be sent at once."))
        except (MultiPartParserError, BadRequest, SuspiciousOperation):
            return _refusal(422, "validation_error", _("What was sent is no form that can be read."))
        longest = LONGEST_IMPORT if request.path.startswith(IMPORTS) else LONGEST_ATTEMPT
        row, is_first = _claim(user, key, fingerprint, longest)
        if not is_first:
            return _repeat(row, fingerprint)
        response = self.get_response(request)
        if isinstance(response, HttpResponse) and response.status_code < 500:
            row.status = response.status_code
            row.content_type = response.get("Content-Type", "")
            row.body = response.content.decode()
            row.save(update_fields=["status", "content_type", "body"])
        else:
            # Nothing worth repeating: the next attempt is a first one.
            row.delete()
        return response


def _fingerprint(request: HttpRequest) -> str:
    """What is asked, in a few letters. Of a form with files its contents count, and not how they were wrapped:
    the boundary between its parts is another one each time it is sent."""
    digest = hashlib.sha256(f"{request.path}\n".encode())
    if request.content_type != "multipart/form-data":
        digest.update(request.body)
        return digest.hexdigest()
    digest.update(json.dumps(sorted(request.POST.lists())).encode())
    for name, files in sorted(request.FILES.lists()):
        for file in files:
            digest.update(json.dumps([name, file.name, file.size]).encode())
            for chunk in file.chunks():
                digest.update(chunk)
            file.seek(0)
    return digest.hexdigest()


def _claim(user: User, key: str, fingerprint: str, longest: timedelta) -> tuple[IdempotencyKey, bool]:
    """This key's row, and whether the work is ours to do: also where an attempt took longer than any does."""
    now = timezone.now()
    try:
        with transaction.atomic():
            return IdempotencyKey.objects.create(user=user, key=key, fingerprint=fingerprint), True
    except IntegrityError:
        row = IdempotencyKey.objects.get(user=user, key=key)
    is_over = row.created_at < now - KEPT
    is_dead = row.status is None and row.created_at < now - longest
    if not (is_over or (is_dead and row.fingerprint == fingerprint)):
        return row, False
    # Of several that find it so, one takes it.
    stale = IdempotencyKey.objects.filter(pk=row.pk, created_at=row.created_at)
    is_ours = bool(stale.update(created_at=now, fingerprint=fingerprint, status=None, body="", content_type=""))
    row.refresh_from_db()
    return row, is_ours


def _repeat(row: IdempotencyKey, fingerprint: str) -> HttpResponse:
    if row.fingerprint != fingerprint:
        return _refusal(409, "conflict", _("This idempotency key was used for another request."))
    if row.status is None:
        response = _refusal(409, "conflict", _("The first request with this key is still being answered."))
        response["Retry-After"] = "1"
        return response
    response = HttpResponse(row.body, status=row.status, content_type=row.content_type or None)
    response["Idempotent-Replayed"] = "true"
    return response


def _caller(request: HttpRequest) -> User | None:
    kind, _space, secret = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "bearer":
        token = ApiToken.objects.live().matching(secret.strip()).select_related("user").first()
        return token.user if token is not None else None
    return request.user if request.user.is_authenticated else None


def _refusal(status: int, code: str, message: str) -> HttpResponse:
    error = {"code": code, "message": message, "details": {}}
    return JsonResponse({"success": False, "error": error}, status=status)


def prune_idempotency_keys() -> int:
    """Forget answers older than 24 hours: they may hold what somebody wrote. Returns how many."""
    return IdempotencyKey.objects.filter(created_at__lt=timezone.now() - KEPT).delete()[0]
