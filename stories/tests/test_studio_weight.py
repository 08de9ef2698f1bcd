"""What the studio costs: queries whatever the number of chapters, and bytes of JavaScript."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.studio import compressed, scripts
from stories.models import Chapter, Story
from tests.factories import create_chapter, create_story, create_user

pytestmark = pytest.mark.django_db

MOST_QUERIES = 10
MOST_BYTES = 60_000


def open_studio(client: Client, *, mode: str, chapters: int) -> tuple[int, str]:
    """The queries of the first visit, when nothing is kept yet, and the page."""
    story = create_story(mode=mode)
    create_chapter(story=story, title="First", content="text " * 2000)
    Chapter.objects.bulk_create(
        Chapter(story=story, position=place, content="text " * 200) for place in range(2, chapters + 1)
    )
    client.force_login(story.owner)
    with CaptureQueriesContext(connection) as queries:
        response = client.get(story.chapters.get(position=1).get_absolute_url())
    assert response.text.count('class="chapter-list__item"') == chapters
    return len(queries) - 1, response.text  # One is the test's own look-up.


@pytest.mark.parametrize("mode", Story.Mode.values)
def test_the_queries_do_not_grow_with_the_chapters(client, mode):
    few, _ = open_studio(client, mode=mode, chapters=3)
    many, _ = open_studio(client, mode=mode, chapters=60)

    assert few == many
    assert many <= MOST_QUERIES


def test_all_scripts_of_the_studio_together_are_light(client):
    _, page = open_studio(client, mode="fiction", chapters=1)
    found = scripts(page)

    assert {"js/editor.js", "js/studio-chapters.js", "js/editor-mirror.js", "django_htmx/htmx-2.min.js"} <= set(found)
    with_brotli, with_gzip = compressed(found)
    assert with_brotli < with_gzip <= MOST_BYTES


def test_nothing_of_one_person_is_kept_for_the_next(client):
    pages = {}
    for name in ("Adélaïde", "Bartholomew"):
        story = create_story(owner=create_user(display_name=name), title=f"{name} writes")
        chapter = create_chapter(story=story, title=f"{name} begins", content=f"<b>{name} & \\1</b>")
        client.force_login(story.owner)
        pages[name] = client.get(chapter.get_absolute_url()).text

    assert "Bartholomew" not in pages["Adélaïde"]
    assert "Adélaïde" not in pages["Bartholomew"]
    assert pages["Bartholomew"].count("Bartholomew") > 3
    for name, page in pages.items():
        own = Chapter.objects.get(title=f"{name} begins")
        other = Chapter.objects.exclude(pk=own.pk).get()
        assert f"\n&lt;b&gt;{name} &amp; \\1&lt;/b&gt;</textarea>" in page
        assert f'action="{own.get_absolute_url()}delete/"' in page
        assert str(other.pk) not in page
        assert str(other.story_id) not in page
    tokens = [set(re.findall(r'name="csrfmiddlewaretoken" value="(\w{64})"', page)) for page in pages.values()]
    assert tokens[0]
    assert not tokens[0] & tokens[1]


def test_the_kept_parts_speak_each_reader_s_language(client):
    story = create_story(owner=create_user(language="en"))
    chapter = create_chapter(story=story)
    client.force_login(story.owner)
    in_english = client.get(chapter.get_absolute_url()).text
    story.owner.language = "fr"
    story.owner.save()
    in_french = client.get(chapter.get_absolute_url()).text

    for said in ("As my device", "Text marks", "Saving…", "Log out"):
        assert said in in_english
        assert said not in in_french
