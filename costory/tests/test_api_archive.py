"""A story's archive for programs: given out, and taken in by any account, whole or not at all."""

import json

import pytest

from stories import services
from stories.models import Note, Story
from tests.factories import create_story, create_user
from tests.programs import Program, file

pytestmark = pytest.mark.django_db


@pytest.fixture
def story() -> Story:
    story = create_story(title="The lighthouse", visibility="public")
    chapter = services.create_chapter(story=story, author=story.owner, title="One", content="It rained.")
    services.add_note(chapter=chapter, body="Check the tide")
    return story


def archive_of(story: Story, query: str = "") -> bytes:
    answer = Program(story.owner).raw("GET", f"/stories/{story.pk}/archive{query}")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    assert "attachment" in answer["Content-Disposition"]
    return b"".join(answer.streaming_content)


def test_there_and_back_in_another_account(story):
    other = create_user()
    status, taken = Program(other).send("/imports/archive", {"archive": file(archive_of(story), "s.json")})

    assert (status, taken["title"], taken["visibility"], taken["chapter_count"]) == (
        201,
        "The lighthouse",
        "private",
        1,
    )
    assert taken["id"] != str(story.pk)
    copy = Story.objects.get(owner=other)
    assert copy.chapters.get().content == "It rained."
    assert Note.objects.filter(chapter__story=copy).count() == 0


def test_notes_when_they_are_asked_for(story):
    program = Program(create_user())
    program.send("/imports/archive", {"archive": file(archive_of(story, "?notes=true"))})
    assert Note.objects.get(chapter__story__owner=program.user).body == "Check the tide"


def test_twice_with_one_key_is_once(story):
    content, program = archive_of(story), Program(create_user())
    answers = [
        program.send("/imports/archive", {"archive": file(content)}, **{"Idempotency-Key": "k"}) for _ in range(2)
    ]
    assert answers[0] == answers[1]
    assert Story.objects.filter(owner=program.user).count() == 1


def test_what_is_no_archive_is_refused_and_named(story):
    program = Program(create_user())
    changed = json.loads(archive_of(story))
    changed["chapters"][0]["title"] = 7
    for content in (b"", b"[", b"{}", b"\xff", json.dumps(changed).encode()):
        status, error = program.send("/imports/archive", {"archive": file(content)})
        assert (status, error["code"]) == (422, "validation_error")
    assert any("chapters" in place for place in error["details"]["places"])
    assert program.send("/imports/archive", {"else": "x"})[0] == 422
    assert not Story.objects.filter(owner=program.user).exists()


def test_anothers_is_not_there(story):
    assert Program(create_user())("GET", f"/stories/{story.pk}/archive")[0] == 404
