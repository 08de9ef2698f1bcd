"""The shelf and the bin."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from stories.models import Story
from tests.factories import create_story, create_user

pytestmark = pytest.mark.django_db
URL = "/studio/"


@pytest.fixture
def user(client: Client) -> User:
    user = create_user()
    client.force_login(user)
    return user


def shelf(owner: User, number: int) -> None:
    now = timezone.now()
    for index in range(number):
        story = create_story(owner=owner, title=f"Story {index:02}")
        Story.objects.filter(pk=story.pk).update(updated_at=now - timedelta(minutes=index))


def titles(client: Client, url: str, **headers: str) -> list[str]:
    return re.findall(r">(Story \d\d)<", client.get(url, headers=headers).content.decode())


def older(client: Client, url: str) -> str:
    found = re.search(r'href="([^"]*)"[^>]*>Earlier stories', client.get(url).content.decode())
    return found[1].replace("&amp;", "&") if found else ""


def test_one_s_own_stories_are_there_and_nobody_else_s(client, user):
    mine = create_story(owner=user, title="Mine")
    create_story(title="A stranger's")
    create_story(owner=user, title="In the bin", deleted_at=timezone.now())

    response = client.get(URL)

    assert response.status_code == 200
    text = response.content.decode()
    assert "Mine" in text
    assert mine.get_absolute_url() in text
    assert "stranger" not in text
    assert "In the bin" not in text


def test_an_empty_shelf_says_how_to_begin(client, user):
    text = client.get(URL).content.decode()

    assert "Your shelf is empty" in text
    assert "/studio/new/" in text


def test_every_story_comes_once_page_by_page(client, user):
    shelf(user, 50)

    seen: list[str] = []
    url = URL
    while url:
        seen += titles(client, url)
        url = older(client, url)

    assert seen == [f"Story {index:02}" for index in range(50)]


def test_a_fragment_is_the_list_alone(client, user):
    shelf(user, 2)

    response = client.get(URL, headers={"HX-Request": "true"})

    assert response.content.decode().strip().startswith('<section id="stories"')
    assert "HX-Request" in response["Vary"]


@pytest.mark.parametrize("after", ["nonsense", "x" * 5000, "\x00", "2026-01-01,1"])
def test_a_cursor_that_is_none_shows_the_beginning(client, user, after):
    shelf(user, 1)

    assert titles(client, f"{URL}?after={after}") == ["Story 00"]


@pytest.mark.parametrize("number", [1, 20])
def test_a_list_is_one_query_whatever_its_length(client, user, number):
    shelf(user, number)

    with CaptureQueriesContext(connection) as queries:
        client.get(URL)

    about_stories = [query["sql"] for query in queries if '"stories_' in query["sql"]]
    assert len(about_stories) == 1
    assert len(queries) == 3  # and who is asking


@pytest.mark.parametrize("url", [URL, "/studio/bin/", "/studio/new/"])
def test_it_is_for_those_who_are_signed_in(client, url):
    response = client.get(url)

    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/?next=")


@pytest.mark.parametrize("url", [URL, "/studio/bin/"])
def test_it_is_only_read(client, user, url):
    assert client.post(url).status_code == 405


def test_the_bin_holds_what_can_be_taken_out(client, user):
    create_story(owner=user, title="Yesterday's", deleted_at=timezone.now() - timedelta(days=1))
    create_story(owner=user, title="Too late", deleted_at=timezone.now() - timedelta(days=31))
    create_story(title="A stranger's", deleted_at=timezone.now())
    create_story(owner=user, title="On the shelf")

    text = client.get("/studio/bin/").content.decode()

    assert "Yesterday" in text
    for absent in ("Too late", "stranger", "On the shelf"):
        assert absent not in text


def test_an_empty_bin_says_so(client, user):
    assert "The bin is empty" in client.get("/studio/bin/").content.decode()
