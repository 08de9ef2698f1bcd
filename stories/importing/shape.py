"""The one shape to which every manuscript is read."""

from dataclasses import dataclass, field
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from costory.lib import markdown
from costory.lib.errors import DomainError
from stories.services.wording import MAX_CONTENT_CHARACTERS, MAX_TITLE_CHARACTERS

MAX_PARTS = 500

REASONS: Final[dict[str, "str | Promise"]] = {
    "empty": _("There is nothing in it."),
    "too-large": _("It is larger than 20 MB."),
    "unknown": _("It is none of the kinds that can be read: text, Markdown, Word (.docx), OpenDocument (.odt), EPUB."),
    "broken": _("It is damaged: it could not be read to its end."),
    "locked": _("It is locked by a password or by copy protection."),
    "bomb": _("It would unpack to far more than a manuscript. It was not opened."),
    "encoding": _("Its letters are in no encoding we know. Save it as UTF-8, and try again."),
}


class CannotRead(DomainError):
    """A file cannot be read; `details["reason"]` is one of REASONS."""

    code = "validation_error"

    def __init__(self, reason: str) -> None:
        super().__init__(str(REASONS[reason]), details={"reason": reason})


@dataclass
class Part:
    """A chapter that was found."""

    title: str
    content: str


@dataclass
class Manuscript:
    """What was found: chapters in their order, and in `left_out` what was not taken over, by kind and number."""

    title: str = ""
    parts: list[Part] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)

    def leave_out(self, kind: str, count: int = 1) -> None:
        """Remember that something was not taken over."""
        if count:
            self.left_out[kind] = self.left_out.get(kind, 0) + count


def divided(manuscript: Manuscript) -> Manuscript:
    """The manuscript as it can be stored: no chapter too long, not too many of them, every word still there."""
    parts: list[Part] = []
    for part in manuscript.parts:
        title = " ".join(markdown.normalise_text(part.title).split())
        content = markdown.normalise_text(part.content)
        if len(title) > MAX_TITLE_CHARACTERS:
            # A heading as long as a paragraph is one.
            content, title = f"{title}\n\n{content}", ""
        if not title and not content.strip():
            continue
        if len(content) > MAX_CONTENT_CHARACTERS:
            manuscript.notices.append("long")
        while len(content) > MAX_CONTENT_CHARACTERS:
            cut = content.rfind("\n\n", 0, MAX_CONTENT_CHARACTERS)
            cut = cut if cut > 0 else MAX_CONTENT_CHARACTERS
            parts.append(Part(title, content[:cut]))
            title, content = "", content[cut:].lstrip("\n")
        parts.append(Part(title, content))
    if not parts:
        raise CannotRead("empty")
    if len(parts) > MAX_PARTS:
        manuscript.notices.append("many")
        kept, rest = parts[: MAX_PARTS - 1], parts[MAX_PARTS - 1 :]
        joined = "\n\n".join(f"## {part.title}\n\n{part.content}" if part.title else part.content for part in rest)
        return divided(Manuscript(manuscript.title, [*kept, Part("", joined)], manuscript.left_out, manuscript.notices))
    manuscript.parts = parts
    manuscript.title = " ".join(markdown.normalise_text(manuscript.title).split())[:MAX_TITLE_CHARACTERS]
    return manuscript
