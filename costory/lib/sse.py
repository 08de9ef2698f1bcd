"""Server-Sent Events, as bytes. The format: https://html.spec.whatwg.org/multipage/server-sent-events.html."""

from __future__ import annotations

import re
from collections.abc import Iterable

MEDIA_TYPE = "text/event-stream"
#: A comment, which keeps proxies from closing a silent connection and tells EventSource nothing.
KEEP_ALIVE = b":\n\n"

# The format's own line ends; str.splitlines would also divide at U+2028, which is text.
_LINE_ENDS = re.compile(r"\r\n|\r|\n")
_MOST_DIGITS = 18


def encode(data: str, *, event: str = "", event_id: str | int | None = None) -> bytes:
    """One event. Line ends in `data` arrive as newlines, whatever they were.

    `event` and `event_id` are ours, never a person's: neither may hold a line end or NUL (ValueError).
    """
    head = ""
    if event_id is not None:
        head = f"id: {_field(event_id) if isinstance(event_id, str) else event_id}\n"
    if event:
        head += f"event: {_field(event)}\n"
    if "\n" in data or "\r" in data:
        data = _LINE_ENDS.sub("\ndata: ", data)
    return f"{head}data: {data}\n\n".encode("utf-8", "replace")


def retry(milliseconds: int) -> bytes:
    """Tell EventSource how long to wait before it connects again."""
    return b"retry: %d\n\n" % milliseconds


def last_event_id(headers: Iterable[tuple[bytes, bytes]]) -> int:
    """The number in the Last-Event-ID header of an ASGI scope; 0 when there is none or it is not one of ours."""
    for name, value in headers:
        if name == b"last-event-id":
            return parse_event_id(value.decode("latin-1"))
    return 0


def parse_event_id(value: str) -> int:
    """A whole number of at most eighteen digits; 0 for everything else, because the header is anybody's to write."""
    value = value.strip()
    return int(value) if value.isascii() and value.isdigit() and len(value) <= _MOST_DIGITS else 0


def _field(value: str) -> str:
    if "\n" in value or "\r" in value or "\x00" in value:
        raise ValueError("A field of an event is one line.")
    return value
