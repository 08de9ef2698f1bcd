"""Manuscripts from elsewhere: read to one shape, shown before anything is written, named where they cannot be read.

The content decides what a file is, not its name. Nothing is unpacked to a disk, nothing is fetched, no entity is
resolved; what is counted is counted while reading, so a bomb is refused before it is one.
"""

from stories.importing.archive import MAX_FILE_BYTES, open_archive
from stories.importing.epub import read_epub
from stories.importing.plain import decode, read_text
from stories.importing.shape import MAX_PARTS, CannotRead, Manuscript, Part, divided


def read_manuscript(*, file_name: str, content: bytes) -> Manuscript:
    """What a file holds, whatever it is called. Raises CannotRead."""
    if not content.strip(b"\x00 \t\r\n"):
        raise CannotRead("empty")
    if len(content) > MAX_FILE_BYTES:
        raise CannotRead("too-large")
    if content.startswith(b"PK"):
        archive = open_archive(content)
        names = set(archive.namelist())
        if "word/document.xml" in names:
            from stories.importing.office import read_docx  # Its library takes 4 MB: only where it is needed.

            manuscript = read_docx(archive, content)
        elif "META-INF/container.xml" in names:
            manuscript = read_epub(archive)
        elif "content.xml" in names:
            from stories.importing.office import read_odt  # The same.

            manuscript = read_odt(archive)
        else:
            raise CannotRead("unknown")
    elif content.startswith((b"%PDF", b"{\\rtf", b"\xd0\xcf\x11\xe0", b"\x89PNG", b"\xff\xd8\xff", b"GIF8")):
        raise CannotRead("unknown")
    else:
        manuscript = read_text(decode(content))
    if not manuscript.title:
        manuscript.title = file_name.rpartition("/")[2].rpartition(".")[0] or file_name
    return divided(manuscript)


def read_pasted(text: str) -> Manuscript:
    """What was pasted, divided at its headings. Raises CannotRead where there is nothing."""
    if not text.strip():
        raise CannotRead("empty")
    return divided(read_text(text))


__all__ = ["MAX_FILE_BYTES", "MAX_PARTS", "CannotRead", "Manuscript", "Part", "read_manuscript", "read_pasted"]
