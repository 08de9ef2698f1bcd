"""Money as integer micros: 1 € = 1,000,000. No float comes near it.

What a provider charges is a Decimal in USD; what a wallet holds is an int. `ceil_micros` is the one way from the
first to the second, and it rounds up, so that nothing is given away a millionth at a time.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal

MICROS_PER_UNIT = 1_000_000
#: One energy point: a hundredth of the Café pack.
ENERGY_POINT_MICROS = 29_900

# Far beyond any rate, price or cost there is: a guard against "1e999999999", which is a finite Decimal too.
_LARGEST = Decimal(10) ** 12
# Rounds up where even these digits do not suffice: the result may only ever err upwards.
_UPWARDS = Context(prec=60, rounding=ROUND_CEILING)

_NARROW_SPACE = "\u202f"
_SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£"}


class MoneyError(ValueError):
    """A figure that cannot be an amount: NaN, infinite, negative or out of all proportion."""


def ceil_micros(cost_usd: Decimal, *, usd_to_wallet: Decimal, markup: Decimal) -> int:
    """What a provider's cost is to a writer, in micros of the wallet's currency, rounded up.

    Raises MoneyError unless the cost is zero or more and the rate and markup are above zero.
    """
    for factor in (usd_to_wallet, markup):
        if _checked(factor) == 0:
            raise MoneyError("A rate or markup of zero would give work away.")
    product = _UPWARDS.multiply(_checked(cost_usd), usd_to_wallet)
    product = _UPWARDS.multiply(_UPWARDS.multiply(product, markup), Decimal(MICROS_PER_UNIT))
    return int(product.to_integral_value(rounding=ROUND_CEILING))


def estimate_cost_usd(
    *,
    prompt_tokens: int,
    completion_tokens: int,
    prompt_price: Decimal,
    completion_price: Decimal,
    request_price: Decimal = Decimal(0),
) -> Decimal:
    """What these tokens cost at these prices (USD per token, and per request), never less.

    With the most tokens a reply may have, this is the ceiling shown before and held. Raises MoneyError.
    """
    if prompt_tokens < 0 or completion_tokens < 0:
        raise MoneyError("A number of tokens cannot be negative.")
    prompt = _UPWARDS.multiply(Decimal(prompt_tokens), _checked(prompt_price))
    completion = _UPWARDS.multiply(Decimal(completion_tokens), _checked(completion_price))
    return _UPWARDS.add(_UPWARDS.add(prompt, completion), _checked(request_price))


def format_micros(
    micros: int,
    *,
    language: str,
    currency: str = "EUR",
    is_exact: bool = False,
    is_signed: bool = False,
    rounding: str = ROUND_HALF_EVEN,
) -> str:
    """An amount for a person: `0,0123 €` in French, `€0.0123` in English.

    Two decimals from one unit up, four below it, six below a hundredth, trailing zeros dropped down to two.
    `is_exact` keeps every digit there is (the ledger, whose lines must add up); `is_signed` shows a plus as well.
    Round a price with ROUND_CEILING and a balance with ROUND_FLOOR, so that neither promises too much.
    """
    step = 1 if is_exact else _display_step(abs(micros))
    rounded = int((Decimal(micros) / step).to_integral_value(rounding=rounding)) * step
    sign = "−" if rounded < 0 else "+" if is_signed and rounded > 0 else ""
    units, fraction = divmod(abs(rounded), MICROS_PER_UNIT)
    digits = f"{fraction:06}"
    digits = digits[:2] + digits[2:].rstrip("0")
    symbol = _SYMBOLS.get(currency, currency)
    if _is_french(language):
        return f"{sign}{_grouped(units, _NARROW_SPACE)},{digits}{_NARROW_SPACE}{symbol}"
    space = "\u00a0" if symbol == currency else ""
    return f"{sign}{symbol}{space}{_grouped(units, ',')}.{digits}"


def energy_points(micros: int, *, point_micros: int = ENERGY_POINT_MICROS, rounding: str = ROUND_FLOOR) -> Decimal:
    """An amount in energy points, to a tenth; a balance is rounded down unless told otherwise."""
    # Exact before it is rounded: an int divided by an int may have no end in decimals.
    tenths = Decimal(micros * 10) / point_micros
    return tenths.to_integral_value(rounding=rounding).scaleb(-1)


def format_energy_points(micros: int, *, language: str, rounding: str = ROUND_FLOOR) -> str:
    """The same for a person: `1 234,5` in French, `1,234.5` in English, no tenth when it is zero."""
    points = energy_points(micros, rounding=rounding)
    sign = "−" if points < 0 else ""
    units, tenth = divmod(int(abs(points) * 10), 10)
    group, comma = (_NARROW_SPACE, ",") if _is_french(language) else (",", ".")
    return f"{sign}{_grouped(units, group)}" + (f"{comma}{tenth}" if tenth else "")


def _display_step(magnitude: int) -> int:
    """The micros of the last decimal worth showing."""
    if magnitude >= MICROS_PER_UNIT:
        return 10_000
    return 100 if magnitude >= MICROS_PER_UNIT // 100 else 1


def _checked(amount: Decimal) -> Decimal:
    if not isinstance(amount, Decimal):
        raise TypeError("Money is computed from Decimal, never from float.")
    if not amount.is_finite() or amount < 0 or amount > _LARGEST:
        raise MoneyError("Not an amount.")
    return amount


def _grouped(units: int, separator: str) -> str:
    return f"{units:,}".replace(",", separator)


def _is_french(language: str) -> bool:
    return language.lower().partition("-")[0] == "fr"
