"""What a model answers when it is asked for contradictions: the form it is asked to keep, and what is sound in it.

A model may ignore the form, wrap it in prose, repeat itself without end, answer with a page of HTML or with nothing.
`parse` returns what can be used and never raises; `verify` then keeps only what stands in the text, word for word.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from coaching.continuity.findings import KINDS, Finding, Passage, Quote

MOST_FINDINGS: Final = 100
LONGEST_ANSWER: Final = 400_000
SHORTEST_QUOTE: Final = 6
LONGEST_QUOTE: Final = 600
LONGEST_EXPLANATION: Final = 500
CONFIDENCES: Final = {"high": 0.9, "medium": 0.7, "low": 0.4}

_PLACE: Final = {
    "type": "object",
    "properties": {"chapter": {"type": "integer"}, "quote": {"type": "string"}},
    "required": ["chapter", "quote"],
    "additionalProperties": False,
}
# Every property required and none besides, without bounds: what strict structured output accepts everywhere.
FINDINGS_SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "findings": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "kind": {"type": "string", "enum": list(KINDS)},
                    "first": _PLACE,
                    "second": _PLACE,
                    "explanation": {"type": "string"},
                    "confidence": {"type": "string", "enum": list(CONFIDENCES)},
                },
                "required": ["kind", "first", "second", "explanation", "confidence"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["findings"],
    "additionalProperties": False,
}

_THOUGHT: Final = re.compile(r"</think(?:ing)?>", re.IGNORECASE)
_UNPRINTABLE: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Claim:
    """A contradiction as a model claims it: each quote with the number of its chapter, None where it gave none."""

    kind: str
    first_number: int | None
    first_quote: str
    second_number: int | None
    second_quote: str
    explanation: str
    confidence: float


def parse(answer: str) -> list[Claim]:
    """The sound claims of an answer, each once, at most MOST_FINDINGS. Never raises."""
    claims: dict[tuple[str, frozenset[str]], Claim] = {}
    for found in _findings(_THOUGHT.split(answer[:LONGEST_ANSWER])[-1]):
        if len(claims) >= MOST_FINDINGS:
            break
        claim = _claim(found)
        if claim is not None:
            claims.setdefault((claim.kind, frozenset((claim.first_quote, claim.second_quote))), claim)
    return list(claims.values())


def verify(claims: Iterable[Claim], chapters: Sequence[Passage]) -> list[Finding]:
    """The claims whose two quotes stand in the text character for character, with their places; the others are dropped.

    A quote is looked for in the chapter it is said to come from, then in the others. Two quotes of one and the same
    place contradict nothing and are dropped too.
    """
    places = {chapter.chapter_id: place for place, chapter in enumerate(chapters)}
    kept: dict[tuple[str, Quote, Quote], Finding] = {}
    for claim in claims:
        first = _locate(claim.first_quote, claim.first_number, chapters)
        second = _locate(claim.second_quote, claim.second_number, chapters, besides=first)
        if first is None or second is None:
            continue
        first, second = sorted((first, second), key=lambda quote: (places[quote.chapter_id], quote.start))
        finding = Finding(claim.kind, first, second, claim.explanation, {}, claim.confidence)
        kept.setdefault((claim.kind, first, second), finding)
    return list(kept.values())


def unwaived(found: Iterable[Finding], waived: Sequence[Finding]) -> list[Finding]:
    """The findings that say nothing of what was waived: a model that repeats one cuts its quotes in another way."""
    return [finding for finding in found if not any(_repeats(finding, known) for known in waived)]


def _repeats(finding: Finding, known: Finding) -> bool:
    if finding.kind != known.kind and "other" not in (finding.kind, known.kind):
        return False
    pairs = ((known.first, known.second), (known.second, known.first))
    return any(_touch(finding.first, first) and _touch(finding.second, second) for first, second in pairs)


def _touch(one: Quote, other: Quote) -> bool:
    """Whether two quotes are of one place: they overlap, or stand in one chapter and one is within the other."""
    if one.chapter_id != other.chapter_id:
        return False
    return (one.start < other.end and other.start < one.end) or one.text in other.text or other.text in one.text


def _findings(answer: str) -> Iterator[dict[str, Any]]:
    """Everything in an answer that is a JSON object and may be a finding, in its order.

    Objects are read one by one from their opening brace, so that a list that was cut off, or never ended, still gives
    those that are whole. What a failed reading costs is counted: the work stays within a few times the length.
    """
    decoder = json.JSONDecoder(strict=False)
    allowance = 4 * len(answer) + 1_000
    start = answer.find("{")
    while start >= 0 and allowance > 0:
        try:
            found, end = decoder.raw_decode(answer, start)
        except json.JSONDecodeError as error:
            # Making the error counts the lines up to its place: that is work too.
            allowance -= error.pos - start + error.pos // 16 + 1
            start = answer.find("{", start + 1)
        except (RecursionError, ValueError):
            # Nested without end, or a number of thousands of digits.
            allowance -= len(answer) // 2 + 1
            start = answer.find("{", start + 1)
        else:
            listed = found.get("findings", [found])
            yield from (each for each in (listed if isinstance(listed, list) else []) if isinstance(each, dict))
            start = answer.find("{", end)


def _claim(found: dict[str, Any]) -> Claim | None:
    """A finding as the schema has it, with what can be forgiven forgiven; None where a quote is missing."""
    first_number, first_quote = _place(found.get("first"))
    second_number, second_quote = _place(found.get("second"))
    if not first_quote or not second_quote:
        return None
    kind, explanation, confidence = found.get("kind"), found.get("explanation"), found.get("confidence")
    return Claim(
        kind=kind if isinstance(kind, str) and kind in KINDS else "other",
        first_number=first_number,
        first_quote=first_quote,
        second_number=second_number,
        second_quote=second_quote,
        explanation=_plain(explanation) if isinstance(explanation, str) else "",
        confidence=CONFIDENCES.get(confidence, 0.5) if isinstance(confidence, str) else 0.5,
    )


def _place(value: object) -> tuple[int | None, str]:
    """The chapter's number and the quote, which is empty where it is none or of no use."""
    if not isinstance(value, dict):
        return None, ""
    number, quote = value.get("chapter"), value.get("quote")
    if isinstance(number, str) and number.isascii() and number.isdigit() and len(number) < 6:
        number = int(number)
    if isinstance(number, bool) or not isinstance(number, int):
        number = None
    # A verbatim passage stays one without the white space at its ends; nothing else is touched.
    quote = quote.strip() if isinstance(quote, str) else ""
    is_fit = SHORTEST_QUOTE <= len(quote) <= LONGEST_QUOTE
    return number, quote if is_fit else ""


def _plain(explanation: str) -> str:
    """A model's words in one line and of a length for a card."""
    line = " ".join(_UNPRINTABLE.sub("", explanation).split())
    if len(line) <= LONGEST_EXPLANATION:
        return line
    return line[: LONGEST_EXPLANATION - 1].rpartition(" ")[0] + "…"


def _locate(
    quote: str, number: int | None, chapters: Sequence[Passage], *, besides: Quote | None = None
) -> Quote | None:
    """Where these words stand: in the chapter of this number first, and not at the place that is taken already."""
    for chapter in sorted(chapters, key=lambda chapter: chapter.number != number):
        start = chapter.text.find(quote)
        if besides is not None and (chapter.chapter_id, start, quote) == (
            besides.chapter_id,
            besides.start,
            besides.text,
        ):
            start = chapter.text.find(quote, start + len(quote))
        if start >= 0:
            return Quote(chapter.chapter_id, start, start + len(quote), quote)
    return None
