"""How the loopback model's generations go, by name, and the catalogue it shows."""

from __future__ import annotations

import dataclasses
import json
import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from tests.model_prose import ENGLISH, FRENCH

PROMPT_PRICE = Decimal("0.000003")
COMPLETION_PRICE = Decimal("0.000015")


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """How one generation goes. Times are in seconds; `after` is the number of chunks before the ending."""

    does: str = ""
    chunks: int = 24
    interval: float = 0.002
    first_delay: float = 0.0
    text: str = "prose"
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    ending: str = "done"
    has_usage: bool = True
    cost: str | None = "quote"
    comments: int = 0
    split: int = 0
    eol: bytes = b"\n"
    generation_misses: int = 0
    bills_in_full: bool = False


def error_body(status: int, message: str, **metadata: Any) -> bytes:
    """The error envelope of section 1.3."""
    return json.dumps({"error": {"code": status, "message": message, "metadata": metadata}, "user_id": "u"}).encode()


def _refusal(status: int, message: str, does: str, *headers: tuple[str, str], **metadata: Any) -> Scenario:
    return Scenario(does=does, status=status, headers=headers, body=error_body(status, message, **metadata))


SCENARIOS: dict[str, Scenario] = {
    "normal": Scenario(does="24 chunks of prose, finish_reason, usage with empty choices, [DONE]"),
    "prose": Scenario(does="prose in the request's language at a human pace", chunks=120, interval=0.025),
    "prose-fr": Scenario(does="the same, always French", chunks=120, interval=0.025, text="fr"),
    "prose-en": Scenario(does="the same, always English", chunks=120, interval=0.025, text="en"),
    "steady": Scenario(does="evenly spaced prose, for the bench", chunks=200, interval=0.02),
    "clock": Scenario(does="each chunk is '@<CLOCK_MONOTONIC ns> ' when sent", chunks=200, interval=0.02, text="clock"),
    "markdown": Scenario(does="headings, a list, an image, a link and a script in the text", text="markdown"),
    "comments": Scenario(does="keep-alive comments before and between the chunks", comments=3),
    "slow-start": Scenario(does="first token after 1 s", first_delay=1.0),
    "no-done": Scenario(does="ends cleanly without [DONE]", ending="no-done"),
    "no-usage": Scenario(does="no usage chunk", has_usage=False),
    "no-cost": Scenario(does="a usage chunk without a price, as local servers send", cost=None),
    "expensive": Scenario(does="the price is a thousand times the quote", cost="expensive"),
    "negative-cost": Scenario(does="the price is -1", cost="-1"),
    "nan-cost": Scenario(does="the price is NaN", cost="NaN"),
    "empty": Scenario(does="no text at all, then finish_reason stop", chunks=0),
    "length": Scenario(does="finish_reason length", ending="length"),
    "reasoning": Scenario(does="reasoning deltas, then text", text="reasoning"),
    "only-reasoning": Scenario(does="reasoning deltas and no text at all", chunks=0, text="only-reasoning"),
    "crlf": Scenario(does="lines end in CRLF", eol=b"\r\n"),
    "split": Scenario(does="seven bytes per packet, through accents and emoji", chunks=6, split=7, text="unicode"),
    "split-utf8": Scenario(does="one byte per packet, through accents and emoji", chunks=6, split=1, text="unicode"),
    "cut": Scenario(does="the connection ends after the chunks, no closing chunk", chunks=5, ending="cut"),
    "reset": Scenario(does="the connection is reset after the chunks", chunks=5, ending="reset"),
    "cut-start": Scenario(does="the connection ends before any answer", ending="cut-start"),
    "silence": Scenario(does="nothing more after 5 chunks, connection held", chunks=5, ending="silence"),
    "hang": Scenario(does="nothing more after the finish_reason, connection held", chunks=5, ending="hang"),
    "mute": Scenario(does="not even a status line", ending="mute"),
    "error": Scenario(does="error object with a string code after 5 chunks", chunks=5, ending="error"),
    "error-int": Scenario(does="error object with code 502 after 5 chunks", chunks=5, ending="error-int"),
    "error-string": Scenario(does="error as a plain string after 5 chunks", chunks=5, ending="error-string"),
    "error-choice": Scenario(does="error inside choices[0] after 5 chunks", chunks=5, ending="error-choice"),
    "lost-cost": Scenario(does="/generation answers 404 twice, then knows it", generation_misses=2, has_usage=False),
    "no-generation": Scenario(does="/generation never knows it", generation_misses=10**9, has_usage=False),
    "bills-in-full": Scenario(does="slow, and billed in full when stopped", interval=0.02, bills_in_full=True),
    "400": _refusal(400, "bad parameters", "400 context too long", error_type="context_length_exceeded"),
    "401": _refusal(401, "No auth credentials found", "401"),
    "402": _refusal(402, "Insufficient credits", "402", error_type="payment_required"),
    "403": _refusal(
        403, "flagged", "403 moderation quoting the input", reasons=["violence"], flagged_input="FLAGGED STORY TEXT"
    ),
    "404": _refusal(404, "No endpoints found", "404"),
    "408": _refusal(408, "timeout", "408"),
    "413": _refusal(413, "too large", "413"),
    "422": _refusal(422, "unprocessable", "422"),
    "429": _refusal(429, "slow down", "429, Retry-After 7", ("Retry-After", "7"), error_type="rate_limit_exceeded"),
    "500": _refusal(500, "masked", "500"),
    "502": _refusal(502, "bad provider", "502", error_type="provider_unavailable"),
    "503": _refusal(503, "none available", "503", error_type="provider_unavailable"),
    "529": _refusal(529, "overloaded", "529", error_type="provider_overloaded"),
    "html": Scenario(
        does="an HTML page with status 200",
        headers=(("Content-Type", "text/html; charset=utf-8"),),
        body=b"<!doctype html><title>Just a moment</title><p>Checking your browser",
    ),
    "html-as-stream": Scenario(
        does="the same page, declared as an event stream",
        headers=(("Content-Type", "text/event-stream"),),
        body=b"<!doctype html>\n<title>Just a moment</title>\n<p>Checking your browser\n",
    ),
    "json-error": Scenario(does="status 200, not streamed, an error inside", body=error_body(502, "Provider returned")),
    "huge-line": Scenario(
        does="one line of 3 MB",
        headers=(("Content-Type", "text/event-stream"),),
        body=b'data: {"choices":[{"delta":{"content":"' + b"x" * 3_000_000,
    ),
}

_UNICODE = ("L’été à ", "Noël, ", "l’œuvre ", "«\u202fça\u202f» ", "🖋️📖 ", "naïve. ")
_MARKDOWN = (
    "## What works\n\n",
    "- The *storm* arrives late.\n",
    "- The **keeper** never speaks.\n\n",
    "![pixel](https://tracker.example/p.png) ",
    "[a link](https://elsewhere.example/) ",
    "<script>alert(1)</script> ",
    "[bad](javascript:alert(1))\n\n",
    "What does she *want* when the lamp goes out?\n",
)


@lru_cache(maxsize=256)
def pieces(text: str, count: int) -> tuple[bytes, ...]:
    """The chunks' texts, already escaped for JSON; prose goes word by word, round and round."""
    if text in ("unicode", "markdown"):
        source: tuple[str, ...] = _UNICODE if text == "unicode" else _MARKDOWN
    else:
        source = tuple(re.findall(r"\S+\s*", FRENCH if text == "fr" else ENGLISH))
    return tuple(json.dumps(source[n % len(source)], ensure_ascii=False)[1:-1].encode() for n in range(count))


def scenario_named(name: str) -> Scenario | None:
    """The scenario of that name, with its optional ``-NxM`` pace; None when there is none."""
    if scenario := SCENARIOS.get(name):
        return scenario
    paced = re.fullmatch(r"(.+)-(\d+)x(\d+)", name)
    if paced and (scenario := SCENARIOS.get(paced[1])):
        return dataclasses.replace(scenario, chunks=int(paced[2]), interval=int(paced[3]) / 1000)
    return None


ERRORS = {
    "error": b'[{"index":0,"delta":{"content":""},"finish_reason":"error"}],"error":{"code":"server_error",'
    b'"message":"Provider disconnected","metadata":{"error_type":"provider_unavailable"}}}',
    "error-int": b'[],"error":{"code":502,"message":"Provider disconnected"}}',
    "error-string": b'[],"error":"Provider disconnected"}',
    "error-choice": b'[{"index":0,"delta":{},"finish_reason":"error","error":{"code":529,"message":"Overloaded",'
    b'"metadata":{"error_type":"provider_overloaded"}}}]}',
}


def listing(model: str, prompt: Any = str(PROMPT_PRICE), completion: Any = str(COMPLETION_PRICE), **more: Any) -> Any:
    """One entry of `/models`."""
    return {
        "id": model,
        "canonical_slug": model,
        "name": model.rpartition("/")[2].replace("-", " ").title(),
        "created": 1763596800,
        "context_length": 200_000,
        "architecture": {"input_modalities": ["text"], "output_modalities": ["text"], "tokenizer": "Other"},
        "pricing": {"prompt": prompt, "completion": completion, "request": "0", "image": "0"},
        "top_provider": {"context_length": 200_000, "max_completion_tokens": 8_192, "is_moderated": False},
        "supported_parameters": ["max_tokens", "temperature"],
        **more,
    }


def default_catalogue() -> list[Any]:
    """Models that work and models whose prices are wrong in every way."""
    return [
        listing("anthropic/claude-sonnet-4.6"),
        listing("test/prose", name="Prose (test)"),
        listing("test/steady-200x20", name="Steady (test)"),
        listing("test/normal", name="Normal (test)"),
        listing("odd/free:free", "0", "0"),
        listing("odd/negative", "-1", "-1"),
        listing("odd/nan", "NaN", "Infinity"),
        listing("odd/words", "cheap", ""),
        listing("odd/absurd", "1e400", "12"),
        {"id": "odd/no-pricing", "name": "No pricing", "context_length": None},
        listing(
            "odd/overrides",
            pricing={
                "prompt": "0.000003",
                "completion": "0.000015",
                "overrides": [
                    {"min_context": 200_000, "prompt": "0.000006", "completion": "0.0000225"},
                    {"pricing": {"prompt": "0.000001"}},
                ],
            },
        ),
    ]
