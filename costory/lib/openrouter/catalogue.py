"""The models on offer and their prices, which are promises only for an estimate: charges come from the usage."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from costory.lib.openrouter.usage import parse_count, parse_decimal

#: USD per token. The dearest models ask a few ten-thousandths; above this it is a mistake.
ABSURD_PRICE = Decimal(1)


@dataclass(frozen=True, kw_only=True)
class ModelListing:
    """A model as `/models` lists it. Prices are USD per token (`request_price` per request), never NaN or negative.

    A price is the dearest of the base and its overrides (long contexts, times of day), so that an estimate is a
    ceiling; for completions, reasoning tokens count too. It is None when missing or nonsense anywhere: such a model
    cannot be quoted. Zero is a price: see `is_free`.
    """

    model_id: str
    name: str
    context_length: int | None
    max_completion_tokens: int | None
    prompt_price: Decimal | None
    completion_price: Decimal | None
    request_price: Decimal | None
    expires_on: date | None
    supported_parameters: frozenset[str]

    @property
    def has_price(self) -> bool:
        """Whether a reply of this model can be quoted."""
        return None not in (self.prompt_price, self.completion_price, self.request_price)

    @property
    def is_free(self) -> bool:
        """Whether every price is known and zero."""
        return self.has_price and not (self.prompt_price or self.completion_price or self.request_price)


def parse_models(entries: Iterable[object]) -> list[ModelListing]:
    """The listings that have an id; whatever else is odd about an entry only empties the field concerned."""
    return [listing for entry in entries if isinstance(entry, Mapping) and (listing := _listing(entry)) is not None]


def _listing(entry: Mapping[str, object]) -> ModelListing | None:
    model_id = entry.get("id")
    if not isinstance(model_id, str) or not model_id or len(model_id) > 256:
        return None
    name = entry.get("name")
    top_provider = entry.get("top_provider")
    limits = top_provider if isinstance(top_provider, Mapping) else {}
    parameters = entry.get("supported_parameters")
    prices = _prices(entry.get("pricing"))
    completion = _dearest(prices, "completion")
    reasoning = _dearest(prices, "internal_reasoning", missing=Decimal(0))
    return ModelListing(
        model_id=model_id,
        name=name[:256] if isinstance(name, str) and name else model_id,
        context_length=parse_count(entry.get("context_length")) or None,
        max_completion_tokens=parse_count(limits.get("max_completion_tokens")) or None,
        prompt_price=_dearest(prices, "prompt"),
        completion_price=None if completion is None or reasoning is None else max(completion, reasoning),
        request_price=_dearest(prices, "request", missing=Decimal(0)) if prices else None,
        expires_on=_day(entry.get("expiration_date")),
        supported_parameters=frozenset(
            parameter
            for parameter in (parameters if isinstance(parameters, list) else [])
            if isinstance(parameter, str)
        ),
    )


def _prices(pricing: object) -> list[Mapping[str, object]]:
    """The base prices and each override's, which lie in the override itself or in its own "pricing"."""
    if not isinstance(pricing, Mapping):
        return []
    prices: list[Mapping[str, object]] = [pricing]
    overrides = pricing.get("overrides")
    for override in overrides if isinstance(overrides, list) else []:
        if isinstance(override, Mapping):
            nested = override.get("pricing")
            prices.append(nested if isinstance(nested, Mapping) else override)
    return prices


def _dearest(prices: list[Mapping[str, object]], name: str, *, missing: Decimal | None = None) -> Decimal | None:
    given = [price[name] for price in prices if price.get(name) is not None]
    if not given or (missing is None and prices[0].get(name) is None):
        return missing
    numbers = [parse_decimal(value) for value in given]
    if any(number is None or not 0 <= number <= ABSURD_PRICE for number in numbers):
        return None
    return max(abs(number) for number in numbers if number is not None)


def _day(value: object) -> date | None:
    """A date from an ISO date, an ISO moment or a Unix time."""
    try:
        if isinstance(value, str):
            return date.fromisoformat(value[:10])
        if isinstance(value, int) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC).date()
    except (ValueError, OverflowError, OSError):
        return None
    return None
