"""Find and replace in a story: seen first, chosen, one undo for all of it."""

import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from stories import services
from stories.models import Chapter, Revision, Story
from stories.provenance import COACH
from tests.factories import create_chapter, create_story, create_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(client: Client) -> Story:
    story = create_story()
    client.force_login(story.owner)
    for content in ("The lamp. A Lamp, lamplight; l’œil.", "No light.", "lamp <b>lamp</b>"):
        services.create_chapter(story=story, author=story.owner, content=content)
    return story


def url(story: Story, name: str = "story-find") -> str:
    return reverse(f"stories:{name}", args=[story.pk])


def texts(story: Story) -> list[str]:
    return list(story.chapters.order_by("position").values_list("content", flat=True))


def places(story: Story, *wanted: tuple[int, int]) -> list[str]:
    chapters = {chapter.position: chapter for chapter in story.chapters.all()}
    return [f"{chapters[number].pk}:{chapters[number].version}:{start}" for number, start in wanted]


def replace(client: Client, story: Story, place: list[str], **more: str):
    sent = {"needle": "lamp", "replacement": "sun", "place": place, **more}
    return client.post(url(story, "story-replace"), sent, follow=True)


@pytest.mark.parametrize(
    ("options", "count"),
    [
        ({"needle": "lamp"}, 5),
        ({"needle": "lamp", "is_exact": "on"}, 4),
        ({"needle": "lamp", "is_whole": "on"}, 4),
        ({"needle": "l'œil"}, 1),
        ({"needle": ".*"}, 0),
        ({"needle": "<b>"}, 1),
    ],
)
def test_every_place_is_shown(client, story, options, count):
    page = client.get(url(story), options).text
    assert page.count('name="place"') == count
    assert ("stand nowhere" in page) == (count == 0)
    assert "<b>lamp" not in page


def test_queries_do_not_grow(client, story):
    with CaptureQueriesContext(connection) as queries:
        client.get(url(story), {"needle": "lamp"})
    assert len(queries) == 4


def test_the_chosen_places_are_replaced_and_all_of_it_taken_back(client, story):
    before = texts(story)
    page = replace(client, story, places(story, (1, 4), (3, 0))).text
    assert texts(story) == ["The sun. A Lamp, lamplight; l’œil.", "No light.", "sun <b>lamp</b>"]
    assert "Replaced in 2 places." in page
    assert Revision.objects.filter(kind=Revision.Kind.REPLACE).count() == 2

    undo = url(story, "replacement-undo")
    assert f'action="{undo}"' in page
    client.post(undo)
    assert texts(story) == before
    assert "nothing to take back" in client.post(undo, follow=True).text


def test_a_chapter_changed_meanwhile_is_left_alone_and_named(client, story):
    chosen = places(story, (1, 4), (3, 0))
    chapter = story.chapters.select_related("story").get(position=3)
    Chapter.objects.filter(pk=chapter.pk).update(title="The third")
    services.revise_chapter(chapter=chapter, author=story.owner, version=1, content="lamp, changed")
    page = replace(client, story, chosen).text
    assert texts(story)[0].startswith("The sun.")
    assert "left alone: " in page
    assert "changed" in texts(story)[2]


def test_the_coachs_other_words_stay_the_coachs(client, story):
    passage = "It was the lamp that went out first. Then the street lay dark, and nobody came to look for the keeper."
    chapter = story.chapters.select_related("story").get(position=2)
    services.insert_passage(
        chapter=chapter, author=story.owner, version=1, position=0, text=passage, reply_id=uuid.uuid4()
    )
    replace(client, story, places(story, (2, 11)))
    runs = Chapter.objects.get(pk=chapter.pk).runs
    assert sum(run[0] for run in runs if run[1] == COACH) > 60


@pytest.mark.parametrize(
    "wrong",
    [{"needle": ""}, {"needle": "n" * 10_000}, {"replacement": "r" * 2001}, {"place": []}, {"place": ["x", "a:b:c"]}],
)
def test_what_cannot_be_done_is_said(client, story, wrong):
    before = texts(story)
    sent = {"needle": "lamp", "replacement": "sun", "place": places(story, (1, 4)), **wrong}
    assert client.post(url(story, "story-replace"), sent).status_code == 422
    assert texts(story) == before


def test_places_that_are_none_change_nothing(client, story):
    other = create_chapter(content="lamp")
    before = texts(story)
    replace(client, story, places(story, (1, 5)))
    replace(client, story, [f"{other.pk}:1:0"])
    other.refresh_from_db()
    assert (texts(story), other.content) == (before, "lamp")


def test_a_thousand_places_are_shown(client, story):
    services.create_chapter(story=story, author=story.owner, content="lamp " * 1500)
    page = client.get(url(story), {"needle": "lamp"}).text
    assert page.count('name="place"') == 1000
    assert "There are more" in page


def test_strangers_and_methods(client, story):
    for name in ("story-replace", "replacement-undo"):
        assert client.get(url(story, name)).status_code == 405
    assert client.post(url(story)).status_code == 405
    client.force_login(create_user())
    assert client.get(url(story)).status_code == 404
    assert client.post(url(story, "story-replace"), {"needle": "lamp"}).status_code == 404
    assert client.post(url(story, "replacement-undo")).status_code == 404
    client.logout()
    assert client.get(url(story)).status_code == 302


def test_one_chapter_alone(client, story):
    third = story.chapters.get(position=3)
    page = client.get(url(story), {"needle": "lamp", "chapter": third.pk}).text
    assert page.count('name="place"') == 2
    assert "alone" in page
    assert f"{url(story)}?chapter={third.pk}" in client.get(third.get_absolute_url()).text
    assert client.get(url(story), {"needle": "lamp", "chapter": "none"}).status_code == 422
    assert client.get(url(story), {"chapter": "none"}).status_code == 200
    stranger = create_chapter(content="lamp")
    assert 'name="place"' not in client.get(url(story), {"needle": "lamp", "chapter": stranger.pk}).text
