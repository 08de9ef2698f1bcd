"""A story as a Word document, in the form in which publishers like to read a manuscript."""

import io
from html.parser import HTMLParser
from typing import IO, Any, Final

from django.utils import translation
from docx import Document
from docx.document import Document as Docx
from docx.enum.section import WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.text.paragraph import Paragraph
from docx.text.run import Run
from PIL import Image, UnidentifiedImageError

from stories.exporting.manuscript import Manuscript, Page
from stories.exporting.xhtml import is_right_to_left, link_address, plain_xml
from stories.models import Photograph

FACE: Final = "Times New Roman"
LOCALES: Final = {"en": "en-GB", "fr": "fr-FR"}
SCENE_BREAK: Final = "*\u2003*\u2003*"
# The schema has an order for a paragraph's properties, and Word holds to it.
AFTER_DIRECTION: Final = (
    *("w:adjustRightInd", "w:snapToGrid", "w:spacing", "w:ind", "w:contextualSpacing", "w:mirrorIndents"),
    *("w:suppressOverlap", "w:jc", "w:textDirection", "w:textAlignment", "w:outlineLvl", "w:rPr", "w:sectPr"),
)
WIDEST: Final = Cm(14)


def write_docx(manuscript: Manuscript, into: IO[bytes]) -> None:
    """Write the story. Its own words are in the language of the story."""
    with translation.override(manuscript.language):
        _Manuscript(manuscript).write(into)


class _Manuscript:
    def __init__(self, manuscript: Manuscript) -> None:
        self.manuscript = manuscript
        self.document: Docx = Document()
        self.styles = self.document.styles
        # Looked up once: python-docx searches all of them each time it is given a style.
        self.style_ids = {style.name: style.style_id for style in self.styles}

    def write(self, into: IO[bytes]) -> None:
        self._describe()
        self._dress()
        self._title_page()
        for page in self.manuscript.pages():
            self._chapter(page)
        if self.manuscript.figures.has_coach_text:
            heading, *lines = [line for line in self.manuscript.statement.splitlines() if line]
            self._heading(heading, level=1)
            for line in lines:
                self._paragraph("Body Text").add_run(plain_xml(line))
        self.document.save(into)

    def _describe(self) -> None:
        properties = self.document.core_properties
        properties.title = plain_xml(self.manuscript.title)[:255]
        properties.author = plain_xml(self.manuscript.author)[:255]
        properties.language = LOCALES.get(self.manuscript.language, self.manuscript.language)
        properties.comments = ""
        properties.last_modified_by = properties.author
        # The format has no time zone; it is UTC by the standard.
        properties.created = properties.modified = self.manuscript.modified_at.replace(tzinfo=None)

    def _dress(self) -> None:
        for section in self.document.sections:
            section.page_width, section.page_height = Cm(21), Cm(29.7)
            section.left_margin = section.right_margin = Cm(2.5)
            section.top_margin = section.bottom_margin = Cm(2.5)
            section.start_type = WD_SECTION.NEW_PAGE
        normal = self.styles["Normal"]
        normal.font.size = Pt(12)
        normal.paragraph_format.space_after = Pt(0)
        normal.paragraph_format.line_spacing = 1.5
        normal.paragraph_format.widow_control = True
        language = OxmlElement("w:lang")
        language.set(qn("w:val"), LOCALES.get(self.manuscript.language, self.manuscript.language))
        normal.element.get_or_add_rPr().append(language)
        body = self.styles["Body Text"]
        body.paragraph_format.first_line_indent = Cm(0.75)
        body.paragraph_format.space_after = Pt(0)
        for name in ("Normal", "Title", *(f"Heading {level}" for level in range(1, 7))):
            _set_face(self.styles[name])
        for level in range(1, 7):
            style = self.styles[f"Heading {level}"]
            style.font.size = Pt({1: 18, 2: 14}.get(level, 12))
            style.font.color.rgb = RGBColor(0, 0, 0)
        self.styles["Heading 1"].paragraph_format.page_break_before = True
        self.styles["Heading 1"].paragraph_format.space_after = Pt(24)
        self.styles["Title"].font.color.rgb = RGBColor(0, 0, 0)
        self.styles["Quote"].paragraph_format.left_indent = Cm(1)
        self.styles["Quote"].paragraph_format.right_indent = Cm(1)
        self.styles["Quote"].font.color.rgb = RGBColor(0, 0, 0)

    def _title_page(self) -> None:
        for text, style, before in (
            (self.manuscript.title, "Title", Pt(160)),
            (self.manuscript.author, "Subtitle", Pt(12)),
            (self.manuscript.description.strip(), "Quote", Pt(48)),
        ):
            if text:
                paragraph = self._paragraph(style, text)
                paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
                paragraph.paragraph_format.space_before = before
                paragraph.add_run(plain_xml(text))

    def _chapter(self, page: Page) -> None:
        self._heading(page.heading, level=1)
        for line in (page.day, page.question):
            if line:
                self._paragraph("Quote", line).add_run(plain_xml(line))
        writer = _Writer(self)
        writer.feed(page.content_html)
        writer.close()
        for photograph in page.photographs:
            self._photograph(photograph)

    def _heading(self, text: str, *, level: int) -> None:
        paragraph = self._paragraph(f"Heading {level}", text)
        paragraph.add_run(plain_xml(text))

    def _paragraph(self, style: str, text: str = "") -> Paragraph:
        paragraph = self.document.add_paragraph()
        paragraph._p.style = self.style_ids[style]
        if is_right_to_left(text):
            turn(paragraph)
        return paragraph

    def _photograph(self, photograph: Photograph) -> None:
        if file := _picture(photograph):
            paragraph = self._paragraph("Normal")
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
            shape = paragraph.add_run().add_picture(file)
            if shape.width > WIDEST:
                shape.height, shape.width = round(shape.height * WIDEST / shape.width), WIDEST
            shape._inline.docPr.set("descr", plain_xml(photograph.description or photograph.caption))
        if photograph.caption:
            paragraph = self._paragraph("Caption", photograph.caption)
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
            paragraph.add_run(plain_xml(photograph.caption))


class _Writer(HTMLParser):
    """A chapter's cleaned HTML as paragraphs."""

    def __init__(self, manuscript: _Manuscript) -> None:
        super().__init__(convert_charrefs=True)
        self.manuscript = manuscript
        self.paragraph: Paragraph | None = None
        self.lists: list[str] = []
        self.quotes = 0
        self.emphasis = 0
        self.strength = 0
        self.code = 0
        self.verbatim = 0
        self.link = ""
        # A paragraph after a heading or a break begins at the margin.
        self.is_first = True

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        match tag:
            case "p":
                # A list's item has opened its paragraph already.
                if self.paragraph is None or self.paragraph.runs:
                    self._open(self._style())
            case "h2" | "h3" | "h4" | "h5" | "h6":
                self._open(f"Heading {tag[1]}")
            case "li":
                self._open(self._style())
            case "ul" | "ol":
                self.lists.append("List Bullet" if tag == "ul" else "List Number")
            case "blockquote":
                self.quotes += 1
            case "pre":
                self.verbatim += 1
                self._open("No Spacing")
            case "hr":
                self._open("Normal").alignment = WD_ALIGN_PARAGRAPH.CENTER
                self._run(SCENE_BREAK)
                self._close()
                self.is_first = True
            case "br":
                if self.paragraph is not None:
                    self.paragraph.add_run().add_break(WD_BREAK.LINE)
            case "em":
                self.emphasis += 1
            case "strong":
                self.strength += 1
            case "code":
                self.code += 1
            case "a":
                self.link = link_address(dict(attrs).get("href") or "")

    def handle_endtag(self, tag: str) -> None:
        match tag:
            case "p" | "li":
                self._close()
            case "h2" | "h3" | "h4" | "h5" | "h6":
                self._close()
                self.is_first = True
            case "ul" | "ol":
                self.lists.pop()
            case "blockquote":
                self.quotes -= 1
            case "pre":
                self.verbatim -= 1
                self._close()
            case "em":
                self.emphasis -= 1
            case "strong":
                self.strength -= 1
            case "code":
                self.code -= 1
            case "a":
                self.link = ""

    def handle_data(self, data: str) -> None:
        if self.paragraph is None:
            return
        # The line end behind a <br> is the source's own.
        text = data.rstrip("\n") if self.verbatim else data.replace("\n", "")
        if not text:
            return
        if is_right_to_left(text) and not self.paragraph.runs:
            turn(self.paragraph)
        self._run(text)

    def _style(self) -> str:
        if self.lists:
            depth = min(len(self.lists), 3)
            return self.lists[-1] + (f" {depth}" if depth > 1 else "")
        return "Quote" if self.quotes else "Body Text"

    def _open(self, style: str) -> Paragraph:
        self.paragraph = self.manuscript._paragraph(style)
        if style == "Body Text" and self.is_first:
            self.paragraph.paragraph_format.first_line_indent = Cm(0)
        self.is_first = False
        return self.paragraph

    def _close(self) -> None:
        self.paragraph = None

    def _run(self, text: str) -> None:
        assert self.paragraph is not None  # noqa: S101 - for the type: every caller has opened one
        run = self.paragraph.add_run(plain_xml(text))
        if self.emphasis:
            run.italic = True
        if self.strength:
            run.bold = True
        if self.code or self.verbatim:
            run.font.name = "Courier New"
        if is_right_to_left(text):
            run.font.rtl = True
        if self.link:
            lead(run, self.paragraph, self.link)


def turn(paragraph: Paragraph) -> None:
    """Set a paragraph from right to left."""
    paragraph._p.get_or_add_pPr().insert_element_before(OxmlElement("w:bidi"), *AFTER_DIRECTION)


def lead(run: Run, paragraph: Paragraph, address: str) -> None:
    """Make a run a link that leads to an address."""
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), paragraph.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    run.underline = True
    run._r.addprevious(link)
    link.append(run._r)


def _set_face(style: Any) -> None:
    """A face for letters of every script; a theme's own would go before it."""
    style.font.name = FACE
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in list(fonts.attrib):
        if name.endswith("Theme"):
            del fonts.attrib[name]
    for name in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
        fonts.set(qn(name), FACE)


def _picture(photograph: Photograph) -> IO[bytes] | None:
    """A photograph in a form that Word reads, or nothing where its file is gone."""
    try:
        with photograph.image.open("rb") as file, Image.open(file) as picture:
            kept: IO[bytes] = io.BytesIO()
            if picture.format in {"JPEG", "PNG"}:
                file.seek(0)
                kept.write(file.read())
            else:
                picture.convert("RGB").save(kept, "JPEG", quality=90)
    except (OSError, ValueError, UnidentifiedImageError):
        return None
    kept.seek(0)
    return kept
