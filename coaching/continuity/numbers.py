"""Numbers written out, from nought to a hundred and twenty, in both languages."""

import re
from typing import Final

ENGLISH_NUMBER: Final = r"(?:\d{1,3}|[a-z]+(?:[- ][a-z]+)?)"
FRENCH_NUMBER: Final = r"(?:\d{1,3}|[a-zéè]+(?:[- ](?:et[- ])?[a-zéè]+){0,3}?)"
NUMBER: Final = {"en": ENGLISH_NUMBER, "fr": FRENCH_NUMBER}

_SEPARATORS: Final = re.compile(r"[\s\u2010\u2011-]+")


def words(text: str) -> list[str]:
    """The words of a list written as running text."""
    return text.split()


def number(written: str) -> int | None:
    """The number these words are, or None: "forty-two", "quatre-vingt-dix", "17"."""
    if written.isdigit():
        return int(written)
    return _NUMBERS.get(_SEPARATORS.sub(" ", written.lower()))


def _english() -> dict[str, int]:
    small = words("""zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen
        fifteen sixteen seventeen eighteen nineteen""")
    numbers = {word: value for value, word in enumerate(small)}
    for tens, word in enumerate(words("""twenty thirty forty fifty sixty seventy eighty ninety"""), start=2):
        numbers[word] = tens * 10
        numbers |= {f"{word} {small[unit]}": tens * 10 + unit for unit in range(1, 10)}
    return numbers | {"a hundred": 100, "one hundred": 100}


def _french() -> dict[str, int]:
    small = [
        *words("zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize"),
        *("dix sept", "dix huit", "dix neuf"),
    ]
    numbers = {word: value for value, word in enumerate(small)} | {"une": 1}
    tens = ((20, "vingt", 10), (30, "trente", 10), (40, "quarante", 10), (50, "cinquante", 10))
    for value, word, units in (*tens, (60, "soixante", 20), (80, "quatre vingt", 20)):
        numbers[word] = value
        for unit in range(1, units):
            link = " et " if unit in {1, 11} and value != 80 else " "
            numbers[f"{word}{link}{small[unit]}"] = value + unit
    return numbers | {"quatre vingts": 80, "cent": 100}


# No word means one number in one language and another in the other: "six" is six in both.
_NUMBERS: Final = _english() | _french()
