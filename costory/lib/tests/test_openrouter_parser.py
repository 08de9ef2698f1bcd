"""The parser alone: bytes in, however they were cut, text and facts out."""

from __future__ import annotations

import json
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costory.lib.openrouter import (
    ContentRefused,
    ContextTooLong,
    OutOfCredit,
    ProviderFailed,
    RateLimited,
    UpstreamCut,
    UpstreamProtocolError,
    Usage,
    estimate_usage,
)
from costory.lib.openrouter.errors import error_from, parse_retry_after
from costory.lib.openrouter.parser import MAX_LINE_BYTES, ReplyParser

USAGE = '{"prompt_tokens":812,"completion_tokens":340,"cost":0.00581}'


def chunk(content: object, **more: Any) -> str:
    """A delta as OpenRouter sends it."""
    choice = {"index": 0, "delta": {"role": "assistant", "content": content}, "finish_reason": None, **more}
    return json.dumps({"id": "gen-1", "model": "a/b", "choices": [choice]}, ensure_ascii=False, separators=(",", ":"))


def stream(*payloads: str, line_end: str = "\n") -> bytes:
    return "".join(f"data: {payload}{line_end}{line_end}" for payload in payloads).encode()


def ending(reason: str = "stop") -> list[str]:
    return [
        chunk("", finish_reason=reason),
        '{"id":"gen-1","choices":[],"usage":' + USAGE + "}",
        "[DONE]",
    ]


def parse(*reads: bytes) -> tuple[str, ReplyParser]:
    parser = ReplyParser()
    text = "".join(parser.feed(read) for read in reads)
    return text + parser.end(), parser


texts = st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12), max_size=8)


@given(
    contents=texts,
    cuts=st.lists(st.integers(0, 4000), max_size=12),
    line_end=st.sampled_from(["\n", "\r\n"]),
    is_ascii=st.booleans(),
)
def test_any_text_arrives_however_the_packets_fall(
    contents: list[str], cuts: list[int], line_end: str, *, is_ascii: bool
) -> None:
    payloads = [chunk(content) for content in contents] + ending()
    if is_ascii:
        payloads[:-1] = [json.dumps(json.loads(payload, parse_float=str)) for payload in payloads[:-1]]
        payloads[-2] = payloads[-2].replace('"0.00581"', "0.00581")
    whole = stream(*payloads, line_end=line_end)
    bounds = [0, *sorted(min(cut, len(whole)) for cut in cuts), len(whole)]

    text, parser = parse(*(whole[start:stop] for start, stop in pairwise(bounds)))

    assert text == "".join(contents)
    assert parser.failure is None
    assert parser.is_done
    assert parser.finish_reason == "stop"
    assert (parser.generation_id, parser.model) == ("gen-1", "a/b")
    assert parser.usage == Usage(prompt_tokens=812, completion_tokens=340, cost=Decimal("0.00581"))


@pytest.mark.parametrize(
    ("identity", "kept"), [("gen-" + "9" * 200, "gen-" + "9" * 116), ("gen\x00-\ud800é 1", "gen-1"), ("\x00", "")]
)
def test_a_name_that_no_column_takes_is_cut_to_one_that_does(identity: str, kept: str) -> None:
    """All checkpoints of a process are one statement: a single name that is refused would be every reply's trouble."""
    payload = json.dumps({"id": identity, "choices": [{"index": 0, "delta": {"content": "word"}}]})

    text, parser = parse(f"data: {payload}\n\n".encode())

    assert text == "word"
    assert parser.generation_id == kept


def test_one_read_with_several_events_is_one_text() -> None:
    parser = ReplyParser()
    assert parser.feed(stream(chunk("The "), chunk("rain"), chunk(" fell"))) == "The rain fell"


@pytest.mark.parametrize(
    "second",
    [
        chunk('say "yes"'),
        chunk("back\\slash \\n"),
        chunk("tab\t, line\n"),
        chunk("é🖋️"),
        chunk(""),
        chunk('"},"finish_reason":"stop"},{"delta":{"content":"'),
        chunk('","x":"'),
    ],
)
def test_the_shape_once_known_changes_no_text(second: str) -> None:
    """Each is fed twice behind a plain delta: by the learnt shape, and to a parser that must read all its JSON."""
    expected = json.loads(second)["choices"][0]["delta"]["content"]
    text, parser = parse(stream(chunk("plain"), second, second, chunk("plain"), *ending()))
    assert text == f"plain{expected}{expected}plain"
    assert parser.finish_reason == "stop"


@pytest.mark.parametrize(
    ("forged", "expected", "reason"),
    [
        # Begins and ends like the learnt shape, and is another chunk all the same.
        ('{"choices":[{"delta":{"content":"a"},"finish_reason":"length"},{"delta":{"content":"b"}}]}', "a", "length"),
        ('{"choices":[{"delta":{"content":"a","content":"b"}}]}', "b", None),
    ],
)
def test_a_line_that_only_looks_like_the_known_shape_is_read_in_full(
    forged: str, expected: str, reason: str | None
) -> None:
    parser = ReplyParser()
    learnt = '{"choices":[{"delta":{"content":"x"}}]}'
    assert parser.feed(stream(learnt, learnt)) == "xx"
    assert parser.feed(stream(forged)) == expected
    assert parser.finish_reason == reason


def test_a_line_shorter_than_the_known_shape_is_no_delta() -> None:
    parser = ReplyParser()
    learnt = '{"choices":[{"delta":{"content":"x"}}]}'
    assert parser.feed(stream(learnt, learnt.replace('"x"', '"'))) == "x"
    assert type(parser.failure) is UpstreamProtocolError


def test_a_shape_with_two_contents_is_not_learnt() -> None:
    parser = ReplyParser()
    line = '{"choices":[{"delta":{"content":"first","content":"second"}}]}'
    assert parser.feed(stream(line, line.replace("first", "other"))) == "secondsecond"


def test_a_provider_whose_chunks_never_repeat() -> None:
    payloads = [chunk(f"{n} ", logprobs={"n": n}) for n in range(50)]
    assert parse(stream(*payloads, *ending()))[0] == "".join(f"{n} " for n in range(50))


def test_comments_other_fields_and_lines_without_a_space() -> None:
    raw = f": OPENROUTER PROCESSING\n\nevent: message\nid: 4\nretry: 10\ndata:{chunk('a')}\n\n:\n\ndata: [DONE]\n\n"
    text, parser = parse(raw.encode())
    assert (text, parser.is_done, parser.failure) == ("a", True, None)


def test_an_event_over_two_data_lines() -> None:
    text, _parser = parse(b'data: {"choices":[{"delta":\ndata: {"content":"a"}}]}\n\ndata: [DONE]\n\n')
    assert text == "a"


def test_nothing_counts_after_done() -> None:
    text, parser = parse(stream(chunk("a"), "[DONE]", chunk("b"), "nonsense"))
    assert (text, parser.failure) == ("a", None)


def test_reasoning_is_not_text_and_other_choices_are_not_ours() -> None:
    thinking = '{"choices":[{"delta":{"content":null,"reasoning":"hm","reasoning_details":[]}}]}'
    second = '{"choices":[{"index":1,"delta":{"content":"other"},"finish_reason":"stop"}]}'
    text, parser = parse(stream(thinking, second, chunk("a")))
    assert (text, parser.finish_reason) == ("a", None)


def test_a_refusal_is_shown() -> None:
    assert parse(stream('{"choices":[{"delta":{"content":null,"refusal":"I cannot."}}]}'))[0] == "I cannot."


def test_usage_beside_the_last_choice_as_llama_cpp_sends_it() -> None:
    payload = '{"choices":[{"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":4}}'
    _text, parser = parse(stream(chunk("a"), payload))
    assert parser.usage == Usage(prompt_tokens=3, completion_tokens=4)
    assert parser.failure is None


@pytest.mark.parametrize(
    ("cost", "expected", "is_invalid"),
    [
        ("0.00581", Decimal("0.00581"), False),
        ("1e-7", Decimal("1E-7"), False),
        ("0", Decimal(0), False),
        ("-0.0", Decimal(0), False),
        ('"0.5"', Decimal("0.5"), False),
        ("null", None, False),
        ("NaN", None, True),
        ('"NaN"', None, True),
        ("Infinity", None, True),
        ("-0.01", None, True),
        ("1000.01", None, True),
        ("1e999999999", None, True),
        ('"dear"', None, True),
        ("true", None, True),
        ("[]", None, True),
    ],
)
def test_costs(cost: str, expected: Decimal | None, *, is_invalid: bool) -> None:
    _text, parser = parse(
        stream('{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2,"cost":' + cost + "}}")
    )
    assert parser.usage is not None
    assert (parser.usage.cost, parser.usage.is_cost_invalid) == (expected, is_invalid)
    assert not str(parser.usage.cost).startswith("-")


@pytest.mark.parametrize("count", ["-1", "true", '"12"', "null", "1e400", "NaN", "1e12", "[]"])
def test_a_count_that_is_none_is_zero(count: str) -> None:
    _text, parser = parse(stream('{"choices":[],"usage":{"prompt_tokens":' + count + ',"completion_tokens":2}}'))
    assert parser.usage == Usage(prompt_tokens=0, completion_tokens=2)


def test_surrogates_and_nul() -> None:
    halves = chunk("x").replace('"x"', '"a\\ud83d"'), chunk("x").replace('"x"', '"\\ude00b"')
    assert parse(stream(*halves, *ending()))[0] == "a😀b"
    assert parse(stream(halves[0], chunk("b")))[0] == "a\ufffdb"
    assert parse(stream(chunk("x"), halves[0], chunk("b"), chunk("c")))[0] == "xa\ufffdbc"
    assert parse(stream(chunk("x"), *halves))[0] == "xa😀b"
    assert parse(stream(halves[0]))[0] == "a\ufffd"
    assert parse(stream(halves[1]))[0] == "\ufffdb"
    assert parse(stream(chunk("x").replace('"x"', '"a\\u0000b"')))[0] == "ab"


def test_bytes_that_are_not_utf8_do_not_stop_the_reply() -> None:
    raw = stream(chunk("ok"), chunk("caf#")).replace(b"#", b"\xe9")
    assert parse(raw)[0] == "okcaf\ufffd"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        stream(chunk("a")),
        stream(chunk("a"))[:-20],
        stream(chunk("a")) + b'data: {"choi',
        b": OPENROUTER PROCESSING\n\n",
    ],
)
def test_an_end_with_neither_reason_nor_done_is_a_cut(raw: bytes) -> None:
    assert type(parse(raw)[1].failure) is UpstreamCut


@pytest.mark.parametrize("tail", [b"", b"data: [DO", b'data: {"id":"gen-1","choices":[],"usa'])
def test_a_cut_after_the_finish_reason_is_an_end_without_usage(tail: bytes) -> None:
    text, parser = parse(stream(chunk("a"), chunk("", finish_reason="stop")) + tail)
    assert (text, parser.failure, parser.usage) == ("a", None, None)


def test_a_last_event_without_its_blank_line() -> None:
    text, parser = parse(stream(chunk("a"), chunk("b", finish_reason="stop")).rstrip(b"\n"))
    assert (text, parser.failure) == ("ab", None)


@pytest.mark.parametrize(
    "raw",
    [
        b"<html>\n<body>502</body>",
        b"Internal Server Error",
        b"data: <html>\n\n",
        b"data: [1,2]\n\n",
        b"data: 12\n\n",
        b"data: {'choices': []}\n\n",
        b"data: " + b"[" * 100_000 + b"\n\n",
        b'data: {"n": ' + b"9" * 5000 + b"}\n\n",
    ],
)
def test_what_is_not_the_wire_format(raw: bytes) -> None:
    text, parser = parse(raw)
    assert (text, type(parser.failure)) == ("", UpstreamProtocolError)


@pytest.mark.parametrize("chunk_of", [4096, 700_000, 3_000_000])
def test_an_endless_line_is_given_up(chunk_of: int) -> None:
    parser = ReplyParser()
    parser.feed(b'data: {"choices":[{"delta":{"content":"')
    for _ in range(2 * MAX_LINE_BYTES // chunk_of + 1):
        if parser.failure is None:
            parser.feed(b"x" * chunk_of)
    assert type(parser.failure) is UpstreamProtocolError
    # What was held is let go.
    assert parser.feed(b"") == ""


def test_endless_data_lines_of_one_event_are_given_up() -> None:
    parser = ReplyParser()
    for _ in range(300):
        if parser.failure is None:
            parser.feed(b"data: " + b"x" * 10_000 + b"\n")
    assert type(parser.failure) is UpstreamProtocolError


@pytest.mark.parametrize(
    ("payload", "kind", "code"),
    [
        ('{"error":{"code":"server_error","message":"m"},"choices":[]}', ProviderFailed, "server_error"),
        ('{"error":{"code":429,"message":"m"}}', RateLimited, "429"),
        ('{"error":{"code":"402","message":"m"}}', OutOfCredit, "402"),
        ('{"error":{"message":"m","metadata":{"error_type":"context_length_exceeded"}}}', ContextTooLong, None),
        ('{"error":{"error_type":"content_policy_violation"}}', ContentRefused, None),
        ('{"error":{"error":{"code":429}}}', RateLimited, "429"),
        ('{"error":"boom"}', ProviderFailed, None),
        ('{"error":["boom"]}', ProviderFailed, None),
        ('{"error":{"code":{"a":1},"metadata":[],"availability":7}}', ProviderFailed, None),
        ('{"error":{"code":true}}', ProviderFailed, None),
        ('{"error":{"code":99999999999999999999}}', ProviderFailed, None),
        ('{"error":{"code":"the keeper said: no"}}', ProviderFailed, None),
        ('{"choices":[{"delta":{},"error":{"code":529}}]}', ProviderFailed, "529"),
        ('{"choices":[{"delta":{"content":""},"finish_reason":"error"}]}', ProviderFailed, None),
    ],
)
def test_errors_in_the_stream(payload: str, kind: type[Exception], code: str | None) -> None:
    text, parser = parse(stream(chunk("before"), payload, chunk("after")))
    assert text == "before"
    assert type(parser.failure) is kind
    assert getattr(parser.failure, "code", "?") == code
    assert getattr(parser.failure, "status", 0) == 200


def test_a_whole_document_instead_of_a_stream() -> None:
    parser = ReplyParser()
    body = {
        "id": "x",
        "choices": [{"message": {"content": "all"}, "finish_reason": "stop"}],
        "usage": json.loads(USAGE),
    }
    assert parser.feed_document(json.dumps(body).encode()) == "all"
    assert (parser.failure, parser.is_done, parser.finish_reason) == (None, True, "stop")
    assert parser.usage is not None


@pytest.mark.parametrize("body", [b"{}", b"", b"[]", b'{"choices":[]}', b"<html>"])
def test_a_document_that_says_nothing(body: bytes) -> None:
    parser = ReplyParser()
    assert parser.feed_document(body) == ""
    assert type(parser.failure) is UpstreamProtocolError


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        (" 1.5 ", 1.5),
        (3, 3.0),
        (Decimal("2.5"), 2.5),
        ("-4", 0.0),
        ("1e12", 86_400.0),
        ("inf", 86_400.0),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
        ("Wed, 21 Oct 2115 07:28:00 GMT", 86_400.0),
        ("Wed, 21 Oct 2015 07:28:00", None),
        ("nan", None),
        ("soon", None),
        ("", None),
        (None, None),
        (True, None),
        ([], None),
    ],
)
def test_retry_after(value: object, seconds: float | None) -> None:
    assert parse_retry_after(value) == seconds


def test_retry_after_is_found_wherever_it_stands() -> None:
    assert error_from({}, status=429, headers={"retry-after": "7"}).retry_after == 7
    assert error_from({"metadata": {"retry_after": 3}}, status=429).retry_after == 3
    availability = {"code": "capacity_exhausted", "retryable": True, "retry_after": 5}
    error = error_from({"error": {"code": 503, "availability": availability}}, status=503)
    assert (error.retry_after, error.error_type) == (5, "capacity_exhausted")


def test_an_estimate_rounds_up_and_says_so() -> None:
    usage = estimate_usage([{"role": "user", "content": "abcde"}, {"role": "system", "content": ""}], "abcd")
    assert usage == Usage(prompt_tokens=2, completion_tokens=1, is_estimated=True)
