"""Who asks for a page, as far as counting needs to know: a person or a program, which one today, and from where.

Nothing here is kept. What is kept of it stands in social.models.read.
"""

import ipaddress
import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone

from social.models import LONGEST_HOST

HERE: Final = "here"
DIRECT: Final = "direct"
OTHERS: Final = "others"
"""Sources that are no hosts; a host has a dot in it."""

_NOBODY: Final = UUID(int=0)
# What no more than one household or firm has; the rest of such an address changes by the hour.
_IPV6_NETWORK: Final = 64
# Text browsers introduce themselves by their name, all others as Mozilla, whatever they are.
_BROWSER: Final = re.compile(r"(mozilla|opera|lynx|e?links|w3m|dillo|netsurf)\b", re.IGNORECASE)
# Words, looked for one by one: one pattern of them all takes ten times as long.
_PROGRAMS: Final = (
    *("crawl", "spider", "slurp", "archiver", "headless", "phantomjs", "lighthouse", "preview", "validator", "monitor"),
    *("pingdom", "scan", "facebookexternalhit", "whatsapp", "mediapartners", "google-", "googleother", "feed", "rss"),
    *("fetch", "curl", "wget", "python", "perl", "ruby", "java/", "okhttp", "libwww", "axios", "node.js", "httpclient"),
    *("http-client", "http://", "https://"),
)
# There is a telephone called Cubot.
_BOT: Final = re.compile(r"(?<!cu)bot")
_AHEAD: Final = re.compile("prefetch|prerender|preview")


@dataclass(frozen=True)
class ReadFacts:
    """What counting is told of a request. `reader` names them for the moment it takes to make a digest of it."""

    day: date
    # In no log and no report of an error.
    reader: str = field(repr=False)
    source: str
    user_id: UUID = _NOBODY
    is_person: bool = True


def reading_day() -> date:
    """The day as the house counts it, the same for all readers wherever they are."""
    return timezone.localdate(timezone=timezone.get_default_timezone())


def facts_of(request: HttpRequest) -> ReadFacts:
    """What counting is told of this request."""
    # Not `request.headers`: they are all renamed for it.
    said = request.META
    agent = said.get("HTTP_USER_AGENT", "")
    user_id = request.user.pk if request.user.is_authenticated else _NOBODY
    return ReadFacts(
        day=reading_day(),
        reader=f"user {user_id}" if user_id != _NOBODY else f"{_network(said.get('REMOTE_ADDR', ''))} {agent}",
        source=source_of(said.get("HTTP_REFERER", ""), request.get_host()),
        user_id=user_id,
        is_person=request.method == "GET" and not _is_ahead(request) and not is_program(agent),
    )


def is_program(agent: str) -> bool:
    """Whether this is no browser that a person looks at, by what it says of itself. Who says nothing is none."""
    said = agent.lower()
    return not _BROWSER.match(agent) or any(word in said for word in _PROGRAMS) or _BOT.search(said) is not None


def source_of(referrer: str, own_host: str) -> str:
    """The host a reader comes from, without port and path; HERE, DIRECT or OTHERS where there is none to name."""
    if not referrer.strip():
        return DIRECT
    try:
        parts = urlsplit(referrer.strip())
        host = (parts.hostname or "").rstrip(".")
        own = urlsplit(f"//{own_host}").hostname
    except ValueError:
        return OTHERS
    if host == own and parts.scheme in {"http", "https"}:
        return HERE
    if parts.scheme not in {"http", "https", "android-app"} or not _is_name(host):
        return OTHERS
    named = ".".join(_readable(label) for label in host.removeprefix("www.").split("."))
    return named[:LONGEST_HOST]


def _is_name(host: str) -> bool:
    """Whether this names a place on the net: not a number, which may be somebody's home, nor a machine's own name."""
    labels = host.split(".")
    return (
        len(host) <= 253
        and len(labels) > 1
        and not labels[-1].isdigit()
        and all(re.fullmatch(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?", label) for label in labels)
    )


def _readable(label: str) -> str:
    """A label in its own letters; as it came where that could be taken for another name."""
    if not label.startswith("xn--"):
        return label
    try:
        text = label.encode("ascii").decode("idna")
        is_same = text.encode("idna") == label.encode("ascii")
    except UnicodeError:
        return label
    kinds = {unicodedata.category(character)[0] for character in text if character != "-"}
    scripts = {unicodedata.name(character, "?").split()[0] for character in text if character.isalpha()}
    # One writing system, in letters, marks and digits: Cyrillic among Latin is how names are forged.
    is_plain = is_same and kinds <= set("LMN") and (len(scripts) == 1 or scripts <= {"CJK", "HIRAGANA", "KATAKANA"})
    return text if is_plain else label


def _is_ahead(request: HttpRequest) -> bool:
    """Whether a browser asks before anybody has: it may never be looked at."""
    names = ("HTTP_SEC_PURPOSE", "HTTP_PURPOSE", "HTTP_X_PURPOSE", "HTTP_X_MOZ")
    return any(name in request.META and _AHEAD.search(request.META[name]) for name in names)


def _network(address: str) -> str:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if found.version == 6:
        return str(ipaddress.ip_network((int(found), _IPV6_NETWORK), strict=False))
    return str(found)
