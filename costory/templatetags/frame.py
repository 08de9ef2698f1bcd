"""What stands around every page, for its template."""

from typing import Any

from django import template
from django.utils.safestring import SafeString

from costory.lib import around

register = template.Library()


@register.simple_tag(takes_context=True)
def site_header(context: dict[str, Any]) -> SafeString:
    """The header, for whoever asks; where a page is drawn once for all, the hole it goes into."""
    hole: SafeString | None = context.get("site_header")
    return hole or around.site_header(context.get("request"), _token(context))


@register.simple_tag(takes_context=True)
def site_footer(context: dict[str, Any]) -> SafeString:
    """The footer, in the same way."""
    hole: SafeString | None = context.get("site_footer")
    return hole or around.site_footer(context.get("request"), _token(context))


def _token(context: dict[str, Any]) -> str:
    return str(context.get("csrf_token") or "")
