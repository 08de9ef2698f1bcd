"""Taking a story along: each format holds what was written, and opens where it should."""

import io
import zipfile
from datetime import date
from pathlib import Path
from uuid import UUID
from xml.etree import ElementTree as ET

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone
from docx import Document
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfReader

from costory.lib import markdown
from stories.exporting import Format, content_disposition, export_story, file_name, read_manuscript, read_markdown
from stories.exporting.xhtml import link_address, to_xhtml
from stories.models import Chapter, Note, Photograph, Story
from stories.services import create_chapter, delete_chapter, insert_passage
from tests.attacks import ATTACKS
from tests.epubcheck import complaints
from tests.factories import create_story

pytestmark = pytest.mark.django_db
NBSP, NARROW = "\u00a0", "\u202f"
FRENCH = (
    f"«{NARROW}Où vas-tu{NARROW}?{NARROW}» dit-elle{NBSP}: l’été, à Noël, chez l’œuvre *d’Éléna*.\n\n***\n\n> Cité.\n"
)
REPLY = UUID("0d3e7a0c-58a4-4d4b-a1d9-c1a6ef0cb6a1")


def tree_of(text):
    return ET.fromstring(text)  # noqa: S314 - our own books, and being strict is the point


def exported(story, kind, chapter=None):
    export = export_story(story=story, kind=kind, chapter=chapter)
    with export.file:
        return export.file.read()


def book(story, tmp_path):
    path = tmp_path / "book.epub"
    path.write_bytes(exported(story, Format.EPUB))
    return path


def words_of(reader):
    return "\n".join(page.extract_text() for page in reader.pages)


def pages_of(story):
    with zipfile.ZipFile(io.BytesIO(exported(story, Format.EPUB))) as archive:
        return {
            name: archive.read(name).decode()
            for name in archive.namelist()
            if name.endswith((".xhtml", ".opf", ".svg"))
        }


def add_photograph(chapter, *, position=1, kind="JPEG", **words):
    kept = io.BytesIO()
    Image.new("RGB", (60, 40), "teal").save(kept, kind)
    image = ContentFile(kept.getvalue(), name=f"test-{position}.{kind.lower()}")
    return Photograph.objects.create(chapter=chapter, position=position, image=image, **words)


@pytest.fixture
def story(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    story = create_story(title="The Lighthouse", description="Of a keeper.")
    create_chapter(story=story, author=story.owner, title="First light", content="It was *dark*.\n\nThen not.")
    create_chapter(story=story, author=story.owner, content="Second.")
    return story


# --- EPUB --------------------------------------------------------------------------------------------------------


def plain(story):
    pass


def french(story):
    Story.objects.filter(pk=story.pk).update(title="L’été d’Éléna – où ?", language="fr", description=FRENCH)
    for title in ("À l’ombre", "", "Noël & l’œuvre"):
        create_chapter(story=story, author=story.owner, title=title, content=FRENCH * 20)


def long(story):
    for number in range(58):
        create_chapter(story=story, author=story.owner, title=f"Night {number}", content="It rained.\n\n" * 40)


def empty(story):
    for chapter in story.chapters.all():
        delete_chapter(chapter=chapter)
    Story.objects.filter(pk=story.pk).update(description="")


def empty_chapters(story):
    for content in ("", "\n\n", "***", "# "):
        create_chapter(story=story, author=story.owner, content=content)


def hostile(story):
    Story.objects.filter(pk=story.pk).update(
        title=ATTACKS[0] + "&amp;]]>\ufffe", description=markdown.normalise_text("\n".join(ATTACKS))
    )
    for text in ATTACKS:
        create_chapter(story=story, author=story.owner, title=text, content=text)
    create_chapter(story=story, author=story.owner, content="\n\n".join([*ATTACKS, "\ufffe\uffff", "<" * 500]))


def many_scripts(story):
    Story.objects.filter(pk=story.pk).update(title="שלום עולם 👩‍👩‍👧‍👦")
    create_chapter(
        story=story,
        author=story.owner,
        title="مرحبا 🏳️‍🌈",
        content="مرحبا بالعالم\n\n> שלום\n\n1. אחת\n2. two 👍🏽\n\n\u202eturned\u202c 漢字 🇫🇷",
    )


def links(story):
    addresses = ["https://example.org/a b", "http://[::1]/", "https://é.example/ü?q=%zz#ö", "mailto:a@b.example"]
    addresses += [
        "https://somebody@example.org/",
        "https://example.org:99999/",
        "http://exa_mple.org/",
        "https://a..b/",
    ]
    create_chapter(story=story, author=story.owner, content="\n\n".join(f"[x](<{each}>)" for each in addresses))


def photographs(story):
    first, second = story.chapters.order_by("position")[:2]
    add_photograph(first, caption="The tower & <b>I</b>", description="A white tower")
    add_photograph(first, position=2, kind="PNG")
    add_photograph(second, kind="WEBP", caption="Gulls")
    lost = add_photograph(second, position=2, caption="Lost").image
    lost.storage.delete(lost.name)


def own_cover(story):
    kept = io.BytesIO()
    Image.effect_noise((400, 700), 90).convert("RGB").save(kept, "JPEG")
    Story.objects.get(pk=story.pk).cover.save("cover.jpg", ContentFile(kept.getvalue()))


def illustrated(story):
    photographs(story)
    own_cover(story)


def with_coach(story):
    for chapter in story.chapters.all():
        insert_passage(
            chapter=chapter, author=story.owner, version=1, position=0, text="The coach wrote this. ", reply_id=REPLY
        )


@pytest.mark.java
@pytest.mark.once
@pytest.mark.parametrize(
    "make",
    [plain, french, long, empty, empty_chapters, hostile, many_scripts, links, photographs, own_cover, with_coach],
)
def test_epubcheck_has_nothing_against_it(story, tmp_path, make):
    make(story)
    story.refresh_from_db()

    assert complaints(book(story, tmp_path)) == []


@pytest.mark.java
@pytest.mark.once
def test_epubcheck_would_say_so(story, tmp_path):
    path = tmp_path / "broken.epub"
    with zipfile.ZipFile(io.BytesIO(exported(story, Format.EPUB))) as good, zipfile.ZipFile(path, "w") as bad:
        for name in good.namelist():
            bad.writestr(name, good.read(name).replace(b"<section ", b"<section onclick='x' blink='1' "))

    assert complaints(path)


def test_the_first_entry_says_what_it_is(story):
    data = exported(story, Format.EPUB)

    assert data[30:58] == b"mimetypeapplication/epub+zip"
    assert data == exported(story, Format.EPUB)


def test_every_page_is_well_formed_and_without_scripts(story):
    hostile(story)

    for name, text in pages_of(story).items():
        tree = tree_of(text)
        for element in tree.iter():
            assert not element.tag.endswith(("}script", "}style", "}iframe", "}object")), name
            assert not any(key.lower().startswith("on") for key in element.attrib), name
            assert element.get("href", "").partition(":")[0] not in {"javascript", "data", "vbscript"}, name


def test_a_chapter_reads_as_it_was_written(story):
    french(story)

    text = "".join(tree_of(pages_of(story)["EPUB/chapter-3.xhtml"]).itertext())
    assert f"«{NARROW}Où vas-tu{NARROW}?{NARROW}» dit-elle{NBSP}: l’été" in text
    assert "À l’ombre" in text


def test_an_untitled_chapter_is_called_by_its_number_in_the_language_of_the_story(story):
    Story.objects.filter(pk=story.pk).update(language="fr")
    story.refresh_from_db()

    assert ">Chapitre 2<" in pages_of(story)["EPUB/nav.xhtml"]


def test_a_journal_says_the_day_and_the_question(story):
    create_chapter(
        story=story, author=story.owner, entry_date=date(2026, 5, 1), prompt="What did you see?", content="x"
    )
    create_chapter(story=story, author=story.owner, entry_date=date(2026, 5, 2), title="Rain", content="y")

    pages = pages_of(story)
    assert '<h1 id="heading">May 1, 2026</h1>' in pages["EPUB/chapter-3.xhtml"]
    assert '<p class="question">What did you see?</p>' in pages["EPUB/chapter-3.xhtml"]
    assert '<p class="question">May 2, 2026</p>' in pages["EPUB/chapter-4.xhtml"]


def test_photographs_come_with_their_words_and_the_metadata_is_honest(story):
    photographs(story)

    pages = pages_of(story)
    first, package = pages["EPUB/chapter-1.xhtml"], pages["EPUB/package.opf"]
    assert '<img src="chapter-1-picture-1.jpg" alt="A white tower"/>' in first
    assert "<figcaption>The tower &amp; &lt;b&gt;I&lt;/b&gt;</figcaption>" in first
    assert "Lost" in pages["EPUB/chapter-2.xhtml"]
    assert "2 photographs have no description." in package
    assert "alternativeText" not in package
    assert "conformsTo" not in package


def test_what_is_the_coachs_is_marked_where_it_is_and_nowhere_else(story):
    insert_passage(
        chapter=story.chapters.first(), author=story.owner, version=1, position=0, text="Dark. ", reply_id=REPLY
    )

    pages = pages_of(story)
    term = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
    assert f'<meta property="schema:digitalSourceType">{term}</meta>' in pages["EPUB/package.opf"]
    assert term in pages["EPUB/chapter-1.xhtml"]
    assert term not in pages["EPUB/chapter-2.xhtml"]
    assert "6 characters" in pages["EPUB/statement.xhtml"]


def test_a_book_without_the_coachs_text_claims_nothing(story):
    pages = pages_of(story)

    assert "EPUB/statement.xhtml" not in pages
    assert not any("digitalSourceType" in text for text in pages.values())


def test_notes_and_the_bin_stay_behind(story):
    first, second = story.chapters.all()
    Note.objects.create(chapter=first, body="SECRET")
    delete_chapter(chapter=second)

    for kind in Format:
        data = exported(story, kind)
        if kind == Format.PDF:
            data = words_of(PdfReader(io.BytesIO(data))).encode()
        elif kind != Format.MARKDOWN:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                data = b"".join(archive.read(name) for name in archive.namelist())
        assert b"dark" in data
        assert b"SECRET" not in data
        assert b"Second." not in data


def test_readers_find_what_is_released_and_what_is_said_of_the_coach(story):
    with_coach(story)
    Chapter.objects.filter(story=story).update(released_at=None)
    Chapter.objects.filter(pk=story.chapters.first().pk).update(released_at=timezone.now())
    Story.objects.filter(pk=story.pk).update(disclosure=Story.Disclosure.WORDS)
    story.refresh_from_db()

    with export_story(story=story, kind=Format.EPUB, for_readers=True).file as file, zipfile.ZipFile(file) as archive:
        text = {name: archive.read(name).decode() for name in archive.namelist() if name.endswith("xhtml")}
    assert "EPUB/chapter-2.xhtml" not in text
    assert "Second." not in "".join(text.values())
    assert "Parts of this text come from an AI" in text["EPUB/statement.xhtml"]
    assert "characters" not in text["EPUB/statement.xhtml"]


def test_a_cover_of_the_authors_own_is_the_books(story):
    own_cover(story)
    story.refresh_from_db()

    with zipfile.ZipFile(io.BytesIO(exported(story, Format.EPUB))) as archive:
        assert archive.read("EPUB/cover.jpg").startswith(b"\xff\xd8")
        assert 'src="cover.jpg"' in archive.read("EPUB/cover.xhtml").decode()
    (cover,) = PdfReader(io.BytesIO(exported(story, Format.PDF))).pages[0].images
    assert cover.image is not None
    assert cover.image.size == (400, 700)
    Path(story.cover.path).unlink()
    assert b"cover.svg" in exported(story, Format.EPUB)
    assert not PdfReader(io.BytesIO(exported(story, Format.PDF))).pages[0].images


def test_one_chapter_alone(story):
    second = story.chapters.last()

    with zipfile.ZipFile(io.BytesIO(exported(story, Format.EPUB, second))) as archive:
        names = archive.namelist()
    assert "EPUB/chapter-2.xhtml" in names
    assert "EPUB/chapter-1.xhtml" not in names
    assert b"dark" not in exported(story, Format.MARKDOWN, second)


@hypothesis_settings(deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200))
def test_any_text_becomes_well_formed(text):
    html = markdown.render(text)
    assert tree_of(f"<body>{to_xhtml(html)}</body>") is not None


@hypothesis_settings(deadline=None)
@given(st.text(max_size=40))
def test_html_that_nobody_cleaned_becomes_well_formed(text):
    broken = f"<p><em>{text}</p><script>{text}</script><a href='{text}'>x<li></b></em>"
    assert tree_of(f"<body>{to_xhtml(broken)}</body>") is not None


@pytest.mark.parametrize(
    "address", ["javascript:x", "http://", "https://[::1", "//a", "mailto:x", "http://a b/", "ftp://a/"]
)
def test_an_address_that_leads_nowhere_good_is_none(address):
    assert link_address(address) == ""


# --- Markdown ----------------------------------------------------------------------------------------------------

TRAPS = ["", "\n", "## A heading {#chapter-2}\n", "# Top\n\n## Sub", "text\n\n\n", "\n\n  text", "---\nyaml: no\n---"]


def read_back(story):
    return read_markdown(exported(story, Format.MARKDOWN).decode())


def test_markdown_is_the_text_byte_for_byte(story):
    for text in [*TRAPS, *ATTACKS, FRENCH]:
        create_chapter(story=story, author=story.owner, title="A {#chapter-3}", content=text)

    read = read_back(story)
    stored = list(story.chapters.order_by("position").values_list("title", "content"))
    assert read is not None
    assert read.title == story.title
    assert [(chapter.title, chapter.content) for chapter in read.chapters] == stored


@hypothesis_settings(max_examples=40, deadline=None)
@given(st.lists(st.text(alphabet=st.sampled_from("\n #{}-chapter12\u00a0é"), max_size=40), min_size=1, max_size=4))
def test_any_markdown_comes_back(texts):
    story = create_story()
    for text in texts:
        create_chapter(story=story, author=story.owner, content=text)
    read = read_back(story)
    stored = list(story.chapters.order_by("position").values_list("content", flat=True))
    story.owner.delete()
    assert read is not None
    assert [chapter.content for chapter in read.chapters] == stored


def test_what_is_not_ours_is_not_read():
    assert read_markdown("# A title\n\n## A heading\n\nText") is None


# --- Word --------------------------------------------------------------------------------------------------------


def test_a_word_document_holds_the_words_and_their_dress(story):
    content = f"{FRENCH}\n## Part\n\n1. un\n2. **deux**\n\n[Link](https://example.org/)\n\nline  \nbreak"
    create_chapter(story=story, author=story.owner, title="L’été", content=content)

    document = Document(io.BytesIO(exported(story, Format.DOCX)))
    paragraphs = {paragraph.text: paragraph for paragraph in document.paragraphs}
    styles = {text: paragraph.style and paragraph.style.name for text, paragraph in paragraphs.items()}
    spoken = paragraphs[f"«{NARROW}Où vas-tu{NARROW}?{NARROW}» dit-elle{NBSP}: l’été, à Noël, chez l’œuvre d’Éléna."]
    assert [run.text for run in spoken.runs if run.italic] == ["d’Éléna"]
    assert (styles["L’été"], styles["Part"]) == ("Heading 1", "Heading 2")
    assert (styles["Cité."], styles["un"]) == ("Quote", "List Number")
    assert paragraphs["deux"].runs[0].bold
    assert paragraphs["Link"].hyperlinks[0].address == "https://example.org/"
    assert "*\u2003*\u2003*" in paragraphs
    assert "line\nbreak" in paragraphs
    assert document.core_properties.author == story.owner.name
    order = [paragraph.text for paragraph in document.paragraphs]
    assert (
        order.index("First light") < order.index("It was dark.") < order.index("Then not.") < order.index("Chapter 2")
    )


def test_a_paragraph_from_right_to_left_is_set_so(story):
    create_chapter(story=story, author=story.owner, content="שלום\n\nHello")

    document = Document(io.BytesIO(exported(story, Format.DOCX)))
    turned = next(paragraph for paragraph in document.paragraphs if paragraph.text.startswith("ש"))
    properties = [child.tag.rpartition("}")[2] for child in turned._p.get_or_add_pPr()]
    assert properties == ["pStyle", "bidi", "ind"]
    assert turned.runs[0].font.rtl


def test_a_word_document_survives_anything(story):
    hostile(story)
    many_scripts(story)
    photographs(story)
    with_coach(story)

    document = Document(io.BytesIO(exported(story, Format.DOCX)))
    assert len(document.inline_shapes) == 3
    assert any("The coach wrote this." in paragraph.text for paragraph in document.paragraphs)
    assert any(paragraph.text.startswith("Statement on the use") for paragraph in document.paragraphs)


# --- Names -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("L’été d’Éléna", "L’été d’Éléna.epub"),
        ("../../etc/passwd", "etc passwd.epub"),
        ('a"b\r\nSet-Cookie: x', "a b Set-Cookie x.epub"),
        ("CON", "CoStory CON.epub"),
        ("...", "CoStory.epub"),
        ("exe\u202egpj", "exe gpj.epub"),
        ("x" * 300, "x" * 80 + ".epub"),
    ],
)
def test_a_title_as_a_file_name(title, name):
    assert file_name(title, "epub") == name


LONG_NAME = "UTF-8''L%E2%80%99%C3%A9t%C3%A9%20d%E2%80%99%C3%89l%C3%A9na.epub"


def test_the_header_says_the_name_twice():
    header = content_disposition("L’été d’Éléna.epub")

    assert header == 'attachment; filename="Lete dElena.epub"; filename*=' + LONG_NAME
    assert content_disposition("漢字.md").startswith('attachment; filename="CoStory.md"; filename*')


def test_a_manuscript_is_read_with_few_questions(story, django_assert_num_queries):
    long(story)

    with django_assert_num_queries(1):
        manuscript = read_manuscript(story)
    # Sixty chapters, five at once, each five with their photographs.
    with django_assert_num_queries(13):
        assert len(list(manuscript.pages())) == 60
