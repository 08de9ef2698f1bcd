"""Taking a story along: as an EPUB, a PDF, a Word document, as Markdown. At any time, free, without notes to oneself.

`write_export` writes into a file that is already open; a book is never in memory as a whole, but for a Word document.
"""

from collections.abc import Callable
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import IO

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from stories.exporting.card import cover_png, open_graph_jpeg, open_graph_png
from stories.exporting.cover import cover_svg
from stories.exporting.epub import write_epub
from stories.exporting.manuscript import Manuscript, read_manuscript
from stories.exporting.names import content_disposition, file_name
from stories.exporting.pdf import NotPrinted, write_pdf
from stories.exporting.plain import read_markdown, write_markdown
from stories.models import Chapter, Story

__all__ = [
    "ExportFile",
    "Format",
    "Manuscript",
    "NotPrinted",
    "content_disposition",
    "cover_png",
    "cover_svg",
    "export_story",
    "file_name",
    "open_graph_jpeg",
    "open_graph_png",
    "read_manuscript",
    "read_markdown",
    "write_export",
]

# Up to here a file stays in memory; a larger one goes to the disk.
IN_MEMORY = 2_000_000


class Format(TextChoices):
    """What a story can be taken along as."""

    EPUB = "epub", _("E-book (EPUB)")
    PDF = "pdf", _("Book to print (PDF)")
    DOCX = "docx", _("Word document (.docx)")
    MARKDOWN = "markdown", _("Plain text (Markdown)")


@dataclass(frozen=True)
class _Kind:
    extension: str
    content_type: str
    write: Callable[[Manuscript, IO[bytes]], None]


def _write_docx(manuscript: Manuscript, into: IO[bytes]) -> None:
    from stories.exporting.word import write_docx  # With its library it takes 4 MB, and few books are taken along so.

    write_docx(manuscript, into)


_KINDS = {
    Format.EPUB: _Kind("epub", "application/epub+zip", write_epub),
    Format.PDF: _Kind("pdf", "application/pdf", write_pdf),
    Format.DOCX: _Kind("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", _write_docx),
    Format.MARKDOWN: _Kind("md", "text/markdown; charset=utf-8", write_markdown),
}


@dataclass(frozen=True, kw_only=True)
class ExportFile:
    """A finished export: a file at its beginning, its name and its type."""

    file: IO[bytes]
    name: str
    content_type: str


def write_export(manuscript: Manuscript, into: IO[bytes], *, kind: Format) -> None:
    """Write a manuscript in one of the formats into an open, seekable, binary file."""
    _KINDS[kind].write(manuscript, into)


def export_story(
    *, story: Story, kind: Format, chapter: Chapter | None = None, for_readers: bool = False
) -> ExportFile:
    """A story, or one chapter of it, as a file to be sent. Whoever takes it closes it. A PDF may raise NotPrinted.

    For readers it holds what is released, and says of the coach what its author chose to say.
    """
    manuscript = read_manuscript(story, chapter=chapter, for_readers=for_readers)
    file: IO[bytes] = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - its reader closes it when it is sent
    try:
        write_export(manuscript, file, kind=kind)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    title = story.title if chapter is None else f"{story.title} – {chapter}"
    return ExportFile(file=file, name=file_name(title, _KINDS[kind].extension), content_type=_KINDS[kind].content_type)
