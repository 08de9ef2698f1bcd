"""Where people in danger are helped: numbers by country, as their services publish them.

Written from memory of what is published, with no network to check it: an operator has to before going public, and
whenever a number changes. Each line says what it is for, day and night unless told otherwise.
"""

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

EMERGENCY: Final = _("Emergency")
SUICIDE: Final = _("Suicide prevention")
LISTENING: Final = _("Someone to talk to")
MEDICAL: Final = _("Medical help")
VIOLENCE: Final = _("Violence at home or against women")
CHILDREN: Final = _("A child in danger")


@dataclass(frozen=True, slots=True)
class Line:
    """A number, and what it is for."""

    number: str
    purpose: "str | Promise"

    @property
    def dialled(self) -> str:
        """The number as a telephone takes it."""
        return "".join(sign for sign in self.number if sign.isdigit() or sign == "+")


def _lines(*lines: tuple[str, "str | Promise"]) -> tuple[Line, ...]:
    return tuple(Line(number, purpose) for number, purpose in lines)


BY_COUNTRY: Final = {
    "FR": _lines(("3114", SUICIDE), ("112", EMERGENCY), ("15", MEDICAL), ("3919", VIOLENCE), ("119", CHILDREN)),
    "BE": _lines(
        ("112", EMERGENCY), ("0800 32 123", SUICIDE), ("1813", SUICIDE), ("107", LISTENING), ("103", CHILDREN)
    ),
    "CH": _lines(("144", EMERGENCY), ("143", LISTENING), ("147", CHILDREN)),
    "LU": _lines(("112", EMERGENCY), ("454545", LISTENING), ("116 111", CHILDREN)),
    "CA": _lines(("911", EMERGENCY), ("988", SUICIDE), ("1 800 668 6868", CHILDREN)),
    "US": _lines(("911", EMERGENCY), ("988", SUICIDE), ("1 800 799 7233", VIOLENCE)),
    "GB": _lines(("999", EMERGENCY), ("116 123", LISTENING), ("0808 2000 247", VIOLENCE), ("0800 1111", CHILDREN)),
    "IE": _lines(("112", EMERGENCY), ("116 123", LISTENING), ("1800 341 900", VIOLENCE), ("1800 66 66 66", CHILDREN)),
    "DE": _lines(("112", EMERGENCY), ("0800 111 0 111", LISTENING), ("116 016", VIOLENCE), ("116 111", CHILDREN)),
    "AT": _lines(("112", EMERGENCY), ("142", LISTENING), ("0800 222 555", VIOLENCE), ("147", CHILDREN)),
    "ES": _lines(("112", EMERGENCY), ("024", SUICIDE), ("016", VIOLENCE), ("116 111", CHILDREN)),
    "IT": _lines(("112", EMERGENCY), ("02 2327 2327", LISTENING), ("1522", VIOLENCE), ("114", CHILDREN)),
    "PT": _lines(("112", EMERGENCY), ("213 544 545", LISTENING), ("116 111", CHILDREN)),
    "NL": _lines(("112", EMERGENCY), ("113", SUICIDE), ("0800 2000", VIOLENCE), ("0800 0432", CHILDREN)),
    "AU": _lines(("000", EMERGENCY), ("13 11 14", SUICIDE), ("1800 737 732", VIOLENCE), ("1800 55 1800", CHILDREN)),
    "NZ": _lines(("111", EMERGENCY), ("1737", LISTENING), ("0508 828 865", SUICIDE), ("0800 456 450", VIOLENCE)),
}
"""By ISO 3166-1 code."""

ANYWHERE: Final = _lines(("112", EMERGENCY))
DIRECTORY: Final = "https://findahelpline.com"
"""Lists lines of every country."""

BY_LANGUAGE: Final = {"fr": "FR"}


def lines_for(country: str, language: str) -> tuple[Line, ...]:
    """The lines of a country; without one those the language suggests, else what holds nearly anywhere."""
    code = country or BY_LANGUAGE.get(language.partition("-")[0].lower(), "")
    return BY_COUNTRY.get(code, ANYWHERE)
