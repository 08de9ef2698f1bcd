"""What is asked about the page without saving it: how it will look, and who wrote what."""

import pytest
from django.test import Client

from stories.models import Chapter, Revision
from stories.services import create_chapter, delete_chapter
from tests.factories import create_story, create_user

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def chapter(client: Client) -> Chapter:
    story = create_story(language="fr")
    client.force_login(story.owner)
    return create_chapter(story=story, author=story.owner, title="Night", content="The keeper climbed.")


def preview(client: Client, chapter: Chapter, content: str, **rest):
    return client.post(f"{chapter.get_absolute_url()}preview/", {"title": "Night", "content": content}, **rest)


def record(client: Client, chapter: Chapter):
    return client.get(f"{chapter.get_absolute_url()}provenance/")


# --- Preview -----------------------------------------------------------------------------------------------------


def test_the_words_that_are_sent_are_shown_as_readers_would_see_them(client, chapter):
    text = preview(client, chapter, "He *never* came.\n\n---\n\n> “Nobody.”").content.decode()

    assert "<em>never</em>" in text
    assert "<blockquote>" in text
    assert '<h1 class="preview__title">Night</h1>' in text
    assert 'lang="fr"' in text


def test_looking_stores_nothing(client, chapter):
    preview(client, chapter, "Something else.")

    stored = Chapter.objects.get()
    assert (stored.content, stored.version) == ("The keeper climbed.", 1)
    assert Revision.objects.count() == 1


def test_beside_the_page_it_is_a_fragment(client, chapter):
    response = preview(client, chapter, "Words.", headers=HTMX)

    assert response.content.decode().strip().startswith('<article class="preview" id="preview-text">')
    assert "HX-Request" in response["Vary"]


@pytest.mark.parametrize(
    "content", ["<script>alert(1)</script>", "[x](javascript:alert(1))", '<img src=x onerror="alert(1)">', "\x00\ud800"]
)
def test_nothing_in_it_runs(client, chapter, content):
    text = preview(client, chapter, content.encode("utf-8", "replace").decode(), headers=HTMX).content.decode()

    assert "<script" not in text
    assert "<img" not in text
    assert "href" not in text


def test_a_text_that_is_too_long_is_not_rendered(client, chapter):
    response = preview(client, chapter, "x" * 1_000_001, headers=HTMX)

    assert response.status_code == 413
    assert "too long" in response.content.decode()


def test_a_title_that_is_too_long_is_refused(client, chapter):
    response = client.post(f"{chapter.get_absolute_url()}preview/", {"title": "x" * 10_000}, headers=HTMX)

    assert response.status_code == 422
    assert 'role="alert"' in response.content.decode()


# --- Who wrote what ----------------------------------------------------------------------------------------------


def test_the_record_covers_the_text_and_names_nobody(client, chapter):
    runs = [[4, "human"], [6, "coach", "3f0e0f6e-0000-4000-8000-000000000000"], [9, "coach-edited"]]
    Chapter.objects.update(provenance=runs)

    response = record(client, chapter)

    assert response.json() == {
        "version": 1,
        "characters": 19,
        "runs": [[4, "human"], [6, "coach"], [9, "coach-edited"]],
        "shares": {"human": 4, "coach": 6, "coach_edited": 9},
    }
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("runs", [[], [[3, "coach"]], [[400, "coach"]]])
def test_a_text_without_a_record_that_fits_is_its_writer_s(client, chapter, runs):
    Chapter.objects.update(provenance=runs)

    assert record(client, chapter).json()["runs"] == [[19, "human"]]


def test_an_empty_text_has_no_runs(client, chapter):
    Chapter.objects.update(content="")

    assert record(client, chapter).json()["shares"] == {"human": 0, "coach": 0, "coach_edited": 0}


# --- Who and how -------------------------------------------------------------------------------------------------


def test_a_stranger_finds_nothing(client, chapter):
    client.force_login(create_user())

    assert preview(client, chapter, "Words.").status_code == 404
    assert record(client, chapter).status_code == 404


def test_anonymous_is_asked_to_log_in(client, chapter):
    client.logout()

    assert preview(client, chapter, "Words.").status_code == 302
    assert record(client, chapter).status_code == 302


def test_what_is_in_the_bin_is_not_shown(client, chapter):
    delete_chapter(chapter=chapter)

    assert preview(client, chapter, "Words.").status_code == 404
    assert record(client, chapter).status_code == 404


def test_a_chapter_of_another_story_is_not_in_this_one(client, chapter):
    other = create_story(owner=chapter.story.owner)

    assert client.post(f"/studio/{other.pk}/chapters/{chapter.pk}/preview/").status_code == 404
    assert client.get(f"/studio/{other.pk}/chapters/{chapter.pk}/provenance/").status_code == 404


def test_other_methods_are_refused(client, chapter):
    assert client.get(f"{chapter.get_absolute_url()}preview/").status_code == 405
    assert client.post(f"{chapter.get_absolute_url()}provenance/").status_code == 405
