"""Markdown to safe HTML, words counted, text made fit to be stored.

Two kinds of text. An author's: prose with links, no images for now. A model's, which is untrusted: images become
their alternative text and links their label, so that nothing loads or leads anywhere by itself.

CommonMark, with the differences that prose asks for: a line end is a line break, an indented paragraph is a
paragraph (not code), and dashes under a line are a scene break (not a heading). Raw HTML is text. Headings move down
one level, two for a model: the page has its own `h1`.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import cast

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

_URL_SCHEMES = {"http", "https", "mailto"}
_PROSE_TAGS = {
    *("p", "br", "hr", "em", "strong", "blockquote", "ul", "ol", "li", "pre", "code"),
    *("h2", "h3", "h4", "h5", "h6"),
}


def render(text: str, *, is_untrusted: bool = False) -> SafeString:
    """HTML of a Markdown text, safe to put into a page. Pass `is_untrusted=True` for what a model wrote."""
    normal = normalise_text(text)
    if is_untrusted:
        return mark_safe(_render(normal, is_untrusted=True))  # noqa: S308 - nh3 has just cleaned it
    return render_normal(normal)


def render_normal(text: str) -> SafeString:
    """HTML of an author's text that is normalised already.

    A text is saved every few seconds with one paragraph changed. Where no mark reaches over a blank line, each
    paragraph is what it is by itself, and those that stand as they stood need no second look.
    """
    pieces = [
        (_html_of if len(paragraph) <= LONGEST_KEPT else _html_of.__wrapped__)(paragraph)
        for paragraph in _BLANK_LINES.split(text)
        if paragraph
    ]
    html = _render(text, is_untrusted=False) if None in pieces else "".join(cast("list[str]", pieces))
    return mark_safe(html)  # noqa: S308 - nh3 has just cleaned it, or each piece of it


# Bounded: a few megabytes as people write, some dozens at worst.
LONGEST_KEPT = 8_000


@lru_cache(maxsize=2048)
def _html_of(paragraph: str) -> str | None:
    """HTML of a paragraph that stands by itself, else nothing."""
    return None if _HOLDS_TOGETHER.search(paragraph) else _render(paragraph, is_untrusted=False)


@lru_cache(maxsize=2048)
def _words_of(paragraph: str) -> int | None:
    """The words of a paragraph that stands by itself, else nothing."""
    return None if _HOLDS_TOGETHER.search(paragraph) else _count_words(paragraph)


def _render(text: str, *, is_untrusted: bool) -> str:
    return nh3.clean(
        (_MODEL if is_untrusted else _AUTHOR).render(text),
        tags=_PROSE_TAGS if is_untrusted else _PROSE_TAGS | {"a"},
        attributes={"ol": {"start"}} if is_untrusted else {"ol": {"start"}, "a": {"href", "title"}},
        url_schemes=_URL_SCHEMES,
        url_relative="deny",
        link_rel="nofollow noopener noreferrer",
    )


def normalise_text(text: str) -> str:
    """The same text as a database and a browser accept it: newlines for line ends, no NUL, no lone surrogate.

    Other control characters go too, but for the tab. Nothing that can be seen changes.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    try:
        encoded = text.encode()
    except UnicodeEncodeError:
        # Joins pairs of surrogates, replaces halves.
        text = _CONTROLS.sub("", text).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    else:
        # A fifth of the time it takes to look for them by an expression, and every save of a long text looks.
        if len(encoded.translate(None, _CONTROL_BYTES)) < len(encoded):
            text = _CONTROLS.sub("", text)
    return text


def word_count(text: str) -> int:
    """How many words a reader would count in a Markdown text.

    A word is what stands between blanks and holds a letter or a digit: the convention of word processors and of the
    French schools' word counts. So « l’ombre », « aujourd’hui » and « c’est-à-dire » are one word each, and a lone
    dash, guillemet or question mark after its no-break space is none. A long dash without blanks parts two words;
    a number with spaced thousands is one.
    Markdown's marks and the addresses of links and images are not words; a link's label is.
    """
    pieces = [
        (_words_of if len(paragraph) <= LONGEST_KEPT else _words_of.__wrapped__)(paragraph)
        for paragraph in _BLANK_LINES.split(text)
        if paragraph
    ]
    return _count_words(text) if None in pieces else sum(cast("list[int]", pieces))


def _count_words(text: str) -> int:
    text = _FENCE.sub("", text)
    text = _LINK_DEFINITION.sub("", text)
    text = _LINK_ADDRESS.sub("] ", text)
    text = _LIST_NUMBER.sub("", text)
    text = _THOUSANDS.sub("", text)
    if "&" in text:
        text = html.unescape(text)
    # str.split knows the no-break spaces, the narrow one too.
    runs = text.translate(_LONG_DASHES).split()
    # Few have more than letters and digits: those are looked into.
    mixed = [run for run in runs if not run.isalnum()]
    return len(runs) - len(mixed) + sum(1 for run in mixed if _LETTER_OR_DIGIT.search(run))


_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
# In UTF-8 these bytes stand for nothing else.
_CONTROL_BYTES = bytes([*range(9), 11, 12, *range(14, 32), 127])
_LONG_DASHES = str.maketrans("—―", "  ")
_THOUSANDS = re.compile("(?<=[0-9])[\u202f\u00a0](?=[0-9]{3})")
_LETTER_OR_DIGIT = re.compile(r"[^\W_]")
_BLANK_LINES = re.compile(r"\n[ \t]*\n[ \t\n]*")
# What may reach over a blank line: lists, code fences, what links are defined by, and a blank that is none to the
# parser.
_HOLDS_TOGETHER = re.compile(
    r"""
    ^[ \t>]* (?: (?! (?:\*[ \t]*){3,}$ | (?:-[ \t]*){3,}$ ) [-+*](?:[ \t]|$) | \d{1,9}[.)](?:[ \t]|$) | ``` | ~~~ )
    | \]:
    | [\x85\u2028\u2029\x1c-\x1e]
    """,
    re.MULTILINE | re.VERBOSE,
)
_FENCE = re.compile(r"^ {0,3}(?:```|~~~).*$", re.MULTILINE)
# A link may break its line, not its paragraph.
_BLANKS = r"(?:[^\S\n]|\n(?![ \t]*\n))"
_LINK_ADDRESS = re.compile(
    rf"""\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*(?:{_BLANKS}+(?:"[^"\n]*"|'[^'\n]*'))?{_BLANKS}*\)"""
)
_LINK_DEFINITION = re.compile(r"^ {0,3}\[[^\]\n]+\]:[ \t]*\S+.*$", re.MULTILINE)
_LIST_NUMBER = re.compile(r"^[ \t>]*\d{1,9}[.)](?=\s)", re.MULTILINE)


def _lower_headings(levels: int) -> MarkdownIt:
    """A parser for prose whose headings stand `levels` below what the text says."""

    def lower(state: StateCore) -> None:
        for token in state.tokens:
            if token.type in ("heading_open", "heading_close"):
                token.tag = f"h{min(int(token.tag[1]) + levels, 6)}"

    parser = MarkdownIt("commonmark", {"html": False, "linkify": False, "typographer": False, "breaks": True})
    parser.disable(["code", "lheading"])
    parser.core.ruler.push("lower_headings", lower)
    parser.add_render_rule("image", _alternative_text)
    return parser


def _alternative_text(
    self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    return html.escape(self.renderInlineAsText(tokens[index].children, options, env))


def _nothing(self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    return ""


_AUTHOR = _lower_headings(1)
_MODEL = _lower_headings(2)
_MODEL.add_render_rule("link_open", _nothing)
_MODEL.add_render_rule("link_close", _nothing)
