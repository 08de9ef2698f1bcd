"""Adding, moving, binning and restoring chapters from the pages."""

import pytest
from django.test import Client
from django.utils import timezone

from stories.models import Chapter, Story
from stories.services import create_chapter, delete_chapter
from tests.factories import create_story, create_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(client: Client) -> Story:
    story = create_story()
    client.force_login(story.owner)
    for title in "abc":
        create_chapter(story=story, author=story.owner, title=title)
    return story


def order(story: Story) -> str:
    return "".join(story.chapters.filter(deleted_at=None).order_by("position").values_list("title", flat=True))


def post(client: Client, story: Story, title: str, act: str, **body: object):
    chapter = story.chapters.get(title=title)
    return client.post(f"/studio/{story.pk}/chapters/{chapter.pk}/{act}/", body)


def test_a_new_chapter_is_opened_to_be_written(client, story):
    response = client.post(f"/studio/{story.pk}/chapters/new/")

    added = story.chapters.get(title="")
    assert response["Location"] == added.get_absolute_url()
    assert added.position == 4


@pytest.mark.parametrize(
    ("title", "by", "expected"), [("b", "-1", "bac"), ("b", "1", "acb"), ("a", "-1", "abc"), ("c", "1", "abc")]
)
def test_a_chapter_moves_one_place(client, story, title, by, expected):
    response = post(client, story, title, "move", by=by)

    assert response.status_code == 302
    assert order(story) == expected


@pytest.mark.parametrize("by", ["", "0", "2", "-99", "up"])
def test_no_other_move_is_taken(client, story, by):
    assert post(client, story, "b", "move", by=by).status_code == 400
    assert order(story) == "abc"


def test_to_the_bin_and_back(client, story):
    assert post(client, story, "b", "delete")["Location"] == f"/studio/{story.pk}/#chapters-heading"
    assert order(story) == "ac"
    assert post(client, story, "b", "delete").status_code == 404

    assert post(client, story, "b", "restore").status_code == 302
    assert order(story) == "abc"
    assert post(client, story, "b", "restore").status_code == 404


@pytest.mark.parametrize("act", ["move", "delete", "restore"])
def test_nobody_else_does_any_of_it(client, story, act):
    if act == "restore":
        delete_chapter(chapter=story.chapters.get(title="b"))
    before = order(story)
    client.force_login(create_user())
    assert post(client, story, "b", act, by="1").status_code == 404
    client.logout()
    assert post(client, story, "b", act, by="1").status_code == 302

    assert order(story) == before


@pytest.mark.parametrize("act", ["move", "delete", "restore"])
def test_what_changes_something_is_posted(client, story, act):
    chapter = story.chapters.get(title="b")

    assert client.get(f"/studio/{story.pk}/chapters/{chapter.pk}/{act}/").status_code == 405


@pytest.mark.parametrize("act", ["move", "delete", "restore"])
def test_a_chapter_is_found_in_its_own_story_only(client, story, act):
    chapter = story.chapters.get(title="b")
    if act == "restore":
        Chapter.objects.filter(pk=chapter.pk).update(deleted_at=timezone.now())
    other = create_story(owner=story.owner)

    assert client.post(f"/studio/{other.pk}/chapters/{chapter.pk}/{act}/", {"by": "1"}).status_code == 404
