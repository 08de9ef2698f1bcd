"""An outline: premise, acts, beats; a beat becomes a chapter once."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from stories import services
from stories.models import Beat, Chapter, Story
from stories.services import InvalidBeat
from tests.factories import create_story, create_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(client: Client) -> Story:
    story = create_story()
    client.force_login(story.owner)
    return story


def url(story: Story, name: str = "story-outline", *more: object) -> str:
    return reverse(f"stories:{name}", args=[story.pk, *more])


def beats(story: Story) -> list[tuple[int, int, str]]:
    return list(story.beats.order_by("act", "position").values_list("act", "position", "title"))


def outline(story: Story, *titles: str) -> list[Beat]:
    return [services.add_beat(story=story, act=int(title[0]), title=title) for title in titles]


def test_beats_are_added_to_their_acts(client, story):
    for act, title in ((1, "She finds <b>it</b>"), (3, "She gives it back"), (1, "She hides it")):
        client.post(url(story, "beat-create"), {"act": act, "title": title, "summary": "Why?"})

    assert beats(story) == [(1, 1, "She finds <b>it</b>"), (1, 2, "She hides it"), (3, 1, "She gives it back")]
    with CaptureQueriesContext(connection) as queries:
        page = client.get(url(story)).text
    assert len(queries) == 4
    assert "She finds &lt;b&gt;it&lt;/b&gt;" in page
    assert "Make chapters of 3 beats" in page


def test_the_premise_is_kept(client, story):
    client.post(url(story), {"premise": "A clerk counts the tide."})
    story.refresh_from_db()
    assert story.premise == "A clerk counts the tide."
    assert client.post(url(story), {"premise": "p" * 2001}).status_code == 422


def test_moving_within_and_between_acts(story):
    first, second, third = outline(story, "1 a", "1 b", "2 c")
    services.move_beat(beat=second, by=-1)
    assert beats(story) == [(1, 1, "1 b"), (1, 2, "1 a"), (2, 1, "2 c")]
    services.move_beat(beat=first, by=1)
    assert beats(story) == [(1, 1, "1 b"), (2, 1, "1 a"), (2, 2, "2 c")]
    services.move_beat(beat=first, by=-1)
    assert beats(story) == [(1, 1, "1 b"), (1, 2, "1 a"), (2, 1, "2 c")]
    services.move_beat(beat=second, by=-1)
    services.move_beat(beat=third, by=7)
    assert beats(story) == [(1, 1, "1 b"), (1, 2, "1 a"), (2, 1, "2 c")]


def test_a_beat_becomes_a_chapter_once(client, story):
    (beat,) = outline(story, "1 She finds it")
    first = client.post(url(story, "beat-write", beat.pk))
    again = client.post(url(story, "beat-write", beat.pk))
    chapter = Chapter.objects.get()
    assert first["Location"] == again["Location"] == chapter.get_absolute_url()
    assert chapter.title == "1 She finds it"


def test_chapters_of_all_in_their_order(client, story):
    outline(story, "2 b", "1 a", "3 c")
    client.post(url(story, "outline-write"))
    client.post(url(story, "outline-write"))
    assert list(story.chapters.order_by("position").values_list("title", flat=True)) == ["1 a", "2 b", "3 c"]


def test_changed_and_taken_out(client, story):
    first, _second = outline(story, "1 a", "1 b")
    client.post(url(story, "beat-edit", first.pk), {"title": "Other", "summary": "More."})
    assert beats(story)[0] == (1, 1, "Other")
    services.make_chapter(beat=first, author=story.owner)
    client.post(url(story, "beat-delete", first.pk))
    assert beats(story) == [(1, 1, "1 b")]
    assert Chapter.objects.count() == 1


@pytest.mark.parametrize("wrong", [{"title": ""}, {"title": "t" * 10_000}, {"act": "9"}, {"summary": "s" * 5001}])
def test_what_is_wrong_is_said(client, story, wrong):
    (beat,) = outline(story, "1 a")
    assert client.post(url(story, "beat-create"), {"act": 1, "title": "x", **wrong}).status_code == 422
    if "act" not in wrong:
        assert client.post(url(story, "beat-edit", beat.pk), {"title": "x", **wrong}).status_code == 422
    assert client.post(url(story, "beat-move", beat.pk), {"by": "3"}).status_code == 400
    assert beats(story) == [(1, 1, "1 a")]
    with pytest.raises(InvalidBeat):
        services.add_beat(story=story, act=7, title="x")


def test_strangers_and_methods(client, story):
    (beat,) = outline(story, "1 a")
    names = ("beat-edit", "beat-move", "beat-delete", "beat-write")
    for name in names:
        assert client.get(url(story, name, beat.pk)).status_code == 405
        assert client.post(url(create_story(owner=story.owner), name, beat.pk)).status_code == 404
    client.force_login(create_user())
    assert client.get(url(story)).status_code == 404
    assert client.post(url(story, "outline-write")).status_code == 404
    for name in names:
        assert client.post(url(story, name, beat.pk), {"title": "x", "by": 1}).status_code == 404
    client.logout()
    assert client.get(url(story)).status_code == 302
    assert beats(story) == [(1, 1, "1 a")]
