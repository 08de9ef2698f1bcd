"""What a generation used and what it cost, as far as the other side's numbers can be believed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

#: A single generation above this is not a price but a mistake (USD).
ABSURD_COST = Decimal(1000)
_CHARACTERS_PER_TOKEN = 4
_MOST_TOKENS = 10**9


@dataclass(frozen=True, kw_only=True)
class Usage:
    """Tokens counted by the provider, and USD charged.

    `cost` is None when the server told none or told nonsense (NaN, negative, absurd); `is_cost_invalid` tells which.
    `is_estimated` marks tokens we guessed ourselves.
    """

    prompt_tokens: int
    completion_tokens: int
    cost: Decimal | None = None
    is_cost_invalid: bool = False
    is_estimated: bool = False


@dataclass(frozen=True, kw_only=True)
class GenerationCost:
    """What `/generation` says of a finished or cancelled generation. `cost` in USD, with the rules of `Usage`."""

    generation_id: str
    model: str
    provider: str
    cost: Decimal | None
    is_cost_invalid: bool
    prompt_tokens: int
    completion_tokens: int
    finish_reason: str | None
    is_cancelled: bool


def estimate_usage(messages: Iterable[Mapping[str, str]], text: str) -> Usage:
    """Guess at four characters a token, rounding up, for servers that count nothing (EXTERNAL.md section 2)."""
    prompt = sum(len(message["content"]) for message in messages)
    return Usage(
        prompt_tokens=-(-prompt // _CHARACTERS_PER_TOKEN),
        completion_tokens=-(-len(text) // _CHARACTERS_PER_TOKEN),
        is_estimated=True,
    )


def parse_usage(value: Mapping[str, object]) -> Usage:
    """Read the `usage` object of a chunk whose numbers were parsed as Decimal."""
    cost, is_cost_invalid = parse_cost(value.get("cost"))
    return Usage(
        prompt_tokens=parse_count(value.get("prompt_tokens")),
        completion_tokens=parse_count(value.get("completion_tokens")),
        cost=cost,
        is_cost_invalid=is_cost_invalid,
    )


def parse_generation(value: Mapping[str, object]) -> GenerationCost:
    """Read the `data` object of `/generation`."""
    cost, is_cost_invalid = parse_cost(value.get("total_cost"))
    finish_reason = value.get("finish_reason")
    return GenerationCost(
        generation_id=str(value.get("id", "")),
        model=str(value.get("model", "")),
        provider=str(value.get("provider_name") or ""),
        cost=cost,
        is_cost_invalid=is_cost_invalid,
        prompt_tokens=parse_count(value.get("native_tokens_prompt") or value.get("tokens_prompt")),
        completion_tokens=parse_count(value.get("native_tokens_completion") or value.get("tokens_completion")),
        finish_reason=finish_reason if isinstance(finish_reason, str) else None,
        is_cancelled=value.get("cancelled") is True,
    )


def parse_cost(value: object) -> tuple[Decimal | None, bool]:
    """USD and whether a figure was given but cannot be one: (None, False) when none was given."""
    if value is None:
        return None, False
    cost = parse_decimal(value)
    if cost is None or cost < 0 or cost > ABSURD_COST:
        return None, True
    return abs(cost), False  # abs: minus zero is zero


def parse_decimal(value: object) -> Decimal | None:
    """A finite Decimal from a JSON number or a string of one; None for everything else."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return None
    try:
        number = Decimal(value)
    except (InvalidOperation, ValueError):
        return None
    return number if number.is_finite() else None


def parse_count(value: object) -> int:
    """A number of tokens; 0 when it is not one."""
    number = None if isinstance(value, str) else parse_decimal(value)
    return int(number) if number is not None and 0 <= number <= _MOST_TOKENS else 0
