"""What stands around every page: header and footer; and pages of which nothing is somebody's but words in them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from costory.lib.csrf import token_for
from costory.lib.frames import Frame

_HEADER: Final = Frame(
    "components/_site_header.html", holes=("name", "initial", "avatar_address", "here", "csrf_token")
)
_FOOTER: Final = Frame("components/_site_footer.html", holes=("here", "csrf_token"))
# The pages that the header leads to, by the names of their views.
_PLACES: Final = frozenset({"home", "stories:story-list", "social:library"})


def site_header(request: HttpRequest | None, token: str) -> SafeString:
    """The header, for whoever asks. A page that is drawn for no request (an error's) is a stranger's."""
    user = getattr(request, "user", None)
    person = user if user is not None and user.is_authenticated else None
    name = person.name if person else ""
    match = getattr(request, "resolver_match", None)
    return _HEADER.fill(
        {
            "name": name,
            "initial": name[:1],
            "avatar_address": person.avatar_url if person else "",
            "here": request.get_full_path() if request is not None else "",
            "csrf_token": token,
        },
        language=get_language(),
        is_signed_in=person is not None,
        theme=person.theme if person else "auto",
        has_avatar=bool(person and person.avatar.name),
        is_moderator=bool(person and person.is_staff and person.has_perm("social.view_case")),
        place=match.view_name if match is not None and match.view_name in _PLACES else "",
    )


def site_footer(request: HttpRequest | None, token: str) -> SafeString:
    """The footer, for whoever asks."""
    user = getattr(request, "user", None)
    return _FOOTER.fill(
        {"here": request.get_full_path() if request is not None else "", "csrf_token": token},
        language=get_language(),
        is_signed_in=user is not None and user.is_authenticated,
    )


@dataclass(frozen=True)
class Somebody:
    """Stands in a page for whoever is signed in. It has no name."""

    theme: str = ""
    is_authenticated: bool = True


@dataclass(frozen=True)
class Asking:
    """Stands in a page for the request."""

    user: Somebody
    path: str = ""


class PageFrame:
    """A page as it is for whoever is signed in, drawn once for all but for its header, its footer and its holes."""

    def __init__(self, template: str, *, holes: tuple[str, ...]) -> None:
        self._frame = Frame(template, holes=("csrf_token", "site_header", "site_footer", *holes))

    def render(self, request: HttpRequest, words: Mapping[str, str], **key: Any) -> HttpResponse | None:
        """The page. None for whom it is another one: a stranger, and whoever there is a message for."""
        if not request.user.is_authenticated or len(get_messages(request)):
            return None
        token = token_for(request)
        around = {
            "csrf_token": token,
            "site_header": site_header(request, token),
            "site_footer": site_footer(request, token),
        }
        asking = Asking(Somebody(request.user.theme))
        return HttpResponse(
            self._frame.fill(
                {**around, **words}, language=get_language(), request=asking, app_url=settings.APP_URL, **key
            )
        )
