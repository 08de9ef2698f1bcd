"""Word's documents and OpenDocument's texts."""

import io
import re
from collections.abc import Iterator

import docx
from docx.text.hyperlink import Hyperlink
from docx.text.paragraph import Paragraph
from docx.text.run import Run
from lxml import etree

from stories.importing.archive import Archive
from stories.importing.prose import paragraph
from stories.importing.shape import CannotRead, Manuscript, Part

_SCENE_BREAK = re.compile(r"^[\s*#·•⁂~_—–-]{1,12}$")
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_FO = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


class _Collector:
    """Blocks as they come, divided where a heading begins a chapter."""

    def __init__(self, manuscript: Manuscript) -> None:
        self.manuscript = manuscript
        self.blocks: list[tuple[int, str]] = []

    def add(self, level: int, words: str) -> None:
        """A block: a heading of this level, or with 0 a paragraph."""
        if words.strip():
            self.blocks.append((level, words))

    def finish(self) -> Manuscript:
        """The manuscript, divided at its highest headings."""
        levels = [level for level, _ in self.blocks if level]
        top = min(levels, default=0)
        parts: list[Part] = [Part("", "")]
        for level, words in self.blocks:
            if level and level == top:
                parts.append(Part(words.replace("\\", ""), ""))
            else:
                block = f"{'#' * min(max(level - top + 1, 2), 6)} {words}" if level else words
                parts[-1].content += f"\n\n{block}" if parts[-1].content else block
        self.manuscript.parts = parts
        return self.manuscript


def read_docx(archive: Archive, content: bytes) -> Manuscript:
    """A Word document: headings, emphasis, quotations, lists and scene breaks. Raises CannotRead."""
    # Read once under the limits, so that the library reads nothing that is beyond them.
    for name in archive.namelist():
        if name.endswith((".xml", ".rels")):
            archive.tree(name)
    try:
        return _read_word(content)
    except Exception as error:  # The library stumbles over broken documents in many ways.
        raise CannotRead("broken") from error


def _read_word(content: bytes) -> Manuscript:
    document = docx.Document(io.BytesIO(content))
    manuscript = Manuscript(title=document.core_properties.title or "")
    collector = _Collector(manuscript)
    for element in document.element.body.iterchildren():
        if element.tag == f"{_WORD}p":
            block = Paragraph(element, document)
            style = (block.style.name if block.style is not None else "") or ""
            if style == "Title" and not collector.blocks:
                manuscript.title = block.text.strip() or manuscript.title
                continue
            if style == "Subtitle" and not collector.blocks:
                continue
            level = int(style[8:]) if re.fullmatch(r"Heading [1-6]", style) else 0
            words = _word_paragraph(block, is_heading=bool(level))
            collector.add(level, _in_style(words, style) if not level else words)
        elif element.tag == f"{_WORD}tbl":
            manuscript.leave_out("tables")
    body = document.element.body
    manuscript.leave_out("pictures", len(body.findall(f".//{_WORD}drawing")) + len(body.findall(f".//{_WORD}pict")))
    manuscript.leave_out("footnotes", len(body.findall(f".//{_WORD}footnoteReference")))
    manuscript.leave_out("comments", len(body.findall(f".//{_WORD}commentReference")))
    return collector.finish()


def _word_paragraph(block: Paragraph, *, is_heading: bool) -> str:
    if is_heading:
        return " ".join(block.text.split())
    return paragraph((run.text, bool(run.bold), bool(run.italic)) for run in _word_runs(block))


def _word_runs(block: Paragraph) -> Iterator[Run]:
    for item in block.iter_inner_content():
        yield from item.runs if isinstance(item, Hyperlink) else [item]


def _in_style(words: str, style: str) -> str:
    if _SCENE_BREAK.fullmatch(words.replace("\\", "")):
        return "***"
    if "Quote" in style:
        return "\n".join(f"> {line}" for line in words.split("\n"))
    if style.startswith("List Number"):
        return f"1. {words}"
    if style.startswith("List"):
        return f"- {words}"
    return words


def read_odt(archive: Archive) -> Manuscript:
    """An OpenDocument text. Raises CannotRead."""
    if "META-INF/manifest.xml" in archive.namelist() and b"encryption-data" in archive.read("META-INF/manifest.xml"):
        raise CannotRead("locked")
    tree = archive.tree("content.xml")
    body = tree.find(f"{_OFFICE}body/{_OFFICE}text")
    if body is None:
        raise CannotRead("unknown")
    manuscript = Manuscript()
    if "meta.xml" in archive.namelist():
        title = archive.tree("meta.xml").find(f".//{_DC}title")
        manuscript.title = (title.text or "") if title is not None else ""
    weights = {}
    for style in tree.iter(f"{_STYLE}style"):
        properties = style.find(f"{_STYLE}text-properties")
        if properties is not None:
            weights[style.get(f"{_STYLE}name", "")] = (
                properties.get(f"{_FO}font-weight") == "bold",
                properties.get(f"{_FO}font-style") == "italic",
            )
    collector = _Collector(manuscript)
    for element in body.iter(f"{_TEXT}h", f"{_TEXT}p"):
        if any(parent.tag in {f"{_TEXT}note", f"{_OFFICE}annotation"} for parent in element.iterancestors()):
            continue
        level = _number(element, "outline-level") if element.tag == f"{_TEXT}h" else 0
        if level:
            collector.add(min(level, 6), " ".join(_odt_text(element).split()))
        else:
            words = paragraph(_odt_runs(element, weights, (False, False)))
            name = element.get(f"{_TEXT}style-name", "")
            is_item = any(parent.tag == f"{_TEXT}list-item" for parent in element.iterancestors())
            collector.add(0, _in_style(words, "Quote" if "Quot" in name else "List" if is_item else ""))
    manuscript.leave_out("pictures", sum(1 for _ in body.iter(f"{_DRAW}image")))
    manuscript.leave_out("footnotes", sum(1 for _ in body.iter(f"{_TEXT}note")))
    manuscript.leave_out("comments", sum(1 for _ in body.iter(f"{_OFFICE}annotation")))
    return collector.finish()


def _number(element: etree._Element, name: str) -> int:
    """A count among an element's attributes; 1 where it says none, or nonsense."""
    said = element.get(f"{_TEXT}{name}", "")
    return max(int(said), 1) if re.fullmatch("[0-9]{1,6}", said) else 1


def _odt_text(element: etree._Element) -> str:
    return "".join(text for text, _, _ in _odt_runs(element, {}, (False, False)))


def _odt_runs(
    element: etree._Element, weights: dict[str, tuple[bool, bool]], weight: tuple[bool, bool]
) -> Iterator[tuple[str, bool, bool]]:
    yield element.text or "", *weight
    for child in element:
        if child.tag == f"{_TEXT}line-break":
            yield "\n", *weight
        elif child.tag == f"{_TEXT}tab":
            yield " ", *weight
        elif child.tag == f"{_TEXT}s":
            yield " " * min(_number(child, "c"), 100), *weight
        elif child.tag in {f"{_TEXT}span", f"{_TEXT}a"}:
            own = weights.get(child.get(f"{_TEXT}style-name", ""), (False, False))
            yield from _odt_runs(child, weights, (weight[0] or own[0], weight[1] or own[1]))
        yield child.tail or "", *weight
