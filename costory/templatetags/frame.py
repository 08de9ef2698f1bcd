"""What stands around every page: its header and its footer."""

from typing import Any, Final

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from costory.lib.frames import Frame

register = template.Library()

_HEADER: Final = Frame(
    "components/_site_header.html", holes=("name", "initial", "avatar_address", "here", "csrf_token")
)
_FOOTER: Final = Frame("components/_site_footer.html", holes=("here", "csrf_token"))
# The pages that the header leads to, by the names of their views.
_PLACES: Final = frozenset({"home", "stories:story-list", "social:library"})


@register.simple_tag(takes_context=True)
def site_header(context: dict[str, Any]) -> SafeString:
    """The header, for whoever asks."""
    request = context.get("request")
    user = getattr(request, "user", None)
    person = user if user is not None and user.is_authenticated else None
    name = person.name if person else ""
    match = getattr(request, "resolver_match", None)
    return _HEADER.fill(
        {
            **_said(context),
            "name": name,
            "initial": name[:1],
            "avatar_address": person.avatar_url if person else "",
        },
        language=get_language(),
        is_signed_in=person is not None,
        theme=person.theme if person else "auto",
        has_avatar=bool(person and person.avatar.name),
        is_moderator=bool(person and person.is_staff and person.has_perm("social.view_case")),
        place=match.view_name if match is not None and match.view_name in _PLACES else "",
    )


@register.simple_tag(takes_context=True)
def site_footer(context: dict[str, Any]) -> SafeString:
    """The footer, for whoever asks."""
    user = getattr(context.get("request"), "user", None)
    return _FOOTER.fill(
        _said(context), language=get_language(), is_signed_in=user is not None and user.is_authenticated
    )


def _said(context: dict[str, Any]) -> dict[str, str]:
    request = context.get("request")
    # A page that is drawn for no request (an error's) has neither.
    return {
        "here": request.get_full_path() if request is not None else "",
        "csrf_token": str(context.get("csrf_token") or ""),
    }
