"""Server-Sent Events, read back by a parser written from the specification."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costory.lib import sse


def parse(stream: bytes) -> list[tuple[str, str, str]]:
    """(id, event, data) of each event, by the specification's own steps (section 9.2.6)."""
    events = []
    last_id = event = ""
    data: list[str] = []
    for line in re.split("\r\n|\r|\n", stream.decode("utf-8")):
        if not line:
            if data:
                events.append((last_id, event or "message", "\n".join(data)))
            event, data = "", []
            continue
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            data.append(value)
        elif name == "event":
            event = value
        elif name == "id" and "\x00" not in value:
            last_id = value
    return events


def test_an_event_as_bytes() -> None:
    assert sse.encode("Bonjour") == b"data: Bonjour\n\n"
    assert sse.encode("é", event="text", event_id=7) == "id: 7\nevent: text\ndata: é\n\n".encode()
    assert sse.encode("") == b"data: \n\n"


@pytest.mark.parametrize("line_end", ["\n", "\r", "\r\n"])
def test_each_line_of_the_data_is_a_field(line_end: str) -> None:
    data = line_end.join(["one", "", "two", ""])
    assert sse.encode(data) == b"data: one\ndata: \ndata: two\ndata: \n\n"


@given(st.text(st.characters(exclude_categories=["Cs"])), st.integers(0, 10**18 - 1))
def test_any_text_arrives(text: str, event_id: int) -> None:
    expected = text.replace("\r\n", "\n").replace("\r", "\n")
    assert parse(sse.encode(text, event="e", event_id=event_id)) == [(str(event_id), "e", expected)]


def test_events_follow_one_another_with_comments_between() -> None:
    stream = sse.encode("a", event_id=1) + sse.KEEP_ALIVE + sse.retry(2000) + sse.encode("b\nc", event_id="x-2")
    assert parse(stream) == [("1", "message", "a"), ("x-2", "message", "b\nc")]


def test_a_text_cannot_forge_a_field() -> None:
    assert parse(sse.encode("x\nevent: done\n\ndata: y", event="text")) == [
        ("", "text", "x\nevent: done\n\ndata: y"),
    ]


def test_a_lone_surrogate_does_not_stop_the_stream() -> None:
    assert sse.encode("a\ud83d") == b"data: a?\n\n"


@pytest.mark.parametrize("field", ["a\nb", "a\rb", "a\x00b"])
def test_a_field_is_one_line(field: str) -> None:
    with pytest.raises(ValueError, match="one line"):
        sse.encode("x", event=field)
    with pytest.raises(ValueError, match="one line"):
        sse.encode("x", event_id=field)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"41", 41),
        (b" 41 ", 41),
        (b"0", 0),
        (b"-1", 0),
        (b"", 0),
        (b"1e3", 0),
        (b"\xb2", 0),
        (b"9" * 18, 10**18 - 1),
        (b"9" * 19, 0),
        (b"9" * 5000, 0),
    ],
)
def test_the_last_event_id(value: bytes, expected: int) -> None:
    assert sse.last_event_id([(b"accept", b"text/event-stream"), (b"last-event-id", value)]) == expected


def test_no_last_event_id() -> None:
    assert sse.last_event_id([(b"accept", b"text/event-stream")]) == 0
