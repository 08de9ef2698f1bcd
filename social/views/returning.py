"""Where somebody who did something comes from, and goes back to."""

from urllib.parse import urlsplit

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from costory.lib.http import HtmxRequest

LONGEST = 1_000


def here(request: HtmxRequest) -> str:
    """The page somebody looks at, for a form that leads back to it."""
    return (request.htmx and request.htmx.current_url_abs_path) or request.get_full_path()


def back(request: HttpRequest, otherwise: str) -> str:
    """The page of ours that a form names or comes from, else another."""
    for said in (request.POST.get("next", ""), request.headers.get("Referer", "")):
        if not 0 < len(said) <= LONGEST:
            continue
        hosts = {request.get_host()}
        if url_has_allowed_host_and_scheme(said, allowed_hosts=hosts, require_https=request.is_secure()):
            parts = urlsplit(said)
            # A path that begins with two slashes would, by itself, be another house's address.
            path = f"/{parts.path.lstrip('/')}"
            return parts._replace(scheme="", netloc="", path=path, fragment="").geturl() if parts.path else otherwise
    return otherwise
