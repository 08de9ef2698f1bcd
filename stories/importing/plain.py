"""Text and Markdown, divided at their headings."""

import re

from stories.exporting.plain import read_markdown
from stories.importing.shape import CannotRead, Manuscript, Part

_HEADING = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.*?)[ \t]*#*[ \t]*$")
_NUMBER = r"(?:\d{1,4}|[IVXLC]{1,8}|[a-zé-]{2,20}|[A-ZÉ-]{2,20})"
_CHAPTER = re.compile(
    rf"^\s*(?:(?:chapter|chapitre|part|partie)\s+{_NUMBER}|prologue?|epilogue?|épilogue|avant-propos|foreword|preface|préface)"
    r"(?:\s*[.:–—-]\s*\S.{0,120}|\s*[.:]?)\s*$",
    re.IGNORECASE,
)


def decode(content: bytes) -> str:
    """A file's text: UTF-8 or 16 by its mark, else UTF-8, else as Windows wrote it. Raises CannotRead."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif content.startswith(b"\xef\xbb\xbf"):
        encodings = ["utf-8-sig"]
    else:
        encodings = ["utf-8", "cp1252", "latin-1"]
    if encodings[0] == "utf-8" and content[:4096].count(0) > 8:
        raise CannotRead("unknown")
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise CannotRead("encoding")


def read_text(text: str) -> Manuscript:
    """A text divided at its headings: ours as it was written, Markdown's of the highest rank, or "Chapter 12"."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if (ours := read_markdown(text)) is not None:
        return Manuscript(ours.title, [Part(chapter.title, chapter.content) for chapter in ours.chapters])
    lines = text.split("\n")
    headings = _markdown_headings(lines)
    if headings:
        ranks = [rank for _, rank, _ in headings]
        title = ""
        first_line, first_rank, first_words = headings[0]
        is_alone = ranks.count(first_rank) == 1 and first_rank == min(ranks)
        if is_alone and len(headings) > 1 and not "".join(lines[:first_line]).strip():
            # One heading above all others is the book's.
            title = first_words
            headings = headings[1:]
            lines[first_line] = ""
        top = min(rank for _, rank, _ in headings)
        marks = [(line, words) for line, rank, words in headings if rank == top]
    else:
        title = ""
        marks = [(number, line.strip()) for number, line in enumerate(lines) if _is_chapter(lines, number)]
    return Manuscript(title, _parts(lines, marks))


def _markdown_headings(lines: list[str]) -> list[tuple[int, int, str]]:
    headings = []
    is_fenced = False
    for number, line in enumerate(lines):
        if line.lstrip().startswith(("```", "~~~")):
            is_fenced = not is_fenced
        elif not is_fenced and (found := _HEADING.match(line)):
            headings.append((number, len(found[1]), found[2]))
    return headings


def _is_chapter(lines: list[str], number: int) -> bool:
    """Whether a line is a heading by itself: "Chapter 12", "PROLOGUE", with nothing right above it."""
    line = lines[number]
    return len(line) < 160 and bool(_CHAPTER.match(line)) and (number == 0 or not lines[number - 1].strip())


def _parts(lines: list[str], marks: list[tuple[int, str]]) -> list[Part]:
    parts = []
    before = "\n".join(lines[: marks[0][0]] if marks else lines).strip("\n")
    if before.strip():
        parts.append(Part("", before))
    for place, (line, title) in enumerate(marks):
        end = marks[place + 1][0] if place + 1 < len(marks) else len(lines)
        parts.append(Part(title, "\n".join(lines[line + 1 : end]).strip("\n")))
    return parts
