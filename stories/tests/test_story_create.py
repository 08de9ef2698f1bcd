"""One calm form, and the first page."""

import pytest
from django.test import Client

from accounts.models import User
from stories.models import Chapter, Story
from tests.factories import create_user

pytestmark = pytest.mark.django_db
URL = "/studio/new/"
LEAST = {"title": "The lighthouse", "mode": "fiction", "language": "en"}


@pytest.fixture
def user(client: Client) -> User:
    user = create_user()
    client.force_login(user)
    return user


@pytest.mark.parametrize("mode", Story.Mode.values)
def test_a_title_and_a_kind_open_the_first_page(client, user, mode):
    response = client.post(URL, {**LEAST, "mode": mode})

    story = Story.objects.get()
    chapter = Chapter.objects.get()
    assert response.status_code == 302
    assert response["Location"] == chapter.get_absolute_url()
    assert (story.owner, story.mode, story.visibility, chapter.story) == (user, mode, "private", story)


def test_the_whole_brief_is_kept(client, user):
    brief = {
        "description": "A keeper.\r\nA winter.",
        "theme": "mystery",
        "is_real": "false",
        "purpose": "community-read",
        "era": "historical",
        "writing_style": "poetic",
        "pov": "third",
    }

    client.post(URL, {**LEAST, "language": "fr", **brief})

    story = Story.objects.get()
    assert story.description == "A keeper.\nA winter."
    assert story.is_real is False
    assert (story.theme, story.purpose, story.era) == ("mystery", "community-read", "historical")
    assert (story.writing_style, story.pov, story.language) == ("poetic", "third", "fr")


def test_the_kind_may_be_chosen_on_the_way(client, user):
    text = client.get(f"{URL}?mode=journal").content.decode()

    assert '<option value="journal" selected>' in text


def test_a_kind_that_is_none_is_not_chosen(client, user):
    response = client.get(f"{URL}?mode=%3Cscript%3E")

    assert response.status_code == 200
    assert "<script>" not in response.content.decode().partition("<main")[2]


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""},
        {"title": "   "},
        {"title": "\x00"},
        {"title": "t" * 201},
        {"title": "t" * 10_000},
        {"mode": "opera"},
        {"language": "tlh"},
        {"theme": "nothing"},
        {"is_real": "perhaps"},
        {"description": "d" * 5001},
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_made(client, user, wrong):
    response = client.post(URL, {**LEAST, **wrong})

    assert response.status_code == 422
    assert "errorlist" in response.content.decode()
    assert not Story.objects.exists()


def test_an_empty_form_is_refused_with_words(client, user):
    response = client.post(URL, {})

    assert response.status_code == 422
    assert "errorlist" in response.content.decode()


def test_a_nul_in_a_title_is_dropped(client, user):
    client.post(URL, {**LEAST, "title": "The\x00 lighthouse"})

    assert Story.objects.get().title == "The lighthouse"


def test_nobody_makes_a_story_for_another(client, user):
    client.post(URL, {**LEAST, "owner": str(create_user().pk), "visibility": "public", "deleted_at": "2020-01-01"})

    story = Story.objects.get()
    assert (story.owner, story.visibility, story.deleted_at) == (user, "private", None)


def test_anonymous_makes_nothing(client):
    assert client.post(URL, LEAST).status_code == 302
    assert not Story.objects.exists()


def test_other_methods_are_refused(client, user):
    assert client.put(URL).status_code == 405
