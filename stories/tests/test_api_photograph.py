"""Photographs for programs: put there by the writer, seen by whoever may read the chapter."""

import io
from typing import Any

import pytest
from PIL import Image

from stories.models import Chapter, Photograph, Story
from tests.factories import create_chapter, create_story, create_user
from tests.programs import Program, file

pytestmark = pytest.mark.django_db


def picture(size: tuple[int, int] = (40, 30)) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", size, "green").save(content, "PNG")
    return content.getvalue()


@pytest.fixture
def chapter() -> Chapter:
    return create_chapter(story=create_story(mode="legacy"), content="In the kitchen.")


@pytest.fixture
def program(chapter: Chapter) -> Program:
    return Program(chapter.story.owner)


def add(program: Program, chapter: Chapter, **said: str) -> Any:
    status, photograph = program.send(
        f"/chapters/{chapter.pk}/photographs", {"image": file(picture(), "a.png"), **said}
    )
    assert status == 201
    return photograph


def captions(program: Program, chapter: Chapter) -> list[str]:
    return [row["caption"] for row in program("GET", f"/chapters/{chapter.pk}/photographs")[1]]


def test_added_captioned_moved_and_taken_away(program, chapter):
    first, second = (add(program, chapter, caption=caption) for caption in ("The stove", "The door"))
    assert (first["width"], first["height"], first["position"], second["position"]) == (40, 30, 1, 2)
    at = f"/photographs/{first['id']}"
    changed = program("PATCH", at, {"description": "Black iron"})[1]
    assert (changed["caption"], changed["description"]) == ("The stove", "Black iron")
    status, moved = program("POST", f"{at}/move", {"by": 1})
    assert (status, [row["caption"] for row in moved]) == (200, ["The door", "The stove"])
    program("POST", f"{at}/move", {"by": 1})
    assert captions(program, chapter) == ["The door", "The stove"]
    assert program("DELETE", at)[0] == 204
    assert program("DELETE", at)[0] == 404
    assert captions(program, chapter) == ["The door"]


def test_with_one_key_it_is_added_once(program, chapter):
    for _ in range(2):
        form = {"image": file(picture(), "a.png")}
        assert program.send(f"/chapters/{chapter.pk}/photographs", form, **{"Idempotency-Key": "k"})[0] == 201
    assert Photograph.objects.count() == 1


def test_the_picture_itself_is_for_whoever_may_read(program, chapter):
    image = f"/photographs/{add(program, chapter)['id']}/image"
    answer = program.raw("GET", image)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, no-cache"

    stranger = Program(create_user())
    story: Story = chapter.story
    listed = f"/chapters/{chapter.pk}/photographs"
    for visibility, expected in (("private", 404), ("link", 404), ("public", 200), ("private", 404)):
        program("PATCH", f"/stories/{story.pk}/publish", {"visibility": visibility})
        assert stranger.raw("GET", image).status_code == expected, visibility
        assert stranger("GET", listed)[0] == expected
    program("PATCH", f"/stories/{story.pk}/publish", {"visibility": "public"})
    program("DELETE", f"/chapters/{chapter.pk}")
    assert stranger.raw("GET", image).status_code == 404


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"<svg onload='alert(1)'/>", 422, "validation_error"),
        (b"<script>alert(1)</script>", 422, "validation_error"),
        (b"", 422, "validation_error"),
        (b"x" * 5_000_001, 413, "payload_too_large"),
    ],
    ids=["svg", "script", "empty", "large"],
)
def test_what_is_no_picture_is_refused(program, chapter, content, status, code):
    found = program.send(f"/chapters/{chapter.pk}/photographs", {"image": file(content, "a.png")})
    assert (found[0], found[1]["code"]) == (status, code)
    assert not Photograph.objects.exists()


def test_words_and_room_have_limits(program, chapter):
    at = f"/chapters/{chapter.pk}/photographs"
    assert program.send(at, {"image": file(picture()), "caption": "x" * 501})[0] == 422
    assert program.send(at, {"caption": "x"})[0] == 422
    kept = add(program, chapter)
    assert program("PATCH", f"/photographs/{kept['id']}", {"caption": "x" * 501})[0] == 422
    Photograph.objects.bulk_create(
        Photograph(chapter=chapter, position=place, image="x.jpg", width=1, height=1) for place in range(2, 31)
    )
    assert program.send(at, {"image": file(picture())})[0] == 422


def test_a_reader_changes_nothing(program, chapter):
    photograph = add(program, chapter)
    program("PATCH", f"/stories/{chapter.story_id}/publish", {"visibility": "public"})
    stranger = Program(create_user())
    at = f"/photographs/{photograph['id']}"
    assert stranger.send(f"/chapters/{chapter.pk}/photographs", {"image": file(picture())})[0] == 404
    for method, path, body in (
        ("PATCH", at, {"caption": "x"}),
        ("POST", f"{at}/move", {"by": 1}),
        ("DELETE", at, None),
    ):
        assert stranger(method, path, body)[0] == 404, path
    assert captions(program, chapter) == [""]
