"""The codex beside the page."""

import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from stories import services
from stories.models import Chapter, CodexEntry
from tests.factories import create_chapter, create_codex_entry, create_story

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def chapter(client: Client) -> Chapter:
    chapter = create_chapter(story=create_story(), content="👩‍👩‍👧 Anna met Claire, and Anna’s hat.")
    client.force_login(chapter.story.owner)
    return chapter


@pytest.fixture
def anna(chapter: Chapter) -> CodexEntry:
    return create_codex_entry(story=chapter.story, name="Anna", description="The keeper.")


def url(chapter: Chapter, rest: object = "") -> str:
    return f"/studio/{chapter.story_id}/chapters/{chapter.pk}/codex/{rest}"


def text_of(response) -> str:
    return " ".join(str(response.content.decode()).split())


def test_who_is_named_comes_first_by_how_often(client, chapter, anna):
    create_codex_entry(story=chapter.story, name="Aaron")
    create_codex_entry(story=chapter.story, name="Claire")

    text = text_of(client.get(url(chapter), headers=HTMX))

    assert text.startswith('<section class="codex-panel" id="codex-panel"')
    order = [text.index(words) for words in ("In this chapter", ">Anna<", ">Claire<", "The others", ">Aaron<")]
    assert order == sorted(order)
    assert "named 2 times" in text


def test_without_scripts_it_is_a_page(client, chapter, anna):
    for address in (url(chapter), url(chapter, f"{anna.pk}/")):
        response = client.get(address)
        assert "<h1>Codex</h1>" in text_of(response)
        assert "HX-Request" in response["Vary"]


def test_an_entry_as_it_stands_at_this_chapter(client, chapter, anna):
    later = create_chapter(story=chapter.story)
    other = create_codex_entry(story=chapter.story, name="Claire")
    services.add_codex_fact(entry=anna, text="She limps.")
    services.add_codex_fact(entry=anna, text="She is the murderer.", holds_from=later)
    services.relate_codex_entries(entry=other, other=anna, label="sister of")

    text = text_of(client.get(url(chapter, f"{anna.pk}/"), headers=HTMX))

    assert "The keeper." in text
    assert "She limps." in text
    assert "murderer" not in text
    assert "1 more holds in other chapters." in text
    assert "sister of" in text
    assert text.count("data-codex-words") == 2
    assert "murderer" in text_of(client.get(url(later, f"{anna.pk}/"), headers=HTMX))


def test_places_are_those_a_browser_counts(client, chapter, anna):
    found = json.loads(client.get(url(chapter, "mentions/")).content)

    units = chapter.content.encode("utf-16-le")
    assert [units[2 * start : 2 * end].decode("utf-16-le") for start, end in found["ranges"]] == ["Anna", "Anna"]
    assert (found["version"], found["length"]) == (1, len(units) // 2)


def test_a_new_entry_opens_beside_the_page(client, chapter):
    text = text_of(client.post(url(chapter, "new/"), {"name": "Claire", "kind": "character"}, headers=HTMX))

    assert chapter.story.codex_entries.get().name == "Claire"
    assert 'id="codex-entry-name"' in text
    assert "<mark>Claire</mark>" in text


@pytest.mark.parametrize("wrong", [{"name": " "}, {"name": "n" * 121}, {"kind": "dragon"}])
def test_what_cannot_be_kept_is_said(client, chapter, wrong):
    response = client.post(url(chapter, "new/"), {"name": "Anna", "kind": "place", **wrong}, headers=HTMX)

    assert response.status_code == 422
    assert "errorlist" in text_of(response)
    assert not chapter.story.codex_entries.exists()


def test_a_new_save_is_counted_at_once(client, chapter, anna):
    client.get(url(chapter), headers=HTMX)
    services.revise_chapter(chapter=chapter, author=chapter.story.owner, version=1, content="Anna, Anna, Anna")

    assert "named 3 times" in text_of(client.get(url(chapter), headers=HTMX))


@pytest.mark.parametrize("rest", ["", "mentions/", "entry"])
def test_the_number_of_queries_does_not_grow(client, chapter, anna, rest):
    address = url(chapter, f"{anna.pk}/" if rest == "entry" else rest)

    def count() -> int:
        client.get(address, headers=HTMX)
        with CaptureQueriesContext(connection) as queries:
            client.get(address, headers=HTMX)
        return len(queries)

    before = count()
    for number in range(10):
        other = create_codex_entry(story=chapter.story, name=f"Name {number}")
        services.add_codex_fact(entry=anna, text="A fact", holds_from=create_chapter(story=chapter.story))
        services.relate_codex_entries(entry=anna, other=other, label="knows")

    assert count() == before <= 8


def test_an_entry_of_another_story_does_not_open_here(client, chapter):
    other = create_codex_entry(story=create_story(owner=chapter.story.owner))

    assert client.get(url(chapter, f"{other.pk}/")).status_code == 404
