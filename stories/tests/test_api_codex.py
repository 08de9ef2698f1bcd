"""The codex for programs: entries whole, facts, relations, pictures, the bin, and where a chapter names them."""

import io
from typing import Any

import pytest
from PIL import Image

from stories import services
from stories.models import CodexFact, Story
from tests.factories import create_story, create_user
from tests.programs import Program, file

pytestmark = pytest.mark.django_db


def picture() -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(content, "PNG")
    return content.getvalue()


@pytest.fixture
def story() -> Story:
    story = create_story()
    for content in ("Ines came to the bridge.", "Nobody.", "It was Ines’s lamp, and Tom saw Ines."):
        services.create_chapter(story=story, author=story.owner, content=content)
    return story


@pytest.fixture
def program(story: Story) -> Program:
    return Program(story.owner)


def add(program: Program, story: Story, name: str = "Ines") -> Any:
    status, entry = program("POST", f"/stories/{story.pk}/codex", {"name": name})
    assert status == 201
    return entry


def test_an_entry_whole(program, story):
    ines, tom = (add(program, story, name) for name in ("Ines", "Tom"))
    second = story.chapters.get(position=2)
    at = f"/codex/{ines['id']}"
    status, fact = program("POST", f"{at}/facts", {"text": "Keeps the lamp", "holds_from": str(second.pk)})
    assert (status, fact["holds_from"], fact["holds_until"]) == (201, str(second.pk), None)
    body = {"label": "sister of", "other_id": tom["id"]}
    first, again = (program("POST", f"{at}/relations", body) for _ in range(2))
    assert first == again
    assert first[0] == 201

    status, whole = program("GET", at)
    assert (status, whole["facts"], whole["has_picture"], whole["is_counted"]) == (200, [fact], False, True)
    assert [(row["label"], row["other_name"], row["is_from"]) for row in whole["relations"]] == [
        ("sister of", "Tom", True)
    ]
    assert [(row["chapter_id"], row["count"]) for row in whole["chapters"]] == [
        (str(story.chapters.get(position=1).pk), 1),
        (str(story.chapters.get(position=3).pk), 2),
    ]
    assert program("GET", f"/codex/{tom['id']}")[1]["relations"][0]["is_from"] is False
    assert program("DELETE", f"/codex/{tom['id']}/relations/{first[1]['id']}")[0] == 204
    assert program("DELETE", f"{at}/relations/{first[1]['id']}")[0] == 404


def test_a_fact_is_said_otherwise_and_taken_back(program, story):
    entry = add(program, story)
    first, third = (str(story.chapters.get(position=place).pk) for place in (1, 3))
    fact = program("POST", f"/codex/{entry['id']}/facts", {"text": "Is ill", "holds_from": first})[1]
    at = f"/facts/{fact['id']}"
    changed = program("PUT", at, {"text": "Is well", "holds_from": first, "holds_until": third})[1]
    assert (changed["text"], changed["holds_until"]) == ("Is well", third)
    status, error = program("PUT", at, {"text": "Is well", "holds_from": third, "holds_until": first})
    assert (status, error["details"]["field"]) == (422, "holds_until")
    # A chapter that went to the bin stays the fact's; no new fact begins with it.
    program("DELETE", f"/chapters/{first}")
    assert program("PUT", at, {"text": "Is well", "holds_from": first})[0] == 200
    assert program("POST", f"/codex/{entry['id']}/facts", {"text": "New", "holds_from": first})[0] == 404
    assert program("DELETE", at)[0] == 204
    assert program("DELETE", at)[0] == 404


def test_a_picture_for_its_writer_only(program, story):
    at = f"/codex/{add(program, story)['id']}/picture"
    assert program.raw("GET", at).status_code == 404
    assert program.send(at, {"image": file(picture(), "a.png")})[1]["has_picture"] is True
    assert program.raw("GET", at)["Content-Type"] == "image/jpeg"
    program("PATCH", f"/stories/{story.pk}/publish", {"visibility": "public"})
    assert Program(create_user()).raw("GET", at).status_code == 404
    assert program.send(at, {"image": file(b"<svg/>", "a.png")})[0] == 422
    assert program.send(at, {"image": file(b"x" * 5_000_001, "a.png")})[0] == 413
    assert program.raw("GET", at).status_code == 200
    assert [program("DELETE", at)[0] for _ in range(2)] == [204, 204]
    assert program.raw("GET", at).status_code == 404


def test_out_of_the_codex_and_back(program, story):
    entry = add(program, story)
    at = f"/codex/{entry['id']}"
    program("POST", f"{at}/facts", {"text": "Keeps the lamp"})
    program("DELETE", at)
    assert [row["id"] for row in program("GET", f"/stories/{story.pk}/codex/bin")[1]] == [entry["id"]]
    assert program("GET", at)[0] == 404
    assert [program("POST", f"{at}/restore")[0] for _ in range(2)] == [200, 200]
    assert [fact["text"] for fact in program("GET", at)[1]["facts"]] == ["Keeps the lamp"]
    assert program("GET", f"/stories/{story.pk}/codex/bin")[1] == []


def test_looked_for(program, story):
    program("POST", f"/stories/{story.pk}/codex", {"name": "Éléna", "description": "The clerk of the port"})
    add(program, story, "Tom")
    for words, names in (("elena", ["Éléna"]), ("port clerk", ["Éléna"]), ("port tom", []), ("", ["Tom", "Éléna"])):
        shown = program("GET", f"/stories/{story.pk}/codex?q={words}")[1]
        assert sorted(row["name"] for row in shown) == names


def test_where_a_chapter_names_them(program, story):
    entry = add(program, story)
    third = story.chapters.get(position=3)
    status, shown = program("GET", f"/chapters/{third.pk}/mentions")
    assert (status, shown["version"]) == (200, 1)
    assert {row["entry_id"] for row in shown["mentions"]} == {entry["id"]}
    assert all(third.content[row["start"] : row["end"]].startswith("Ines") for row in shown["mentions"])
    assert len(shown["mentions"]) == 2


@pytest.mark.parametrize("body", [{}, {"text": ""}, {"text": " "}, {"text": "x" * 1001}, {"text": "x", "else": 1}])
def test_what_is_no_fact_is_refused(program, story, body):
    assert program("POST", f"/codex/{add(program, story)['id']}/facts", body)[0] == 422
    assert not CodexFact.objects.exists()


def test_a_relation_is_to_another_of_the_same_story(program, story):
    entry = add(program, story)
    at = f"/codex/{entry['id']}/relations"
    elsewhere = services.create_codex_entry(story=create_story(owner=story.owner), name="Ada")
    assert program("POST", at, {"label": "x", "other_id": str(elsewhere.pk)})[0] == 404
    assert program("POST", at, {"label": "x", "other_id": entry["id"]})[0] == 422
    assert program("POST", at, {"label": " ", "other_id": add(program, story, "Tom")["id"]})[0] == 422


def test_a_stranger_finds_nothing(program, story):
    entry, other = add(program, story), add(program, story, "Tom")
    at = f"/codex/{entry['id']}"
    fact = program("POST", f"{at}/facts", {"text": "Keeps the lamp"})[1]
    relation = program("POST", f"{at}/relations", {"label": "x", "other_id": other["id"]})[1]
    program("DELETE", f"/codex/{other['id']}")
    program("PATCH", f"/stories/{story.pk}/publish", {"visibility": "public"})
    stranger = Program(create_user())
    for method, path, body in (
        ("GET", f"/stories/{story.pk}/codex/bin", None),
        ("GET", at, None),
        ("POST", f"{at}/restore", None),
        ("POST", f"/codex/{other['id']}/restore", None),
        ("DELETE", f"{at}/picture", None),
        ("POST", f"{at}/facts", {"text": "x"}),
        ("PUT", f"/facts/{fact['id']}", {"text": "x"}),
        ("DELETE", f"/facts/{fact['id']}", None),
        ("POST", f"{at}/relations", {"label": "x", "other_id": other["id"]}),
        ("DELETE", f"{at}/relations/{relation['id']}", None),
        ("GET", f"/chapters/{story.chapters.get(position=1).pk}/mentions", None),
    ):
        assert stranger(method, path, body)[0] == 404, path
    assert stranger.send(f"{at}/picture", {"image": file(picture(), "a.png")})[0] == 404
