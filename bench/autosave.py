"""Saving a chapter of 20 kB: the service with all it does, against a naive lock, insert and update of the same text.

Eight clients, each a process of its own that writes chapters of its own, as eight writers do. The naive save has two
plain tables and keeps the text twice, and nothing else: no words counted, no HTML, no record of who wrote what. Ours
begins where the page does, by looking whether the chapter is the writer's.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import time
import uuid
from pathlib import Path
from statistics import quantiles
from typing import Any, NamedTuple

CLIENTS = 8
SECONDS = 5.0
CHARACTERS = 20_000
CHAPTERS = 4
WORDS = Path(__file__).with_name("words.txt").read_text().split()


class Run(NamedTuple):
    """Saves a second, the 95th percentile of a save's time, and its processor time in Python and its backend, in ms."""

    rate: float
    p95: float
    cpu: float


def prose(characters: int, seed: int = 1) -> str:
    """So much text in paragraphs."""
    chance = random.Random(seed)
    paragraphs: list[str] = []
    while sum(map(len, paragraphs)) < characters:
        sentences = [" ".join(chance.choices(WORDS, k=chance.randint(5, 18))).capitalize() + "." for _ in range(6)]
        paragraphs.append(" ".join(sentences) + "\n\n")
    return "".join(paragraphs)[:characters]


def prepare() -> list[tuple[str, list[str]]]:
    """A writer for each client, with a few chapters. Returns their ids."""
    from django.db import connection

    import stories.services
    from accounts.models import User

    people = []
    for _ in range(CLIENTS):
        user = User.objects.create(email=f"{uuid.uuid4().hex}@example.org", handle=f"w{uuid.uuid4().hex[:20]}")
        story = stories.services.create_story(owner=user, title="Bench", mode="fiction")
        chapters = [
            stories.services.create_chapter(story=story, author=user, content=prose(CHARACTERS, seed))
            for seed in range(CHAPTERS)
        ]
        people.append((str(user.pk), [str(chapter.pk) for chapter in chapters]))
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_revision, bench_chapter")
        cursor.execute(
            "CREATE TABLE bench_chapter (id uuid PRIMARY KEY, content text, version int, updated_at timestamptz)"
        )
        cursor.execute(
            "CREATE TABLE bench_revision (id uuid PRIMARY KEY, chapter_id uuid REFERENCES bench_chapter,"
            " author_id uuid, version int, content text, created_at timestamptz, UNIQUE (chapter_id, version))"
        )
        cursor.execute("INSERT INTO bench_chapter SELECT id, content || '', version, updated_at FROM stories_chapter")
    connection.close()
    return people


def measure(people: list[tuple[str, list[str]]], *, is_naive: bool) -> Run:
    """Eight writers for five seconds."""
    spawn = multiprocessing.get_context("spawn")
    with spawn.Pool(CLIENTS) as pool:
        clients = pool.map(_client, [(*one, is_naive) for one in people], chunksize=1)
    times = [spent for client in clients for spent in client.times]
    cpu = sum(client.cpu for client in clients)
    return Run(len(times) / SECONDS, quantiles(times, n=20)[-1] * 1000, cpu / len(times) * 1000)


class Client(NamedTuple):
    """What one writer saw: the time of each save, and the processor time of all of them, in seconds."""

    times: list[float]
    cpu: float


def _client(person: tuple[str, list[str], bool]) -> Client:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "costory.settings")
    import django

    django.setup()
    from django.db import connection

    from accounts.models import User

    user_id, chapters, is_naive = person
    user = User.objects.get(pk=user_id)
    save = _save_naively if is_naive else _save
    chance = random.Random()
    # Connections, statements and caches are warm before the clock starts, and all clients are there.
    texts = {chapter: save(user, chapter, lambda text: text + "x") for chapter in chapters}
    time.sleep(max(0.0, 1.0 - len(texts) * 0.01))
    spent = []
    backend = connection.connection.info.backend_pid
    begun_at = time.process_time() + seconds_of(backend)
    end = time.perf_counter() + SECONDS
    while (begun := time.perf_counter()) < end:
        # Never what stands there already: such a save writes nothing.
        place, word = chance.randrange(CHARACTERS), f" {chance.randrange(10_000):04}"
        save(
            user, chance.choice(chapters), lambda text, place=place, word=word: text[:place] + word + text[place + 5 :]
        )
        spent.append(time.perf_counter() - begun)
    cpu = time.process_time() + seconds_of(backend) - begun_at
    connection.close()
    return Client(spent, cpu)


def seconds_of(process: int) -> float:
    """The processor time a process on this machine has had."""
    return int(Path(f"/proc/{process}/schedstat").read_text().split()[0]) / 1e9


def _replace(text: str, *, place: int, word: str) -> str:
    return text[:place] + word + text[place + len(word) :]


def _save(user: Any, pk: str, change: Any) -> str:
    import stories.services
    from stories.selectors.desk import chapter_to_save

    chapter = chapter_to_save(user, uuid.UUID(pk))
    saved = stories.services.revise_chapter(
        chapter=chapter, author=user, version=chapter.version, content=change(chapter.content)
    )
    return saved.content


def _save_naively(user: Any, pk: str, change: Any) -> str:
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT content, version FROM bench_chapter WHERE id = %s FOR UPDATE", [pk])
        content, version = cursor.fetchone()
        content = change(content)
        cursor.execute(
            "INSERT INTO bench_revision (id, chapter_id, author_id, version, content, created_at)"
            " VALUES (%s, %s, %s, %s, %s, now())",
            [uuid.uuid4(), pk, user.pk, version, content],
        )
        cursor.execute(
            "UPDATE bench_chapter SET content = %s, version = %s, updated_at = now() WHERE id = %s",
            [content, version + 1, pk],
        )
    return str(content)
