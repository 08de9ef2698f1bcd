"""What is sent to the model, built for a long story: processor and wall time, and queries."""

from __future__ import annotations

import random
import time
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from bench import mentions
from coaching.models import Session, Summary
from coaching.selectors import context_for
from stories.models import Chapter, CodexEntry, Story

CHAPTERS, WORDS = 60, 2_000
TIMES = 15


def prepare(*, has_summaries: bool) -> UUID:
    """A story of 120,000 words with 300 entries in its codex, and a conversation at its last chapter."""
    owner = User.objects.create_user(f"context-{has_summaries}@example.org")
    story = Story.objects.create(owner=owner, title="The Lighthouse", mode=Story.Mode.FICTION, language="fr")
    chance = random.Random(7)
    entries = mentions.codex(chance)
    CodexEntry.objects.bulk_create(
        CodexEntry(
            story=story, name=entry.names[0], aliases=list(entry.names[1:]), description="Un mot de chacun. " * 8
        )
        for entry in entries
    )
    chapters = []
    for place in range(1, CHAPTERS + 1):
        words = mentions.prose(chance, entries, words=WORDS).split(" ")
        sentences = [" ".join(words[start : start + 14]).capitalize() + "." for start in range(0, len(words), 14)]
        text = "\n\n".join(" ".join(sentences[start : start + 6]) for start in range(0, len(sentences), 6))
        chapters.append(Chapter(story=story, position=place, title=f"Chapter {place}", content=text, word_count=WORDS))
    Chapter.objects.bulk_create(chapters)
    if has_summaries:
        Summary.objects.bulk_create(
            Summary(chapter=row, text="Il part, elle reste. " * 30, text_sha256=Summary.digest(row.content))
            for row in chapters
        )
    session = Session.objects.create(user=owner, story=story, chapter=chapters[-1], mode="narrative")
    return session.pk


def measure(session_id: UUID) -> tuple[float, float, int]:
    """Milliseconds of the processor and of the clock for one, and queries; the session read anew each time."""
    settings.DEBUG = False
    cpu, wall = [], []
    for number in range(TIMES):
        session = Session.objects.select_related("story", "chapter", "user").get(pk=session_id)
        start, began = time.process_time(), time.perf_counter()
        context = context_for(session=session, content=f"Does the ending hold, {number}?")
        cpu.append((time.process_time() - start) * 1_000)
        wall.append((time.perf_counter() - began) * 1_000)
        assert context.tokens <= settings.CONTEXT_BUDGET_TOKENS
    session = Session.objects.select_related("story", "chapter", "user").get(pk=session_id)
    with CaptureQueriesContext(connection) as queries:
        context_for(session=session, content="Does the ending hold?")
    return sorted(cpu)[TIMES // 2], sorted(wall)[TIMES // 2], len(queries)
