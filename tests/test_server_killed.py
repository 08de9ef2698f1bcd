"""SIGKILL to the real server while it saves and while it takes a manuscript in: no acknowledged word is lost.

What stories/tests/test_revise_chapter.py cuts off statement by statement happens here to a process with threads, a
connection pool, a journal on the disk and writers who go on sending.
"""

import random
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from accounts.models import User
from costory.lib import markdown
from stories.importing import read_pasted
from stories.models import Chapter, ImportDraft, Revision, Story
from stories.selectors.html import html_of
from stories.services import create_chapter, keep_import
from tests.factories import create_story, create_user
from tests.servers import ServerProcess

pytestmark = pytest.mark.django_db(transaction=True)

Start = Callable[..., ServerProcess]
CSRF = "c" * 32
KILLS = 4
WRITERS = 4
VERSION = re.compile(r'data-version="(\d+)"')


def visitor(server: ServerProcess, user: User) -> httpx.Client:
    """The person's browser, logged in, asking as the editor's script does."""
    browser = Client()
    browser.force_login(user)
    return httpx.Client(
        base_url=server.url,
        timeout=30,
        trust_env=False,
        cookies={
            settings.SESSION_COOKIE_NAME: browser.cookies[settings.SESSION_COOKIE_NAME].value,
            settings.CSRF_COOKIE_NAME: CSRF,
        },
        headers={"X-CSRFToken": CSRF, "HX-Request": "true"},
    )


@dataclass
class Writer:
    """Somebody who writes on and on, as the editor does: one save under way, the next from the version it was told."""

    chapter: Chapter
    client: httpx.Client
    version: int = 1
    text: str = ""
    answered: str = ""
    tokens: int = 0
    acknowledged: set[str] = field(default_factory=set)
    unanswered: int = 0
    problem: str = ""

    def write_until_the_server_is_gone(self) -> None:
        try:
            while self.save():
                self.tokens += 1
                if self.tokens % 9 == 0:
                    # Almost everything is cut away: what was there is kept as a version of its own.
                    self.text = ""
                self.text += f"The *keeper* wrote word{self.tokens}x of {self.chapter.pk}.\n\n"
        except Exception as error:  # noqa: BLE001  What goes wrong in a thread is told by the test.
            self.problem = repr(error)

    def save(self) -> bool:
        """Send the text as it is; whether there was an answer."""
        words = {"version": self.version, "title": "Night", "content": self.text}
        try:
            answer = self.client.post(self.chapter.get_absolute_url(), data=words)
        except httpx.TransportError:
            self.unanswered += 1
            return False
        found = VERSION.search(answer.text)
        if answer.status_code != 200 or found is None:
            raise AssertionError(f"{answer.status_code}: {answer.text[:300]}")
        self.version, self.answered = int(found[1]), self.text
        self.acknowledged |= set(re.findall(r"word\d+x", self.text))
        return True


def assert_agrees(chapter: Chapter) -> Chapter:
    """What is stored of a chapter says the same everywhere: text, HTML, counts, record, newest revision."""
    stored = Chapter.objects.get(pk=chapter.pk)
    assert html_of([stored.pk]) == {stored.pk: markdown.render(stored.content)}
    assert stored.word_count == markdown.word_count(stored.content)
    assert stored.character_count == len(stored.content)
    assert sum(run[0] for run in stored.runs) == len(stored.content)
    if stored.provenance:
        assert sum(run[0] for run in stored.provenance) == len(stored.content)
    revisions = list(stored.revisions.exclude(kind=Revision.Kind.CONFLICT).select_related("chapter"))
    newest = max(revisions, key=lambda revision: revision.version)
    assert (newest.version, newest.title, newest.text) == (stored.version, stored.title, stored.content)
    assert sum(revision.is_open for revision in revisions) <= 1
    for revision in revisions:
        assert sum(run[0] for run in revision.runs) == len(revision.text)
    return stored


def kill(server: ServerProcess) -> None:
    """SIGKILL, and wait until the database has noticed: PostgreSQL ends what it was sent to the end."""
    server.kill9()
    deadline = time.monotonic() + 10
    while connection.vendor == "postgresql" and time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"
            )
            if not cursor.fetchone()[0]:
                break
        time.sleep(0.02)


def test_no_acknowledged_save_is_lost_however_often_the_server_is_killed(server_process: Start):
    chance = random.Random(20261121)
    story = create_story()
    chapters = [create_chapter(story=story, author=story.owner) for _ in range(WRITERS)]
    server = server_process()
    writers = [Writer(chapter, visitor(server, story.owner)) for chapter in chapters]

    for _kill in range(KILLS):
        threads = [threading.Thread(target=writer.write_until_the_server_is_gone) for writer in writers]
        for thread in threads:
            thread.start()
        time.sleep(0.4 + chance.random() * 0.4)
        kill(server)
        for thread in threads:
            thread.join(30)

        assert not [writer.problem for writer in writers if writer.problem]
        for writer in writers:
            stored = assert_agrees(writer.chapter)
            # The save that was under way is in it, or the one before; the answered ones all are.
            states = {writer.version: writer.answered, writer.version + 1: writer.text}
            assert states[stored.version] == stored.content
            texts = [stored.content, *(row.text for row in stored.revisions.select_related("chapter"))]
            assert writer.acknowledged <= set(re.findall(r"word\d+x", "\n".join(texts)))
        story.refresh_from_db()
        assert story.word_count == sum(Chapter.objects.get(pk=chapter.pk).word_count for chapter in chapters)

        server.start()
        for writer in writers:
            # As the editor does when the network is back: the same text again, from the version it knows.
            assert writer.save(), "the server is not there"

    for writer in writers:
        writer.client.close()
    # Otherwise no kill met a save.
    assert sum(writer.unanswered for writer in writers) >= KILLS
    assert all(len(writer.acknowledged) > 2 for writer in writers)
    assert not Revision.objects.filter(kind=Revision.Kind.CONFLICT).exists()


CHAPTERS = 300
MANUSCRIPT = "".join(
    f"# Chapter {number}\n\n" + f"The *keeper* of lamp {number} climbed once more.\n\n" * 60
    for number in range(CHAPTERS)
)


def take_in(client: httpx.Client, draft: ImportDraft) -> int | None:
    """Answer the page that shows what was read; the status, or nothing where the server died."""
    taken = {f"take-{place}": "on" for place in range(CHAPTERS)}
    said = {"title": "The lamps", "mode": "fiction", "language": "en"}
    try:
        return client.post(f"/studio/import/{draft.pk}/", data={**taken, **said}).status_code
    except httpx.TransportError:
        return None


def test_a_manuscript_is_taken_in_whole_or_not_at_all_however_often_the_server_is_killed(server_process: Start):
    user = create_user()
    draft = keep_import(owner=user, file_name="lamps.md", manuscript=read_pasted(MANUSCRIPT))
    server = server_process()
    kills = 0
    with visitor(server, user) as client:
        # Later each time, until one comes through. Nothing is visible from outside before the end.
        for wait in (0.05, 0.3, 0.6, 1.2, 2.4, 30.0):
            answers: list[int | None] = []
            thread = threading.Thread(target=lambda answers=answers: answers.append(take_in(client, draft)))
            thread.start()
            thread.join(wait)
            if thread.is_alive():
                kills += 1
                kill(server)
                thread.join(30)
                server.start()
            if Story.objects.exists():
                break
            assert ImportDraft.objects.filter(pk=draft.pk).exists()
            assert not Chapter.objects.exists()
            assert not Revision.objects.exists()

        # Sent once more by somebody who saw no answer: still one story.
        assert take_in(client, draft) in {200, 302}

    assert kills >= 1
    story = Story.objects.get()
    assert not ImportDraft.objects.exists()
    chapters = list(story.chapters.order_by("position"))
    assert [chapter.position for chapter in chapters] == list(range(1, CHAPTERS + 1))
    assert [chapter.title for chapter in chapters] == [f"Chapter {number}" for number in range(CHAPTERS)]
    for chapter in chapters[::50]:
        assert_agrees(chapter)
    assert Revision.objects.filter(chapter__story=story).count() == CHAPTERS
    assert (story.chapter_count, story.word_count) == (CHAPTERS, sum(chapter.word_count for chapter in chapters))
