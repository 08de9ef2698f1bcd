"""Splitting and joining from the studio and from a page."""

import pytest
from django.test import Client
from django.urls import reverse

from stories.models import Chapter
from tests.factories import create_chapter, create_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def chapter(client: Client) -> Chapter:
    chapter = create_chapter(content="One <b>.\n\nTwo.\n\nThree.", title="First")
    client.force_login(chapter.story.owner)
    return chapter


def url(chapter: Chapter, name: str = "chapter-split") -> str:
    return reverse(f"stories:{name}", args=[chapter.story_id, chapter.pk])


def texts(chapter: Chapter) -> list[str]:
    return list(chapter.story.chapters.filter(deleted_at=None).order_by("position").values_list("content", flat=True))


def test_the_page_offers_the_paragraphs(client, chapter):
    page = client.get(url(chapter)).text
    assert 'value="10"' in page
    assert "Two." in page
    assert "One <b>" not in page


def test_split_and_joined_again(client, chapter):
    response = client.post(url(chapter), {"version": 1, "position": 10, "title": "Second"})
    new = chapter.story.chapters.get(position=2)
    assert response["Location"] == new.get_absolute_url()
    assert texts(chapter) == ["One <b>.", "Two.\n\nThree."]

    client.post(url(chapter, "chapter-join"), {"version": 2})
    assert texts(chapter) == ["One <b>.\n\nTwo.\n\nThree."]


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"version": 1, "position": 0}, 422),
        ({"version": 1, "position": 10_000}, 422),
        ({"version": 1}, 422),
        ({"version": "x", "position": 10}, 422),
        ({"version": 7, "position": 10}, 409),
        ({"version": 1, "position": 10, "title": "t" * 10_000}, 422),
    ],
)
def test_a_cut_that_cannot_be_made_is_said_and_changes_nothing(client, chapter, sent, status):
    response = client.post(url(chapter), sent)
    assert response.status_code == status
    assert "alert--error" in response.text
    assert texts(chapter) == ["One <b>.\n\nTwo.\n\nThree."]


def test_the_last_chapter_joins_nothing(client, chapter):
    assert client.post(url(chapter, "chapter-join"), {"version": 1})["Location"] == chapter.get_absolute_url()
    assert client.post(url(chapter, "chapter-join"), {"version": "x"}).status_code == 400
    assert texts(chapter) == ["One <b>.\n\nTwo.\n\nThree."]


def test_strangers_and_methods(client, chapter):
    assert client.get(url(chapter, "chapter-join")).status_code == 405
    assert client.put(url(chapter)).status_code == 405
    client.force_login(create_user())
    assert client.get(url(chapter)).status_code == 404
    assert client.post(url(chapter), {"version": 1, "position": 10}).status_code == 404
    assert client.post(url(chapter, "chapter-join"), {"version": 1}).status_code == 404
    client.logout()
    assert client.get(url(chapter)).status_code == 302
    assert texts(chapter) == ["One <b>.\n\nTwo.\n\nThree."]
