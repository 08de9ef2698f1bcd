"""Notes to oneself: beside the text, nowhere else."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from stories.exporting import Format, export_story
from stories.models import Chapter, Note, Story
from tests.factories import create_chapter, create_user

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
SECRET = "Find out when the lamp was lit"


@pytest.fixture
def chapter(client: Client) -> Chapter:
    chapter = create_chapter(content="The lamp was lit. The lamp went out.")
    client.force_login(chapter.story.owner)
    return chapter


def url(chapter: Chapter, name: str = "note-list", *more: object) -> str:
    return reverse(f"stories:{name}", args=[chapter.story_id, chapter.pk, *more])


def add(client: Client, chapter: Chapter, body: str = SECRET, **more: object):
    return client.post(url(chapter), {"body": body, **more}, headers=HTMX)


def test_a_note_stands_beside_its_passage(client, chapter):
    add(client, chapter, "second", quote="The lamp went out.", position=18)
    shown = add(client, chapter, "first <b>", quote="The lamp", position=0).text

    assert shown.strip().startswith('<section class="notes" id="notes"')
    assert shown.index("first &lt;b&gt;") < shown.index("second")
    assert 'data-note-go="18" data-note-words="The lamp went out."' in shown


def test_page_and_fragment(client, chapter):
    add(client, chapter)
    with CaptureQueriesContext(connection) as queries:
        page = client.get(url(chapter))
    assert len(queries) == 4
    assert "<html" in page.text
    assert SECRET in page.text
    assert "<html" not in client.get(url(chapter), headers=HTMX).text
    assert client.post(url(chapter), {"body": "without scripts"})["Location"] == url(chapter)
    assert f'href="{url(chapter)}"' in client.get(chapter.get_absolute_url()).text


def test_changed_done_undone_thrown_away(client, chapter):
    add(client, chapter)
    note = Note.objects.get()
    client.post(url(chapter, "note-revise", note.pk), {"body": "Otherwise."}, headers=HTMX)
    assert "1 note done" in client.post(url(chapter, "note-finish", note.pk), {"done": "1"}, headers=HTMX).text
    note.refresh_from_db()
    assert (note.body, note.done_at is None) == ("Otherwise.", False)
    client.post(url(chapter, "note-finish", note.pk), {"done": "0"}, headers=HTMX)
    note.refresh_from_db()
    assert note.done_at is None
    client.post(url(chapter, "note-delete", note.pk))
    assert not Note.objects.exists()


@pytest.mark.parametrize("body", ["", "  ", "\x00", "n" * 5001])
def test_a_note_says_something(client, chapter, body):
    assert add(client, chapter, body).status_code == 422
    assert not Note.objects.exists()
    add(client, chapter)
    note = Note.objects.get()
    assert client.post(url(chapter, "note-revise", note.pk), {"body": body}, headers=HTMX).status_code == 422
    note.refresh_from_db()
    assert note.body == SECRET


@pytest.mark.parametrize("place", [{"position": "-1"}, {"position": "x"}, {"quote": "q" * 100_001}])
def test_a_place_that_is_none(client, chapter, place):
    assert add(client, chapter, **place).status_code == 422


def test_a_long_selection_is_cut_not_refused(client, chapter):
    add(client, chapter, quote="q" * 5000, position=2**31)
    assert len(Note.objects.get().quote) == 300


def test_no_note_is_read_by_others_or_exported(client, chapter):
    add(client, chapter, quote="The lamp", position=0)
    Story.objects.filter(pk=chapter.story_id).update(visibility="public")
    for kind in Format:
        with export_story(story=chapter.story, kind=kind).file as file:
            assert SECRET.encode() not in file.read()
    client.logout()
    for address in (f"/stories/{chapter.story_id}/", f"/stories/{chapter.story_id}/chapters/1/"):
        assert SECRET not in client.get(address).text


def test_strangers_find_nothing(client, chapter):
    add(client, chapter)
    note = Note.objects.get()
    other = create_chapter(story=chapter.story)
    assert client.post(url(other, "note-delete", note.pk)).status_code == 404
    for name, more in (("note-revise", [note.pk]), ("note-finish", [note.pk]), ("note-delete", [note.pk])):
        assert client.get(url(chapter, name, *more)).status_code == 405
    client.force_login(create_user())
    assert client.get(url(chapter)).status_code == 404
    assert add(client, chapter).status_code == 404
    assert client.post(url(chapter, "note-delete", note.pk)).status_code == 404
    client.logout()
    assert client.get(url(chapter)).status_code == 302
    assert Note.objects.count() == 1
