"""The HTTP API: one envelope over the apps' routers (API.md).

Every answer that is not a success is made here, so that a program meets one shape whatever went wrong.
"""

import logging
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from costory.lib.api import STATUS_OF, ApiError
from costory.lib.errors import DomainError

logger = logging.getLogger(__name__)

api = NinjaAPI(
    title="CoStory",
    version="1.0.0",
    description="The same services as the pages, another face.",
    urls_namespace="api",
    docs_url=None,
)


def refusal(
    code: str, message: str, *, details: dict[str, Any] | None = None, headers: dict[str, str] | None = None
) -> JsonResponse:
    """A refusal in the envelope, with the status of its code."""
    body = {"success": False, "error": {"code": code, "message": message, "details": details or {}}}
    return JsonResponse(body, status=STATUS_OF[code], headers=headers)


@api.exception_handler(ApiError)
def _api_error(request: HttpRequest, error: ApiError) -> HttpResponse:
    return refusal(error.code, error.message, details=error.details, headers=error.headers)


@api.exception_handler(DomainError)
def _domain_error(request: HttpRequest, error: DomainError) -> HttpResponse:
    return refusal(error.code, str(error) or _("This is not possible as things stand."), details=error.details)


@api.exception_handler(AuthenticationError)
def _unauthenticated(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return refusal(
        "unauthenticated",
        _("Log in first: this needs a token that is still valid."),
        headers={"WWW-Authenticate": "Bearer"},
    )


@api.exception_handler(Http404)
def _not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    return refusal("not_found", _("There is nothing here, or it is not yours."))


@api.exception_handler(PermissionDenied)
def _forbidden(request: HttpRequest, error: PermissionDenied) -> HttpResponse:
    return refusal("forbidden", _("You may not do that."))


@api.exception_handler(RequestDataTooBig)
def _too_large(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    return refusal("payload_too_large", _("This is more than can be sent at once."))


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    # Pydantic repeats the input it refuses; the caller has it, and it must not reach a log by way of an answer.
    fields = [{"where": [str(step) for step in item["loc"]], "problem": item["msg"]} for item in error.errors]
    return refusal("validation_error", _("Some of this is not as it should be."), details={"fields": fields})


@api.exception_handler(HttpError)
def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    if error.status_code == 400:
        return refusal("validation_error", _("The body is not JSON that can be read."))
    code = next((code for code, status in STATUS_OF.items() if status == error.status_code), "internal_error")
    return refusal(code, _("This is not possible as things stand."))


@api.exception_handler(Exception)
def _internal_error(request: HttpRequest, error: Exception) -> HttpResponse:
    logger.error("An API operation failed: %s %s", request.method, request.path, exc_info=error)
    return refusal("internal_error", _("Something went wrong on our side. Nothing was lost; try again."))


@login_not_required
@csrf_exempt
def unknown_path(request: HttpRequest, path: str = "") -> HttpResponse:
    """Whatever is under /api/v1/ and is no operation."""
    return refusal("not_found", _("There is no such operation."))
