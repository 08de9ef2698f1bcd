"""What a reply was given and what it was not, and why: kept with the reply and shown to the writer."""

from dataclasses import asdict, dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

PARTS: Final = {
    "prompt": _("Instructions to the coach"),
    "brief": _("The story’s brief"),
    "codex": _("Codex entry"),
    "codex-others": _("Other entries of the codex"),
    "codex-facts": _("Facts of these entries"),
    "earlier": _("Earlier chapter"),
    "ahead": _("Later chapter, by your leave"),
    "chapter": _("The chapter you are writing"),
    "findings": _("What was counted in it"),
    "read": _("Chapter"),
    "history": _("Earlier messages of this conversation"),
    "message": _("Your message"),
    "later": _("Later chapters"),
    "private": _("Names and e-mail addresses"),
}
REASONS: Final = {
    "whole": pgettext_lazy("sent to the coach", "whole"),
    "shortened": pgettext_lazy("sent to the coach", "its beginning only"),
    "excerpt": pgettext_lazy("sent to the coach", "its opening and its close; there is no summary yet"),
    "stale": pgettext_lazy("sent to the coach", "its opening and its close; its summary is older than its text"),
    "summary": pgettext_lazy("sent to the coach", "its summary"),
    "summary-close": pgettext_lazy("sent to the coach", "its summary and its close"),
    "line": pgettext_lazy("sent to the coach", "its first sentence"),
    "glimpse": pgettext_lazy("sent to the coach", "its first words"),
    "grouped": pgettext_lazy("sent to the coach", "a few words for the whole run"),
    "around-cursor": pgettext_lazy("sent to the coach", "the part around the cursor"),
    "no-room": pgettext_lazy("not sent to the coach", "there was no room"),
    "later": pgettext_lazy("not sent to the coach", "they come after the chapter you are writing"),
    "empty": pgettext_lazy("not sent to the coach", "there is no text yet"),
    "kept-back": pgettext_lazy("not sent to the coach", "you keep it to yourself"),
    "not-named": pgettext_lazy("not sent to the coach", "nothing names them here"),
    "other-chapters": pgettext_lazy("not sent to the coach", "they hold in other chapters"),
    "redacted": pgettext_lazy("not sent to the coach", "taken out and replaced by a neutral word"),
}


@dataclass(frozen=True, slots=True)
class ReceiptItem:
    """One line of a receipt. `part` and `reason` are keys of PARTS and REASONS, `tokens` an estimate from above.

    `label` says which one: a codex entry's name, a chapter ("3 · The bridge", "4–12"), or a count of messages,
    entries, facts or replacements.
    """

    part: str
    label: str
    tokens: int
    included: bool
    reason: str

    def as_json(self) -> dict[str, Any]:
        """As it is stored with the reply."""
        return asdict(self)
