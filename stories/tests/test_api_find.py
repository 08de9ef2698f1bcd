"""Find and replace for programs: every place seen first, replaced at the version it was seen at, and taken back."""

from typing import Any

import pytest

from stories import services
from stories.models import Chapter, Story
from tests.factories import create_story, create_user
from tests.programs import Program

pytestmark = pytest.mark.django_db


@pytest.fixture
def story() -> Story:
    story = create_story()
    for title, content in (("One", "Anna met anna."), ("Two", "No one."), ("Three", "Anna left.")):
        services.create_chapter(story=story, author=story.owner, title=title, content=content)
    return story


@pytest.fixture
def program(story: Story) -> Program:
    return Program(story.owner)


def found(program: Program, story: Story, query: str) -> Any:
    status, shown = program("GET", f"/stories/{story.pk}/find?{query}")
    assert status == 200
    return shown


def chosen(shown: Any) -> list[dict[str, Any]]:
    return [
        {"chapter_id": one["chapter_id"], "version": one["version"], "starts": [hit["start"] for hit in one["hits"]]}
        for one in shown["chapters"]
    ]


def contents(story: Story) -> list[str]:
    return list(story.chapters.order_by("position").values_list("content", flat=True))


def test_every_place_is_seen(program, story):
    shown = found(program, story, "needle=anna")
    assert (shown["count"], shown["is_more"]) == (3, False)
    assert [(one["title"], len(one["hits"])) for one in shown["chapters"]] == [("One", 2), ("Three", 1)]
    assert shown["chapters"][0]["hits"][1] == {"start": 9, "before": "Anna met ", "words": "anna", "after": "."}
    assert found(program, story, "needle=anna&is_exact=true")["count"] == 1
    assert found(program, story, "needle=ann&is_whole=true")["count"] == 0
    last = story.chapters.get(position=3).pk
    assert found(program, story, f"needle=anna&chapter_id={last}")["count"] == 1


def test_replaced_and_taken_back(program, story):
    before = contents(story)
    shown = found(program, story, "needle=Anna&is_exact=true")
    at = f"/stories/{story.pk}/replace"
    body = {"needle": "Anna", "replacement": "Ines", "is_exact": True, "chapters": chosen(shown)}
    status, replaced = program("POST", at, body)

    assert (status, replaced["total"], replaced["left_alone"]) == (200, 2, [])
    assert contents(story) == ["Ines met anna.", "No one.", "Ines left."]
    assert {one["version"] for one in replaced["done"]} == {2}
    assert program("POST", f"{at}/undo", {"done": replaced["done"]}) == (200, {"left_alone": []})
    assert contents(story) == before
    # Taken back already: what was written since stays.
    assert len(program("POST", f"{at}/undo", {"done": replaced["done"]})[1]["left_alone"]) == 2
    assert contents(story) == before


def test_a_chapter_changed_meanwhile_is_left_alone_and_named(program, story):
    shown = found(program, story, "needle=anna")
    first = story.chapters.get(position=1)
    services.revise_chapter(chapter=first, author=story.owner, version=1, content="Anna came.")
    body = {"needle": "anna", "replacement": "Ines", "chapters": chosen(shown)}
    status, replaced = program("POST", f"/stories/{story.pk}/replace", body)

    assert (status, replaced["total"]) == (200, 1)
    assert replaced["left_alone"] == [{"chapter_id": str(first.pk), "title": "One"}]
    assert contents(story) == ["Anna came.", "No one.", "Ines left."]
    # The same once more: by now everything is stale.
    status, error = program("POST", f"/stories/{story.pk}/replace", body)
    assert (status, error["code"], len(error["details"]["left_alone"])) == (409, "conflict", 2)
    assert contents(story) == ["Anna came.", "No one.", "Ines left."]


def test_twice_with_one_key_is_once(program, story):
    body = {"needle": "anna", "replacement": "anna anna", "chapters": chosen(found(program, story, "needle=anna"))}
    answers = [program("POST", f"/stories/{story.pk}/replace", body, **{"Idempotency-Key": "k"}) for _ in range(2)]
    assert answers[0] == answers[1]
    assert contents(story)[2] == "anna anna left."


def test_a_place_where_the_words_are_not_is_left_alone(program, story):
    chapter = story.chapters.get(position=1)
    body = {"needle": "anna", "replacement": "x"}
    body["chapters"] = [{"chapter_id": str(chapter.pk), "version": 1, "starts": [0, 3]}]  # type: ignore[assignment]  # A body holds anything.
    assert program("POST", f"/stories/{story.pk}/replace", body)[0] == 409
    assert contents(story)[0] == "Anna met anna."


def test_what_is_too_long_changes_nothing(program, story):
    chapter = story.chapters.get(position=1)
    services.revise_chapter(chapter=chapter, author=story.owner, version=1, content="a " * 500)
    shown = found(program, story, "needle=a&is_whole=true")
    body = {"needle": "a", "replacement": "x" * 2000, "is_whole": True, "chapters": chosen(shown)}
    status, error = program("POST", f"/stories/{story.pk}/replace", body)
    assert (status, error["code"]) == (413, "payload_too_large")
    chapter.refresh_from_db()
    assert (chapter.content.count("a"), chapter.version) == (500, 2)


@pytest.mark.parametrize("query", ["", "needle=", "needle=%20", "needle=" + "x" * 201, "needle=x&chapter_id=none"])
def test_what_cannot_be_looked_for(program, story, query):
    assert program("GET", f"/stories/{story.pk}/find?{query}")[0] == 422


def test_what_cannot_be_replaced(program, story):
    at = f"/stories/{story.pk}/replace"
    one = {"chapter_id": str(story.chapters.get(position=1).pk), "version": 1, "starts": [0]}
    good = {"needle": "anna", "replacement": "x", "chapters": [one]}
    changes: tuple[dict[str, Any], ...] = (
        {"needle": " "},
        {"replacement": "x" * 2001},
        {"replacement": "a\x00"},
        {"chapters": []},
        {"chapters": [one, one]},
        {"chapters": [{**one, "starts": []}]},
        {"chapters": [{**one, "starts": [-1]}]},
        {"chapters": [{**one, "version": 0}]},
    )
    for change in changes:
        assert program("POST", at, {**good, **change})[0] == 422, change
    assert contents(story)[0] == "Anna met anna."


def test_what_is_not_yours_is_not_there(program, story):
    other = services.create_chapter(story=create_story(), author=create_user(), content="Anna.")
    mine: Chapter = story.chapters.get(position=1)
    stranger = Program(create_user())
    at = f"/stories/{story.pk}"
    for chapter, caller in ((other, program), (mine, stranger)):
        one = {"chapter_id": str(chapter.pk), "version": 1}
        body = {"needle": "Anna", "replacement": "x", "chapters": [{**one, "starts": [0]}]}
        done = {"done": [{**one, "revision_id": str(mine.revisions.get().pk)}]}
        assert caller("POST", f"{at}/replace", body)[0] == 404
        assert caller("POST", f"{at}/replace/undo", done)[0] == 404
        assert caller("GET", f"{at}/find?needle=Anna&chapter_id={chapter.pk}")[0] == 404
    other.refresh_from_db()
    assert other.content == "Anna."
