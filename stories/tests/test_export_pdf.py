"""A story as a PDF, read by another program than the one that wrote it."""

import io
import re

import pytest
from pypdf import PdfReader
from pypdf.generic import Destination

from stories.exporting import Format, NotPrinted
from stories.exporting.pdf import print_book
from stories.exporting.typeset import blocks_of
from stories.models import Story
from stories.services import create_chapter
from stories.tests.test_export import (
    FRENCH,
    NARROW,
    NBSP,
    add_photograph,
    empty,
    empty_chapters,
    exported,
    hostile,
    links,
    many_scripts,
    photographs,
    story,
    with_coach,
    words_of,
)

__all__ = ["story"]
# What a page or a file says of a row is the same on either database.
pytestmark = [pytest.mark.django_db, pytest.mark.once]
A5 = (420, 595)


def printed(story, chapter=None):
    story.refresh_from_db()
    return PdfReader(io.BytesIO(exported(story, Format.PDF, chapter)), strict=True)


def bookmarks(reader):
    """Titles and pages, counted from one, those of a chapter's parts left out."""
    return [
        (str(entry.title), (reader.get_destination_page_number(entry) or 0) + 1)
        for entry in reader.outline
        if isinstance(entry, Destination)
    ]


def fonts_in(reader):
    return [
        font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
        for page in reader.pages
        for font in (each.get_object() for each in page["/Resources"].get("/Font", {}).values())
    ]


def test_a_book_in_french(story):
    Story.objects.filter(pk=story.pk).update(title="L’été d’Éléna", language="fr", description="Un phare.")
    create_chapter(story=story, author=story.owner, title="À l’ombre", content=FRENCH + "\n\n" + "Il pleut. " * 900)
    with_coach(story)
    reader = printed(story)

    assert reader.metadata is not None
    assert (reader.metadata.title, reader.metadata.author) == ("L’été d’Éléna", story.owner.name)
    assert reader.root_object["/Lang"] == "fr"
    assert "/StructTreeRoot" in reader.root_object
    assert {tuple(map(round, page.mediabox[2:])) for page in reader.pages} == {A5}
    # Cover, title, contents; the statement last.
    (first, second, third, statement) = bookmarks(reader)
    assert [first, second, third] == [("First light", 4), ("Chapitre 2", 5), ("À l’ombre", 6)]
    assert statement == ("Déclaration sur l’usage de l’intelligence artificielle", len(reader.pages))
    contents = reader.pages[2].extract_text()
    assert re.search(r"À l’ombre[ .]*3\b", contents)
    text = words_of(reader).replace(" \n", " ")
    assert f"«{NARROW}Où vas-tu{NARROW}?{NARROW}» dit-elle{NBSP}: l’été, à Noël, chez l’œuvre d’Éléna." in text
    # The running head is the book's on even pages and the chapter's on odd ones, and on no page where one begins.
    heads = [page.extract_text().split("\n")[0].strip() for page in reader.pages[3:9]]
    assert heads[3:5] == ["L’été d’Éléna", "À l’ombre"]
    assert heads[2] != "L’été d’Éléna"


def test_every_font_is_in_the_file(story):
    many_scripts(story)

    fonts = fonts_in(printed(story))
    assert any("Libertinus" in str(font["/BaseFont"]) for font in fonts)
    for font in fonts:
        assert font["/Subtype"] == "/Type3" or any(name.startswith("/FontFile") for name in font["/FontDescriptor"])


def test_a_book_survives_anything_and_does_nothing(story):
    hostile(story)
    many_scripts(story)
    links(story)
    photographs(story)
    empty_chapters(story)
    nested = "> " * 15 + "deep\n\n" + "\n".join("  " * depth + "- x" for depth in range(15))
    create_chapter(story=story, author=story.owner, title="\u202e\ufffe", content=nested)
    reader = printed(story)

    assert set(reader.root_object) & {"/OpenAction", "/AA", "/AcroForm", "/Names"} <= {"/Names"}
    for page in reader.pages:
        for annotation in page.get("/Annots", []):
            action = annotation.get_object().get("/A", {}).get("/URI", "https:")
            assert str(action).startswith(("http:", "https:", "mailto:"))
    text = words_of(reader)
    for said in ("<script>alert(1)</script>", "deep", "The tower & <b>I</b>", "Lost"):
        assert said in text
    assert sum(len(page.images) for page in reader.pages) == 3


def test_an_empty_story_and_one_chapter_alone(story):
    second = story.chapters.last()
    alone = words_of(printed(story, second))
    assert "Second." in alone
    assert "dark" not in alone
    empty(story)

    assert len(printed(story).pages) == 2


def test_a_picture_keeps_its_words(story):
    add_photograph(story.chapters.first(), caption="The tower", description="A white tower")
    reader = printed(story)

    spoken = [value for value in walked(reader.root_object["/StructTreeRoot"]) if value == "A white tower"]
    assert spoken == ["A white tower"]


def walked(element, depth=0):
    element = element.get_object()
    if hasattr(element, "keys"):
        if "/Alt" in element:
            yield element["/Alt"]
        if "/K" in element:
            yield from walked(element["/K"], depth + 1)
    elif isinstance(element, list):
        for child in element:
            yield from walked(child, depth + 1)


def test_the_same_story_is_the_same_file(story):
    assert exported(story, Format.PDF) == exported(story, Format.PDF)


# A jumble over which typst 0.15 stops when it is set from the right (typst's issue 8667 and its kin).
STUMBLE = (
    "\u2050\u05de\u06c8\u0678\u06ad\u07ab\u06fb\u0682\u07b1\u127e\u05f4\u0735\u0797\u0654\u0667\u06d3\u05d1\u06ed\u07a4"
    "\u0f31\u0728\u073f\u06ce\u0634\u0748\u0797\u0765\u0227\u0650\u0784\u07af\u066a\u07da\u0610\u07e9\u0649\u07e1\u0757"
    "c\u0762\u071b\u0706\u066f\u18b1\u0698\u06a9\u0740\u1c69\u074a\ud362 \u0740\u0712\u0732\u0681"
)


def test_a_jumble_of_scripts_is_printed_all_the_same(story):
    create_chapter(story=story, author=story.owner, title="After", content=f"{STUMBLE}\n\nStill here.")

    assert "Still here." in words_of(printed(story))


def test_what_is_too_large_for_the_press_is_refused_by_name(tmp_path):
    (tmp_path / "book.typ").write_text("A book.")
    print_book(tmp_path, moment=0)
    assert (tmp_path / "book.pdf").read_bytes().startswith(b"%PDF")

    with pytest.raises(NotPrinted):
        print_book(tmp_path, moment=0, megabytes=40)


def test_french_spaces_hold_over_a_change_of_dress():
    (block,) = blocks_of("<p>« <em>Où</em> ? » dit-elle : oui ; non !</p>", language="fr")

    said = "".join(run if isinstance(run, str) else run["text"] for run in block["runs"])
    assert said == f"«{NBSP}Où{NARROW}?{NBSP}» dit-elle{NBSP}: oui{NARROW}; non{NARROW}!"


def test_blocks_are_read_as_they_stand():
    html = "<ol start='3'><li>one<ul><li>two</li></ul></li></ol><blockquote><p>a<br>\nb</p></blockquote><hr><p> </p>"
    numbered, quote, scene = blocks_of(html, language="en")

    assert (numbered["start"], numbered["ordered"]) == (3, True)
    assert [block["kind"] for block in numbered["items"][0]] == ["p", "list"]
    assert quote["blocks"] == [{"kind": "p", "runs": ["a", {"break": True}, "b"]}]
    assert scene == {"kind": "break"}
