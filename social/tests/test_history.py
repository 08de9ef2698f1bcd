"""What somebody read: theirs alone, kept only while they want it, and silent of what is withdrawn."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from social import services
from social.models import ReaderSettings, Reading
from stories.models import Chapter
from stories.services import set_visibility, withhold_chapter
from tests.factories import create_chapter, create_story, create_user

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def reader(client: Client) -> User:
    reader = create_user()
    client.force_login(reader)
    return reader


def chapter_of(title: str) -> Chapter:
    story = create_story(title=title, visibility="public")
    create_chapter(story=story, content="One.")
    return create_chapter(story=story, title="Second", content="Two.")


def test_where_one_is_and_on_from_there(client, reader):
    chapter = chapter_of("The lamp")
    assert services.keep_place(reader=reader, chapter=chapter, paragraph=7)
    services.keep_place(reader=reader, chapter=chapter, paragraph=9)

    page = client.get("/history/").text
    assert Reading.objects.get().paragraph == 9
    assert "The lamp" in page
    assert f'href="/stories/{chapter.story_id}/chapters/2/#at-9"' in page
    withhold_chapter(chapter=chapter)
    page = client.get("/history/").text
    assert "Second" not in page
    assert f'href="/stories/{chapter.story_id}/"' in page
    set_visibility(story=chapter.story, visibility="private")
    page = client.get("/history/").text
    assert "The lamp" not in page
    assert "A story that is no longer shown" in page
    stranger = Client()
    stranger.force_login(create_user())
    assert "A story that is no longer shown" not in stranger.get("/history/").text


def test_forgetting_one_and_all_and_pausing(client, reader):
    chapters = [chapter_of(title) for title in ("One", "Two", "Three")]
    other = create_user()
    services.keep_place(reader=other, chapter=chapters[0])
    for chapter in chapters:
        services.keep_place(reader=reader, chapter=chapter)
    client.post(f"/history/{chapters[0].story_id}/forget/")
    assert "One" not in client.get("/history/").text
    assert "Forget everything you read?" in client.get("/history/empty/").text
    assert Reading.objects.filter(reader=reader).count() == 2
    client.post("/history/empty/")
    assert list(Reading.objects.values_list("reader", flat=True)) == [other.pk]

    client.post("/history/pause/", {"keep": "0"})
    assert not services.keep_place(reader=reader, chapter=chapters[0])
    assert "Paused" in client.get("/history/").text
    client.post("/history/pause/", {"keep": "1"})
    assert services.keep_place(reader=reader, chapter=chapters[0])


def test_a_page_of_it(client, reader):
    now = timezone.now()
    for number in range(35):
        chapter = chapter_of(f"Story {number:02}")
        Reading.objects.create(
            reader=reader, story=chapter.story, chapter=chapter, read_at=now - timedelta(minutes=number)
        )
    with CaptureQueriesContext(connection) as queries:
        page = client.get("/history/")
    # Session, person, readings, stories, chapters, choices.
    assert len(queries) == 6
    assert page.text.index("Story 00") < page.text.index("Story 29")
    assert "Story 30" not in page.text
    further = client.get("/history/", {"after": page.context["earlier"]}, headers=HTMX).text
    assert "Story 30" in further
    assert "<html" not in further
    assert client.get("/history/", {"after": "none"}).status_code == 200


def test_what_a_reader_chooses(client, reader):
    page = client.get("/settings/reading/").text
    assert 'name="keeps_history"' in page
    client.post("/settings/reading/", {"shows_mature": "on"})
    chosen = ReaderSettings.objects.get(user=reader)
    assert (chosen.keeps_history, chosen.shows_mature) == (False, True)
    assert Client().get("/settings/reading/").status_code == 302
