"""From the bytes of a streamed reply to its text, a read at a time.

No network here: bytes in, text out, and the facts of the reply as attributes. Written for cost, because it runs for
each chunk of each reply (PERFORMANCE.md): bytes are split by line without decoding; all events of one read are handed
over as one text; and the usual line is not parsed as JSON at all once its shape is known (`_learn`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from costory.lib.openrouter.errors import (
    OpenRouterError,
    ProviderFailed,
    UpstreamCut,
    UpstreamProtocolError,
    error_from,
)
from costory.lib.openrouter.usage import Usage, parse_usage

#: Longer than any line a text model sends; what is longer is an attack or a mistake.
MAX_LINE_BYTES = 1_048_576

# Money must not become a float on its way in; NaN and Infinity, which Python's json accepts, arrive as Decimals too.
_JSON = json.JSONDecoder(parse_float=Decimal, parse_constant=Decimal)
_CONTENT_KEY = b'"content":"'
# A provider whose chunks never repeat is not worth learning from: proving a shape costs as much as parsing a chunk.
_MOST_LESSONS = 8
_SENTINEL = "\x01shape\x02"
_PLAIN = re.compile(rb'[^"\\\x00-\x1f]+').fullmatch
_SURROGATE = re.compile("[\ud800-\udfff]")
_NO_ID = re.compile("[^!-~]")


def storable_id(identity: str) -> str:
    """A generation's name as a column keeps it: a hundred and twenty characters at most, none a database refuses."""
    return _NO_ID.sub("", identity)[:120]


class ReplyParser:
    """Feed it what the network gave; `feed` returns the text, the rest stands in attributes.

    `failure` is set when the reply cannot go on; text that came in the same read is returned first.
    `is_done` says that [DONE] has come: nothing after it counts.
    """

    __slots__ = (
        "_data",
        "_events",
        "_half",
        "_is_foreign",
        "_lessons",
        "_prefix",
        "_suffix",
        "_tail",
        "failure",
        "finish_reason",
        "generation_id",
        "is_done",
        "model",
        "provider",
        "usage",
    )

    def __init__(self) -> None:
        self.generation_id = ""
        self.model = ""
        self.provider = ""
        self.finish_reason: str | None = None
        self.usage: Usage | None = None
        self.is_done = False
        self.failure: OpenRouterError | None = None
        self._tail = b""  # an unfinished line
        self._data: list[bytes] = []  # the data lines of an unfinished event
        self._half = ""  # the first half of a surrogate pair that two chunks share
        self._prefix = b""
        self._suffix = b""
        self._events = 0
        self._is_foreign = False
        self._lessons = 0

    def feed(self, received: bytes) -> str:
        """The text of all events that end in `received`, which may be none."""
        if self._tail:
            received = self._tail + received
        lines = received.split(b"\n")
        self._tail = lines.pop()
        text = ""
        for line in lines:
            if not line:
                if self._data:
                    text += self._dispatch()
            elif self._prefix and line.startswith(self._prefix) and line.endswith(self._suffix) and not self._data:
                text += self._content(line)
            else:
                text += self._line(line)
            if self.is_done or self.failure:
                self._tail = b""
                break
        if len(self._tail) > MAX_LINE_BYTES:
            self._tail = b""
            self.failure = UpstreamProtocolError()
        return text

    def end(self) -> str:
        """The stream has ended: return the text of a last event without its blank line, and judge the ending."""
        text = ""
        if not (self.is_done or self.failure):
            tail, self._tail = self._tail, b""
            if tail:
                text += self._line(tail)
            if self._data and not self.failure:
                text += self._dispatch()
                if isinstance(self.failure, UpstreamProtocolError):
                    self.failure = UpstreamCut()  # half a line, not a wrong one
        if self._half:
            self._half = ""
            text += "\ufffd"
        if self.failure and self.finish_reason and isinstance(self.failure, UpstreamCut):
            self.failure = None
        if not (self.is_done or self.failure or self.finish_reason):
            self.failure = UpstreamProtocolError() if self._is_foreign and not self._events else UpstreamCut()
        return text

    def feed_document(self, body: bytes) -> str:
        """A whole answer in one JSON document, from a server that ignored `stream` or had nothing but an error."""
        self._data = [body]
        text = self._dispatch()
        self.is_done = True
        if not (text or self.finish_reason or self.failure):
            self.failure = UpstreamProtocolError()
        return text

    def _line(self, line: bytes) -> str:
        """A line that is not of the known shape: a comment, a field, or a delta like none before."""
        line = line.removesuffix(b"\r")
        if not line:
            return self._dispatch() if self._data else ""
        if line.startswith(b"data:"):
            if self._prefix and line.startswith(self._prefix) and line.endswith(self._suffix) and not self._data:
                return self._content(line)
            self._data.append(line[6:] if line.startswith(b"data: ") else line[5:])
            if sum(map(len, self._data)) > MAX_LINE_BYTES:
                self.failure = UpstreamProtocolError()
        elif not line.startswith((b":", b"event:", b"id:", b"retry:")):
            # Event streams ignore fields they do not know; a page of HTML is made of nothing else.
            self._is_foreign = True
        return ""

    def _content(self, line: bytes) -> str:
        """The text of a line of the learnt shape."""
        middle = line[len(self._prefix) : -len(self._suffix)]
        if _PLAIN(middle):
            if self._half:
                return self._whole(middle.decode("utf-8", "replace"))
            return middle.decode("utf-8", "replace")
        if len(line) < len(self._prefix) + len(self._suffix):
            return self._event(line[5:])  # beginning and end overlap
        try:
            content = _JSON.decode(f'"{middle.decode("utf-8", "replace")}"')
        except ValueError:
            # The quote that ended the content was not the last one: another shape after all.
            return self._event(line[5:])
        return self._whole(content)

    def _dispatch(self) -> str:
        payload = b"\n".join(self._data)
        self._data.clear()
        return self._event(payload)

    def _event(self, payload: bytes) -> str:
        payload = payload.strip()
        if payload == b"[DONE]":
            self._events += 1
            self.is_done = True
            return ""
        try:
            chunk = _JSON.decode(payload.decode("utf-8", "replace"))
        except (ValueError, ArithmeticError, RecursionError):
            chunk = None
        if not isinstance(chunk, dict):
            # Raised by the caller, far from the JSON error, which carries the text it could not read.
            self.failure = UpstreamProtocolError()
            return ""
        self._events += 1
        return self._chunk(chunk, payload)

    def _chunk(self, chunk: Mapping[str, Any], payload: bytes) -> str:
        if not self.generation_id and isinstance(identity := chunk.get("id"), str):
            self.generation_id = storable_id(identity)
        if not self.model and isinstance(model := chunk.get("model"), str):
            self.model = model[:256]
        if not self.provider and isinstance(provider := chunk.get("provider"), str):
            self.provider = provider[:128]
        if isinstance(usage := chunk.get("usage"), dict):
            self.usage = parse_usage(usage)
        choices = chunk.get("choices")
        choice = choices[0] if isinstance(choices, list) and choices else None
        text = ""
        if isinstance(choice, dict) and choice.get("index", 0) == 0:
            delta = choice.get("delta")
            if not isinstance(delta, dict):
                delta = choice.get("message")
            if isinstance(delta, dict):
                content = delta.get("content") or delta.get("refusal")
                if isinstance(content, str):
                    text = self._whole(content)
                    self._learn(payload, content)
            reason = choice.get("finish_reason")
            if isinstance(reason, str) and reason:
                self.finish_reason = reason[:64]
            if choice.get("error"):
                self.failure = error_from(choice["error"], status=200)
        if chunk.get("error"):
            self.failure = error_from(chunk["error"], status=200)
        elif self.finish_reason == "error" and self.failure is None:
            self.failure = ProviderFailed(status=200)
        return text

    def _learn(self, payload: bytes, content: str) -> None:
        """Remember the bytes around the content of a plain delta, so that the next one need not be parsed.

        Within one reply providers repeat everything but the content. A line that begins and ends with the same bytes
        and has a JSON string's body between them is therefore the same chunk with another content. That the split
        is where it seems is proved here by parsing the shape around a sentinel.
        """
        self._lessons += 1
        if self._lessons > _MOST_LESSONS:
            return
        start = payload.find(_CONTENT_KEY) + len(_CONTENT_KEY)
        end = payload.find(b'"', start)
        if start < len(_CONTENT_KEY) or end < 0 or payload.find(b"\\", start, end) >= 0:
            return
        prefix, suffix = payload[:start], payload[end:]
        try:
            shape = _JSON.decode((prefix + b"\\u0001shape\\u0002" + suffix).decode())
            choice = shape["choices"][0]
            is_plain = (
                choice["delta"]["content"] == _SENTINEL
                and choice.get("index", 0) == 0
                and not any(choice.get(key) for key in ("finish_reason", "error"))
                and not any(shape.get(key) for key in ("usage", "error"))
            )
        except (ValueError, LookupError, TypeError, ArithmeticError, RecursionError):
            return
        if is_plain:
            self._prefix = b"data: " + prefix
            self._suffix = suffix

    def _whole(self, content: str) -> str:
        """Text that a database and a browser accept: no NUL, no lone half of a surrogate pair.

        An emoji written as two escapes may be split between two chunks: its first half waits here.
        """
        if self._half:
            content = self._half + content
            self._half = ""
        if "\x00" in content:
            content = content.replace("\x00", "")
        if _SURROGATE.search(content) is None:
            return content
        # Joins pairs and leaves lone halves.
        content = content.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
        if content and "\ud800" <= content[-1] <= "\udbff":
            self._half, content = content[-1], content[:-1]
        return _SURROGATE.sub("\ufffd", content)
