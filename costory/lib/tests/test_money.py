"""Micros: exact, upwards, and shown as each language writes money."""

from __future__ import annotations

import math
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costory.lib.money import (
    ENERGY_POINT_MICROS,
    MoneyError,
    ceil_micros,
    energy_points,
    estimate_cost_usd,
    format_energy_points,
    format_micros,
)

costs = st.decimals(min_value=0, max_value=10_000, places=12)
rates = st.decimals(min_value=Decimal("0.01"), max_value=100, places=6)
micros = st.integers(min_value=-(10**15), max_value=10**15)


@given(cost=costs, rate=rates, markup=rates)
def test_a_charge_is_the_exact_product_rounded_up(cost: Decimal, rate: Decimal, markup: Decimal) -> None:
    exact = Fraction(cost) * Fraction(rate) * Fraction(markup) * 1_000_000
    assert ceil_micros(cost, usd_to_wallet=rate, markup=markup) == math.ceil(exact)


@given(
    cost=st.decimals(min_value=0, max_value=Decimal("1e9"), allow_nan=False),
    rate=st.decimals(min_value=Decimal("1e-9"), max_value=Decimal("1e9"), allow_nan=False),
)
def test_a_charge_is_never_below_the_exact_product(cost: Decimal, rate: Decimal) -> None:
    charged = ceil_micros(cost, usd_to_wallet=rate, markup=Decimal(1))
    exact = Fraction(cost) * Fraction(rate) * 1_000_000
    assert charged >= exact
    assert charged <= math.ceil(exact) + math.ceil(exact) // 10**50 + 1


def test_a_charge_by_hand() -> None:
    assert ceil_micros(Decimal("0.00581"), usd_to_wallet=Decimal("0.92"), markup=Decimal("1.5")) == 8018
    assert ceil_micros(Decimal(0), usd_to_wallet=Decimal(1), markup=Decimal(1)) == 0
    assert ceil_micros(Decimal("1e-999999"), usd_to_wallet=Decimal(1), markup=Decimal(1)) == 1


@pytest.mark.parametrize("cost", ["NaN", "sNaN", "Infinity", "-Infinity", "-0.01", "1e13", "1e999999999"])
def test_a_cost_that_is_none_is_refused(cost: str) -> None:
    with pytest.raises(MoneyError):
        ceil_micros(Decimal(cost), usd_to_wallet=Decimal(1), markup=Decimal(1))


@pytest.mark.parametrize("factor", ["NaN", "0", "-1", "Infinity"])
def test_a_rate_or_markup_that_is_none_is_refused(factor: str) -> None:
    with pytest.raises(MoneyError):
        ceil_micros(Decimal(1), usd_to_wallet=Decimal(factor), markup=Decimal(1))
    with pytest.raises(MoneyError):
        ceil_micros(Decimal(1), usd_to_wallet=Decimal(1), markup=Decimal(factor))


def test_a_float_is_refused() -> None:
    with pytest.raises(TypeError):
        ceil_micros(0.1, usd_to_wallet=Decimal(1), markup=Decimal(1))  # type: ignore[arg-type] # the point of it


@given(prompt_tokens=st.integers(0, 10**7), completion_tokens=st.integers(0, 10**6), prompt=costs, completion=costs)
def test_an_estimate_is_exact_and_grows_with_its_tokens(
    prompt_tokens: int, completion_tokens: int, prompt: Decimal, completion: Decimal
) -> None:
    def estimate(completion_tokens: int) -> Decimal:
        return estimate_cost_usd(
            prompt_tokens=prompt_tokens,
            completion_tokens=completion_tokens,
            prompt_price=prompt,
            completion_price=completion,
            request_price=Decimal("0.01"),
        )

    exact = prompt_tokens * Fraction(prompt) + completion_tokens * Fraction(completion) + Fraction(1, 100)
    assert Fraction(estimate(completion_tokens)) == exact
    assert estimate(completion_tokens + 1) >= estimate(completion_tokens)


@pytest.mark.parametrize(("tokens", "price"), [(-1, "1"), (1, "-1"), (1, "NaN")])
def test_an_estimate_from_nonsense_is_refused(tokens: int, price: str) -> None:
    with pytest.raises(MoneyError):
        estimate_cost_usd(
            prompt_tokens=tokens, completion_tokens=1, prompt_price=Decimal(price), completion_price=Decimal(1)
        )


@pytest.mark.parametrize(
    ("amount", "french", "english"),
    [
        (0, "0,00\u202f€", "€0.00"),
        (12_300, "0,0123\u202f€", "€0.0123"),
        (12_345, "0,0123\u202f€", "€0.0123"),
        (581, "0,000581\u202f€", "€0.000581"),
        (100_000, "0,10\u202f€", "€0.10"),
        (287_700, "0,2877\u202f€", "€0.2877"),
        (2_990_000, "2,99\u202f€", "€2.99"),
        (1_234_567_891_234, "1\u202f234\u202f567,89\u202f€", "€1,234,567.89"),
        (-12_300, "−0,0123\u202f€", "−€0.0123"),
        (999_999, "1,00\u202f€", "€1.00"),
    ],
)
def test_an_amount_for_a_person(amount: int, french: str, english: str) -> None:
    assert format_micros(amount, language="fr") == french
    assert format_micros(amount, language="fr-CA") == french
    assert format_micros(amount, language="en-gb") == english


def test_an_amount_with_every_digit_a_sign_and_another_currency() -> None:
    assert format_micros(1_234_567, language="fr", is_exact=True) == "1,234567\u202f€"
    assert format_micros(1_500_000, language="en", is_exact=True, is_signed=True) == "+€1.50"
    assert format_micros(0, language="en", is_signed=True) == "€0.00"
    assert format_micros(2_000_000, language="en", currency="CHF") == "CHF\u00a02.00"
    assert format_micros(2_000_000, language="fr", currency="USD") == "2,00\u202f$"


def test_a_price_rounds_up_and_a_balance_down() -> None:
    assert format_micros(12_301, language="en", rounding=ROUND_CEILING) == "€0.0124"
    assert format_micros(12_399, language="en", rounding=ROUND_FLOOR) == "€0.0123"
    assert format_micros(-12_301, language="en", rounding=ROUND_FLOOR) == "−€0.0124"


@given(micros)
def test_an_exact_amount_can_be_read_back(amount: int) -> None:
    shown = format_micros(amount, language="en", is_exact=True)
    assert Decimal(shown.replace("€", "").replace(",", "").replace("−", "-")) * 1_000_000 == amount


@given(micros)
def test_a_shown_amount_is_near_the_real_one(amount: int) -> None:
    shown = format_micros(amount, language="fr").replace("\u202f", "").replace("€", "")
    read = Decimal(shown.replace(",", ".").replace("−", "-")) * 1_000_000
    assert abs(read - amount) <= max(abs(amount) // 100, 0)


def test_energy_points() -> None:
    assert energy_points(ENERGY_POINT_MICROS) == 1
    assert str(energy_points(2_990_000)) == "100.0"
    assert str(energy_points(29_899)) == "0.9"
    assert str(energy_points(29_899, rounding=ROUND_CEILING)) == "1.0"
    assert str(energy_points(-1)) == "-0.1"
    assert format_energy_points(2_990_000, language="en") == "100"
    assert format_energy_points(36_911_550, language="fr") == "1\u202f234,5"
    assert format_energy_points(36_911_550, language="en") == "1,234.5"
    assert format_energy_points(-29_900, language="en") == "−1"


@given(micros)
def test_energy_points_never_promise_more_than_there_is(amount: int) -> None:
    assert Fraction(energy_points(amount)) * ENERGY_POINT_MICROS <= amount
    assert (Fraction(energy_points(amount)) + Fraction(1, 10)) * ENERGY_POINT_MICROS > amount
