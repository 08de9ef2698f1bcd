"""What may be stored as a title or as a text, and in which form."""

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from django.utils.translation import gettext as _

from costory.lib import markdown
from costory.lib.errors import DomainError

MAX_TITLE_CHARACTERS = 200
MAX_CONTENT_CHARACTERS = 1_000_000


class InvalidTitle(DomainError):
    """A title is missing where one is needed, or longer than 200 characters."""

    code: ClassVar[str] = "validation_error"


class ContentTooLong(DomainError):
    """A chapter's text is longer than a million characters. `details` holds both figures."""

    code: ClassVar[str] = "payload_too_large"


def clean_title(*, title: str, is_required: bool = False) -> str:
    """A title on one line, without what cannot be stored. Raises InvalidTitle."""
    cleaned = " ".join(markdown.normalise_text(title).split())
    if is_required and not cleaned:
        raise InvalidTitle(_("A story needs a title."))
    if len(cleaned) > MAX_TITLE_CHARACTERS:
        raise InvalidTitle(
            _("A title has at most %(most)d characters.") % {"most": MAX_TITLE_CHARACTERS},
            details={"characters": len(cleaned), "max_characters": MAX_TITLE_CHARACTERS},
        )
    return cleaned


@dataclass(frozen=True, kw_only=True)
class Wording:
    """A chapter's title and text as they will be stored, with what is derived from them once, at the save."""

    title: str
    content: str

    @cached_property
    def word_count(self) -> int:
        """How many words a reader would count."""
        return markdown.word_count(self.content)

    @cached_property
    def content_html(self) -> str:
        """The text as a page shows it."""
        return markdown.render_normal(self.content)


def clean_wording(*, title: str, content: str) -> Wording:
    """A chapter's words in the form in which they are stored. Raises InvalidTitle and ContentTooLong."""
    content = markdown.normalise_text(content)
    if len(content) > MAX_CONTENT_CHARACTERS:
        raise ContentTooLong(
            _("A chapter has at most a million characters. Please divide this one."),
            details={"characters": len(content), "max_characters": MAX_CONTENT_CHARACTERS},
        )
    return Wording(title=clean_title(title=title), content=content)
