"""Reading: the one policy of visibility, from outside."""

import pytest
from django.test import Client

from accounts.models import User
from stories import services
from stories.models import Story
from tests.factories import create_chapter, create_story, create_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> User:
    return create_user(display_name="Anna")


@pytest.fixture
def story(owner: User) -> Story:
    story = create_story(owner=owner, title="The Lighthouse")
    create_chapter(story=story, title="Night", content="*Dark.*", content_html="<p><em>Dark.</em></p>")
    create_chapter(story=story, title="Day", content="Light.", content_html="<p>Light.</p>")
    return story


def pages(story: Story) -> list[str]:
    return [f"/stories/{story.pk}/", f"/stories/{story.pk}/chapters/1/"]


def shared(story: Story) -> list[str]:
    return [f"/s/{story.share_token}/", f"/s/{story.share_token}/chapters/1/"]


def publish(story: Story, visibility: str) -> Story:
    return services.set_visibility(story=story, visibility=visibility)


@pytest.mark.parametrize("visibility", ["private", "link"])
def test_what_is_not_public_does_not_exist_for_others(client: Client, story: Story, visibility: str):
    publish(story, visibility)
    for path in pages(story):
        assert client.get(path).status_code == 404
    client.force_login(create_user())
    for path in pages(story):
        assert client.get(path).status_code == 404


def test_ones_own_is_read_as_others_would(client: Client, story: Story, owner: User):
    client.force_login(owner)

    for path in pages(story):
        assert client.get(path).status_code == 200


def test_public_is_for_everybody(client: Client, story: Story):
    publish(story, "public")
    front, chapter = (client.get(path) for path in pages(story))

    assert "by Anna" in front.text
    assert "<em>Dark.</em>" in chapter.text
    assert "noindex" not in front.text
    assert f"/stories/{story.pk}/chapters/2/" in chapter.text


def test_a_link_opens_its_story_and_leaks_nowhere(client: Client, story: Story):
    story = publish(story, "link")

    for path in shared(story):
        page = client.get(path)
        assert page.status_code == 200
        assert page["Referrer-Policy"] == "no-referrer"
        assert "noindex" in page["X-Robots-Tag"]
        assert "no-store" in page["Cache-Control"]
        assert str(story.pk) not in page.text


def test_a_link_taken_back_opens_nothing(client: Client, story: Story):
    story = publish(story, "link")
    publish(story, "private")

    for path in shared(story):
        assert client.get(path).status_code == 404


@pytest.mark.parametrize("token", ["x", "None", "x" * 200])
def test_a_guess_opens_nothing(client: Client, story: Story, token: str):
    assert client.get(f"/s/{token}/").status_code == 404


def test_the_bin_hides_from_everybody(client: Client, story: Story, owner: User):
    story = publish(story, "public")
    services.delete_story(story=story)
    client.force_login(owner)

    for path in pages(story):
        assert client.get(path).status_code == 404


@pytest.mark.parametrize("number", ["0", "3", "999999999999"])
def test_a_chapter_that_is_not_there(client: Client, story: Story, number: str):
    publish(story, "public")

    assert client.get(f"/stories/{story.pk}/chapters/{number}/").status_code == 404


def test_only_get(client: Client, story: Story):
    publish(story, "public")

    assert client.post(pages(story)[0]).status_code == 405
