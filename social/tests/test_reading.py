"""Reading pages: who sees what, and that nothing a writer types runs in a reader's browser."""

import uuid
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from stories.models import Chapter, Story
from stories.services import (
    create_chapter,
    delete_chapter,
    delete_story,
    release_chapter,
    set_visibility,
    withhold_chapter,
)
from tests.factories import create_story, create_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def story() -> Story:
    story = create_story(title="The lighthouse", description="A keeper.", language="fr")
    for title in ("Night", "Dawn", "Day"):
        create_chapter(story=story, author=story.owner, title=title, content=f"It was *{title.lower()}*.")
    return story


def pages(story: Story) -> list[str]:
    token = story.share_token or "no-token"
    return [
        f"/stories/{story.pk}/",
        f"/stories/{story.pk}/chapters/2/",
        f"/s/{token}/",
        f"/s/{token}/chapters/2/",
    ]


def shown(client: Client, story: Story) -> list[int]:
    return [client.get(url).status_code for url in pages(story)]


@pytest.mark.parametrize(
    ("visibility", "owner", "stranger"),
    [
        ("private", [200, 200, 404, 404], [404, 404, 404, 404]),
        ("link", [200, 200, 200, 200], [404, 404, 200, 200]),
        # A link that was given away still leads to the story once it is published.
        ("public", [200, 200, 302, 302], [200, 200, 302, 302]),
    ],
)
def test_who_reads_what(client, story, visibility, owner, stranger):
    set_visibility(story=story, visibility="link")
    story = set_visibility(story=story, visibility=visibility)

    assert shown(client, story) == stranger
    client.force_login(create_user())
    assert shown(client, story) == stranger
    client.force_login(story.owner)
    assert shown(client, story) == owner


@pytest.mark.parametrize("visibility", ["link", "public"])
def test_what_is_in_the_bin_is_read_by_nobody(client, story, visibility):
    story = set_visibility(story=story, visibility=visibility)
    delete_chapter(chapter=story.chapters.get(title="Day"))
    assert client.get(f"/stories/{story.pk}/chapters/3/").status_code == 404

    delete_story(story=story)

    assert shown(client, story) == [404, 404, 404, 404]
    client.force_login(story.owner)
    assert shown(client, story) == [404, 404, 404, 404]


def test_the_title_page(client, story):
    set_visibility(story=story, visibility="public")

    text = client.get(f"/stories/{story.pk}/").content.decode()

    for words in ("The lighthouse", "A keeper.", story.owner.display_name, "Night", "Dawn", "Day", "1 minute"):
        assert words in text
    assert story.owner.email not in text
    assert f"/stories/{story.pk}/chapters/1/" in text


def test_a_chapter_in_the_middle_leads_on_and_back(client, story):
    set_visibility(story=story, visibility="public")

    text = client.get(f"/stories/{story.pk}/chapters/2/").content.decode()

    assert "<p>It was <em>dawn</em>.</p>" in text
    assert 'lang="fr"' in text
    assert f'<a rel="prev" href="/stories/{story.pk}/chapters/1/">' in text
    assert f'<a rel="next" href="/stories/{story.pk}/chapters/3/">' in text


def test_the_first_has_none_before_and_the_last_leads_to_the_title_page(client, story):
    set_visibility(story=story, visibility="public")

    assert 'rel="prev"' not in client.get(f"/stories/{story.pk}/chapters/1/").content.decode()
    last = client.get(f"/stories/{story.pk}/chapters/3/").content.decode()
    assert 'rel="next"' not in last
    assert f'href="/stories/{story.pk}/"' in last


def test_a_link_shares_the_way_through_the_story_and_nothing_of_its_number(client, story):
    story = set_visibility(story=story, visibility="link")

    for url in (f"/s/{story.share_token}/", f"/s/{story.share_token}/chapters/2/"):
        text = client.get(url).content.decode()
        assert f"/s/{story.share_token}/chapters/1/" in text
        assert str(story.pk) not in text


def test_a_shared_address_does_not_leave_by_a_referrer_nor_enter_an_index(client, story):
    story = set_visibility(story=story, visibility="link")

    for url in (f"/s/{story.share_token}/", f"/s/{story.share_token}/chapters/1/"):
        response = client.get(url)
        assert response["Referrer-Policy"] == "same-origin"
        assert response["X-Robots-Tag"] == "noindex, nofollow"
        assert response["Cache-Control"] == "private, no-store"
        assert '<meta name="robots" content="noindex, nofollow">' in response.content.decode()


def test_a_published_story_may_be_found(client, story):
    set_visibility(story=story, visibility="public")

    response = client.get(f"/stories/{story.pk}/")

    assert "X-Robots-Tag" not in response
    assert 'name="robots"' not in response.content.decode()


@pytest.mark.parametrize("number", [0, 4, 99_999_999_999_999_999_999])
def test_a_chapter_that_is_not_there(client, story, number):
    set_visibility(story=story, visibility="public")

    assert client.get(f"/stories/{story.pk}/chapters/{number}/").status_code == 404


@pytest.mark.parametrize("token", ["x", "x" * 2000, "%00", "%2e%2e", "..", "a%27%20or%201=1", "é"])
def test_a_token_that_is_none(client, story, token):
    set_visibility(story=story, visibility="link")

    assert client.get(f"/s/{token}/").status_code == 404
    assert client.get(f"/s/{token}/chapters/1/").status_code == 404


def test_a_story_that_is_not_there(client):
    assert client.get(f"/stories/{uuid.uuid4()}/").status_code == 404


def test_it_is_only_read(client, story):
    story = set_visibility(story=story, visibility="link")

    assert [client.post(url).status_code for url in pages(story)] == [405] * 4
    assert client.head(f"/s/{story.share_token}/").status_code == 200


def test_a_story_without_a_chapter_has_nothing_to_read(client):
    story = create_story(visibility="public")

    assert "Nothing to read yet" in client.get(f"/stories/{story.pk}/").content.decode()


def test_the_queries_of_a_page_do_not_grow(client, story):
    set_visibility(story=story, visibility="public")
    for number in range(4, 40):
        Chapter.objects.create(story=story, position=number, content="x" * 1000, released_at=timezone.now())

    with CaptureQueriesContext(connection) as title_page:
        client.get(f"/stories/{story.pk}/")
    with CaptureQueriesContext(connection) as chapter:
        client.get(f"/stories/{story.pk}/chapters/20/")

    assert len(title_page) == 2
    assert len(chapter) == 4


def test_readers_see_what_is_released_and_its_writer_what_would_be(client, story):
    set_visibility(story=story, visibility="public")
    draft = create_chapter(story=story, author=story.owner, title="Draft", content="Not yet.")
    planned = create_chapter(story=story, author=story.owner, title="Planned", content="Later.")
    release_chapter(chapter=planned, at=timezone.now() + timedelta(hours=1))
    viewers = [client, Client()]
    viewers[1].force_login(story.owner)

    for viewer in viewers:
        assert "Draft" not in viewer.get(f"/stories/{story.pk}/").content.decode()
        assert [viewer.get(f"/stories/{story.pk}/chapters/{number}/").status_code for number in (3, 4, 5)] == [
            200,
            404,
            404,
        ]
    withhold_chapter(chapter=story.chapters.get(position=2))
    page = client.get(f"/stories/{story.pk}/chapters/1/").content.decode()
    assert "chapters/3/" in page
    assert "chapters/2/" not in page
    release_chapter(chapter=draft)
    assert client.get(f"/stories/{story.pk}/chapters/4/").status_code == 200


def test_the_policy_is_the_model_s(story):
    """The pages ask `visible_to`; a story put in the bin by hand is out of it as well."""
    Story.objects.filter(pk=story.pk).update(visibility="public", deleted_at=timezone.now())

    assert not Story.objects.visible_to(AnonymousUser()).exists()
