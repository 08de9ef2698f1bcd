"""Manuscripts that are broken or meant to break something: each is read or refused by name, in every kind of file."""

import io
import random
import zipfile
from collections.abc import Callable

import pytest

from stories.importing import CannotRead, read_manuscript
from stories.importing.archive import open_archive
from stories.tests.test_importing import LAUGHS, ODT, epub, found, odt, page, word, zipped

DECLARATION = '<?xml version="1.0" encoding="utf-8"?>'
XHTML_11 = (
    '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.1//EN" "http://www.w3.org/TR/xhtml11/DTD/xhtml11.dtd">'
    '<html xmlns="http://www.w3.org/1999/xhtml"><body>%s</body></html>'
)
SPACES = 61 * 1024 * 1024


def letter() -> bytes:
    def write(document):
        document.add_heading("One", 1)
        document.add_paragraph("She said ").add_run("no").italic = True
        document.add_heading("Two", 1)
        document.add_paragraph("And left.", style="Quote")

    return word(write)


def book() -> bytes:
    return epub(page("<h1>One</h1><p>She <em>said</em> no.</p>"), page("<h2>Two</h2><ul><li>And</li></ul><hr/>left"))


def text() -> bytes:
    return odt(
        '<text:h text:outline-level="1">One</text:h><text:p>She<text:s text:c="2"/>said <text:span'
        ' text:style-name="T1">no</text:span></text:p><text:list><text:list-item><text:p>x</text:p></text:list-item>'
        "</text:list>"
    )


def with_member(archive: bytes, name: str, content: bytes | None) -> bytes:
    """The archive with one member replaced, added, or taken out."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.namelist():
            if member != name:
                new.writestr(member, old.read(member))
        if content is not None:
            new.writestr(name, content)
    return file.getvalue()


def refusal(content: bytes) -> str | None:
    """Why a file is not read; nothing where it is. Any other exception is a fault of ours."""
    try:
        read_manuscript(file_name="x", content=content)
    except CannotRead as refused:
        return str(refused.details["reason"])
    return None


# --- Bombs --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (letter, "word/document.xml"),
        (letter, "word/styles.xml"),
        (letter, "docProps/core.xml"),
        (letter, "word/_rels/document.xml.rels"),
        (letter, "[Content_Types].xml"),
        (text, "content.xml"),
        (text, "meta.xml"),
        (book, "META-INF/container.xml"),
        (book, "OEBPS/book.opf"),
        (book, "OEBPS/p1.xhtml"),
    ],
)
def test_a_bomb_in_any_part_of_any_container_is_refused(make: Callable[[], bytes], name: str):
    assert refusal(with_member(make(), name, LAUGHS.encode())) == "bomb"
    in_other_letters = ('<?xml version="1.0" encoding="utf-16"?>' + LAUGHS).encode("utf-16")
    assert refusal(with_member(make(), name, in_other_letters)) == "bomb"
    assert refusal(with_member(make(), name, b" " * SPACES)) == "bomb"


def test_entities_in_attributes_are_not_blown_up():
    entities = '<!ENTITY a "' + "ha" * 1000 + '">'
    entities += "".join(f'<!ENTITY {"bcdefgh"[n]} "{("&" + "abcdefg"[n] + ";") * 10}">' for n in range(7))
    laughing = f'<?xml version="1.0" encoding="utf-16"?><!DOCTYPE l [{entities}]><l x="&h;"/>'
    assert refusal(zipped(content_dot_xml=laughing.encode("utf-16"))) in {"bomb", "broken"}


def test_many_parts_that_are_a_bomb_together_are_refused():
    content = zipped(**{f"p{number}_dot_xhtml": b" " * (55 * 1024 * 1024) for number in range(4)})
    assert len(content) < 1_000_000
    archive = open_archive(content)
    for number in range(3):
        archive.read(f"p{number}.xhtml")
    with pytest.raises(CannotRead) as refused:
        archive.read("p3.xhtml")
    assert refused.value.details == {"reason": "bomb"}


def test_elements_without_number_are_refused_before_they_are_read():
    content = epub(page("<p>x</p>" * 1_500_001))
    assert len(content) < 50_000
    assert refusal(content) == "bomb"


def test_a_size_that_lies_is_found_out():
    content = b"<x>" + b" " * SPACES + b"</x>"
    archive = bytearray(zipped(content_dot_xml=content))
    told = len(content).to_bytes(4, "little")
    assert archive.count(told) == 2
    archive[:] = archive.replace(told, (100).to_bytes(4, "little"))
    assert refusal(bytes(archive)) in {"bomb", "broken"}


# --- Broken -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("damage", [b"<x/>", b"", b"\x00", b"<w:document>", b"\xff\xfe<\x00x\x00/\x00>\x00", None])
@pytest.mark.parametrize("make", [letter, book, text])
def test_any_part_of_any_container_may_be_missing_or_something_else(make: Callable[[], bytes], damage: bytes | None):
    whole = make()
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        names = archive.namelist()
    for name in names:
        assert refusal(with_member(whole, name, damage)) in {None, "broken", "unknown", "empty"}


@pytest.mark.parametrize("make", [letter, book, text])
def test_any_damage_is_read_over_or_refused(make: Callable[[], bytes]):
    """Bytes turned over, taken out and doubled: in the parts, and in the archive itself."""
    chance = random.Random(7)
    whole = make()
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        parts = {
            name: archive.read(name)
            for name in archive.namelist()
            if name.endswith((".xhtml", ".opf", "content.xml", "container.xml", "document.xml", "styles.xml", ".rels"))
        }
    for _round in range(60):
        name, content = chance.choice(list(parts.items()))
        assert refusal(with_member(whole, name, damaged(content, chance))) != "too-large"
        assert refusal(b"PK" + damaged(whole, chance)[2:]) != "too-large"


def damaged(content: bytes, chance: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(changed))
        match chance.randrange(4):
            case 0:
                changed[place] ^= 1 << chance.randrange(8)
            case 1:
                del changed[place : place + chance.randrange(1, 30)]
            case 2:
                changed[place:place] = changed[place : place + 40]
            case _:
                changed[place : place + 1] = chance.choice([b"<", b">", b'"', b"&", b"\x00", b"-1", b"\xed\xa0\x80"])
        if not changed:
            break
    return bytes(changed)


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2, zipfile.ZIP_DEFLATED])
def test_damage_in_what_is_compressed_is_found(method: int):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        archive.writestr("content.xml", ODT % ("<text:p>" + "word " * 2000 + "</text:p>"))
    content = bytearray(file.getvalue())
    content[60:90] = bytes(byte ^ 0xFF for byte in content[60:90])
    assert refusal(bytes(content)) == "broken"


@pytest.mark.parametrize("said", ["", "abc", "-3", "0", "²", "9" * 30])
def test_numbers_that_are_none(said: str):
    manuscript = read_manuscript(
        file_name="x",
        content=odt(
            f'<text:h text:outline-level="{said}">One</text:h><text:p>She<text:s text:c="{said}"/>ran.</text:p>'
        ),
    )
    assert found(manuscript) == [("One", "She ran.")]


# --- Not a letter is lost on the way ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "template", [page("%s"), DECLARATION + page("%s"), DECLARATION + XHTML_11, DECLARATION + page("%s<br>")]
)
def test_letters_that_html_has_names_for_are_kept(template: str):
    """Most books of the years of XHTML 1.1 are written so."""
    written = (
        template
        % "<p>L&eacute;a&nbsp;: &laquo;&nbsp;d&eacute;j&agrave;&hellip;&nbsp;&raquo; &amp; &lt;b&gt; AT&amp;T</p>"
    )
    manuscript = read_manuscript(file_name="x", content=epub(written))
    assert manuscript.parts[0].content == "Léa\xa0: «\xa0déjà…\xa0» & \\<b> AT&T"


@pytest.mark.parametrize("encoding", ["iso-8859-1", "windows-1252", "no-such-thing", "zlib", "idna", "utf-8"])
def test_a_page_that_is_no_xml_is_read_in_its_own_encoding(encoding: str):
    letters = "iso-8859-1" if encoding in {"iso-8859-1", "windows-1252"} else "utf-8"
    content = f'<?xml version="1.0" encoding="{encoding}"?><html><body><p>Léa<br>ran'.encode(letters)
    manuscript = read_manuscript(file_name="x", content=epub(page("<p>x</p>"), OEBPS__p0_dot_xhtml=content))
    assert manuscript.parts[-1].content == "Léa\nran"


@pytest.mark.parametrize("blank", ["", "  \n", "<!-- nothing -->", "<?xml version='1.0'?>"])
def test_a_blank_page_in_a_book_is_turned_over(blank: str):
    assert found(read_manuscript(file_name="x", content=epub(blank, page("<p>x</p>")))) == [("", "x")]


def test_what_is_too_deep_to_be_read_whole_is_not_read_in_part():
    deep = "<html><body><p>Seen.</p>" + "<div>" * 400 + "</div><p>Not seen.</p>"
    assert refusal(epub(deep)) == "broken"


def test_a_name_that_only_looks_like_a_letter_stays_a_name():
    def write(document):
        document.add_paragraph("&nbsp; &#60;")

    assert found(read_manuscript(file_name="x", content=word(write))) == [("", "\\&nbsp; \\&#60;")]


def test_comments_stand_anywhere():
    content = page("<!-- a --><h1>On<!-- b -->e</h1><?c d?><p>She <!-- e -->ran.</p><!-- f -->")
    assert found(read_manuscript(file_name="x", content=epub(content))) == [("One", "She ran.")]
