"""The page being written: as a page, as a fragment, and when somebody else was quicker."""

import html
import re
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from stories.models import Chapter, Story
from stories.services import create_chapter, delete_chapter, revise_chapter
from tests.factories import create_story, create_user

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def chapter(client: Client) -> Chapter:
    story = create_story()
    client.force_login(story.owner)
    return create_chapter(story=story, author=story.owner, title="Night", content="The keeper climbed.")


def save(client: Client, chapter: Chapter, content: str, *, version: object = 1, title: str = "Night", **rest):
    words = {"version": version, "title": title, "content": content}
    return client.post(chapter.get_absolute_url(), words, **rest)


def written(response) -> str:
    """What stands in the page's own text field."""
    text = response.content.decode()
    found = re.search(r'<textarea class="editor__text"[^>]*>\n(.*?)</textarea>', text, re.DOTALL)
    assert found
    return html.unescape(found[1])


# --- The page ----------------------------------------------------------------------------------------------------


def test_the_studio_has_chapters_page_and_coach(client, chapter):
    create_chapter(story=chapter.story, author=chapter.story.owner, title="Day")

    response = client.get(chapter.get_absolute_url())

    text = response.content.decode()
    assert response.status_code == 200
    assert written(response) == "The keeper climbed."
    assert 'value="Night"' in text
    assert "Day" in text
    assert f'hx-get="/coach/stories/{chapter.story_id}/?chapter={chapter.pk}"' in text
    assert f'data-characters="{len("The keeper climbed.")}"' in text


@pytest.mark.parametrize("chapters", [0, 60])
def test_the_studio_asks_the_same_however_many_chapters_there_are(client, chapter, chapters):
    for number in range(chapters):
        Chapter.objects.create(story=chapter.story, position=number + 2, content="text " * 100)

    with CaptureQueriesContext(connection) as queries:
        client.get(chapter.get_absolute_url())

    assert len(queries) == 4  # session, person, chapter, chapters


@pytest.mark.parametrize(
    "content", ["\n\nled by blanks", "a\n\n\n", "</textarea><script>alert(1)</script>", "&amp; & <b>", "é👩‍👩‍👧"]
)
def test_the_text_comes_back_as_it_was(client, chapter, content):
    save(client, chapter, content)

    response = client.get(chapter.get_absolute_url())

    assert written(response) == content
    assert "<script>alert" not in response.content.decode()


def test_a_stranger_finds_nothing_here(client, chapter):
    Story.objects.filter(pk=chapter.story_id).update(visibility="public")
    client.force_login(create_user())

    assert client.get(chapter.get_absolute_url()).status_code == 404
    assert save(client, chapter, "Mine now").status_code == 404
    chapter.refresh_from_db()
    assert chapter.content == "The keeper climbed."


def test_a_chapter_of_another_story_is_not_in_this_one(client, chapter):
    other = create_story(owner=chapter.story.owner)

    assert client.get(f"/studio/{other.pk}/chapters/{chapter.pk}/").status_code == 404
    assert client.get(f"/studio/{chapter.story_id}/chapters/{uuid.uuid4()}/").status_code == 404
    assert client.get(f"/studio/{chapter.story_id}/chapters/nonsense/").status_code == 404


def test_what_is_in_the_bin_is_not_written(client, chapter):
    delete_chapter(chapter=chapter)

    assert client.get(chapter.get_absolute_url()).status_code == 404
    assert save(client, chapter, "From the bin").status_code == 404


def test_a_story_in_the_bin_takes_its_chapters_along(client, chapter):
    Story.objects.filter(pk=chapter.story_id).update(deleted_at=timezone.now())

    assert save(client, chapter, "From the bin").status_code == 404


def test_anonymous_is_asked_to_log_in_and_a_fragment_leads_the_page_there(client, chapter):
    client.logout()

    assert client.get(chapter.get_absolute_url()).status_code == 302
    response = save(client, chapter, "Typed after the login expired", headers=HTMX)

    assert response.status_code == 200
    assert response["HX-Redirect"].startswith("/accounts/login/")
    chapter.refresh_from_db()
    assert chapter.version == 1


def test_other_methods_are_refused(client, chapter):
    assert client.delete(chapter.get_absolute_url()).status_code == 405


# --- Saving ------------------------------------------------------------------------------------------------------


def test_a_save_without_scripts_comes_back_to_the_page(client, chapter):
    response = save(client, chapter, "The keeper came down.\r\nAgain.", title="Day")

    assert response.status_code == 302
    assert response["Location"] == chapter.get_absolute_url()
    chapter.refresh_from_db()
    assert (chapter.title, chapter.content, chapter.version) == ("Day", "The keeper came down.\nAgain.", 2)


def test_a_save_by_script_answers_with_the_status_alone(client, chapter):
    response = save(client, chapter, "The keeper came down.", headers=HTMX)

    text = response.content.decode().strip()
    assert response.status_code == 200
    assert text.startswith('<div class="editor__status" id="editor-status" data-version="2">')
    assert "4 words" in text
    assert "csrfmiddlewaretoken" in text
    assert "textarea" not in text
    assert "HX-Request" in response["Vary"]


def test_the_status_can_be_asked_for_alone(client, chapter):
    """After a login in another tab the open page needs a new token, and no more."""
    response = client.get(chapter.get_absolute_url(), headers=HTMX)

    assert response.content.decode().strip().startswith('<div class="editor__status"')


def test_what_cannot_be_stored_is_dropped_and_the_rest_saved(client, chapter):
    assert save(client, chapter, "nul\x00 and bell\x07", title="Ti\x00tle").status_code == 302

    chapter.refresh_from_db()
    assert (chapter.title, chapter.content) == ("Title", "nul and bell")


@pytest.mark.parametrize("headers", [{}, HTMX])
@pytest.mark.parametrize(
    "wrong", [{"title": "t" * 10_000}, {"version": ""}, {"version": "0"}, {"version": "-1"}, {"version": "two"}]
)
def test_what_is_wrong_is_said_and_the_text_kept_on_screen(client, chapter, wrong, headers):
    response = save(client, chapter, "Not to be lost", headers=headers, **wrong)

    assert response.status_code == 422
    assert 'data-state="error"' in response.content.decode()
    if not headers:
        assert written(response) == "Not to be lost"
    chapter.refresh_from_db()
    assert chapter.version == 1


def test_a_text_of_two_million_characters_is_refused_and_kept_on_screen(client, chapter):
    long = "é" * 2_000_000

    response = save(client, chapter, long)

    assert response.status_code == 413
    assert written(response) == long
    assert "at most a million characters" in response.content.decode()
    chapter.refresh_from_db()
    assert chapter.content == "The keeper climbed."


def test_a_text_of_a_million_wide_characters_is_saved(client, chapter):
    assert save(client, chapter, "文" * 1_000_000, headers=HTMX).status_code == 200


def test_an_autosave_asks_the_database_little(client, chapter):
    save(client, chapter, "The keeper came down.", headers=HTMX)

    with CaptureQueriesContext(connection) as queries:
        save(client, chapter, "The keeper came down again.", version=2, headers=HTMX)

    statements = [query["sql"] for query in queries if "SAVEPOINT" not in (query["sql"] or "prepared")]
    # Session, person, chapter; on SQLite: story, chapter, which revision, revision; on PostgreSQL: all of them at once.
    assert len(statements) == (4 if connection.vendor == "postgresql" else 7)


# --- Too late ----------------------------------------------------------------------------------------------------


@pytest.fixture
def overtaken(chapter: Chapter) -> Chapter:
    read = Chapter.objects.select_related("story").get(pk=chapter.pk)
    return revise_chapter(chapter=read, author=read.story.owner, version=1, content="Theirs & <i>stored</i>.")


def test_both_texts_stand_side_by_side(client, overtaken):
    response = save(client, overtaken, "Mine & <b>late</b>.")

    text = response.content.decode()
    assert response.status_code == 409
    assert written(response) == "Mine & <b>late</b>."
    assert "Theirs &amp; &lt;i&gt;stored&lt;/i&gt;." in re.sub(r"</?(?:ins|del)>", "", text)
    assert '<input type="hidden" name="version" value="2">' in text
    assert f"/chapters/{overtaken.pk}/revisions/" in text
    overtaken.refresh_from_db()
    assert overtaken.content == "Theirs & <i>stored</i>."


def test_the_conflict_as_a_fragment(client, overtaken):
    response = save(client, overtaken, "Mine, late.", headers=HTMX)

    text = response.content.decode().strip()
    assert response.status_code == 409
    assert text.startswith('<section class="editor__conflict" id="conflict" role="alert"')
    assert 'data-version="2"' in text
    assert 'data-title="Night"' in text
    assert "editor__text" not in text


def test_going_on_with_one_s_own_keeps_the_other_among_the_versions(client, overtaken):
    save(client, overtaken, "Mine, late.")

    assert save(client, overtaken, "Mine, late.", version=2).status_code == 302

    overtaken.refresh_from_db()
    assert overtaken.content == "Mine, late."
    assert overtaken.revisions.filter(content="Theirs & <i>stored</i>.").exists()


def test_going_on_with_the_other_keeps_one_s_own_among_the_versions(client, overtaken):
    save(client, overtaken, "Mine, late.")

    assert written(client.get(overtaken.get_absolute_url())) == "Theirs & <i>stored</i>."
    listed = client.get(f"{overtaken.get_absolute_url()}revisions/").content.decode()
    kept = overtaken.revisions.get(content="Mine, late.")
    assert str(kept.pk) in listed


def test_a_version_beyond_all_numbers_is_too_late_too(client, chapter):
    assert save(client, chapter, "From nowhere", version="9" * 40).status_code == 409

    chapter.refresh_from_db()
    assert chapter.content == "The keeper climbed."


def test_the_same_save_twice_is_no_conflict(client, chapter):
    assert save(client, chapter, "Sent twice", headers=HTMX).status_code == 200
    assert save(client, chapter, "Sent twice", headers=HTMX).status_code == 200

    chapter.refresh_from_db()
    assert chapter.version == 2
