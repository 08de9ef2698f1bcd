"""HTML that was cleaned when it was saved, written again as XML: well-formed whatever a text holds."""

import re
from html import escape
from html.parser import HTMLParser
from typing import Final
from urllib.parse import quote, urlsplit

# XML 1.0 knows no control characters but three, no lone surrogates and no non-characters.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001eeff]")
_HEADING = re.compile(r"<h([2-6])>")
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")

EMPTY: Final = {"br", "hr"}
BLOCKS: Final = {"p", "blockquote", "ul", "ol", "li", "h2", "h3", "h4", "h5", "h6"}
KEPT: Final = BLOCKS | {"em", "strong", "a", "pre", "code"}


def xml_text(text: str) -> str:
    """A text as it stands in an XML document, between tags or in an attribute."""
    return escape(plain_xml(text))


def plain_xml(text: str) -> str:
    """A text without what no XML document can hold."""
    return _NOT_XML.sub("", text)


def is_right_to_left(text: str) -> bool:
    """Whether a text holds letters that are written from right to left."""
    return bool(_RIGHT_TO_LEFT.search(text))


def direction(text: str) -> str:
    """The attribute that lets a text find its own direction, where it may not be the book's."""
    return ' dir="auto"' if is_right_to_left(text) else ""


def link_address(href: str) -> str:
    """An address that leads out of a book and breaks no reader, or nothing."""
    try:
        parts = urlsplit(href)
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme == "mailto":
        return "mailto:" + quote(parts.path, safe="@.+-_,%") if "@" in parts.path else ""
    host = parts.hostname or ""
    if parts.scheme not in {"http", "https"} or not _HOST.fullmatch(host) or ".." in host or parts.username is not None:
        return ""
    address = f"{parts.scheme}://{host}" + (f":{port}" if port else "")
    address += quote(_percent(parts.path), safe="/%:@!$&'()*+,;=~-._")
    if parts.query:
        address += "?" + quote(_percent(parts.query), safe="/%:@!$&'()*+,;=~-._?")
    return address + ("#" + quote(_percent(parts.fragment), safe="/%:@!$&'()*+,;=~-._?") if parts.fragment else "")


def _percent(text: str) -> str:
    """A per cent sign that begins no escape becomes one."""
    return re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", text)


def raise_headings(html: str) -> str:
    """The same, with the highest of a chapter's headings right under the chapter's own: no level is left out."""
    levels = {int(level) for level in _HEADING.findall(html)}
    if not levels or (up := min(levels) - 2) == 0:
        return html
    return re.sub(r"(</?h)([3-6])>", lambda tag: f"{tag[1]}{int(tag[2]) - up}>", html)


def to_xhtml(html: str) -> str:
    """The body of a chapter as XHTML: known elements, closed; known attributes; everything else as text."""
    writer = _Writer(is_mixed=is_right_to_left(html))
    writer.feed(html)
    writer.close()
    return writer.finish()


class _Writer(HTMLParser):
    def __init__(self, *, is_mixed: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.is_mixed = is_mixed
        self.written: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in EMPTY:
            self.written.append(f"<{tag}/>")
        elif tag in KEPT:
            named = dict(attrs)
            extra = ""
            if tag == "a":
                address = link_address(named.get("href") or "")
                if not address:
                    return
                extra = f' href="{xml_text(address)}"'
                if title := named.get("title"):
                    extra += f' title="{xml_text(title)}"'
            elif tag == "ol" and (named.get("start") or "").isdecimal():
                extra = f' start="{named["start"]}"'
            elif self.is_mixed and tag in BLOCKS:
                extra = ' dir="auto"'
            self.written.append(f"<{tag}{extra}>")
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.open:
            return
        while True:
            closing = self.open.pop()
            self.written.append(f"</{closing}>")
            if closing == tag:
                break

    def handle_data(self, data: str) -> None:
        self.written.append(xml_text(data))

    def finish(self) -> str:
        """What was written, with everything closed."""
        while self.open:
            self.written.append(f"</{self.open.pop()}>")
        return "".join(self.written)
