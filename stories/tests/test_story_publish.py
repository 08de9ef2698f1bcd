"""Who may read is decided at once, but for a journal, which asks again before it opens."""

import pytest
from django.test import Client
from django.urls import reverse

from stories.models import Story
from tests.factories import create_chapter, create_story, create_user

pytestmark = pytest.mark.django_db


def publish(client: Client, story: Story, visibility: str, **more: str):
    return client.post(reverse("stories:story-publish", args=[story.pk]), {"visibility": visibility, **more})


@pytest.mark.parametrize("visibility", ["link", "public"])
def test_a_journal_is_asked_about_twice(client, visibility):
    story = create_story(mode="journal", title="Mine <b>alone</b>")
    create_chapter(story=story, content="One.")
    create_chapter(story=story, content="Two.")
    client.force_login(story.owner)

    page = publish(client, story, visibility)
    assert page.status_code == 200
    assert "Open this journal?" in page.text
    assert "all 2 entries" in page.text
    assert "Mine &lt;b&gt;alone" in page.text
    story.refresh_from_db()
    assert story.visibility == "private"

    assert publish(client, story, visibility, is_confirmed="on").status_code == 302
    story.refresh_from_db()
    assert story.visibility == visibility


def test_closing_a_journal_asks_nothing(client):
    story = create_story(mode="journal", visibility="public")
    client.force_login(story.owner)
    for narrower in ("link", "link", "private"):
        assert publish(client, story, narrower).status_code == 302
        story.refresh_from_db()
        assert story.visibility == narrower


def test_other_stories_open_at_once(client):
    story = create_story(mode="legacy")
    client.force_login(story.owner)
    assert publish(client, story, "link").status_code == 302
    story.refresh_from_db()
    assert story.visibility == "link"


def test_invalid_strangers_and_methods(client):
    story = create_story(mode="journal")
    assert publish(client, story, "link").status_code == 302
    client.force_login(create_user())
    assert publish(client, story, "link", is_confirmed="on").status_code == 404
    client.force_login(story.owner)
    assert publish(client, story, "everyone").status_code == 422
    assert client.get(reverse("stories:story-publish", args=[story.pk])).status_code == 405
    story.refresh_from_db()
    assert story.visibility == "private"
