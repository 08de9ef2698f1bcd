"""Logs: one JSON object a line, with the request's id, and nothing a writer wrote, no token and no e-mail address."""

import logging
import re
import traceback
from contextvars import ContextVar
from typing import Any

from pythonjsonlogger.json import JsonFormatter as BaseJsonFormatter

request_id: ContextVar[str] = ContextVar("request_id", default="-")

_EMAIL = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
_SECRET = re.compile(
    r"(?i)\b(bearer|basic)\s+[\w.~+/=-]+|\bsk-[\w-]{8,}|\bcst_[\w-]{8,}|\b(?:sk|rk|whsec|pk)_(?:live|test)?_?\w{8,}"
    r"|(?<=[?&])(permit|token|key|password|code)=[^&\s\"']+"
)
# Addresses that open something by themselves: a story shared by link, a confirmation, a new password.
_SECRET_PATH = re.compile(r"(/(?:s|confirm-email|reset/key)/)[^/\s\"'?]+")


def scrub(text: str) -> str:
    """Take addresses and secrets out of a line that is about to be logged."""
    return _SECRET_PATH.sub(r"\1[secret]", _SECRET.sub("[secret]", _EMAIL.sub("[email]", text)))


class RequestIdFilter(logging.Filter):
    """Give each record the id of the request it was made in."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.get()
        return True


class ScrubFilter(logging.Filter):
    """Format the record here, once, and scrub it: arguments may hold what a format string does not show."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        if record.name == "asyncio":
            # The lines after the first show the task with its exception's message.
            message = message.partition("\n")[0]
        record.msg = scrub(message)
        record.args = ()
        # Django hangs the request on its records; it holds cookies and the body. Uvicorn repeats its line in colours.
        for name in ("request", "form", "params", "sql", "color_message"):
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
        # row), so only the types and the frames are kept, the causes' first as in Python's own tracebacks.
        error: BaseException | None = ei[1] if ei else None
        parts: list[str] = []
        seen: set[int] = set()
        while error is not None and id(error) not in seen:
            seen.add(id(error))
            frames = [
                f"{frame.f_code.co_filename}:{line} {frame.f_code.co_name}"
                for frame, line in traceback.walk_tb(error.__traceback__)
            ]
            parts.insert(0, "\n".join([*frames, type(error).__name__]))
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\n\n".join(parts) or "Exception"

    def process_log_record(self, log_record: dict[str, Any]) -> dict[str, Any]:
        """Scrub what a caller hung on the record; frames and the scrubbed message pass unchanged."""
        return {name: _scrub_value(value) for name, value in log_record.items()}


def _scrub_value(value: Any) -> Any:
    return value if value is None or isinstance(value, int | float) else scrub(str(value))


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
