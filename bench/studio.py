"""The studio: CPU of its page against an empty Django view's, and the bytes of JavaScript it sends."""

from __future__ import annotations

import gzip
import re
import urllib.request
import uuid
from dataclasses import dataclass
from pathlib import Path

import brotli
from django.conf import settings
from django.contrib.staticfiles import finders

from bench.machine import SERVER_CORE, Server, free_port, uvicorn
from bench.requests import cpu_of
from stories.models import Chapter, Story

CHAPTERS, WORDS = 60, 2_000
REQUESTS = 1_200
_PARAGRAPH = "The lamp faltered before the storm, and the keeper put down her cup and counted stairs. " * 5
_SCRIPT = re.compile(r'<script[^>]*\bsrc="([^"]+)"')
_IMPORT = re.compile(r'(?:^|[\s;}])(?:import|export)\b[^"\';]*["\'](\.{1,2}/[^"\']+)["\']')


@dataclass(frozen=True)
class Page:
    """One round: CPU of the server's process in µs per request."""

    floor: float
    own_floor: float
    studio: float

    @property
    def ratio(self) -> float:
        """Against an empty view of a bare Django project."""
        return self.studio / self.floor

    @property
    def own_ratio(self) -> float:
        """Against the product's own empty page, behind all of its middlewares."""
        return self.studio / self.own_floor


def prepare(writer_id: uuid.UUID) -> str:
    """A story of 60 chapters of 2,000 words, and the address of one in the middle."""
    story = Story.objects.create(owner_id=writer_id, title="The Lighthouse", mode=Story.Mode.FICTION)
    content = "\n\n".join([_PARAGRAPH.strip()] * (WORDS // len(_PARAGRAPH.split())))
    chapters = Chapter.objects.bulk_create(
        Chapter(story=story, position=place, title=f"Chapter of {place}", content=content, word_count=WORDS)
        for place in range(1, CHAPTERS + 1)
    )
    Story.objects.filter(pk=story.pk).update(chapter_count=CHAPTERS, word_count=CHAPTERS * WORDS)
    return chapters[CHAPTERS // 2].get_absolute_url()


def measure(address: str, headers: dict[str, str]) -> Page:
    """The page as its writer opens it, over and over, and the empty views, all through uvicorn."""
    return Page(
        floor=cpu_of("bench.empty:application", "/empty/", {}, requests=REQUESTS * 3),
        own_floor=cpu_of("costory.asgi:application", "/healthz", {}, requests=REQUESTS * 2),
        studio=cpu_of("costory.asgi:application", address, headers, requests=REQUESTS),
    )


# --- JavaScript --------------------------------------------------------------------------------------------------


def page(address: str, headers: dict[str, str]) -> str:
    """The studio as it is sent."""
    port = free_port()
    with Server(uvicorn("costory.asgi:application", port=port), port=port, cores=[SERVER_CORE]) as server:
        request = urllib.request.Request(server.url + address, headers=headers)
        with urllib.request.urlopen(request) as answer:
            return str(answer.read().decode())


def scripts(html: str) -> dict[str, bytes]:
    """Every script a page loads by its name, and every module those import, as they are before compression."""
    found: dict[str, bytes] = {}
    waiting = [address.removeprefix(settings.STATIC_URL) for address in _SCRIPT.findall(html)]
    while waiting:
        # In production a name carries a hash of its content.
        name = re.sub(r"\.[0-9a-f]{12}(?=(?:\.min)?\.js$)", "", waiting.pop())
        if name in found:
            continue
        where = finders.find(name)
        if where is None:
            raise RuntimeError(f"no such script: {name}")
        found[name] = Path(where).read_bytes()
        folder = name.rpartition("/")[0]
        waiting += [str(Path(folder, imported)) for imported in _IMPORT.findall(found[name].decode())]
    return found


def compressed(found: dict[str, bytes]) -> tuple[int, int]:
    """What all of them weigh with brotli and with gzip, as WhiteNoise compresses them, a file at a time."""
    with_brotli = sum(len(brotli.compress(text)) for text in found.values())
    return with_brotli, sum(len(gzip.compress(text, 9)) for text in found.values())
