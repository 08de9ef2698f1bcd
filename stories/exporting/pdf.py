"""A story as a PDF to be read or printed: A5, its fonts embedded, tagged for those who listen to it.

Python makes of the chapters' HTML what the press sets (`book.typ`), and hands it over as JSON in a folder. What the
EPUB holds is here: cover, title page, contents, chapters, photographs, the statement on the coach's share.
"""

import json
import shutil
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any, Final

from django.utils import translation
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from costory.lib.errors import DomainError
from stories.disclosure import digital_source_type
from stories.exporting.art import cloth_of, jacket
from stories.exporting.cover import one_line
from stories.exporting.lettering import drawable, jacket_input
from stories.exporting.manuscript import Manuscript, Page
from stories.exporting.typeset import Block, block_of, blocks_of
from stories.exporting.xhtml import is_right_to_left
from stories.models import Photograph

PRESS: Final = Path(__file__).with_name("press.py")
TEMPLATES: Final = (Path(__file__).with_name("book.typ"), Path(__file__).with_name("jacket.typ"))
# A5 in points, and the sizes of the letters on its jacket.
WIDTH: Final = 420
HEIGHT: Final = 595
SIZES: Final = ((60, 54, 48, 43, 38, 34, 30, 26, 22, 19, 16), (21, 19, 17, 15))
DIVIDED_FROM: Final = 30
# The room for a picture between the margins, and so many pixels as a printer tells apart there.
PICTURE: Final = (317, 400)
PIXELS: Final = (1320, 1670)
LONGEST_HEAD: Final = 60
SECONDS: Final = 90
MEGABYTES: Final = 2_000
# A book of 120,000 words takes some 1.2 seconds and 310 MB: two at a time, the next one waits, but not for ever.
_PRESSES: Final = threading.BoundedSemaphore(2)
PATIENCE: Final = 60
# How a fault inside of typst is called when it reaches Python.
STUMBLED: Final = "PanicException"


class NotPrinted(DomainError):
    """There is no PDF just now: the text is too much for the press, or the press has too much to do."""


def write_pdf(manuscript: Manuscript, into: IO[bytes]) -> None:
    """Write the book. Its own words (contents, statement) are in the language of the story.

    Raises NotPrinted for what is several long novels in one, or when too many wait.
    """
    with TemporaryDirectory(prefix="costory-pdf-") as name:
        folder = Path(name)
        with translation.override(manuscript.language):
            _Book(manuscript, folder).write()
        for template in TEMPLATES:
            shutil.copy(template, folder)
        print_book(folder, moment=int(manuscript.modified_at.timestamp()))
        with (folder / "book.pdf").open("rb") as printed:
            shutil.copyfileobj(printed, into)


def print_book(folder: Path, *, moment: int, megabytes: int = MEGABYTES) -> None:
    """Make `book.pdf` of `book.typ` in a folder, in a process of its own. Raises NotPrinted."""
    if not _PRESSES.acquire(timeout=PATIENCE):
        raise NotPrinted(_("Many books are being printed just now. Try again in a minute."))
    try:
        fault = _fault_of(folder, moment=moment, megabytes=megabytes, style="full")
        if STUMBLED in fault:
            fault = _fault_of(folder, moment=moment, megabytes=megabytes, style="plain")
    finally:
        _PRESSES.release()
    if STUMBLED in fault:
        raise NotPrinted(_("The press stumbles over letters of this text. Take it along as an e-book instead."))
    if fault:
        # A fault of the template. The last line names it; the text itself is in none of them.
        raise RuntimeError(fault.strip().rpartition("\n")[2][:300])


def _fault_of(folder: Path, *, moment: int, megabytes: int, style: str) -> str:
    """What went wrong, in the press's own words; nothing where the book is there."""
    command = [sys.executable, "-I", str(PRESS), str(folder), *map(str, (SECONDS, megabytes, moment, style))]
    try:
        done = subprocess.run(  # noqa: S603 - our program, our arguments; what a writer wrote is in a file
            command, env={}, capture_output=True, timeout=2 * SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise NotPrinted(_too_long()) from error
    # Ended by a limit: the processor's by a signal, the memory's by Rust.
    if done.returncode < 0 or b"memory allocation" in done.stderr:
        raise NotPrinted(_too_long())
    return (done.stderr.decode(errors="replace") or "No reason given.") if done.returncode else ""


def _too_long() -> str:
    return _("This text is too long for one PDF. Take its chapters along one by one, or the whole as an e-book.")


class _Book:
    def __init__(self, manuscript: Manuscript, folder: Path) -> None:
        self.manuscript = manuscript
        self.folder = folder
        self.pictures = 0

    def write(self) -> None:
        """Write `book.json` and the pictures, a chapter at a time."""
        with (self.folder / "book.json").open("w", encoding="utf-8") as file:
            front = json.dumps(self._front())
            file.write(front[:-1] + ', "chapters": [')
            for number, page in enumerate(self.manuscript.pages()):
                file.write((", " if number else "") + json.dumps(self._chapter(page)))
            file.write("]}")

    def _front(self) -> dict[str, Any]:
        manuscript = self.manuscript
        title, author = (drawable(one_line(text)) for text in (manuscript.title, manuscript.author))
        description = manuscript.description.strip()
        moment = manuscript.modified_at
        return {
            "title": title,
            "author": author,
            "running": _short(title),
            "description": drawable(" ".join(description.split())),
            "about": [
                block_of(line, kind="p", language=manuscript.language)
                for line in description.splitlines()
                if line.strip()
            ],
            "front": {"turned": is_right_to_left(title)},
            "date": [moment.year, moment.month, moment.day],
            "language": manuscript.language,
            "contents": _("Contents") if len(manuscript.figures.chapters) > 1 else "",
            "cloth": cloth_of(manuscript.story_id),
            "cover": self._cover(),
            "cover_said": _("Cover: “%(title)s” by %(author)s") % {"title": title, "author": author},
            "jacket": jacket_input(
                title=title,
                author=author,
                drawn=jacket(manuscript.story_id, width=WIDTH, height=HEIGHT),
                sizes=SIZES,
                divided=DIVIDED_FROM,
            ),
            "statement": self._statement(),
        }

    def _chapter(self, page: Page) -> dict[str, Any]:
        language = self.manuscript.language
        heading = drawable(one_line(page.heading)) or str(page.number)
        above = [block_of(line, kind="above", language=language) for line in (page.day, page.question) if line]
        figures = [block for photograph in page.photographs for block in self._figure(photograph)]
        return {
            "heading": heading,
            "running": _short(heading),
            "turned": is_right_to_left(heading),
            "blocks": [*above, *blocks_of(page.content_html, language=language), *figures],
        }

    def _figure(self, photograph: Photograph) -> list[Block]:
        """A photograph with its words, or its words alone where its file is gone."""
        caption = drawable(one_line(photograph.caption))
        width = 0.0
        name = f"{self.pictures}.jpg"
        with suppress(OSError, ValueError), photograph.image.open("rb") as file, Image.open(file) as picture:
            width = _kept(picture, self.folder / name)
        if width:
            self.pictures += 1
            alt = drawable(one_line(photograph.description)) or _("Photograph")
            return [{"kind": "picture", "file": name, "alt": alt, "caption": caption, "width": width}]
        return [block_of(caption, kind="above", language=self.manuscript.language)] if caption else []

    def _cover(self) -> str:
        """The author's own cover as a file for the press, or nothing: then it draws one."""
        with suppress(OSError, ValueError), self.manuscript.cover.open("rb") as file, Image.open(file) as picture:
            _kept(picture, self.folder / "cover.jpg")
            return "cover.jpg"
        return ""

    def _statement(self) -> dict[str, Any] | None:
        if not digital_source_type(self.manuscript.figures):
            return None
        heading, *lines = [line for line in self.manuscript.statement.splitlines() if line]
        blocks = [block_of(line, kind="p", language=self.manuscript.language) for line in lines]
        return {"heading": drawable(heading), "running": _short(heading), "turned": False, "blocks": blocks}


def _kept(picture: Image.Image, path: Path) -> float:
    """Make a picture anew, for the press stops at a broken one; how wide it stands on the page, in points."""
    upright = ImageOps.exif_transpose(picture)
    upright.thumbnail(PIXELS)
    if "A" in upright.getbands() or "transparency" in upright.info:
        seen = upright.convert("RGBA")
        ground = Image.new("RGBA", seen.size, "white")
        ground.alpha_composite(seen)
        upright = ground
    upright.convert("RGB").save(path, "JPEG", quality=88)
    return round(min(PICTURE[0], PICTURE[1] * upright.width / upright.height), 1)


def _short(text: str) -> str:
    """A heading as it stands above a page."""
    return text if len(text) <= LONGEST_HEAD else text[: LONGEST_HEAD - 1].rstrip() + "…"
