"""What operators see of stories."""

import pytest
from django.test import Client

from stories.services import create_chapter
from tests.factories import create_story, create_user

pytestmark = pytest.mark.django_db
URL = "/admin/stories/story/"


@pytest.fixture
def _operator(client: Client) -> None:
    client.force_login(create_user(is_staff=True, is_superuser=True))


@pytest.mark.usefixtures("_operator")
def test_a_private_story_shows_no_word_of_its_own(client):
    story = create_story(title="My secret winter", description="Nobody knows")
    create_chapter(story=story, author=story.owner, title="Untold", content="It was I")
    public = create_story(title="The lighthouse", visibility="public")

    listed = client.get(URL).content.decode()
    shown = client.get(f"{URL}{story.pk}/change/")

    assert shown.status_code == 403
    assert str(story.pk) in listed
    assert public.title in listed
    for words in ("My secret winter", "Nobody knows", "Untold", "It was I"):
        assert words not in listed


@pytest.mark.usefixtures("_operator")
def test_a_story_is_found_by_its_title(client):
    story = create_story(title="My secret winter")
    other = create_story(title="Another")

    found = client.get(f"{URL}?q=secret+winter").content.decode()

    assert str(story.pk) in found
    assert str(other.pk) not in found


def test_it_is_for_operators(client):
    client.force_login(create_user())

    assert client.get(URL).status_code == 302
