"""Earlier versions for programs: one, what changed, and snapshots; and words that are not saved."""

import pytest

from stories import services
from stories.models import Chapter, Revision
from tests.factories import create_chapter, create_story, create_user
from tests.programs import Program

pytestmark = pytest.mark.django_db


@pytest.fixture
def chapter() -> Chapter:
    story = create_story()
    return services.create_chapter(story=story, author=story.owner, title="One", content="The grey sea.")


@pytest.fixture
def program(chapter: Chapter) -> Program:
    return Program(chapter.story.owner)


def test_a_snapshot_is_kept_as_it_was(program, chapter):
    at = f"/chapters/{chapter.pk}"
    status, kept = program("POST", f"{at}/snapshots", {"name": "  Before the  cut "})
    assert (status, kept["name"], kept["content"], kept["version"]) == (201, "Before the cut", "The grey sea.", 1)
    program("PUT", at, {"version": 1, "content": "The blue sea."})

    assert [row["id"] for row in program("GET", f"{at}/revisions?is_named=true")[1]] == [kept["id"]]
    assert len(program("GET", f"{at}/revisions")[1]) == 2
    assert program("GET", f"{at}/revisions/{kept['id']}")[1]["content"] == "The grey sea."


def test_a_snapshot_asked_twice_is_one(program, chapter):
    first, second = (program("POST", f"/chapters/{chapter.pk}/snapshots", {"name": name})[1] for name in ("a", "b"))
    assert first["id"] == second["id"]
    assert Revision.objects.exclude(name="").values_list("name", flat=True).get() == "b"


@pytest.mark.parametrize("name", ["", "   ", "x" * 121, None, 5, "a\x00"])
def test_a_snapshot_needs_a_name(program, chapter, name):
    assert program("POST", f"/chapters/{chapter.pk}/snapshots", {"name": name})[0] == 422


def test_of_nothing_there_is_no_snapshot(program, chapter):
    empty = create_chapter(story=chapter.story)
    Revision.objects.filter(chapter=empty).delete()
    status, error = program("POST", f"/chapters/{empty.pk}/snapshots", {"name": "x"})
    assert (status, error["code"]) == (422, "validation_error")


def test_what_changed(program, chapter):
    at = f"/chapters/{chapter.pk}"
    program("POST", f"{at}/snapshots", {"name": "a"})
    program("PUT", at, {"version": 1, "content": "The blue sea."})
    newer, older = program("GET", f"{at}/revisions")[1]
    expected = [("same", "The "), ("removed", "grey"), ("added", "blue"), ("same", " sea.")]

    for path in (f"{newer['id']}/changes", f"{older['id']}/changes?against=now"):
        status, shown = program("GET", f"{at}/revisions/{path}")
        assert status == 200
        assert [(piece["kind"], piece["text"]) for piece in shown["pieces"]] == expected
    assert program("GET", f"{at}/revisions/{older['id']}/changes")[1]["pieces"] == [
        {"kind": "added", "text": "The grey sea."}
    ]
    assert program("GET", f"{at}/revisions/{older['id']}/changes?against=never")[0] == 422


def test_a_preview_stores_nothing(program, chapter):
    status, shown = program("POST", f"/chapters/{chapter.pk}/preview", {"content": "*Soft* <script>x</script>"})
    assert status == 200
    assert "<em>Soft</em>" in shown["html"]
    assert "<script>" not in shown["html"]
    chapter.refresh_from_db()
    assert (chapter.content, chapter.version) == ("The grey sea.", 1)
    assert program("POST", f"/chapters/{chapter.pk}/preview", {"content": "x" * 1_000_001})[0] == 413


def test_two_texts_are_brought_together_and_kept_by_a_save(program, chapter):
    at = f"/chapters/{chapter.pk}"
    program("POST", f"{at}/snapshots", {"name": "base"})
    program("PUT", at, {"version": 1, "content": "The grey sea. It rose."})
    late = {"content": "A grey sea.", "base_version": 1}
    status, brought = program("POST", f"{at}/merge", late)
    assert (status, brought["merged"], brought["version"]) == (200, "A grey sea. It rose.", 2)
    chapter.refresh_from_db()
    assert chapter.version == 2

    saved = program("PUT", at, {"version": 2, "content": brought["merged"], "is_merged": True})
    assert saved[0] == 200
    assert chapter.revisions.filter(version=3).get().kind == Revision.Kind.MERGE
    status, stale = program("PUT", at, {"version": 2, "content": "Late"})
    assert (status, stale["code"]) == (409, "conflict")


def test_what_touches_is_not_brought_together(program, chapter):
    at = f"/chapters/{chapter.pk}"
    program("PUT", at, {"version": 1, "content": "The blue sea."})
    body = {"content": "The red sea.", "base": "The grey sea."}
    assert program("POST", f"{at}/merge", body)[1]["merged"] is None
    assert program("POST", f"{at}/merge", {"content": "The red sea."})[1]["merged"] is None


def test_the_disclosure(program, chapter):
    services.insert_passage(
        chapter=chapter, author=chapter.story.owner, version=1, position=0, text="Night. ", reply_id=chapter.pk
    )
    status, shown = program("GET", f"/stories/{chapter.story_id}/disclosure")
    assert status == 200
    assert (shown["characters"], shown["coach"], shown["human"]) == (20, 7, 13)
    assert shown["chapters"][0] == {
        "number": 1, "title": "One", "characters": 20, "coach": 7, "human": 13, "coach_edited": 0
    }  # fmt: skip
    assert set(shown["statements"]) == {"en", "fr"}


def test_a_stranger_finds_nothing(chapter):
    stranger = Program(create_user())
    at, revision = f"/chapters/{chapter.pk}", chapter.revisions.get().pk
    for method, path, body in (
        ("POST", f"{at}/snapshots", {"name": "x"}),
        ("GET", f"{at}/revisions/{revision}", None),
        ("GET", f"{at}/revisions/{revision}/changes", None),
        ("POST", f"{at}/preview", {"content": "x"}),
        ("POST", f"{at}/merge", {"content": "x", "base": "y"}),
        ("GET", f"/stories/{chapter.story_id}/disclosure", None),
    ):
        assert stranger(method, path, body)[0] == 404, path


def test_a_revision_belongs_to_its_chapter(program, chapter):
    other = services.create_chapter(story=chapter.story, author=chapter.story.owner, content="Other.")
    revision = other.revisions.get().pk
    assert program("GET", f"/chapters/{chapter.pk}/revisions/{revision}")[0] == 404
    assert program("POST", f"/chapters/{chapter.pk}/revisions/{revision}/restore")[0] == 404
