"""Logs: one JSON object a line, with the request's id, and nothing a writer wrote, no token and no e-mail address."""

import logging
import re
from contextvars import ContextVar
from typing import Any

from pythonjsonlogger.json import JsonFormatter as BaseJsonFormatter

request_id: ContextVar[str] = ContextVar("request_id", default="-")

_EMAIL = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
_SECRET = re.compile(
    r"(?i)\b(bearer|basic)\s+[\w.~+/=-]+|\bsk-[\w-]{8,}|\bcst_[\w-]{8,}|\b(?:sk|rk|whsec|pk)_(?:live|test)?_?\w{8,}"
    r"|(?<=[?&])(permit|token|key|password|code)=[^&\s\"']+"
)


def scrub(text: str) -> str:
    """Take addresses and secrets out of a line that is about to be logged."""
    return _SECRET.sub("[secret]", _EMAIL.sub("[email]", text))


class RequestIdFilter(logging.Filter):
    """Give each record the id of the request it was made in."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.get()
        return True


class ScrubFilter(logging.Filter):
    """Format the record here, once, and scrub it: arguments may hold what a format string does not show."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = scrub(record.getMessage())
        record.args = ()
        # Django hangs the request on its records; it holds cookies and the body.
        for name in ("request", "form", "params", "sql"):
            record.__dict__.pop(name, None)
        return True


class JsonFormatter(BaseJsonFormatter):
    """JSON with time, level, logger and request id; tracebacks keep their frames and lose their values."""

    def __init__(self) -> None:
        super().__init__(
            "%(asctime)s %(levelname)s %(name)s %(message)s %(request_id)s",
            rename_fields={"asctime": "time", "levelname": "level", "name": "logger"},
        )

    def formatException(self, ei: Any) -> str:  # noqa: N802  The name is logging's.
        # An exception's message may quote what it choked on (a ValidationError quotes input, a DataError quotes a
        # row), so only its type and its frames are kept.
        kind = ei[0].__name__ if ei and ei[0] else "Exception"
        frames = []
        trace = ei[2] if ei else None
        while trace is not None:
            code = trace.tb_frame.f_code
            frames.append(f"{code.co_filename}:{trace.tb_lineno} {code.co_name}")
            trace = trace.tb_next
        return "\n".join([*frames, kind])


def _scrub_event(event: Any, hint: dict[str, Any]) -> Any:
    """Leave Sentry the frames and the exception's type; drop values, bodies, cookies and locals."""
    event.pop("request", None)
    event.pop("user", None)
    event.pop("breadcrumbs", None)
    event.pop("extra", None)
    for exception in event.get("exception", {}).get("values", []):
        exception["value"] = "[scrubbed]"
        for frame in exception.get("stacktrace", {}).get("frames", []):
            frame.pop("vars", None)
    if isinstance(event.get("logentry"), dict):
        event["logentry"] = {"message": scrub(str(event["logentry"].get("message", "")))}
    event.setdefault("tags", {})["request_id"] = request_id.get()
    return event


def start_sentry(dsn: str, *, environment: str) -> None:
    """Report errors to Sentry, without a person's data."""
    import sentry_sdk

    sentry_sdk.init(
        dsn=dsn,
        environment=environment,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        traces_sample_rate=0.0,
        # No trace header on what goes to a model.
        trace_propagation_targets=[],
        before_send=_scrub_event,
    )
