"""The page being written: saving it, saving it too late, and what cannot be saved."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from stories.models import Chapter, Revision
from tests.factories import create_chapter, create_story, create_user

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def chapter(client: Client) -> Chapter:
    user = create_user()
    client.force_login(user)
    return create_chapter(story=create_story(owner=user), title="One", content="It was night.")


def save(client: Client, chapter: Chapter, content: str, *, version: int = 1, htmx: bool = True) -> Any:
    fields = {"version": version, "title": "One", "content": content}
    return client.post(chapter.get_absolute_url(), fields, headers=HTMX if htmx else {})


def test_the_studio(client: Client, chapter: Chapter):
    page = client.get(chapter.get_absolute_url())

    assert page.status_code == 200
    assert "It was night." in page.text
    assert reverse("coaching:panel", args=[chapter.story_id]) in page.text


def test_a_text_that_begins_with_an_empty_line_keeps_it(client: Client, chapter: Chapter):
    Chapter.objects.update(content="\n\nLate.")

    # HTML drops one newline after the tag; the page writes one for it to drop.
    assert ">\n\n\nLate.</textarea>" in client.get(chapter.get_absolute_url()).text


def test_a_save_answers_with_the_new_version(client: Client, chapter: Chapter):
    answer = save(client, chapter, "  It was day.\n")

    chapter.refresh_from_db()
    assert answer.status_code == 200
    assert 'data-version="2"' in answer.text
    assert "<html" not in answer.text
    assert (chapter.content, chapter.version) == ("  It was day.\n", 2)


def test_without_scripts_a_save_leads_back(client: Client, chapter: Chapter):
    assert save(client, chapter, "It was day.", htmx=False)["Location"] == chapter.get_absolute_url()


@pytest.mark.parametrize("htmx", [True, False])
def test_a_stale_save_overwrites_nothing_and_shows_both(client: Client, chapter: Chapter, htmx: bool):
    save(client, chapter, "Written in the first window.")
    answer = save(client, chapter, "Written in the second.", htmx=htmx)

    chapter.refresh_from_db()
    assert answer.status_code == 409
    assert chapter.content == "Written in the first window."
    assert "Written in the first window." in answer.text
    assert "Written in the second." in answer.text
    assert "Go on with mine" in answer.text
    assert Revision.objects.filter(chapter=chapter, content="Written in the second.").exists()

    going_on = save(client, chapter, "Written in the second.", version=2)
    assert going_on.status_code == 200
    assert Revision.objects.filter(chapter=chapter, content="Written in the first window.").exists()


@pytest.mark.parametrize("version", ["", "0", "-1", "x", "9" * 40])
def test_a_version_that_is_none_saves_nothing(client: Client, chapter: Chapter, version: str):
    answer = client.post(chapter.get_absolute_url(), {"version": version, "content": "x"}, headers=HTMX)

    assert answer.status_code in {409, 422}
    chapter.refresh_from_db()
    assert chapter.content == "It was night."


def test_a_text_of_more_than_a_million_characters_is_refused_with_the_text_kept(client: Client, chapter: Chapter):
    answer = save(client, chapter, "x" * 1_000_001)

    assert answer.status_code == 413
    assert "divide" in answer.text
    chapter.refresh_from_db()
    assert chapter.content == "It was night."


def test_the_number_of_queries_does_not_grow_with_the_story(client: Client, chapter: Chapter):
    client.get(chapter.get_absolute_url())
    with CaptureQueriesContext(connection) as few:
        client.get(chapter.get_absolute_url())
    for _ in range(30):
        create_chapter(story=chapter.story, content="x" * 1000)
    with CaptureQueriesContext(connection) as many:
        client.get(chapter.get_absolute_url())

    assert len(many) == len(few) <= 5


def test_a_strangers_chapter_does_not_exist(client: Client, chapter: Chapter):
    foreign = create_chapter(content="A secret.")

    assert client.get(foreign.get_absolute_url()).status_code == 404
    assert save(client, foreign, "Mine now").status_code == 404
    mixed = reverse("stories:chapter-edit", args=[chapter.story_id, foreign.pk])
    assert client.get(mixed).status_code == 404
    foreign.refresh_from_db()
    assert foreign.content == "A secret."


def test_an_expired_login_leads_the_page_to_the_login_and_back(client: Client, chapter: Chapter):
    client.logout()
    url = chapter.get_absolute_url()
    answer = client.post(url, {"version": 1}, headers={**HTMX, "HX-Current-URL": f"http://testserver{url}"})

    assert answer.status_code == 200
    assert answer["HX-Redirect"].startswith("/accounts/login/?next=")
    assert chapter.pk.hex[:8] in answer["HX-Redirect"]
    assert not answer.content


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "[x](javascript:alert(1))", "<img src=x onerror=alert(1)>", "</textarea><b>"]
)
def test_markup_in_a_text_does_nothing(client: Client, chapter: Chapter, text: str):
    save(client, chapter, text)
    chapter.refresh_from_db()

    assert chapter.content == text
    assert "<script" not in chapter.content_html
    assert 'href="javascript:' not in chapter.content_html
    assert "<img" not in chapter.content_html
    assert "<" not in text or text not in client.get(chapter.get_absolute_url()).text


def test_only_get_and_post(client: Client, chapter: Chapter):
    assert client.put(chapter.get_absolute_url()).status_code == 405
