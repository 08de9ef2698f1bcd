"""The outline for programs: acts, beats, and the chapters made of them."""

from typing import Any

import pytest

from stories.models import Beat, Chapter, Story
from tests.factories import create_story, create_user
from tests.programs import Program

pytestmark = pytest.mark.django_db


@pytest.fixture
def story() -> Story:
    return create_story()


@pytest.fixture
def program(story: Story) -> Program:
    return Program(story.owner)


def add(program: Program, story: Story, title: str, act: int = 1) -> Any:
    status, beat = program("POST", f"/stories/{story.pk}/outline/beats", {"title": title, "act": act})
    assert status == 201
    return beat


def acts(program: Program, story: Story) -> list[tuple[int, list[str]]]:
    outline = program("GET", f"/stories/{story.pk}/outline")[1]
    return [(act["number"], [beat["title"] for beat in act["beats"]]) for act in outline["acts"]]


def test_the_premise_and_the_beats(program, story):
    status, outline = program("PUT", f"/stories/{story.pk}/outline", {"premise": "A lamp goes out."})
    assert (status, outline) == (200, {"premise": "A lamp goes out.", "acts": []})
    for title, act in (("Dusk", 1), ("Storm", 2), ("Night", 1)):
        add(program, story, title, act)
    assert acts(program, story) == [(1, ["Dusk", "Night"]), (2, ["Storm"])]


def test_a_beat_changes_moves_and_goes(program, story):
    dusk, night = (add(program, story, title) for title in ("Dusk", "Night"))
    changed = program("PATCH", f"/beats/{dusk['id']}", {"summary": "The lamp is lit."})[1]
    assert (changed["title"], changed["summary"]) == ("Dusk", "The lamp is lit.")
    moved = program("POST", f"/beats/{night['id']}/move", {"by": -1})
    assert (moved[0], [beat["title"] for beat in moved[1]["acts"][0]["beats"]]) == (200, ["Night", "Dusk"])
    program("POST", f"/beats/{dusk['id']}/move", {"by": 1})
    assert acts(program, story) == [(1, ["Night"]), (2, ["Dusk"])]
    assert program("DELETE", f"/beats/{night['id']}")[0] == 204
    assert program("DELETE", f"/beats/{night['id']}")[0] == 404
    assert acts(program, story) == [(2, ["Dusk"])]


def test_a_move_with_one_key_is_made_once(program, story):
    beats = [add(program, story, title) for title in "abc"]
    for _ in range(2):
        program("POST", f"/beats/{beats[0]['id']}/move", {"by": 1}, **{"Idempotency-Key": "k"})
    assert acts(program, story) == [(1, ["b", "a", "c"])]


def test_a_chapter_of_a_beat_is_made_once(program, story):
    beat = add(program, story, "Dusk")
    add(program, story, "Night")
    first, second = (program("POST", f"/beats/{beat['id']}/chapter") for _ in range(2))
    assert first == second
    assert (first[0], first[1]["title"]) == (200, "Dusk")

    at = f"/stories/{story.pk}/outline/chapters"
    assert [program("POST", at)[1] for _ in range(2)] == [{"made": 1}, {"made": 0}]
    assert list(Chapter.objects.order_by("position").values_list("title", flat=True)) == ["Dusk", "Night"]
    program("DELETE", f"/beats/{beat['id']}")
    assert Chapter.objects.count() == 2


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"title": ""},
        {"title": "  "},
        {"title": "x" * 201},
        {"title": "x", "act": 6},
        {"title": "x", "act": 0},
        {"title": "x", "act": "1"},
        {"title": "x", "summary": "x" * 5001},
        {"title": "a\x00"},
        {"title": "x", "else": 1},
    ],
)
def test_what_is_no_beat_is_refused(program, story, body):
    assert program("POST", f"/stories/{story.pk}/outline/beats", body)[0] == 422
    assert not Beat.objects.exists()


def test_an_outline_has_room_for_300(program, story):
    Beat.objects.bulk_create(Beat(story=story, position=place, title="x") for place in range(1, 301))
    assert program("POST", f"/stories/{story.pk}/outline/beats", {"title": "x"})[0] == 422


def test_a_move_is_by_one(program, story):
    beat = add(program, story, "Dusk")
    assert [program("POST", f"/beats/{beat['id']}/move", {"by": by})[0] for by in (0, 2, "1", None)] == [422] * 4


def test_a_stranger_finds_nothing(program, story):
    beat = add(program, story, "Dusk")
    stranger = Program(create_user())
    at, of = f"/stories/{story.pk}/outline", f"/beats/{beat['id']}"
    for method, path, body in (
        ("GET", at, None),
        ("PUT", at, {"premise": "x"}),
        ("POST", f"{at}/beats", {"title": "x"}),
        ("POST", f"{at}/chapters", None),
        ("PATCH", of, {"title": "x"}),
        ("POST", f"{of}/move", {"by": 1}),
        ("POST", f"{of}/chapter", None),
        ("DELETE", of, None),
    ):
        assert stranger(method, path, body)[0] == 404, path
    assert acts(program, story) == [(1, ["Dusk"])]
    program("DELETE", f"/stories/{story.pk}")
    assert program("PATCH", of, {"title": "x"})[0] == 404
