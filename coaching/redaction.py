"""Taking the person out of what goes to a model.

DESIGN.md promises: never a name or an e-mail address. We put none in ourselves; what remains is what a writer typed.
The choice made here, and why:

- **Every e-mail address goes**, whoever's it is. In a story an address is a prop, and a placeholder plays that part
  as well; in a journal it is somebody real.
- **The account's handle goes as `@handle`** always, and bare when it holds a digit or an underscore and so cannot be
  a word of prose. A handle such as "rose" stays where the story speaks of roses.
- **The account's display name goes only as a full name**: two words or more, each with a capital, matched exactly.
  "Marie Dubois" disappears; "Marie" stays, because a heroine may share the writer's first name and a coach who reads
  "[name] opened the door" on every line is of no use. A first name alone identifies nobody to a model that is told
  neither surname nor address.
- **Telephone numbers stay.** They cannot be told from dates, years and scores without mangling prose, and the account
  holds none.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final

EMAIL_PLACEHOLDER: Final = "[e-mail]"
NAME_PLACEHOLDER: Final = "[name]"
PLACEHOLDERS: Final = (EMAIL_PLACEHOLDER, NAME_PLACEHOLDER)

# Possessive quantifiers and the look-behind keep it linear on a megabyte of letters without an "@".
_EMAIL: Final = re.compile(r"(?<![\w.+%'-])[\w.+%'-]++@[\w-]++(?:\.[\w-]++)++")


class Redactor:
    """Replaces what identifies the person."""

    def __init__(self, private_terms: Iterable[str] = ()) -> None:
        terms = [unicodedata.normalize("NFC", term).strip() for term in private_terms]
        self._addresses = _any_of([term for term in terms if "@" in term[1:]], flags=re.IGNORECASE)
        self._names = _any_of([term for term in terms if _is_full_name(term)])
        handles = [term.removeprefix("@") for term in terms if _is_handle(term)]
        self._at_handles = _any_of([f"@{handle}" for handle in handles], flags=re.IGNORECASE)
        self._bare_handles = _any_of([h for h in handles if re.search(r"[\d_]", h)], flags=re.IGNORECASE)

    def __call__(self, text: str) -> str:
        """The text without e-mail addresses and private terms, in Unicode's composed form."""
        text = unicodedata.normalize("NFC", text)
        if self._addresses:
            text = self._addresses.sub(EMAIL_PLACEHOLDER, text)
        if "@" in text:
            text = _EMAIL.sub(EMAIL_PLACEHOLDER, text)
        for pattern in (self._at_handles, self._names, self._bare_handles):
            if pattern:
                text = pattern.sub(NAME_PLACEHOLDER, text)
        return text


def _is_handle(term: str) -> bool:
    return bool(term.removeprefix("@")) and "@" not in term[1:] and not re.search(r"\s", term)


def _is_full_name(term: str) -> bool:
    words = term.split()
    return len(words) > 1 and "@" not in term and all(word[0].isupper() for word in words)


def _any_of(terms: Sequence[str], *, flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[str] | None:
    """Any of these terms as whole words, the longest first; the spaces in a name may be of any kind."""
    if not terms:
        return None
    alternatives = (r"\s+".join(map(re.escape, term.split())) for term in sorted(terms, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{'|'.join(alternatives)})(?!\w)", flags)
