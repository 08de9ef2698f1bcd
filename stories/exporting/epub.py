"""A story as an EPUB 3 book, written by hand: one file for each chapter, read and written one after the other."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from django.db.models.fields.files import FieldFile
from django.utils import translation
from django.utils.translation import gettext as _

from stories.disclosure import digital_source_type
from stories.exporting.cover import cover_svg
from stories.exporting.manuscript import Manuscript, Page
from stories.exporting.package import CONTAINER, Item, Pictures, document, navigation, package_document
from stories.exporting.xhtml import direction, to_xhtml, xml_text
from stories.models import Photograph

XHTML = "application/xhtml+xml"
STYLE = Path(__file__).with_name("book.css")
# By its first bytes: a name can say anything.
PICTURE_TYPES = {
    b"\xff\xd8\xff": ("jpg", "image/jpeg"),
    b"\x89PN": ("png", "image/png"),
    b"RIF": ("webp", "image/webp"),
}


def write_epub(manuscript: Manuscript, into: IO[bytes]) -> None:
    """Write the book. Its own words (contents, cover) are in the language of the story."""
    with translation.override(manuscript.language), ZipFile(into, "w", ZIP_DEFLATED, compresslevel=6) as archive:
        _Book(manuscript, archive).write()


class _Book:
    def __init__(self, manuscript: Manuscript, archive: ZipFile) -> None:
        self.manuscript = manuscript
        self.archive = archive
        self.items: list[Item] = []
        self.pictures = 0
        self.undescribed = 0

    def write(self) -> None:
        manuscript = self.manuscript
        source_type = digital_source_type(manuscript.figures)
        self._put("mimetype", "application/epub+zip", how=ZIP_STORED)
        self._put("META-INF/container.xml", CONTAINER)
        self._add(Item(id="style", href="book.css", media_type="text/css"), STYLE.read_text())
        self._front()
        for page in manuscript.pages():
            self._chapter(page)
        if source_type:
            self._statement()
        nav = Item(id="nav", href="nav.xhtml", media_type=XHTML, properties="nav", is_read=True)
        # After the title page and before the first chapter.
        self.items.insert(4, nav)
        self._put("EPUB/nav.xhtml", navigation(manuscript, self.items))
        pictures = Pictures(count=self.pictures, undescribed=self.undescribed)
        package = package_document(manuscript, self.items, pictures=pictures, source_type=source_type)
        self._put("EPUB/package.opf", package)

    def _front(self) -> None:
        title, author, language = self.manuscript.title, self.manuscript.author, self.manuscript.language
        href = self._cover()
        spoken = _("Cover: “%(title)s” by %(author)s") % {"title": title, "author": author}
        body = (
            f'<section class="cover" epub:type="cover" aria-label="{xml_text(_("Cover"))}">'
            f'<img role="doc-cover" src="{href}" alt="{xml_text(spoken)}"/></section>'
        )
        cover = Item(id="cover", href="cover.xhtml", media_type=XHTML, is_read=True)
        self._add(cover, document(_("Cover"), body, language=language))
        body = (
            '<section class="title-page" epub:type="titlepage">\n'
            f"<h1{direction(title)}>{xml_text(title)}</h1>\n<p{direction(author)}>{xml_text(author)}</p>\n"
        )
        if description := self.manuscript.description.strip():
            body += f'<p class="description"{direction(description)}>{xml_text(description)}</p>\n'
        # In the contents only where there is nothing else to find.
        heading = "" if self.manuscript.figures.chapters else title
        page = Item(id="title", href="title.xhtml", media_type=XHTML, is_read=True, heading=heading)
        self._add(page, document(title, body + "</section>", language=language))

    def _cover(self) -> str:
        """The author's own cover, or one that is drawn; where it stands in the book."""
        manuscript = self.manuscript
        if kind := _picture_type(manuscript.cover):
            href = f"cover.{kind[0]}"
            self.items.append(Item(id="cover-image", href=href, media_type=kind[1], properties="cover-image"))
            self._copy(manuscript.cover, href)
            return href
        drawn = cover_svg(
            title=manuscript.title, author=manuscript.author, language=manuscript.language, seed=manuscript.story_id
        )
        image = Item(id="cover-image", href="cover.svg", media_type="image/svg+xml", properties="cover-image")
        self._add(image, drawn)
        return image.href

    def _copy(self, picture: FieldFile, href: str) -> None:
        with picture.open("rb") as file, self.archive.open(self._entry(f"EPUB/{href}", ZIP_STORED), "w") as out:
            shutil.copyfileobj(file, out)

    def _chapter(self, page: Page) -> None:
        source_type = digital_source_type(page.figures)
        name = f"chapter-{page.number}"
        heading = f'<h1 id="heading"{direction(page.heading)}>{xml_text(page.heading)}</h1>'
        above = "".join(
            f'<p class="question"{direction(line)}>{xml_text(line)}</p>\n' for line in (page.day, page.question) if line
        )
        figures = "".join(self._figure(name, photograph) for photograph in page.photographs)
        body = (
            '<section epub:type="chapter" role="doc-chapter" aria-labelledby="heading">\n'
            f"{heading}\n{above}{to_xhtml(page.content_html)}{figures}\n</section>"
        )
        text = document(page.heading, body, language=self.manuscript.language, source_type=source_type)
        item = Item(
            id=name,
            href=f"{name}.xhtml",
            media_type=XHTML,
            is_read=True,
            heading=page.heading,
            source_type=source_type,
        )
        self._add(item, text)

    def _figure(self, chapter: str, photograph: Photograph) -> str:
        """A photograph with its words, or its words alone where its file is gone."""
        caption = f"<figcaption>{xml_text(photograph.caption)}</figcaption>" if photograph.caption else ""
        image = ""
        if kind := _picture_type(photograph.image):
            extension, media_type = kind
            href = f"{chapter}-picture-{photograph.position}.{extension}"
            self.pictures += 1
            self.undescribed += not photograph.description
            alt = photograph.description or _("Photograph")
            image = f'<img src="{href}" alt="{xml_text(alt)}"/>'
            self.items.append(Item(id=href.partition(".")[0], href=href, media_type=media_type))
            self._copy(photograph.image, href)
        return f"\n<figure>{image}{caption}</figure>" if image or caption else ""

    def _statement(self) -> None:
        title, *said = _paragraphs(self.manuscript.statement)
        lines = "\n".join(f"<p{direction(line)}>{xml_text(line)}</p>" for line in said)
        body = (
            '<section class="statement" epub:type="backmatter" aria-labelledby="heading">\n'
            f'<h1 id="heading">{xml_text(title)}</h1>\n{lines}\n</section>'
        )
        item = Item(id="statement", href="statement.xhtml", media_type=XHTML, is_read=True, heading=title)
        self._add(item, document(title, body, language=self.manuscript.language))

    def _add(self, item: Item, text: str) -> None:
        self.items.append(item)
        self._put(f"EPUB/{item.href}", text)

    def _put(self, name: str, text: str, how: int = ZIP_DEFLATED) -> None:
        self.archive.writestr(self._entry(name, how), text.encode())

    def _entry(self, name: str, how: int) -> ZipInfo:
        """The same story gives the same bytes: an entry's time is that of the text."""
        entry = ZipInfo(name, date_time=self.manuscript.modified_at.timetuple()[:6])
        entry.compress_type = how
        return entry


def _paragraphs(text: str) -> Iterator[str]:
    return (line for line in text.splitlines() if line)


def _picture_type(picture: FieldFile) -> tuple[str, str] | None:
    try:
        with picture.open("rb") as file:
            return PICTURE_TYPES.get(file.read(3))
    except (OSError, ValueError):
        return None
