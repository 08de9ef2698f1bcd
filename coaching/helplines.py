"""Where people in danger are helped: numbers by country. docs/help-lines.md says where and when each was verified.

A number that is wrong is worse than none: one goes in with its source in that table, and a country that is not here is
sent to an international directory. A test holds the table against this module.
"""

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from costory.lib.countries import COUNTRIES

EMERGENCY: Final = _("Emergency")
SUICIDE: Final = _("Suicide prevention")
LISTENING: Final = _("Someone to talk to")
MEDICAL: Final = _("Medical help")
VIOLENCE: Final = _("Violence at home or against women")
CHILDREN: Final = _("A child in danger")

NOT_ALWAYS: Final = _("not at all hours")
IN_FRENCH: Final = _("in French")
IN_DUTCH: Final = _("in Dutch")


@dataclass(frozen=True, slots=True)
class Line:
    """A number, what it is for, and what to know before calling it: its language, or that it sleeps."""

    number: str
    purpose: "str | Promise"
    note: "str | Promise" = ""

    @property
    def dialled(self) -> str:
        """The number as a telephone takes it."""
        return "".join(sign for sign in self.number if sign.isdigit() or sign == "+")


@dataclass(frozen=True, slots=True)
class Help:
    """The lines of one place. `place` is the country they are of, empty where none is known."""

    place: "str | Promise"
    lines: tuple[Line, ...]


def _lines(*lines: "tuple[str, str | Promise] | tuple[str, str | Promise, str | Promise]") -> tuple[Line, ...]:
    return tuple(Line(*line) for line in lines)


BY_COUNTRY: Final = {
    "FR": _lines(("3114", SUICIDE), ("112", EMERGENCY), ("15", MEDICAL), ("3919", VIOLENCE), ("119", CHILDREN)),
    "BE": _lines(
        ("112", EMERGENCY),
        ("0800 32 123", SUICIDE, IN_FRENCH),
        ("1813", SUICIDE, IN_DUTCH),
        ("107", LISTENING, IN_FRENCH),
        ("103", CHILDREN, NOT_ALWAYS),
    ),
    "CH": _lines(("112", EMERGENCY), ("144", MEDICAL), ("143", LISTENING), ("147", CHILDREN)),
    "LU": _lines(("112", EMERGENCY), ("454545", LISTENING, NOT_ALWAYS), ("116 111", CHILDREN, NOT_ALWAYS)),
    "CA": _lines(("911", EMERGENCY), ("988", SUICIDE), ("1 800 668 6868", CHILDREN)),
    "US": _lines(("911", EMERGENCY), ("988", SUICIDE), ("1 800 799 7233", VIOLENCE)),
    "GB": _lines(("999", EMERGENCY), ("116 123", LISTENING), ("0808 2000 247", VIOLENCE), ("0800 1111", CHILDREN)),
    "IE": _lines(("112", EMERGENCY), ("116 123", LISTENING), ("1800 341 900", VIOLENCE), ("1800 66 66 66", CHILDREN)),
    "DE": _lines(
        ("112", EMERGENCY), ("0800 111 0 111", LISTENING), ("116 016", VIOLENCE), ("116 111", CHILDREN, NOT_ALWAYS)
    ),
    "AT": _lines(("112", EMERGENCY), ("142", LISTENING), ("0800 222 555", VIOLENCE), ("147", CHILDREN)),
    "ES": _lines(("112", EMERGENCY), ("024", SUICIDE), ("016", VIOLENCE), ("116 111", CHILDREN)),
    "IT": _lines(("112", EMERGENCY), ("02 2327 2327", LISTENING, NOT_ALWAYS), ("1522", VIOLENCE), ("114", CHILDREN)),
    "PT": _lines(
        ("112", EMERGENCY),
        ("1411", SUICIDE),
        ("213 544 545", LISTENING, NOT_ALWAYS),
        ("800 202 148", VIOLENCE),
        ("116 111", CHILDREN, NOT_ALWAYS),
    ),
    "NL": _lines(("112", EMERGENCY), ("113", SUICIDE), ("0800 2000", VIOLENCE), ("0800 0432", CHILDREN, NOT_ALWAYS)),
    "AU": _lines(("000", EMERGENCY), ("13 11 14", SUICIDE), ("1800 737 732", VIOLENCE), ("1800 55 1800", CHILDREN)),
    "NZ": _lines(("111", EMERGENCY), ("1737", LISTENING), ("0508 828 865", SUICIDE), ("0800 733 843", VIOLENCE)),
}
"""By ISO 3166-1 code."""

ANYWHERE: Final = _lines(("112", EMERGENCY, _("in Europe, and from most mobile telephones elsewhere")))
DIRECTORY: Final = "https://findahelpline.com"
"""Lists lines of 130 countries."""

BY_LANGUAGE: Final = {"fr": "FR"}
_NAMES: Final = dict(COUNTRIES)


def help_for(country: str, language: str) -> Help:
    """The lines of a country; without one those the language suggests, else what holds nearly anywhere.

    Always with their country's name: who reads French may live where 3114 rings nowhere.
    """
    code = country or BY_LANGUAGE.get(language.partition("-")[0].lower(), "")
    lines = BY_COUNTRY.get(code)
    return Help(_NAMES[code], lines) if lines else Help("", ANYWHERE)
