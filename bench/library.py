"""The library as readers ask for it: CPU of its pages against an empty Django view's, and the price of depth."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from statistics import median
from uuid import UUID

from django.db import connection
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from bench.machine import SERVER_CORE, Server, free_port, uvicorn
from bench.requests import ask, cpu_of
from costory.lib.api import Paging
from costory.lib.markdown import render
from social.forms.library import LibraryForm
from social.models import Comment, Like, Listing, Reading
from social.selectors.library import KEYS
from stories.models import Chapter, Story

LISTINGS, CHAPTERS, WORDS = 20_000, 20, 3_000
REQUESTS = 1_200
STRANGER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
_PARAGRAPH = "The lamp faltered before the storm, and the keeper put down her cup and counted stairs. " * 5

# Stories of three years by a thousand writers, as the page shows them: with a description, tags and likes.
_GROW = """
    INSERT INTO accounts_user (id, password, is_superuser, email, handle, display_name, avatar, bio, is_public,
            language, theme, is_active, is_staff, created_at, updated_at)
        SELECT gen_random_uuid(), '', false, n || '@example.org', 'author' || n, 'Author ' || n, '', '', true, '',
            'auto', true, false, now(), now() FROM generate_series(1, 1000) n;
    CREATE TEMPORARY TABLE bench_story AS
        SELECT gen_random_uuid() AS id, number, now() - random() * interval '1095 days' AS published_at,
            (ARRAY['fiction', 'journal', 'legacy', 'roleplay'])[1 + floor(random() * 4)] AS mode,
            (ARRAY['en', 'fr'])[1 + floor(random() * 2)] AS language,
            (ARRAY['everyone', 'everyone', 'teen', 'mature'])[1 + floor(random() * 4)] AS rating,
            'author' || 1 + floor(random() * 1000)::int AS handle, floor(power(random(), 6) * 500)::int AS likes
        FROM generate_series(1, {listings}) number;
    INSERT INTO stories_story (id, owner_id, title, description, mode, language, visibility, theme, purpose, era,
            writing_style, pov, word_count, chapter_count, created_at, updated_at, published_at, rating)
        SELECT s.id, u.id, 'The lighthouse ' || number, repeat('A keeper counts the stairs of her lamp. ', 8), s.mode,
            s.language, 'public', 'fantasy', '', '', '', '', 5000, 3, s.published_at, s.published_at, s.published_at,
            s.rating
        FROM bench_story s JOIN accounts_user u USING (handle);
    INSERT INTO social_listing (story_id, is_listed, mode, theme, language, rating, is_complete, tags, words, chapters,
            published_at, released_at, refreshed_at, like_count, comment_count, read_count, trend)
        SELECT id, true, mode, 'fantasy', language, rating, false,
            '[["Lighthouses", "lighthouses"], ["Storms", "storms"], ["The sea", "the-sea"]]', 5000, 3, published_at,
            published_at, now(), likes, 0, 0, (extract(epoch FROM published_at) + likes * 10000)::bigint
        FROM bench_story;
    DROP TABLE bench_story;
"""


@dataclass(frozen=True)
class Library:
    """What is asked for."""

    chapter: str
    deep: str


@dataclass(frozen=True)
class Round:
    """CPU of the server's process in µs a request; of the pages by their depth the wall time in ms, too."""

    floor: float
    # The same empty view through the product's own way to its threads.
    quick_floor: float
    own_floor: float
    pages: dict[str, float]
    first_ms: float
    deep_ms: float


def prepare(reader_id: UUID) -> Library:
    """The library, and in it a story of 20 chapters of 3,000 words that this reader is at, loves and has commented."""
    with connection.cursor() as cursor:
        cursor.execute(_GROW.format(listings=LISTINGS))
    newest = Listing.objects.filter(rating="everyone").select_related("story").order_by("-published_at")[0]
    chapter = _book(newest.story, User.objects.get(pk=reader_id))
    Listing.objects.filter(pk=newest.pk).update(like_count=1, comment_count=1)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    order = Listing.objects.order_by("-published_at").values_list("published_at", flat=True)
    half = Listing.objects.filter(published_at__lte=order[LISTINGS // 2])
    cursor_there = Paging(limit=1).page_of(half, keys=KEYS["new"]).meta.next
    return Library(
        chapter=chapter, deep=reverse("social:library") + LibraryForm.read(QueryDict()).following(cursor_there)
    )


def _book(story: Story, reader: User) -> str:
    content = "\n\n".join([_PARAGRAPH.strip()] * (WORDS // len(_PARAGRAPH.split())))
    html = render(content)
    chapters = Chapter.objects.bulk_create(
        Chapter(
            story=story,
            position=place,
            title=f"Chapter of {place}",
            content=content,
            content_html=html,
            word_count=WORDS,
            character_count=len(content),
            released_at=timezone.now(),
        )
        for place in range(1, CHAPTERS + 1)
    )
    here = chapters[CHAPTERS // 2]
    Like.objects.create(story=story, user=reader)
    Comment.objects.create(story=story, chapter=here, author=reader, content="I can hear the sea.")
    Reading.objects.create(reader=reader, story=story, chapter=here, paragraph=3, read_at=timezone.now())
    return reverse("social:chapter-read", args=[story.pk, here.position])


def measure(library: Library, headers: dict[str, str]) -> Round:
    """The pages as a reader and as a stranger ask for them, over and over, and the empty views."""
    first = reverse("social:library")
    asked = {
        "list": (first, headers),
        "list, anonymous": (first, STRANGER),
        "chapter": (library.chapter, headers),
        "chapter, anonymous": (library.chapter, STRANGER),
        "deep": (library.deep, headers),
    }
    pages = {
        name: cpu_of("costory.asgi:application", path, sent, requests=REQUESTS) for name, (path, sent) in asked.items()
    }
    first_ms, deep_ms = _waits([first, library.deep], headers)
    return Round(
        floor=cpu_of("bench.empty:application", "/empty/", {}, requests=REQUESTS * 3),
        quick_floor=cpu_of("bench.empty:on_threads", "/empty/", {}, requests=REQUESTS * 3),
        own_floor=cpu_of("costory.asgi:application", "/healthz", {}, requests=REQUESTS * 2),
        pages=pages,
        first_ms=first_ms,
        deep_ms=deep_ms,
    )


def _waits(paths: list[str], headers: dict[str, str]) -> list[float]:
    """How long one who asks for these has to wait, in ms: the middle of many, one after another."""
    port = free_port()
    with Server(uvicorn("costory.asgi:application", port=port), port=port, cores=[SERVER_CORE]) as server:
        for path in paths:
            asyncio.run(ask(server.url, path, headers, 50, at_once=1))
        return [median(asyncio.run(ask(server.url, path, headers, 200, at_once=1))) for path in paths]
