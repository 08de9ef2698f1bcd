"""Manuscripts read: what is theirs stays theirs, what cannot be read is named, and bombs are not opened."""

import io
import zipfile
from collections.abc import Callable

import docx
import pytest

from costory.lib import markdown
from stories.exporting import Format, export_story
from stories.importing import CannotRead, Manuscript, read_manuscript, read_pasted
from tests.factories import create_chapter, create_story

ODT = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    ' xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"'
    ' xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"'
    ' xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0">'
    '<office:automatic-styles><style:style style:name="T1"><style:text-properties fo:font-style="italic"/>'
    "</style:style></office:automatic-styles><office:body><office:text>%s</office:text></office:body>"
    "</office:document-content>"
)
CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)


def zipped(**members: str | bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return file.getvalue()


def odt(body: str) -> bytes:
    return zipped(content_dot_xml=ODT % body)


def epub(*pages: str, **more: str | bytes) -> bytes:
    items = "".join(
        f'<item id="p{n}" href="p{n}.xhtml" media-type="application/xhtml+xml"/>' for n in range(len(pages))
    )
    spine = "".join(f'<itemref idref="p{n}"/>' for n in range(len(pages)))
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>The book</dc:title></metadata><manifest>{items}</manifest><spine>{spine}</spine></package>"
    )
    members = {f"OEBPS__p{n}_dot_xhtml": page for n, page in enumerate(pages)}
    return zipped(**{"META-INF__container_dot_xml": CONTAINER, "OEBPS__book_dot_opf": package, **members, **more})


def page(body: str) -> str:
    return f'<html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head><body>{body}</body></html>'


def word(write: Callable[[object], None]) -> bytes:
    document = docx.Document()
    write(document)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def found(manuscript: Manuscript) -> list[tuple[str, str]]:
    return [(part.title, part.content) for part in manuscript.parts]


# --- Text ---------------------------------------------------------------------------------------------------------


def test_markdown_is_divided_at_its_highest_headings():
    text = "# The book\n\n## One\n\nFirst.\n\n### Inside\n\nMore.\n\n## Two\n\nSecond."
    manuscript = read_manuscript(file_name="b.md", content=text.encode())
    assert manuscript.title == "The book"
    assert found(manuscript) == [("One", "First.\n\n### Inside\n\nMore."), ("Two", "Second.")]


def test_headings_in_a_fence_are_none_and_what_stands_before_the_first_is_kept():
    text = "Before.\n\n# One\n\n```\n# not one\n```\n\n# Two\nEnd."
    assert found(read_pasted(text)) == [("", "Before."), ("One", "```\n# not one\n```"), ("Two", "End.")]


@pytest.mark.parametrize(
    "heading",
    ["Chapter 12", "CHAPTER XII", "Chapitre premier", "PROLOGUE", "Épilogue", "Chapitre 3 : La mer", "Part II"],
)
def test_a_pasted_manuscript_is_divided_at_lines_that_are_headings(heading):
    parts = found(read_pasted(f"{heading}\n\nIt was late.\n\nThe chapter 12 of the law.\n\n{heading}\n\nMore."))
    assert parts == [(heading, "It was late.\n\nThe chapter 12 of the law."), (heading, "More.")]


def test_scene_breaks_divide_nothing():
    assert found(read_pasted("One.\n\n***\n\nTwo.")) == [("", "One.\n\n***\n\nTwo.")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings(encoding):
    content = "L’été, « déjà »\r\nœuvre".encode(encoding)
    assert read_manuscript(file_name="t.txt", content=content).parts[0].content == "L’été, « déjà »\nœuvre"


# --- Word, OpenDocument, EPUB -------------------------------------------------------------------------------------


def test_word():
    def write(document):
        document.add_paragraph("My novel", style="Title")
        document.add_heading("One", 1)
        paragraph = document.add_paragraph("He said ")
        paragraph.add_run("no ").bold = True
        paragraph.add_run("and left*.").italic = True
        document.add_paragraph("* * *")
        document.add_paragraph("A letter.", style="Quote")
        document.add_paragraph("milk", style="List Bullet")
        document.add_heading("Two", 1)
        document.add_paragraph("3. not a list")
        document.add_table(1, 1)

    manuscript = read_manuscript(file_name="x", content=word(write))
    assert manuscript.title == "My novel"
    assert found(manuscript) == [
        ("One", "He said **no** *and left\\*.*\n\n***\n\n> A letter.\n\n- milk"),
        ("Two", "\\3. not a list"),
    ]
    assert manuscript.left_out == {"tables": 1}


def test_open_document():
    body = (
        '<text:h text:outline-level="1">One</text:h><text:p>He <text:span text:style-name="T1">ran</text:span>,'
        '<text:s text:c="2"/>fast<text:note><text:note-body>'
        "<text:p>a note</text:p></text:note-body></text:note>.</text:p>"
        "<text:p><draw:frame><draw:image/></draw:frame></text:p>"
    )
    manuscript = read_manuscript(file_name="book.odt", content=odt(body))
    assert found(manuscript) == [("One", "He *ran*,  fast.")]
    assert manuscript.left_out == {"pictures": 1, "footnotes": 1}
    assert manuscript.title == "book"


def test_epub():
    manuscript = read_manuscript(
        file_name="b.epub",
        content=epub(
            page(
                "<section><h1>One</h1><p>He <em>ran</em>.<br/>Fast &#8212; [so].</p><hr/><blockquote><p>A letter.</p>"
                "</blockquote><img src='x.png' alt=''/></section>"
            ),
            page("<h2>Two</h2><p>Second.</p><script>alert(1)</script><ul><li>milk</li></ul>"),
        ),
    )
    assert manuscript.title == "The book"
    assert found(manuscript) == [
        ("One", "He *ran*.\nFast — \\[so\\].\n\n***\n\n> A letter."),
        ("Two", "Second.\n\n- milk"),
    ]
    assert manuscript.left_out == {"pictures": 1}


@pytest.mark.django_db
@pytest.mark.parametrize("kind", [Format.MARKDOWN, Format.EPUB, Format.DOCX])
def test_what_we_export_is_imported_again(kind):
    story = create_story(title="The lighthouse")
    texts = ["He *ran*.\n\n***\n\n“No,” she said.", "« Déjà\u202f! »\n\n> A letter.\n\nThe end.", "Plain."]
    for number, text in enumerate(texts):
        chapter = create_chapter(story=story, title=f"Chapter {number}", content=text)
        chapter.content_html = markdown.render(text)
        chapter.save()
    with export_story(story=story, kind=kind).file as file:
        manuscript = read_manuscript(file_name="x", content=file.read())
    assert manuscript.title == "The lighthouse"
    assert found(manuscript) == [(f"Chapter {number}", text) for number, text in enumerate(texts)]


# --- Limits -------------------------------------------------------------------------------------------------------


def bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("content.xml", b" " * (61 * 1024 * 1024))
    return file.getvalue()


LAUGHS = '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><l>&b;</l>'
OUTSIDE = '<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]><l>&a;</l>'


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"  \r\n", "empty"),
        (b"x" * (20 * 1024 * 1024 + 1), "too-large"),
        (b"%PDF-1.7", "unknown"),
        (b"{\\rtf1 x}", "unknown"),
        (b"\xd0\xcf\x11\xe0old word", "unknown"),
        (b"\x00\x01\x02" * 50, "unknown"),
        (b"PK\x03\x04 cut off", "broken"),
        (odt("<text:p>whole</text:p>")[:-60], "broken"),
        (zipped(readme_dot_txt="x"), "unknown"),
        (zipped(content_dot_xml=LAUGHS), "bomb"),
        (zipped(content_dot_xml=OUTSIDE), "bomb"),
        (zipped(word__document_dot_xml=LAUGHS), "bomb"),
        (zipped(word__document_dot_xml="<x/>"), "broken"),
        (zipped(**{f"m{number}": "" for number in range(2001)}), "bomb"),
        (epub(page("<p>x</p>"), **{"META-INF__encryption_dot_xml": "<EncryptedData/>"}), "locked"),
        (zipped(**{"META-INF__container_dot_xml": CONTAINER}), "broken"),
        (zipped(**{"META-INF__container_dot_xml": "<container/>"}), "broken"),
        (odt(""), "empty"),
    ],
)
def test_what_cannot_be_read_is_named(content, reason):
    with pytest.raises(CannotRead) as refusal:
        read_manuscript(file_name="x", content=content)
    assert refusal.value.details == {"reason": reason}


def test_a_zip_bomb_is_not_opened():
    with pytest.raises(CannotRead) as refusal:
        read_manuscript(file_name="x", content=bomb())
    assert refusal.value.details == {"reason": "bomb"}


def test_an_epub_that_points_outside_of_itself_finds_nothing():
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf"><manifest><item id="a" href="../../etc/passwd"/></manifest>'
        '<spine><itemref idref="a"/></spine></package>'
    )
    with pytest.raises(CannotRead):
        read_manuscript(
            file_name="x", content=zipped(**{"META-INF__container_dot_xml": CONTAINER, "OEBPS__book_dot_opf": package})
        )


def test_too_long_and_too_many_lose_no_word():
    long = read_pasted("word " * 250_000)
    assert "long" in long.notices
    assert max(len(part.content) for part in long.parts) <= 1_000_000
    assert sum(part.content.count("word") for part in long.parts) == 250_000
    many = read_pasted("".join(f"# Chapter {number}\n\nWord.\n\n" for number in range(600)))
    assert "many" in many.notices
    assert len(many.parts) == 500
    assert sum(part.content.count("Word.") for part in many.parts) == 600


@pytest.mark.parametrize("title", ["t" * 500, "t" * 10_000])
def test_a_heading_as_long_as_a_paragraph_is_one(title):
    assert found(read_pasted(f"# {title}\n\nText.\n\n# Two\n\nMore."))[0] == ("", f"{title}\n\nText.")
