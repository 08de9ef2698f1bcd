"""A reader's page: the place is kept, the page is set, grown-up stories ask first, the share is told."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from social.models import Listing, ReaderSettings, Reading
from stories.models import Story
from stories.services import create_chapter, insert_passage, release_chapter, revise_story, set_visibility
from tests.factories import create_story, create_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def story() -> Story:
    story = create_story(title="The lighthouse")
    for title in ("Night", "Dawn", "Day"):
        create_chapter(story=story, author=story.owner, title=title, content=f"It was {title}.\n\nAnd then not.")
    return set_visibility(story=story, visibility="public")


@pytest.fixture
def reader(client):
    reader = create_user()
    client.force_login(reader)
    return reader


def test_a_place_is_kept_on_every_device(client, story, reader):
    client.get(f"/stories/{story.pk}/chapters/2/")
    page = client.get(f"/stories/{story.pk}/").content.decode()
    assert "Continue: Dawn" in page

    told = {"chapter": 3, "paragraph": 1}
    assert client.post(f"/stories/{story.pk}/place/", told).status_code == 204
    page = client.get(f"/stories/{story.pk}/").content.decode()
    assert f"/stories/{story.pk}/chapters/3/#at-1" in page
    # Going on to where one is does not move the place within it.
    client.get(f"/stories/{story.pk}/chapters/3/")
    assert Reading.objects.get(reader=reader).paragraph == 1
    client.post(f"/stories/{story.pk}/place/", {**told, "is_finished": "on"})
    assert Reading.objects.get(reader=reader).is_finished


def test_what_a_device_kept_gives_way_to_what_the_account_knows(client, story, reader):
    older = {"chapter": 2, "paragraph": 1, "is_older": "on"}
    assert client.post(f"/stories/{story.pk}/place/", older).status_code == 204
    assert Reading.objects.get(reader=reader).paragraph == 1
    client.post(f"/stories/{story.pk}/place/", {**older, "chapter": 1})
    kept = Reading.objects.select_related("chapter").get(reader=reader)
    assert kept.chapter
    assert kept.chapter.position == 2


def test_whoever_paused_their_history_leaves_no_trace(client, story, reader):
    ReaderSettings.objects.create(user=reader, keeps_history=False)
    client.get(f"/stories/{story.pk}/chapters/2/")
    assert client.post(f"/stories/{story.pk}/place/", {"chapter": 3, "paragraph": 1}).status_code == 204
    assert not Reading.objects.exists()


def test_what_is_no_place_is_refused(client, story, reader):
    wrong: list[dict[str, object]] = [{}, {"chapter": "x", "paragraph": 1}, {"chapter": 1, "paragraph": -1}]
    for told in [*wrong, {"chapter": 1, "paragraph": "9" * 30}]:
        assert client.post(f"/stories/{story.pk}/place/", told).status_code == 422
    assert client.post(f"/stories/{story.pk}/place/", {"chapter": 9, "paragraph": 0}).status_code == 404
    assert client.post(f"/stories/{uuid.uuid4()}/place/", {"chapter": 1, "paragraph": 0}).status_code == 404
    set_visibility(story=story, visibility="private")
    assert client.post(f"/stories/{story.pk}/place/", {"chapter": 1, "paragraph": 0}).status_code == 404


def test_a_place_in_a_chapter_that_was_taken_back_is_forgotten(client, story, reader):
    client.get(f"/stories/{story.pk}/chapters/2/")
    story.chapters.filter(position=2).update(released_at=timezone.now() + timedelta(days=1))

    assert "Continue" not in client.get(f"/stories/{story.pk}/").content.decode()


def test_all_on_one_page(client, story):
    text = client.get(f"/stories/{story.pk}/whole/").content.decode()
    assert text.count("<h1") == 1
    assert [f"It was {title}." in text for title in ("Night", "Dawn", "Day")] == [True] * 3

    story = set_visibility(story=story, visibility="link")
    assert client.get(f"/stories/{story.pk}/whole/").status_code == 404
    response = client.get(f"/s/{story.share_token}/whole/")
    assert "It was Day." in response.content.decode()
    assert response["Referrer-Policy"] == "same-origin"
    assert client.get(f"/s/{story.share_token}/cover/").status_code == 200
    assert client.get("/s/nothing/cover/").status_code == 404


def test_the_page_is_set_as_its_reader_likes(client, story):
    chosen = {
        "size": "xl",
        "face": "sans",
        "width": "wide",
        "leading": "loose",
        "paper": "sepia",
        "next": f"/stories/{story.pk}/",
    }
    response = client.post("/read/setup/", chosen)
    assert response["Location"] == f"/stories/{story.pk}/"
    text = client.get(f"/stories/{story.pk}/chapters/1/").content.decode()
    for name in ("reader--xl", "reader--sans", "reader--width-wide", "reader--leading-loose", "reader--paper-sepia"):
        assert name in text

    client.post("/read/setup/", {"size": "huge", "next": "https://elsewhere.example/"})
    assert "reader--xl" in client.get(f"/stories/{story.pk}/chapters/1/").content.decode()
    client.cookies["costory-page"] = 'size:"><script>.paper:dark.x:y.face'
    text = client.get(f"/stories/{story.pk}/chapters/1/").content.decode()
    assert "reader--m " in text
    assert "reader--paper-dark" in text


@pytest.mark.parametrize("rating", ["mature", "explicit"])
def test_grown_up_stories_ask_first(client, story, rating):
    revise_story(story=story, rating=rating)
    page = client.get(f"/stories/{story.pk}/").content.decode()
    assert "grown-up readers" in page
    assert "Begin reading" not in page
    for address in ("chapters/1/", "whole/"):
        assert client.get(f"/stories/{story.pk}/{address}")["Location"] == f"/stories/{story.pk}/"

    response = client.post("/read/grown-up/", {"next": f"/stories/{story.pk}/chapters/1/"})
    assert response["Location"] == f"/stories/{story.pk}/chapters/1/"
    assert client.get(f"/stories/{story.pk}/chapters/1/").status_code == 200


def test_whoever_has_said_so_once_is_not_asked(client, story, reader):
    revise_story(story=story, rating="mature")
    ReaderSettings.objects.create(user=reader, shows_mature=True)
    assert client.get(f"/stories/{story.pk}/chapters/1/").status_code == 200
    client.force_login(story.owner)
    assert client.get(f"/stories/{story.pk}/chapters/1/").status_code == 200


@pytest.mark.parametrize(
    ("how", "says", "hides"),
    [
        ("figures", ["Parts of this text come from an AI", "By the record:"], ["<details><summary>How"]),
        ("words", ["Parts of this text come from an AI"], ["By the record:"]),
        ("quiet", ["How this text came to be", "By the record:"], []),
    ],
)
def test_the_share_is_told_as_the_author_chose(client, story, how, says, hides):
    chapter = story.chapters.get(position=1)
    insert_passage(
        chapter=chapter, author=story.owner, version=chapter.version, position=0, text="Rain. ", reply_id=uuid.uuid4()
    )
    revise_story(story=story, disclosure=how)
    for address in ("", "chapters/1/", "whole/"):
        text = client.get(f"/stories/{story.pk}/{address}").content.decode()
        for words in says:
            assert words in text
        for words in hides:
            assert words not in text
        assert "digitalsourcetype" in text
    assert "no passage by an AI" in client.get(f"/stories/{story.pk}/chapters/2/").content.decode()


def test_restricted_stories_are_read_and_not_found(client, story):
    Story.objects.filter(pk=story.pk).update(standing="restricted")
    response = client.get(f"/stories/{story.pk}/")
    assert response.status_code == 200
    assert "noindex" in response["X-Robots-Tag"]
    Story.objects.filter(pk=story.pk).update(standing="hidden")
    assert client.get(f"/stories/{story.pk}/").status_code == 404
    client.force_login(story.owner)
    assert client.get(f"/stories/{story.pk}/").status_code == 200


def test_a_page_costs_six_queries_however_long_the_story_is(client, story, reader):
    for number in range(4, 60):
        chapter = create_chapter(story=story, author=story.owner, title=f"{number}", content=f"x{number} " * 100)
        release_chapter(chapter=chapter)
    address = f"/stories/{story.pk}/chapters/2/"
    client.get(address)
    for path, most in ((address, 6), (f"/stories/{story.pk}/", 4), (f"/stories/{story.pk}/whole/", 6)):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        assert len(queries) <= most, path
    assert Listing.objects.get(pk=story.pk).chapters == 59
