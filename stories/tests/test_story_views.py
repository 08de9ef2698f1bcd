"""A writer's stories as pages: the shelf, a new one, one of them, the bin."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from stories import services
from stories.models import Chapter, Story
from tests.factories import create_chapter, create_story, create_user

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def writer(client: Client) -> User:
    user = create_user()
    client.force_login(user)
    return user


def test_an_empty_shelf_says_how_to_begin(client: Client, writer: User):
    assert "Your shelf is empty" in client.get("/studio/").text


def test_the_shelf_shows_what_is_mine_and_not_in_the_bin(client: Client, writer: User):
    create_story(owner=writer, title="Mine")
    services.delete_story(story=create_story(owner=writer, title="Thrown away"))
    create_story(title="Theirs", visibility="public")
    shelf = client.get("/studio/").text

    assert "Mine" in shelf
    assert "Thrown away" not in shelf
    assert "Theirs" not in shelf


def test_the_shelf_costs_the_same_however_full_and_goes_on(client: Client, writer: User):
    create_story(owner=writer)
    client.get("/studio/")
    with CaptureQueriesContext(connection) as few:
        client.get("/studio/")
    for number in range(30):
        create_story(owner=writer, title=f"Story {number}")
    with CaptureQueriesContext(connection) as many:
        page = client.get("/studio/")

    assert len(many) == len(few) <= 4
    after = page.context["older"]
    rest = client.get("/studio/", {"after": after}, headers=HTMX)
    assert "<html" not in rest.text
    assert len(rest.context["stories"]) == 31 - 24
    assert client.get("/studio/", {"after": "forged"}).status_code == 200


def test_a_new_story_opens_its_first_page(client: Client, writer: User):
    answer = client.post("/studio/new/", {"title": "The Lighthouse", "mode": "journal", "language": "fr"})

    story = Story.objects.get()
    assert (story.owner, story.mode, story.language, story.visibility) == (writer, "journal", "fr", "private")
    assert answer["Location"] == Chapter.objects.get().get_absolute_url()


@pytest.mark.parametrize("fields", [{}, {"title": "T"}, {"title": "", "mode": "fiction", "language": "en"}])
def test_what_is_missing_is_said_and_nothing_is_made(client: Client, writer: User, fields: dict[str, str]):
    assert client.post("/studio/new/", fields).status_code == 422
    assert not Story.objects.exists()


def test_the_form_takes_its_kind_from_the_address(client: Client, writer: User):
    assert '<option value="legacy" selected>' in client.get("/studio/new/?mode=legacy").text
    assert client.get("/studio/new/?mode=nonsense").status_code == 200


def test_the_brief_is_changed_and_a_bad_one_is_not(client: Client, writer: User):
    story = create_story(owner=writer)
    form = {"title": "A new name", "mode": "fiction", "language": "en", "is_real": "true", "era": "future"}

    assert client.post(story.get_absolute_url(), form).status_code == 302
    story.refresh_from_db()
    assert (story.title, story.is_real, story.era) == ("A new name", True, "future")
    assert client.post(story.get_absolute_url(), {**form, "title": ""}).status_code == 422
    story.refresh_from_db()
    assert story.title == "A new name"


def test_who_may_read_and_the_link(client: Client, writer: User):
    story = create_story(owner=writer)
    url = reverse("stories:story-publish", args=[story.pk])

    client.post(url, {"visibility": "link"})
    story.refresh_from_db()
    assert f"/s/{story.share_token}/" in client.get(story.get_absolute_url()).text
    assert client.post(url, {"visibility": "everyone"}).status_code == 422


def test_the_bin_and_back(client: Client, writer: User):
    story = create_story(owner=writer, title="Away")

    client.post(reverse("stories:story-delete", args=[story.pk]))
    assert "Away" in client.get("/studio/bin/").text
    assert client.get(story.get_absolute_url()).status_code == 404
    client.post(reverse("stories:story-restore", args=[story.pk]))
    assert client.get(story.get_absolute_url()).status_code == 200


def test_a_chapters_bin_and_back(client: Client, writer: User):
    story = create_story(owner=writer)
    chapter = create_chapter(story=story, title="Away")

    client.post(reverse("stories:chapter-delete", args=[story.pk, chapter.pk]))
    assert client.get(chapter.get_absolute_url()).status_code == 404
    assert "Chapters in the bin" in client.get(story.get_absolute_url()).text
    client.post(reverse("stories:chapter-restore", args=[story.pk, chapter.pk]))
    assert client.get(chapter.get_absolute_url()).status_code == 200


@pytest.mark.parametrize("name", ["story-detail", "story-publish", "story-delete", "story-restore", "chapter-create"])
def test_a_strangers_story_does_not_exist(client: Client, writer: User, name: str):
    story = create_story(title="Theirs", visibility="public")
    url = reverse(f"stories:{name}", args=[story.pk])

    assert client.post(url, {"visibility": "private"}).status_code == 404
    story.refresh_from_db()
    assert story.deleted_at is None


@pytest.mark.parametrize("path", ["/studio/", "/studio/new/", "/studio/bin/"])
def test_anonymous_is_sent_to_log_in(client: Client, path: str):
    assert client.get(path)["Location"].startswith("/accounts/login/")


def test_markup_in_a_title_is_text(client: Client, writer: User):
    story = create_story(owner=writer, title="<script>alert(1)</script>")

    for path in ("/studio/", story.get_absolute_url()):
        assert "<script>alert(1)" not in client.get(path).text
