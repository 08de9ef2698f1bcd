"""A program is asked twice too before a journal opens; and what lies in the bin of stories."""

from datetime import date

import pytest

from stories import services
from stories.models import Story
from tests.factories import create_chapter, create_story, create_user
from tests.programs import Program

pytestmark = pytest.mark.django_db


@pytest.fixture
def journal() -> Story:
    story = create_story(mode="journal")
    chapter = services.open_day(story=story, author=story.owner, day=date(2026, 3, 1))
    services.revise_chapter(chapter=chapter, author=story.owner, version=1, content="It rained all day.")
    services.open_day(story=story, author=story.owner, day=date(2026, 3, 2))
    return story


@pytest.fixture
def program(journal: Story) -> Program:
    return Program(journal.owner)


def visibility(story: Story) -> str:
    story.refresh_from_db()
    return story.visibility


@pytest.mark.parametrize("circle", ["link", "public"])
def test_a_journal_is_asked_about_before_it_opens(program, journal, circle):
    status, error = program("PATCH", f"/stories/{journal.pk}/publish", {"visibility": circle})

    assert (status, error["code"]) == (409, "confirmation_required")
    assert error["details"] == {
        "visibility": circle,
        "entries": 1,
        "words": 4,
        "photographs": 0,
        "first_day": "2026-03-01",
        "last_day": "2026-03-01",
    }
    assert visibility(journal) == "private"

    status, shown = program("PATCH", f"/stories/{journal.pk}/publish", {"visibility": circle, "confirm": True})
    assert (status, shown["visibility"]) == (200, circle)
    assert program("PATCH", f"/stories/{journal.pk}/publish", {"visibility": "private"})[0] == 200
    assert visibility(journal) == "private"


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_no_other_way_opens_it_at_once(program, journal, method):
    body = {"title": "Open", "mode": "journal", "visibility": "public"}
    status, error = program(method, f"/stories/{journal.pk}", body)
    assert (status, error["code"]) == (409, "confirmation_required")
    status, error = program(method, f"/stories/{journal.pk}", {**body, "mode": "fiction"})
    assert (status, error["code"]) == (409, "confirmation_required")
    journal.refresh_from_db()
    assert (journal.visibility, journal.title == "Open", journal.mode) == ("private", False, "journal")

    assert program(method, f"/stories/{journal.pk}", {**body, "confirm": True})[1]["visibility"] == "public"


def test_nor_a_story_that_becomes_one_nor_a_new_one(program, journal):
    fiction = create_story(owner=journal.owner)
    status, error = program("PATCH", f"/stories/{fiction.pk}", {"mode": "journal", "visibility": "public"})
    assert (status, error["code"]) == (409, "confirmation_required")
    body = {"title": "New", "mode": "journal", "visibility": "link"}
    assert program("POST", "/stories", body)[1]["code"] == "confirmation_required"
    assert Story.objects.filter(title="New").count() == 0
    assert program("POST", "/stories", {**body, "confirm": True})[1]["share_url"]
    assert program("POST", "/stories", {"title": "Closed", "mode": "journal"})[0] == 201


def test_other_stories_open_at_once(program, journal):
    story = create_story(owner=journal.owner)
    assert program("PATCH", f"/stories/{story.pk}/publish", {"visibility": "public"})[0] == 200


def test_anothers_journal_is_not_there(journal):
    stranger = Program(create_user())
    assert stranger("PATCH", f"/stories/{journal.pk}/publish", {"visibility": "public"})[0] == 404
    assert program_sees_nothing(stranger)


def program_sees_nothing(program: Program) -> bool:
    status, stories = program("GET", "/stories/bin")
    return (status, stories) == (200, [])


def test_stories_in_the_bin(program, journal):
    assert program_sees_nothing(program)
    assert program("DELETE", f"/stories/{journal.pk}")[0] == 204
    (binned,) = program("GET", "/stories/bin")[1]
    assert (binned["id"], binned["mode"]) == (str(journal.pk), "journal")
    assert program("POST", f"/stories/{journal.pk}/restore")[0] == 200
    assert program_sees_nothing(program)


def test_readers_are_told_nothing_of_how_a_page_came_about():
    story = create_story(mode="legacy", visibility="public")
    chapter = services.answer_question(story=story, author=story.owner, question="Who was she?")
    create_chapter(story=story, content="She was.")
    services.release_chapter(chapter=chapter)
    own, theirs = Program(story.owner), Program(create_user())

    assert own("GET", f"/chapters/{chapter.pk}")[1]["prompt"] == "Who was she?"
    shown = theirs("GET", f"/chapters/{chapter.pk}")[1]
    assert (shown["prompt"], shown["status"], shown["setting"]) == (None, None, None)
    assert {row["prompt"] for row in theirs("GET", f"/stories/{story.pk}/chapters")[1]} == {None}


# --- The library and what readers find of it ----------------------------------------------------------------------


def test_a_program_publishes_and_searches():
    own, theirs = Program(create_user()), Program(create_user())
    _status, story = own("POST", "/stories", {"title": "The lamp", "mode": "fiction", "tags": ["Sea", "sea"]})[:2]
    assert story["tags"] == ["Sea"]
    chapter = own("POST", f"/stories/{story['id']}/chapters", {"title": "One", "content": "The gannets came."})[1]
    shown = own("PATCH", f"/stories/{story['id']}/publish", {"visibility": "public"})[1]
    # Nothing was said of it: not for children, and not hidden.
    assert shown["rating"] == "teen"
    for sort in ("new", "trending", "title"):
        assert [row["title"] for row in theirs("GET", f"/stories?visibility=public&sort={sort}")[1]] == ["The lamp"]
    for words in ("gannet", "lamps", "lapm", "sea"):
        assert [row["title"] for row in theirs("GET", f"/stories?visibility=public&q={words}")[1]] == ["The lamp"]
    assert theirs("GET", "/stories?visibility=public&q=nothing")[1] == []

    before = theirs("GET", f"/stories/{story['id']}")[1]
    later = own("POST", f"/stories/{story['id']}/chapters", {"content": "Not yet."})[1]
    assert theirs("GET", f"/chapters/{later['id']}")[0] == 404
    # Neither how much is being written nor when.
    assert theirs("GET", f"/stories/{story['id']}")[1] == before
    assert own("GET", f"/stories/{story['id']}")[1]["updated_at"] > before["updated_at"]
    assert own("POST", f"/chapters/{later['id']}/release", {})[0] == 200
    assert theirs("GET", f"/chapters/{later['id']}")[0] == 200
    assert own("POST", f"/chapters/{chapter['id']}/withhold")[0] == 200
    assert theirs("GET", f"/chapters/{chapter['id']}")[0] == 404
    assert own("POST", f"/chapters/{chapter['id']}/release", {"at": "2020-01-01T00:00:00Z"})[0] == 422
    assert theirs("POST", f"/chapters/{chapter['id']}/release", {})[0] == 404
    # Published again it shows all of it.
    own("PATCH", f"/stories/{story['id']}/publish", {"visibility": "public", "rating": "mature"})
    assert own("GET", f"/chapters/{chapter['id']}")[0] == 200
    assert theirs("GET", "/stories?visibility=public")[1] == []


def test_a_link_is_renewed_and_a_rating_stays():
    own = Program(create_user())
    story = own("POST", "/stories", {"title": "The lamp", "mode": "fiction", "visibility": "link"})[1]
    again = own("POST", f"/stories/{story['id']}/link")[1]
    assert again["share_url"] != story["share_url"]
    assert own("PATCH", f"/stories/{story['id']}", {"rating": ""})[1]["rating"] == "teen"
    assert own("DELETE", f"/stories/{story['id']}/cover")[0] == 204
