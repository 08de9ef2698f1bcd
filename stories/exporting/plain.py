"""A story as one Markdown file, and back: every chapter's text stands in it byte for byte.

    # The story's title

    *Its author*

    ## A chapter's title {#chapter-1}

    The text as it was written.

The mark behind a heading is Pandoc's for a heading's id. By its running number a chapter's heading is told from a
heading that a text holds; should a text hold such marks itself, those of the file get another name.
"""

import re
from dataclasses import dataclass
from typing import IO

from stories.exporting.manuscript import Manuscript

_MARK = re.compile(r"^## (?:(?P<title>.*) )?\{#(?P<mark>chapter-+)1\}$", re.MULTILINE)


@dataclass(frozen=True)
class PlainChapter:
    """A chapter as it stood in the file."""

    title: str
    content: str


@dataclass(frozen=True)
class PlainStory:
    """What a Markdown file of ours holds."""

    title: str
    chapters: list[PlainChapter]


def write_markdown(manuscript: Manuscript, into: IO[bytes]) -> None:
    """Write the story as one file."""
    mark = "chapter-"
    while manuscript.contains(f"{{#{mark}"):
        mark += "-"
    into.write(f"# {manuscript.title}\n\n*{manuscript.author}*\n".encode())
    for place, page in enumerate(manuscript.pages(), start=1):
        heading = f"## {page.title} {{#{mark}{place}}}" if page.title else f"## {{#{mark}{place}}}"
        into.write(f"\n{heading}\n\n{page.content}\n".encode())


def read_markdown(text: str) -> PlainStory | None:
    """A file of ours as it was written, or None where it is none (or was divided by another hand)."""
    first = _MARK.search(text)
    if first is None:
        return None
    mark, start = first["mark"], first.start()
    chapters: list[PlainChapter] = []
    while start >= 0:
        place = len(chapters) + 1
        line = _line(text, start)
        title = line.removeprefix("## ").removesuffix(f"{{#{mark}{place}}}").rstrip(" ")
        following = re.compile(rf"^## (?:.* )?\{{#{mark}{place + 1}\}}$", re.MULTILINE).search(text, start)
        # Behind a text come its own line end and an empty line, or the end of the file.
        end = following.start() - 1 if following else len(text)
        chapters.append(PlainChapter(title, text[start + len(line) + 2 : end].removesuffix("\n")))
        start = following.start() if following else -1
    return PlainStory(title=_title(text[: first.start()]), chapters=chapters)


def _line(text: str, start: int) -> str:
    end = text.find("\n", start)
    return text[start:] if end < 0 else text[start:end]


def _title(head: str) -> str:
    line = head.partition("\n")[0]
    return line.removeprefix("# ") if line.startswith("# ") else ""
