"""The list of chapters beside the page: order, names, marks and the bin, answered with the list as it now is."""

import json
import re
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from stories.models import Chapter, Story
from stories.services import create_chapter, rename_chapter, revise_chapter
from tests.factories import create_story, create_user

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def story(client: Client) -> Story:
    story = create_story()
    client.force_login(story.owner)
    for title in "abc":
        create_chapter(story=story, author=story.owner, title=title, content="Four words of text.")
    return story


def chapter(story: Story, title: str) -> Chapter:
    return story.chapters.get(title=title)


def ids(story: Story, titles: str) -> list[str]:
    return [str(chapter(story, title).pk) for title in titles]


def order(story: Story) -> str:
    return "".join(story.chapters.filter(deleted_at=None).order_by("position").values_list("title", flat=True))


def reorder(client: Client, story: Story, chapters: list[str], **rest):
    return client.post(f"/studio/{story.pk}/chapters/order/", {"order": " ".join(chapters)}, **rest)


def act(client: Client, story: Story, title: str, name: str, body: dict[str, str] | None = None, **rest):
    return client.post(f"{chapter(story, title).get_absolute_url()}{name}/", body or {}, **rest)


def listed(response) -> str:
    """The titles of the list that was sent, in its order."""
    text = response.content.decode()
    assert text.lstrip().startswith('<ol class="chapter-list" id="chapter-list">')
    return "".join(re.findall(r'data-title="([^"]*)"', text))


def toast(response) -> dict[str, str]:
    return dict(json.loads(response["HX-Trigger"])["toast"])


# --- Order -------------------------------------------------------------------------------------------------------


def test_any_order_of_all_chapters_is_taken(client, story):
    response = reorder(client, story, ids(story, "cab"), headers=HTMX)

    assert response.status_code == 200
    assert listed(response) == "cab"
    assert order(story) == "cab"


def test_an_order_without_scripts_comes_back_to_the_story(client, story):
    response = reorder(client, story, ids(story, "cab"))

    assert response["Location"] == f"/studio/{story.pk}/#chapters-heading"
    assert order(story) == "cab"


def test_an_order_of_other_chapters_changes_nothing_and_says_so(client, story):
    foreign = create_chapter(story=create_story(owner=story.owner), author=story.owner)
    a, b, c = ids(story, "abc")

    for wrong in ([a, b], [a, b, b], [a, b, c, c], [b, a, str(foreign.pk)], [c, b, a, str(uuid.uuid4())]):
        response = reorder(client, story, wrong, headers=HTMX)

        assert response.status_code == 409
        assert listed(response) == "abc"
        assert "Nothing was moved" in toast(response)["message"]
    assert order(story) == "abc"
    assert foreign.position == Chapter.objects.get(pk=foreign.pk).position


@pytest.mark.parametrize("wrong", ["", "a b c", "../../etc/passwd", "1" * 2000, "\x00"])
def test_what_is_no_order_is_refused(client, story, wrong):
    response = client.post(f"/studio/{story.pk}/chapters/order/", {"order": wrong}, headers=HTMX)

    assert response.status_code == 422
    assert listed(response) == "abc"
    assert toast(response)["level"] == "error"


def test_a_refusal_without_scripts_is_a_page_with_the_reason(client, story):
    response = reorder(client, story, ids(story, "ab"))

    assert response.status_code == 409
    assert "Nothing was moved" in response.content.decode()


def test_a_chapter_in_the_bin_has_no_place(client, story):
    everything = ids(story, "cba")
    act(client, story, "b", "delete")

    assert reorder(client, story, everything, headers=HTMX).status_code == 409
    assert order(story) == "ac"


def test_five_hundred_chapters_take_as_many_queries_as_five(client, story):
    def count(chapters: list[str]) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert reorder(client, story, chapters, headers=HTMX).status_code == 200
        return len(queries)

    few = count(ids(story, "bac"))
    more = [Chapter(story=story, position=number + 10, title=f"{number}") for number in range(500)]
    Chapter.objects.bulk_create(more)
    everything = [str(pk) for pk in story.chapters.order_by("-position").values_list("pk", flat=True)]

    assert count(everything) == few
    assert story.chapters.get(position=1).title == "499"


# --- Names and marks ---------------------------------------------------------------------------------------------


def test_a_chapter_is_renamed_and_keeps_its_text(client, story):
    response = act(client, story, "b", "rename", {"title": "The   letter"}, headers=HTMX)

    assert "The letter" in response.content.decode()
    renamed = chapter(story, "The letter")
    assert renamed.content == "Four words of text."
    assert renamed.version == 2


def test_a_name_can_be_taken_away(client, story):
    assert act(client, story, "b", "rename", {"title": ""}).status_code == 302

    assert str(story.chapters.get(position=2)) == "Chapter 2"


def test_a_rename_takes_the_chapter_as_it_stands_not_as_it_was_read(story):
    read = chapter(story, "b")
    revise_chapter(chapter=chapter(story, "b"), author=story.owner, version=1, content="Rewritten meanwhile.")

    rename_chapter(chapter=read, author=story.owner, title="New")

    assert chapter(story, "New").content == "Rewritten meanwhile."


def test_a_title_that_is_too_long_is_refused(client, story):
    response = act(client, story, "b", "rename", {"title": "x" * 10_000}, headers=HTMX)

    assert response.status_code == 422
    assert "200" in toast(response)["message"]
    assert order(story) == "abc"


@pytest.mark.parametrize("status", ["draft", "revised", "finished"])
def test_a_chapter_says_how_far_it_is(client, story, status):
    response = act(client, story, "b", "status", {"status": status}, headers=HTMX)

    assert f'data-status="{status}"' in response.content.decode()
    marked = chapter(story, "b")
    assert marked.status == status
    assert marked.version == 1


@pytest.mark.parametrize("status", ["", "published", "<script>"])
def test_no_other_status_is_taken(client, story, status):
    assert act(client, story, "b", "status", {"status": status}).status_code == 400
    assert chapter(story, "b").status == "draft"


# --- The bin -----------------------------------------------------------------------------------------------------


def test_a_chapter_in_the_bin_can_be_taken_back_from_the_message(client, story):
    response = act(client, story, "b", "delete", headers=HTMX)

    assert listed(response) == "ac"
    undo = toast(response)["undo"]
    assert listed(client.post(undo, headers=HTMX)) == "abc"
    assert order(story) == "abc"


def test_without_scripts_the_message_has_the_way_back_as_a_form(client, story):
    response = act(client, story, "b", "delete", follow=True)

    form = re.search(r'<form class="toast__undo" method="post" action="([^"]+)">\s*<input[^>]+csrf', response.text)
    assert form
    client.post(form[1])
    assert order(story) == "abc"


# --- Who and how -------------------------------------------------------------------------------------------------

ACTS = {"move": {"by": "1"}, "rename": {"title": "Mine"}, "status": {"status": "finished"}, "delete": {}}


@pytest.mark.parametrize("name", ACTS)
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_stranger_finds_nothing(client, story, name, headers):
    client.force_login(create_user())

    assert act(client, story, "b", name, ACTS[name], headers=headers).status_code == 404
    assert reorder(client, story, ids(story, "cba"), headers=headers).status_code == 404
    assert order(story) == "abc"
    assert chapter(story, "b").status == "draft"


@pytest.mark.parametrize("name", ACTS)
def test_anonymous_is_asked_to_log_in(client, story, name):
    client.logout()

    assert act(client, story, "b", name, ACTS[name]).status_code == 302
    assert act(client, story, "b", name, ACTS[name], headers=HTMX)["HX-Redirect"].startswith("/accounts/login/")
    assert order(story) == "abc"


@pytest.mark.parametrize("name", ACTS)
def test_what_changes_something_is_posted(client, story, name):
    assert client.get(f"{chapter(story, 'b').get_absolute_url()}{name}/").status_code == 405
    assert client.get(f"/studio/{story.pk}/chapters/order/").status_code == 405


@pytest.mark.parametrize("name", ACTS)
def test_a_chapter_of_another_story_is_not_in_this_one(client, story, name):
    other = create_story(owner=story.owner)

    assert client.post(f"/studio/{other.pk}/chapters/{chapter(story, 'b').pk}/{name}/", ACTS[name]).status_code == 404


# --- The list as it is kept --------------------------------------------------------------------------------------


def studio(client: Client, story: Story, title: str = "a") -> str:
    """The list within the page."""
    text = client.get(chapter(story, title).get_absolute_url()).content.decode()
    return str(text.partition('<ol class="chapter-list"')[2].partition("</ol>")[0])


def test_the_list_is_rendered_once_for_each_state_of_the_story(client, story):
    studio(client, story)

    with CaptureQueriesContext(connection) as queries:
        text = studio(client, story)

    assert len(queries) == 4  # the test's own look-up; session, person, chapter
    assert re.findall(r'data-title="([^"]*)"', text) == ["a", "b", "c"]


def test_the_list_marks_the_chapter_that_is_open(client, story):
    for title in "ab":
        marked = re.findall(r'href="([^"]+)" aria-current="page"', studio(client, story, title))
        assert chapter(story, title).get_absolute_url() in marked


def test_no_change_leaves_an_old_list_behind(client, story):
    studio(client, story)
    for change, expected in [
        (lambda: act(client, story, "b", "status", {"status": "finished"}), "Finished"),
        (lambda: act(client, story, "c", "rename", {"title": "The last"}), "The last"),
        (lambda: create_chapter(story=story, author=story.owner, title="Added"), "Added"),
        (
            lambda: revise_chapter(chapter=chapter(story, "b"), author=story.owner, version=1, content="one two"),
            "2 words",
        ),
    ]:
        assert f">{expected}<" not in studio(client, story)
        change()
        assert f">{expected}<" in studio(client, story)


def test_each_language_has_its_own_list(client, story):
    studio(client, story)
    story.owner.language = "fr"
    story.owner.save()

    assert re.search(r"4\smots", studio(client, story))


def test_a_list_is_of_one_story_alone(client, story):
    other = create_story(owner=story.owner)
    create_chapter(story=other, author=story.owner, title="Elsewhere")
    now = timezone.now()
    Story.objects.update(updated_at=now)

    assert "Elsewhere" not in studio(client, story)
    assert "Elsewhere" in studio(client, other, "Elsewhere")


def test_names_are_shown_as_text(client, story):
    rename_chapter(chapter=chapter(story, "b"), author=story.owner, title='"><script>alert(1)</script>')

    text = studio(client, story)

    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text
