"""The estimate a price ceiling rests on: high, monotone, and never above the bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coaching.tokens import MESSAGE_OVERHEAD_TOKENS, estimate_messages, estimate_tokens

ENGLISH = (
    "The ferry left without her. She stood on the quay with the letter in her hand, and the gulls went on as if "
    "nothing had been decided. Behind her somebody was folding a tarpaulin, badly, and swearing at the wind. "
)
FRENCH = """La clé tournait mal. Anne la retira, souffla dessus comme on souffle sur un œil, recommença.

— Laisse, dit Claire derrière elle. Il faut soulever.

Elle souleva. La porte s’ouvrit sur l’odeur de sel et de linge froid qui avait été leur enfance."""
prose = st.text(max_size=400)


@given(prose, prose)
def test_an_estimate_never_falls_by_adding_text_nor_rises_by_cutting_it_up(one, other):
    both = estimate_tokens(one + other)

    assert max(estimate_tokens(one), estimate_tokens(other)) <= both <= estimate_tokens(one) + estimate_tokens(other)


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("", 0, 0),
        ("a", 1, 1),
        # What the heaviest tokenizers are known to need at least, and never more than a token for each byte.
        (ENGLISH, 48, 110),
        (FRENCH, 75, 150),
        ("2026-11-20 3.14159", 18, 18),
        ("👩‍👩‍👧", 12, 18),
        ("吾輩は猫である。", 8, 24),
        ("\ud800", 1, 3),
    ],
)
def test_an_estimate_stands_above_the_tokenizers_and_below_the_bytes(text, least, most):
    assert least <= estimate_tokens(text) <= most


def test_a_message_costs_more_than_its_text():
    messages = [{"role": "system", "content": "abc"}, {"role": "user", "content": "de"}]

    assert estimate_messages(messages) == estimate_tokens("abc") + estimate_tokens("de") + 2 * MESSAGE_OVERHEAD_TOKENS
    assert estimate_messages([]) == 0


def test_the_figures_of_each_kind_of_character():
    assert estimate_tokens("a" * 100) == 40
    assert estimate_tokens("A" * 100) == estimate_tokens("1" * 100) == estimate_tokens("é" * 100) == 100
    assert estimate_tokens("—" * 100) == estimate_tokens("字" * 100) == 200
    assert estimate_tokens("😀" * 100) == 400
