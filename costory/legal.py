"""The pages of law, which are the files of docs/legal, and what programs ask of a site's root.

A lawyer reads and changes those files, and nothing else. Each has a mark in front until that was done, a title, a
version, a lead, and sections whose names stand behind them in braces, the same in both languages. `{LEGAL_NAME}` and
its like are settings; one that is not set is shown in brackets as what the operator has to fill in. `{SITE}` begins
the address of another page.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Final

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from coaching.processors import processors
from costory.lib import markdown

FILES: Final = settings.BASE_DIR / "docs" / "legal"
NAMES: Final = ("terms", "privacy", "moderation", "contact")
# What the operator says about themselves: the setting, and what it asks for.
BLANKS: Final = {
    "LEGAL_NAME": _("name of the publisher, with its legal form"),
    "LEGAL_ADDRESS": _("postal address of the publisher"),
    "LEGAL_EMAIL": _("e-mail address of the publisher"),
    "LEGAL_PHONE": _("telephone number of the publisher"),
    "LEGAL_REGISTRATION": _("registration number, share capital, VAT number"),
    "LEGAL_PUBLICATION_DIRECTOR": _("name of the publication director"),
    "LEGAL_HOST": _("name, address and telephone number of the host"),
    "LEGAL_MEDIATOR": _("name and address of the consumer mediator"),
    "LEGAL_TRANSFERS": _("legal ground of each transfer outside the European Union"),
    "LEGAL_RETENTION": _("how long server logs and backups are kept"),
}
# What this house keeps to, for programs: everything of a person, and what a link alone opens.
UNSEARCHED: Final = ("/studio/", "/coach/", "/settings/", "/billing/", "/api/", "/s/", "/admin/", "/accounts/")
# RFC 9116, section 2.5.5: less than a year. It moves with the day, because this file is never older than the program.
SECURITY_CONTACT_LIFE: Final = timedelta(days=180)

# A host that exists nowhere (RFC 2606): a link the cleaner lets through, until it is made one of this house.
_HERE: Final = "https://here.invalid"
_OWN_LINK: Final = re.compile(rf'href="{re.escape(_HERE)}(/[^"]*)" rel="[^"]*"')
_PLACEHOLDER: Final = re.compile(r"<p>\{PROCESSORS\}</p>|\{(?P<name>[A-Z_]+)\}")
_FILE: Final = re.compile(
    r"(?P<mark>(?:>[^\n]*\n)*)\s*# (?P<title>[^\n]+)\n\s*\*(?P<version>[^\n]+)\*\n"
    r"(?P<lead>.*?)(?=^## )(?P<sections>.*)",
    re.DOTALL | re.MULTILINE,
)
_SECTION: Final = re.compile(
    r"^## (?P<title>[^\n]+?) \{#(?P<name>[a-z-]+)\}\n(?P<text>.*?)(?=^## |\Z)", re.DOTALL | re.MULTILINE
)


@dataclass(frozen=True)
class Section:
    """A part of a document, with the name by which other pages point at it."""

    name: str
    title: str
    html: SafeString


@dataclass(frozen=True)
class Document:
    """A text of law in one language. `mark` says that no lawyer has read it yet, and is empty once one has."""

    name: str
    title: str
    version: str
    mark: SafeString
    lead: SafeString
    sections: tuple[Section, ...]


@login_not_required
@require_safe
def legal_index(request: HttpRequest) -> HttpResponse:
    """The texts of law there are."""
    return render(request, "legal/index.html", {"documents": [document(name, _language()) for name in NAMES]})


@login_not_required
@require_safe
def legal_page(request: HttpRequest, name: str) -> HttpResponse:
    """One of them, in the reader's language."""
    if name not in NAMES:
        raise Http404
    language = _language()
    others = [_read(other, language) for other in NAMES if other != name]
    return render(request, "legal/page.html", {"document": document(name, language), "others": others})


@login_not_required
@require_safe
@cache_control(public=True, max_age=86_400)
def security_txt(request: HttpRequest) -> HttpResponse:
    """Whom to tell of a weakness (RFC 9116)."""
    expires_at = (timezone.now() + SECURITY_CONTACT_LIFE).replace(hour=0, minute=0, second=0, microsecond=0)
    contact = f"mailto:{_line(settings.LEGAL_EMAIL)}" if settings.LEGAL_EMAIL else f"{settings.APP_URL}/legal/contact/"
    lines = [
        f"Contact: {contact}",
        f"Expires: {expires_at:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: en, fr",
        f"Canonical: {settings.APP_URL}/.well-known/security.txt",
        f"Policy: {settings.APP_URL}/legal/contact/#security",
    ]
    return _plain(lines)


@login_not_required
@require_safe
@cache_control(public=True, max_age=86_400)
def robots_txt(request: HttpRequest) -> HttpResponse:
    """What search engines leave alone (RFC 9309)."""
    refused = [f"Disallow: {path}" for path in UNSEARCHED]
    return _plain(["User-agent: *", *refused, "", f"Sitemap: {settings.APP_URL}/sitemap.xml"])


def document(name: str, language: str) -> Document:
    """The document with what the operator and the settings say of this house put in."""
    text = _read(name, language)
    sections = tuple(Section(part.name, part.title, _fill(part.html)) for part in text.sections)
    return Document(text.name, text.title, text.version, text.mark, _fill(text.lead), sections)


@cache
def _read(name: str, language: str) -> Document:
    """The document as its file has it, rendered once in the life of a process."""
    parts = _FILE.fullmatch((FILES / language / f"{name}.md").read_text())
    if parts is None:
        raise ValueError(f"docs/legal/{language}/{name}.md is not written as its README says.")
    sections = tuple(
        Section(part["name"], part["title"], _html(part["text"])) for part in _SECTION.finditer(parts["sections"])
    )
    mark = re.sub(r"^> ?", "", parts["mark"], flags=re.MULTILINE)
    return Document(name, parts["title"], parts["version"], _html(mark), _html(parts["lead"]), sections)


def _html(text: str) -> SafeString:
    rendered = markdown.render(text.strip().replace("{SITE}", _HERE))
    return mark_safe(_OWN_LINK.sub(r'href="\1"', rendered))  # noqa: S308 - cleaned; only a known prefix of it went


def _fill(text: SafeString) -> SafeString:
    return mark_safe(_PLACEHOLDER.sub(_filled, text))  # noqa: S308 - cleaned, and what is put in is escaped


def _filled(found: re.Match[str]) -> str:
    if found["name"] is None:
        return render_to_string("legal/_processors.html", {"processors": processors()})
    return _value(found["name"])


def _value(name: str) -> SafeString:
    if name == "APP_URL":
        return escape(settings.APP_URL)
    value = _line(getattr(settings, name))
    if not value:
        words = _("to be filled in by the operator: %(what)s") % {"what": BLANKS[name]}
        return format_html('<mark class="legal__blank">[{}]</mark>', words)
    if name == "LEGAL_EMAIL":
        return format_html('<a href="mailto:{0}">{0}</a>', value)
    return escape(value)


def _line(value: str) -> str:
    return " ".join(value.split())


def _language() -> str:
    return "fr" if (get_language() or "").startswith("fr") else "en"


def _plain(lines: list[str]) -> HttpResponse:
    return HttpResponse("\n".join([*lines, ""]), content_type="text/plain; charset=utf-8")
