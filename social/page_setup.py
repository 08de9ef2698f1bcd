"""How a reader likes a page set: size, face, width, leading and paper, in a cookie of their browser.

A cookie and no row, because it belongs to the screen and not to the person: a telephone is read with larger letters
than a desk. It says nothing about who reads or what.
"""

from dataclasses import dataclass, fields
from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

COOKIE: Final = "costory-page"
SECONDS: Final = 365 * 86_400

Label = str | Promise
CHOICES: Final[dict[str, list[tuple[str, Label]]]] = {
    "size": [("s", _("Small")), ("m", _("Medium")), ("l", _("Large")), ("xl", _("Very large"))],
    "face": [("serif", _("Serif")), ("sans", _("Sans serif"))],
    "width": [("narrow", _("Narrow")), ("m", _("Medium")), ("wide", _("Wide"))],
    "leading": [("tight", _("Tight")), ("m", _("Medium")), ("loose", _("Loose"))],
    "paper": [("auto", _("As the site")), ("light", _("Paper")), ("sepia", _("Sepia")), ("dark", _("Dark"))],
}


@dataclass(frozen=True)
class PageSetup:
    """One setting of the page."""

    size: str = "m"
    face: str = "serif"
    width: str = "m"
    leading: str = "m"
    paper: str = "auto"

    @classmethod
    def of(cls, request: HttpRequest) -> "PageSetup":
        """The setup this browser has asked for; what is unknown in its cookie is as if it were not said."""
        said = dict(part.split(":", 1) for part in request.COOKIES.get(COOKIE, "")[:200].split(".") if ":" in part)
        known = {name: value for name, value in said.items() if value in dict(CHOICES.get(name, []))}
        return cls(**known)

    def keep(self, response: HttpResponse, *, is_secure: bool) -> None:
        """Have the browser remember it for a year. Scripts may read and write it: it guards nothing."""
        value = ".".join(f"{field.name}:{getattr(self, field.name)}" for field in fields(self))
        response.set_cookie(COOKIE, value, max_age=SECONDS, samesite="Lax", secure=is_secure)

    @property
    def groups(self) -> list[dict[str, Any]]:
        """What there is to choose, for the page's menu."""
        names = {
            "size": _("Letters"),
            "face": _("Typeface"),
            "width": _("Width of the text"),
            "leading": _("Space between lines"),
            "paper": _("Paper"),
        }
        return [
            {"name": name, "label": names[name], "choices": choices, "chosen": getattr(self, name)}
            for name, choices in CHOICES.items()
        ]


class PageSetupForm(forms.Form):
    """What a reader chose of the page's setting."""

    size = forms.ChoiceField(choices=CHOICES["size"])
    face = forms.ChoiceField(choices=CHOICES["face"])
    width = forms.ChoiceField(choices=CHOICES["width"])
    leading = forms.ChoiceField(choices=CHOICES["leading"])
    paper = forms.ChoiceField(choices=CHOICES["paper"])
