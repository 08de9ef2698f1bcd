"""A story's own page, and what can be done from it."""

import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from stories.models import Story
from stories.services import create_chapter, delete_chapter, delete_story
from tests.factories import create_story, create_user

pytestmark = pytest.mark.django_db
LEAST = {"title": "Renamed", "mode": "fiction", "language": "en"}


@pytest.fixture
def story(client: Client) -> Story:
    story = create_story(title="The lighthouse", theme="mystery")
    client.force_login(story.owner)
    return story


def url(story: Story, rest: str = "") -> str:
    return f"/studio/{story.pk}/{rest}"


POSTS = ["visibility/", "delete/", "restore/", "chapters/new/"]


def test_it_shows_the_chapters_in_order_without_reading_their_text(client, story):
    for title in ("First light", "Second light"):
        create_chapter(story=story, author=story.owner, title=title, content="Not for this page.")

    with CaptureQueriesContext(connection) as queries:
        response = client.get(url(story))

    text = response.content.decode()
    assert text.index("First light") < text.index("Second light")
    assert "Not for this page" not in text
    assert len(queries) == 5
    assert not any('"stories_chapter"."content"' in query["sql"] for query in queries)


def test_the_number_of_queries_does_not_grow_with_the_chapters(client, story):
    for _number in range(30):
        create_chapter(story=story, author=story.owner)

    with CaptureQueriesContext(connection) as queries:
        client.get(url(story))

    assert len(queries) == 5


def test_the_brief_is_changed(client, story):
    response = client.post(url(story), {**LEAST, "theme": "", "description": "Of a keeper"})

    assert response["Location"] == url(story)
    story.refresh_from_db()
    assert (story.title, story.theme, story.description) == ("Renamed", "", "Of a keeper")


def test_a_wrong_brief_changes_nothing_and_is_said(client, story):
    response = client.post(url(story), {**LEAST, "title": ""})

    assert response.status_code == 422
    text = response.content.decode()
    assert "<h1>The lighthouse</h1>" in text
    assert "errorlist" in text
    story.refresh_from_db()
    assert story.title == "The lighthouse"


@pytest.mark.parametrize("visibility", Story.Visibility.values)
def test_who_may_read_is_said(client, story, visibility):
    response = client.post(url(story, "visibility/"), {"visibility": visibility})

    assert response["Location"] == url(story)
    story.refresh_from_db()
    assert story.visibility == visibility
    assert (f"http://testserver/s/{story.share_token}/" in client.get(url(story)).content.decode()) is (
        visibility == "link"
    )


def test_a_visibility_that_is_none_changes_nothing(client, story):
    response = client.post(url(story, "visibility/"), {"visibility": "everybody"})

    assert response.status_code == 422
    story.refresh_from_db()
    assert story.visibility == "private"


def test_to_the_bin_and_back(client, story):
    assert client.post(url(story, "delete/"))["Location"] == "/studio/bin/"
    assert client.get(url(story)).status_code == 404

    assert client.post(url(story, "restore/"))["Location"] == url(story)
    assert client.get(url(story)).status_code == 200


def test_a_binned_chapter_waits_on_the_story_s_page(client, story):
    chapter = create_chapter(story=story, author=story.owner, title="Left out")
    delete_chapter(chapter=chapter)

    text = client.get(url(story)).content.decode()

    assert "Chapters in the bin" in text
    assert f"/chapters/{chapter.pk}/restore/" in text


@pytest.mark.parametrize("visibility", Story.Visibility.values)
def test_a_stranger_finds_nothing_here(client, story, visibility):
    Story.objects.filter(pk=story.pk).update(visibility=visibility, share_token="token")
    client.force_login(create_user())

    assert client.get(url(story)).status_code == 404
    assert client.post(url(story), LEAST).status_code == 404
    for rest in POSTS:
        assert client.post(url(story, rest), {"visibility": "public"}).status_code == 404
    delete_story(story=story)
    assert client.post(url(story, "restore/")).status_code == 404
    story.refresh_from_db()
    assert (story.title, story.visibility, story.chapter_count) == ("The lighthouse", visibility, 0)
    assert story.deleted_at is not None


def test_anonymous_is_asked_to_log_in(client, story):
    client.logout()

    assert client.get(url(story)).status_code == 302
    for rest in POSTS:
        assert client.post(url(story, rest)).status_code == 302
    story.refresh_from_db()
    assert story.deleted_at is None


def test_a_story_that_is_not_there(client, story):
    assert client.get(f"/studio/{uuid.uuid4()}/").status_code == 404
    assert client.get("/studio/not-an-id/").status_code == 404


@pytest.mark.parametrize("rest", POSTS)
def test_what_changes_something_is_posted(client, story, rest):
    assert client.get(url(story, rest)).status_code == 405


def test_a_story_in_the_bin_takes_no_chapter_and_no_brief(client, story):
    Story.objects.filter(pk=story.pk).update(deleted_at=timezone.now())

    assert client.post(url(story), LEAST).status_code == 404
    assert client.post(url(story, "chapters/new/")).status_code == 404
    assert client.post(url(story, "visibility/"), {"visibility": "public"}).status_code == 404
