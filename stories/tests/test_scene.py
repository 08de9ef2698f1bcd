"""A role play: a scene, a cast, turns at the end of the page."""

import pytest
from django.test import Client
from django.urls import reverse

from coaching.selectors import brief_of
from stories import services
from stories.models import Chapter
from tests.factories import create_chapter, create_story, create_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def chapter(client: Client) -> Chapter:
    story = create_story(mode="roleplay", description="A harbour.")
    client.force_login(story.owner)
    return create_chapter(story=story, content="It began.")


def url(chapter: Chapter, name: str) -> str:
    return reverse(f"stories:{name}", args=[chapter.story_id, chapter.pk])


def test_a_scene_is_set_and_told_to_the_coach(client, chapter):
    client.post(url(chapter, "scene-edit"), {"setting": "Night, <b>rain</b>."})
    chapter.refresh_from_db()
    page = client.get(chapter.get_absolute_url()).text
    assert "Night, &lt;b&gt;rain&lt;/b&gt;." in page
    assert brief_of(chapter.story, chapter).description == "A harbour.\n\nNight, <b>rain</b>."


def test_a_turn_stands_at_the_end_under_its_name(client, chapter):
    client.post(url(chapter, "turn-create"), {"version": 1, "name": "Ines *", "words": "Who is there?"})
    client.post(url(chapter, "turn-create"), {"version": 2, "name": "", "words": "Nobody answers."})
    chapter.refresh_from_db()
    assert chapter.content == "It began.\n\n**Ines** — Who is there?\n\nNobody answers.\n"
    assert chapter.coach_characters == 0


def test_the_cast_one_plays_is_offered(client, chapter):
    services.create_codex_entry(story=chapter.story, kind="character", name="Ines", played_by="writer")
    services.create_codex_entry(story=chapter.story, kind="character", name="The Stranger", played_by="coach")
    page = client.get(chapter.get_absolute_url()).text
    names = page.partition('id="turn-names"')[2].partition("</datalist>")[0]
    assert "Ines" in names
    assert "Stranger" not in names


@pytest.mark.parametrize(
    "wrong", [{"words": ""}, {"words": "w" * 20_001}, {"version": "x"}, {"version": 9}, {"name": "n" * 121}]
)
def test_what_is_wrong_changes_nothing(client, chapter, wrong):
    client.post(url(chapter, "turn-create"), {"version": 1, "name": "Ines", "words": "No.", **wrong})
    client.post(url(chapter, "scene-edit"), {"setting": "s" * 2001})
    chapter.refresh_from_db()
    assert (chapter.content, chapter.setting) == ("It began.", "")


def test_strangers_other_kinds_and_methods(client, chapter):
    novel = create_chapter(story=create_story(owner=chapter.story.owner))
    for name in ("scene-edit", "turn-create"):
        assert client.get(url(chapter, name)).status_code == 405
        assert client.post(url(novel, name), {"setting": "x"}).status_code == 404
    client.force_login(create_user())
    assert client.post(url(chapter, "turn-create"), {"version": 1, "words": "x"}).status_code == 404
    client.logout()
    assert client.post(url(chapter, "scene-edit"), {"setting": "x"}).status_code == 302
    chapter.refresh_from_db()
    assert chapter.content == "It began."
