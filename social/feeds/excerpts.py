"""The first words of a text, for whoever decides whether to read on."""

import html
import re
from typing import Final

MOST_WORDS: Final = 100
# Of a chapter's HTML so much is looked at: a hundred words with their marks.
MOST_CHARACTERS: Final = 4_000
_TAG = re.compile(r"<[^>]*(?:>|$)")
_INLINE = re.compile(r"</?(?:em|strong|a|code|s|del|sup|sub)\b")
_TORN_ENTITY = re.compile(r"&#?\w{0,10}$")


def first_words(text: str, *, most: int = MOST_WORDS) -> str:
    """The first words of a plain text, in one line."""
    words = text.split(None, most)
    return " ".join(words) if len(words) <= most else f"{' '.join(words[:most])} …"


def opening(markup: str, *, words: int) -> str:
    """The first words of a chapter of so many words, from the beginning of its HTML: never more than half of them."""
    # A paragraph's end parts two words; emphasis in the middle of one does not.
    said = _TAG.sub(lambda tag: "" if _INLINE.match(tag[0]) else " ", _TORN_ENTITY.sub("", markup))
    most = min(MOST_WORDS, words // 2)
    return first_words(html.unescape(said), most=most) if most else ""
