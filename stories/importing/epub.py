"""EPUB: its chapters in the order in which they are read."""

import posixpath
import re
from collections.abc import Iterator
from html.entities import html5
from urllib.parse import unquote

from lxml import etree, html

from stories.importing.archive import Archive, parse_xml
from stories.importing.prose import paragraph
from stories.importing.shape import CannotRead, Manuscript, Part

_XHTML = "{http://www.w3.org/1999/xhtml}"
_SPACE = re.compile(r"[ \t\r\n\f]+")
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_BLOCKS = {"p", "blockquote", "li", "pre", "hr", "dd", "dt", "figcaption", *_HEADINGS}
_UNSEEN = {
    "script",
    "style",
    "head",
    "nav",
    "template",
    "noscript",
    "svg",
    "math",
    "iframe",
    "object",
    "audio",
    "video",
}
_NAMED_ENTITY = re.compile(rb"&([A-Za-z][A-Za-z0-9]{1,31};)")
_KNOWN_TO_XML = {b"amp;", b"lt;", b"gt;", b"quot;", b"apos;"}
_DECLARED_ENCODING = re.compile(rb"""<\?xml[^>]{0,100}encoding=["']([A-Za-z0-9._-]{1,40})["']""")
# Pages that a book has and a manuscript has not.
_APPARATUS = re.compile(r"cover|titlepage|toc|copyright-page|colophon|landmarks")


def read_epub(archive: Archive) -> Manuscript:
    """The book's chapters as Markdown. Raises CannotRead."""
    names = set(archive.namelist())
    if "META-INF/encryption.xml" in names and b"EncryptedData" in archive.read("META-INF/encryption.xml"):
        raise CannotRead("locked")
    root = archive.tree("META-INF/container.xml").find(".//{*}rootfile")
    path = root.get("full-path", "") if root is not None else ""
    package = archive.tree(path)
    folder = posixpath.dirname(path)
    title = package.find(".//{http://purl.org/dc/elements/1.1/}title")
    manuscript = Manuscript(title=(title.text or "").strip() if title is not None else "")
    items = {item.get("id", ""): item for item in package.iterfind(".//{*}manifest/{*}item")}
    for reference in package.iterfind(".//{*}spine/{*}itemref"):
        item = items.get(reference.get("idref", ""))
        if item is None or reference.get("linear") == "no" or "nav" in item.get("properties", "").split():
            continue
        name = posixpath.normpath(posixpath.join(folder, unquote(item.get("href", ""))))
        if name not in names:
            manuscript.leave_out("missing")
            continue
        page = _page(archive.read(name))
        body = page.find("body")
        if body is None or _is_apparatus(body):
            continue
        manuscript.leave_out("pictures", sum(1 for _ in body.iter("img", "image")))
        manuscript.parts.append(_part(body))
    return manuscript


def _page(content: bytes) -> etree._Element:
    """A page with plain names for its elements; where it is no XML, it is read as browsers read."""
    try:
        # The letters that HTML has names for, and XML by itself has not.
        tree = parse_xml(_NAMED_ENTITY.sub(_by_number, content))
    except CannotRead as refusal:
        if refusal.details["reason"] == "bomb":
            raise
        tree = _as_browsers_read(content)
    for element in tree.iter():
        if isinstance(element.tag, str) and element.tag.startswith(_XHTML):
            element.tag = element.tag.removeprefix(_XHTML)
    return tree


def _by_number(named: re.Match[bytes]) -> bytes:
    if named[1] in _KNOWN_TO_XML:
        return named[0]
    letters = html5.get(named[1].decode())
    return "".join(f"&#{ord(letter)};" for letter in letters).encode() if letters else named[0]


def _as_browsers_read(content: bytes) -> etree._Element:
    declared = _DECLARED_ENCODING.match(content.lstrip())
    try:
        text = content.decode(declared[1].decode() if declared else "utf-8", "replace")
    except (LookupError, ValueError):
        text = content.decode("utf-8", "replace")
    parser = html.HTMLParser(encoding="utf-8")
    try:
        tree = html.document_fromstring(text.encode(), parser=parser)
    except etree.ParserError:
        # Nothing but blanks and comments.
        return html.document_fromstring("<html><body></body></html>")
    except etree.XMLSyntaxError:
        raise CannotRead("broken") from None
    if any(error.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for error in parser.error_log):
        # It gave up half way, for the depth of it: what follows would be missing without a word.
        raise CannotRead("broken")
    return tree


def _is_apparatus(body: etree._Element) -> bool:
    kinds = {
        kind
        for element in [body, *body.iterchildren("*")]
        for kind in element.get("{http://www.idpf.org/2007/ops}type", "").split()
    }
    return any(_APPARATUS.fullmatch(kind) for kind in kinds)


def _part(body: etree._Element) -> Part:
    part = Part("", "")
    blocks: list[str] = []
    for tag, words in _blocks(body):
        if tag in _HEADINGS and not part.title and not blocks:
            part.title = words.replace("\\", "").replace("\n", " ")
        elif tag in _HEADINGS:
            blocks.append(f"## {words}")
        else:
            blocks.append(words)
    part.content = "\n\n".join(block for block in blocks if block.strip())
    return part


def _blocks(element: etree._Element, quoted: str = "") -> Iterator[tuple[str, str]]:
    """The blocks below an element, in order; text that stands in none is a paragraph."""
    loose: list[tuple[str, bool, bool]] = [(element.text or "", False, False)]
    for child in element:
        if not isinstance(child.tag, str):
            loose.append((child.tail or "", False, False))
            continue
        is_block = child.tag in _BLOCKS or any(inner.tag in _BLOCKS for inner in child.iter())
        if child.tag in _UNSEEN:
            pass
        elif is_block:
            yield from _flush(loose, quoted)
            loose = []
            yield from _block(child, quoted)
        else:
            loose += _runs(child, _weight(child, (False, False)))
        loose.append((child.tail or "", False, False))
    yield from _flush(loose, quoted)


def _block(child: etree._Element, quoted: str) -> Iterator[tuple[str, str]]:
    if child.tag == "hr":
        yield "hr", "***"
    elif child.tag == "blockquote":
        yield from _blocks(child, "> ")
    elif child.tag == "li":
        for place, (tag, words) in enumerate(_blocks(child, quoted)):
            yield tag, f"- {words}" if place == 0 else words
    elif child.tag in _HEADINGS:
        yield child.tag, " ".join("".join(text for text, _, _ in _runs(child, (False, False))).split())
    elif child.tag in _BLOCKS:
        yield from _flush(list(_runs(child, (False, False))), quoted)
    else:
        yield from _blocks(child, quoted)


def _flush(runs: list[tuple[str, bool, bool]], quoted: str) -> Iterator[tuple[str, str]]:
    words = paragraph(runs)
    if words.strip():
        yield "p", "\n".join(f"{quoted}{line}" for line in words.split("\n"))


def _weight(element: etree._Element, weight: tuple[bool, bool]) -> tuple[bool, bool]:
    return weight[0] or element.tag in {"strong", "b"}, weight[1] or element.tag in {"em", "i", "cite"}


def _runs(element: etree._Element, weight: tuple[bool, bool]) -> Iterator[tuple[str, bool, bool]]:
    """The text of an element, blanks as a browser shows them."""
    yield _SPACE.sub(" ", element.text or ""), *weight
    for child in element:
        if child.tag == "br":
            yield "\n", *weight
        elif isinstance(child.tag, str) and child.tag not in _UNSEEN and child.tag != "img":
            yield from _runs(child, _weight(child, weight))
        yield _SPACE.sub(" ", child.tail or ""), *weight
