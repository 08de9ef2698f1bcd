"""Text that is only text: escaped, with its line breaks, and links that lead out at the reader's own wish."""

import html
import re
from collections.abc import Iterator
from typing import Final

from django.utils.safestring import SafeString, mark_safe

# What a browser is told of a link somebody put there: it vouches for nothing, and learns nothing of whence one comes.
LINK_REL: Final = "nofollow ugc noopener noreferrer"
LONGEST_LINK: Final = 2_000
_LINK = re.compile(r"\bhttps?://[^\s<>\"'`\\^{|}\x00-\x20\x7f]+", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://|(?<![/\w.])www\.", re.IGNORECASE)
_AFTER = ".,;:!?…»”’*_"
_PAIRS = {")": "(", "]": "["}
_TAG = re.compile(r"<[^>]*>")
_BLANKS = re.compile(r"\s+")
_PARAGRAPHS = re.compile(r"\n[ \t]*\n\s*")


def html_of(text: str) -> SafeString:
    """Paragraphs and line breaks of a plain text, as HTML in which nothing of the text is markup."""
    paragraphs = (part for part in _PARAGRAPHS.split(text.strip()) if part)
    written = "".join(f"<p>{_line(part)}</p>" for part in paragraphs)
    return mark_safe(written)  # noqa: S308  Every piece was escaped.


def words_of(markup: str) -> str:
    """The words of our own cleaned HTML, each gap between them one blank: what a reader can mark in a page."""
    return _BLANKS.sub(" ", html.unescape(_TAG.sub(lambda tag: _gap(tag[0]), markup))).strip()


def link_count(text: str) -> int:
    """How many addresses stand in a text, those that do not become links among them."""
    return len(_ADDRESS.findall(text))


def one_line(text: str) -> str:
    """The text with every gap as one blank."""
    return _BLANKS.sub(" ", text).strip()


def _gap(tag: str) -> str:
    # A paragraph's end parts two words; emphasis in the middle of one does not.
    return "" if re.match(r"</?(em|strong|a|code|s|del|span|sup|sub)\b", tag) else " "


def _line(text: str) -> str:
    return "".join(_pieces(text)).replace("\n", "<br>")


def _pieces(text: str) -> Iterator[str]:
    end = 0
    for found in _LINK.finditer(text):
        address = _trimmed(found[0])
        if len(address) > LONGEST_LINK:
            continue
        yield html.escape(text[end : found.start()])
        said = html.escape(address)
        yield f'<a href="{said}" rel="{LINK_REL}">{said}</a>'
        end = found.start() + len(address)
    yield html.escape(text[end:])


def _trimmed(address: str) -> str:
    """Without what ends the sentence rather than the address."""
    while address:
        last = address[-1]
        opens = _PAIRS.get(last)
        if last in _AFTER or (opens and address.count(last) > address.count(opens)):
            address = address[:-1]
        else:
            break
    return address
