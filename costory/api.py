"""The HTTP API: one envelope over the apps' routers (API.md).

Every answer that is not a success is made here, so that a program meets one shape whatever went wrong.
"""

import logging
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, RawPostDataException
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from billing.api import router as billing_router
from coaching.api import router as coaching_router
from costory.api_accounts import auth_router, profile_router
from costory.api_archive import router as archive_router
from costory.lib.api import STATUS_OF, ApiError
from costory.lib.errors import DomainError
from social.api import router as social_router
from social.api.library import library_stories
from social.selectors.library import asks_for_mature
from stories.api import router as stories_router
from stories.api.story import use_library, use_question

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
    wait = error.details.get("retry_after")
    headers = {"Retry-After": str(wait)} if wait else None
    said = str(error) or _("This is not possible as things stand.")
    return refusal(error.code, said, details=error.details, headers=headers)


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


@api.exception_handler(MultiPartParserError)
@api.exception_handler(TooManyFieldsSent)
@api.exception_handler(TooManyFilesSent)
def _no_form(request: HttpRequest, error: Exception) -> HttpResponse:
    return refusal("validation_error", _("What was sent is no form that can be read."))


@api.exception_handler(RawPostDataException)
def _no_body(request: HttpRequest, error: Exception) -> HttpResponse:
    # A form where a JSON body is asked for; by then it has been read as one.
    return refusal("validation_error", _("The body is not JSON that can be read."))


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


use_library(library_stories)
use_question(asks_for_mature)
api.add_router("/auth", auth_router)
api.add_router("/profiles", profile_router)
api.add_router("", stories_router)
api.add_router("", archive_router)
api.add_router("/ai", coaching_router)
api.add_router("/billing", billing_router)
api.add_router("", social_router)


# The API has its own guards (accounts.api_auth) and answers in its own way; a login page would be no answer.
api_urls = api.urls
for pattern in api_urls[0]:
    setattr(pattern.callback, "login_required", False)  # noqa: B010  Django's own mark, which no type knows of.


@login_not_required
@require_safe
def api_docs(request: HttpRequest) -> HttpResponse:
    """The reference, written from the document itself: no script, and nothing from elsewhere."""
    schema = api.get_openapi_schema(path_prefix="/api/v1/")
    operations = [
        {
            "id": operation["operationId"],
            "method": method.upper(),
            "path": path,
            "summary": operation.get("summary", ""),
            "description": operation.get("description", ""),
            "parameters": operation.get("parameters", []),
            "body": _reference(operation.get("requestBody")),
            "form": _form(operation.get("requestBody")),
            "answers": [(status, _reference(answer)) for status, answer in operation["responses"].items()],
        }
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]
    shapes = [
        (name, shape.get("description", ""), sorted(shape.get("properties", {}).items()), shape.get("required", []))
        for name, shape in schema["components"]["schemas"].items()
    ]
    return render(request, "api/docs.html", {"operations": operations, "shapes": shapes})


def _reference(holder: dict[str, Any] | None) -> str:
    """The name of the shape of a body or an answer."""
    shape = (holder or {}).get("content", {}).get("application/json", {}).get("schema", {})
    return str(shape.get("$ref", "")).rpartition("/")[2]


def _form(body: dict[str, Any] | None) -> list[str]:
    """The names of the fields of a body that is a form."""
    form = (body or {}).get("content", {}).get("multipart/form-data", {}).get("schema", {})
    return sorted(form.get("properties", {}))


@login_not_required
@csrf_exempt
def api_unknown(request: HttpRequest, path: str = "") -> HttpResponse:
    """Whatever is under /api/v1/ and is no operation."""
    return refusal("not_found", _("There is no such operation."))
