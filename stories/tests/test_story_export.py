"""The page from which a story is taken along, and the files it gives."""

import uuid
from urllib.parse import unquote

import pytest

from stories.services import create_chapter, delete_story
from tests.factories import create_story, create_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(client):
    story = create_story(title="L’été")
    create_chapter(story=story, author=story.owner, title="First light", content="It was dark.")
    create_chapter(story=story, author=story.owner, title="Second light", content="Then not.")
    client.force_login(story.owner)
    return story


def url(story, rest=""):
    return f"/studio/{story.pk}/export/{rest}"


def test_the_page_offers_every_format_and_every_chapter(client, story, django_assert_max_num_queries):
    with django_assert_max_num_queries(5):
        text = client.get(url(story)).content.decode()

    for offered in ('value="epub"', 'value="pdf"', 'value="docx"', 'value="markdown"', "First light", "Second light"):
        assert offered in text
    assert "It was dark" not in text


@pytest.mark.parametrize(
    ("kind", "begins", "extension"),
    [("epub", b"PK", "epub"), ("pdf", b"%PDF-1.7", "pdf"), ("docx", b"PK", "docx"), ("markdown", b"# L", "md")],
)
def test_a_file_is_sent_and_stays_in_no_cache(client, story, kind, begins, extension):
    response = client.get(url(story, "file/"), {"format": kind})

    assert b"".join(response.streaming_content).startswith(begins)
    assert unquote(response["Content-Disposition"]).endswith(f"filename*=UTF-8''L’été.{extension}")
    assert response["Content-Disposition"].startswith("attachment;")
    assert response["Cache-Control"] == "private, no-store"
    assert response["X-Content-Type-Options"] == "nosniff"


def test_one_chapter(client, story):
    second = story.chapters.last()

    response = client.get(url(story, "file/"), {"format": "markdown", "chapter": second.pk})
    text = b"".join(response.streaming_content)
    assert b"Then not." in text
    assert b"It was dark." not in text
    assert "Second light" in unquote(response["Content-Disposition"])


@pytest.mark.parametrize("asked", [{}, {"format": "odt"}, {"format": "epub", "chapter": "x"}])
def test_what_there_is_not_is_said_on_the_page(client, story, asked):
    response = client.get(url(story, "file/"), asked)

    assert response.status_code == 422
    assert "errorlist" in response.content.decode()


def test_a_link_may_choose_a_chapter(client, story):
    second = story.chapters.last()

    assert f'value="{second.pk}" selected' in client.get(url(story), {"chapter": second.pk}).content.decode()
    assert " selected" not in client.get(url(story), {"chapter": "nonsense"}).content.decode()


def test_a_chapter_of_somebody_elses_is_none(client, story):
    foreign = create_chapter(story=create_story(), author=story.owner, content="Foreign.")

    assert client.get(url(story, "file/"), {"format": "markdown", "chapter": foreign.pk}).status_code == 422


@pytest.mark.parametrize("rest", ["", "file/?format=epub"])
def test_anonymous_strangers_and_the_bin(client, story, rest):
    client.logout()
    assert client.get(url(story, rest))["Location"].startswith("/accounts/login/")
    client.force_login(create_user())
    assert client.get(url(story, rest)).status_code == 404
    client.force_login(story.owner)
    assert client.get(f"/studio/{uuid.uuid4()}/export/{rest}").status_code == 404
    delete_story(story=story)
    assert client.get(url(story, rest)).status_code == 404


@pytest.mark.parametrize("rest", ["", "file/?format=epub"])
def test_nothing_is_posted_here(client, story, rest):
    assert client.post(url(story, rest)).status_code == 405
