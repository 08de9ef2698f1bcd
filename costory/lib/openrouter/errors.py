"""What can go wrong between us and a model.

::

    OpenRouterError                  everything below
    ├── UpstreamUnreachable          no connection: nothing was sent, nothing is billed
    ├── UpstreamTimeout              silence for longer than allowed
    ├── UpstreamCut                  the connection ended before the reply did
    ├── UpstreamProtocolError        what came is not the wire format
    └── UpstreamError                the other side said no, by status or in mid-stream
        ├── RequestRejected          400, 413, 422: our request is wrong for this model
        │   └── ContextTooLong       … because it is too long
        ├── KeyRejected              401: the operator's key is missing or disabled
        ├── OutOfCredit              402: the operator's account is empty; never the writer's
        ├── ContentRefused           403: moderation, a guardrail or a region
        ├── ModelUnavailable         404: retired, or no endpoint satisfies model and privacy
        ├── RateLimited              429
        └── ProviderFailed           408, 5xx, and everything else

No message carries what the other side wrote: OpenRouter quotes up to 100 characters of the flagged input in its
error body, and an exception's text ends in logs. `code` and `error_type` are kept only when they look like codes.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, ClassVar

_CODE = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
_LONGEST_RETRY_AFTER = 86_400.0


class OpenRouterError(Exception):
    """A generation or a look-up that did not go well. `reason` is a stable slug to store and to count by."""

    reason: ClassVar[str] = "failed"
    #: Whether the provider may charge for it all the same; if so, settle from `/generation`.
    may_be_billed: bool = True

    def __str__(self) -> str:
        return self.reason


class UpstreamUnreachable(OpenRouterError):
    """No connection could be made: DNS, refusal, TLS, or no answer to the connection within its timeout."""

    reason = "unreachable"
    may_be_billed = False


class UpstreamTimeout(OpenRouterError):
    """The model's server was silent for longer than the idle timeout."""

    reason = "timeout"


class UpstreamCut(OpenRouterError):
    """The connection ended with neither a finish reason nor [DONE]."""

    reason = "cut"


class UpstreamProtocolError(OpenRouterError):
    """The answer is not OpenRouter's wire format: HTML with status 200, broken JSON, an endless line."""

    reason = "protocol"


class UpstreamError(OpenRouterError):
    """The other side answered with an error. `status` is the HTTP status, 200 when it came in mid-stream.

    `code` is the error's own code and `error_type` OpenRouter's word for it, both None when absent or not code-like;
    `retry_after` is in seconds.
    """

    def __init__(
        self,
        *,
        status: int,
        code: str | None = None,
        error_type: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(status, code, error_type)
        self.status = status
        self.code = code
        self.error_type = error_type
        self.retry_after = retry_after
        self.may_be_billed = self.in_stream

    @property
    def in_stream(self) -> bool:
        """Whether the reply had begun."""
        return self.status < 400

    def __str__(self) -> str:
        return f"{self.reason} status={self.status} code={self.code} error_type={self.error_type}"


class RequestRejected(UpstreamError):
    """400, 413, 422: the request is wrong for this model."""

    reason = "rejected"


class ContextTooLong(RequestRejected):
    """The messages do not fit the model's context."""

    reason = "context_too_long"


class KeyRejected(UpstreamError):
    """401: the operator's key is missing, wrong or disabled."""

    reason = "key_rejected"


class OutOfCredit(UpstreamError):
    """402: the operator's account is empty or its limit reached. Alert the operator; the writer owes nothing."""

    reason = "out_of_credit"


class ContentRefused(UpstreamError):
    """403: moderation, a guardrail or a region."""

    reason = "content_refused"


class ModelUnavailable(UpstreamError):
    """404: the model is unknown or retired, or no endpoint satisfies both it and the privacy asked for."""

    reason = "model_unavailable"


class RateLimited(UpstreamError):
    """429, by OpenRouter or by the provider."""

    reason = "rate_limited"


class ProviderFailed(UpstreamError):
    """408, 500, 502, 503, 504, 524, 529 and whatever else: it may work later or with another model."""

    reason = "provider_failed"


_BY_STATUS: dict[int, type[UpstreamError]] = {
    400: RequestRejected,
    401: KeyRejected,
    402: OutOfCredit,
    403: ContentRefused,
    404: ModelUnavailable,
    413: RequestRejected,
    422: RequestRejected,
    429: RateLimited,
}
_BY_ERROR_TYPE: dict[str, type[UpstreamError]] = {
    "context_length_exceeded": ContextTooLong,
    "payment_required": OutOfCredit,
    "rate_limit_exceeded": RateLimited,
    "content_policy_violation": ContentRefused,
    "refusal": ContentRefused,
    "invalid_prompt": RequestRejected,
}


def error_from(body: object, *, status: int, headers: Mapping[str, str] | None = None) -> UpstreamError:
    """Make the exception for an error as the wire carries it: an object, a string, or something else entirely.

    `body` is the value of "error" (or the whole parsed document when it has no such key).
    """
    error: Mapping[str, Any] = body if isinstance(body, Mapping) else {}
    if "error" in error:
        return error_from(error["error"], status=status, headers=headers)
    metadata = error.get("metadata")
    if not isinstance(metadata, Mapping):
        metadata = {}
    availability = error.get("availability")
    if not isinstance(availability, Mapping):
        availability = {}
    code = _code(error.get("code"))
    error_type = _code(metadata.get("error_type")) or _code(error.get("error_type")) or _code(availability.get("code"))
    retry_after = next(
        (
            seconds
            for value in (
                (headers or {}).get("retry-after"),
                metadata.get("retry_after"),
                error.get("retry_after"),
                availability.get("retry_after"),
            )
            if (seconds := parse_retry_after(value)) is not None
        ),
        None,
    )
    effective = status
    if status < 400 and code is not None and code.isdecimal():
        effective = int(code[:4])
    kind = _BY_ERROR_TYPE.get(error_type or "") or _BY_ERROR_TYPE.get(code or "")
    kind = kind or _BY_STATUS.get(effective, ProviderFailed)
    return kind(status=status, code=code, error_type=error_type, retry_after=retry_after)


def parse_retry_after(value: object) -> float | None:
    """Seconds to wait, from a number, a string of digits or an HTTP date; None for anything else."""
    if isinstance(value, bool) or value is None:
        return None
    text = str(value).strip()[:64]
    try:
        seconds = float(text)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds()
        except (ValueError, TypeError):  # TypeError: a date without a zone
            return None
    if math.isnan(seconds):
        return None
    return min(max(seconds, 0.0), _LONGEST_RETRY_AFTER)


def _code(value: object) -> str | None:
    """Keep what looks like a code, drop prose: it may quote the story."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    text = str(value) if isinstance(value, str) or abs(value) < 10**9 else ""
    return text if _CODE.fullmatch(text) else None
