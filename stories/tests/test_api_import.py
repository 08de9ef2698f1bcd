"""A program takes a manuscript in: looked at first, whole, once, or not at all."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import IdempotencyKey, User
from stories.exporting import Format, export_story
from stories.models import Chapter, ImportDraft, Revision, Story
from tests.factories import create_chapter, create_story, create_user
from tests.programs import Program, file

pytestmark = pytest.mark.django_db
TEXT = "# One\n\nFirst.\n\n# Two\n\nSecond words.\n\n# Three\n\nThird."


@pytest.fixture
def user() -> User:
    return create_user(language="fr")


@pytest.fixture
def program(user: User) -> Program:
    return Program(user)


def contents() -> list[tuple[str, str]]:
    return list(Chapter.objects.order_by("position").values_list("title", "content"))


@pytest.mark.parametrize("form", [{"text": TEXT}, {"file": TEXT.encode()}])
def test_a_look_writes_nothing(program, form):
    if "file" in form:
        form = {"file": file(form["file"], "The book.md")}
    status, shown = program.send("/imports/preview", form)

    assert status == 200
    assert [(part["place"], part["title"], part["word_count"]) for part in shown["parts"]] == [
        (0, "One", 1),
        (1, "Two", 2),
        (2, "Three", 1),
    ]
    assert shown["title"] == ("The book" if "file" in form else "")
    assert (shown["word_count"], shown["left_out"], shown["notices"]) == (4, {}, [])
    assert not Story.objects.exists()
    assert not ImportDraft.objects.exists()


def test_it_is_taken_in_whole(program):
    status, story = program.send("/imports", {"file": file(TEXT.encode(), "The book.md"), "mode": "legacy"})

    assert status == 201
    expected = {"title": "The book", "mode": "legacy", "language": "fr", "visibility": "private", "chapter_count": 3}
    assert {name: story[name] for name in expected} == expected
    assert contents() == [("One", "First."), ("Two", "Second words."), ("Three", "Third.")]
    assert set(Revision.objects.values_list("kind", flat=True)) == {Revision.Kind.IMPORT}


def test_an_e_book_of_ours_comes_back(program, user):
    story = create_story(owner=user, title="The lighthouse")
    create_chapter(story=story, title="One", content="It *rained*.")
    export = export_story(story=story, kind=Format.EPUB)
    with export.file as book:
        status, taken = program.send("/imports", {"file": file(book.read(), "x.epub")})
    assert (status, taken["title"]) == (201, "The lighthouse")
    assert Chapter.objects.get(story=taken["id"]).content.strip() == "It *rained*."


def test_what_is_chosen_is_taken(program):
    chosen = [{"place": 0, "title": "First part"}, {"place": 2, "is_joined": True}]
    status, _story = program.send("/imports", {"text": TEXT, "title": "T", "chapters": json.dumps(chosen)})
    assert status == 201
    assert contents() == [("First part", "First.\n\n## Three\n\nThird.")]


def test_it_goes_to_the_end_of_a_story(program, user):
    story = create_story(owner=user)
    create_chapter(story=story, title="Before", content="Was.")
    status, grown = program.send("/imports", {"text": TEXT, "story_id": str(story.pk)})
    assert (status, grown["id"], grown["chapter_count"]) == (201, str(story.pk), 4)
    assert [title for title, _content in contents()] == ["Before", "One", "Two", "Three"]


def test_anothers_story_takes_nothing(program):
    other = create_story()
    assert program.send("/imports", {"text": TEXT, "story_id": str(other.pk)})[0] == 404
    assert not Chapter.objects.exists()


def test_twice_with_one_key_is_once(program):
    key = {"Idempotency-Key": "the book"}
    answers = [program.send("/imports", {"file": file(TEXT.encode()), "title": "T"}, **key) for _ in range(2)]

    assert answers[0] == answers[1]
    assert Story.objects.count() == 1
    # Of another book it is another request.
    status, error = program.send("/imports", {"file": file(b"# Else\n\nOther."), "title": "T"}, **key)
    assert (status, error["code"]) == (409, "conflict")
    status, error = program.send("/imports", {"file": file(TEXT.encode()), "title": "U"}, **key)
    assert (status, error["code"]) == (409, "conflict")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"%PDF-1.7 \xff", "unknown"),
        (b"PK\x03\x04 no archive", "broken"),
        (b"\x89PNG\r\n", "unknown"),
    ],
)
@pytest.mark.parametrize("path", ["/imports/preview", "/imports"])
def test_what_cannot_be_read_is_named(program, path, content, reason):
    status, error = program.send(path, {"file": file(content)})
    assert (status, error["code"], error["details"]["reason"]) == (422, "validation_error", reason)
    assert not Story.objects.exists()


@pytest.mark.parametrize("path", ["/imports/preview", "/imports"])
def test_what_is_too_large_is_refused(program, path):
    status, error = program.send(path, {"file": file(b"x" * (20 * 1024 * 1024 + 1))})
    assert (status, error["code"], error["details"]["reason"]) == (413, "payload_too_large", "too-large")


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"text": "  \n"},
        {"text": "a\x00b", "title": "T"},
        {"text": TEXT},
        {"text": TEXT, "title": "T", "mode": "novel"},
        {"text": TEXT, "title": "x" * 201},
        {"text": TEXT, "title": "T", "story_id": "none"},
        {"text": TEXT, "title": "T", "file": "as a text"},
        {"text": TEXT, "title": "T", "chapters": "not json"},
        {"text": TEXT, "title": "T", "chapters": "[]"},
        {"text": TEXT, "title": "T", "chapters": '[{"place": 3}]'},
        {"text": TEXT, "title": "T", "chapters": '[{"place": -1}]'},
        {"text": TEXT, "title": "T", "chapters": '[{"place": 1}, {"place": 0}]'},
        {"text": TEXT, "title": "T", "chapters": '[{"place": 1}, {"place": 1}]'},
        {"text": TEXT, "title": "T", "chapters": '[{"place": 1, "else": 2}]'},
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_written(program, form):
    status, error = program.send("/imports", form)
    assert (status, error["code"]) == (422, "validation_error")
    assert not Story.objects.exists()


def test_a_form_that_is_broken_is_refused(program, user):
    broken = {"content_type": "multipart/form-data; boundary=x", "data": b"--x\r\nnonsense"}
    headers = program._headers
    for path in ("/imports/preview", "/imports", "/stories"):
        for key in ({}, {"Idempotency-Key": f"k{path}"}):
            answer = program._client.generic("POST", f"/api/v1{path}", headers={**headers, **key}, **broken)
            assert answer.status_code == 422, (path, key)
            assert answer.json()["error"]["code"] == "validation_error"


def test_a_token_that_only_reads_imports_nothing(user):
    assert Program(user, "read").send("/imports", {"text": TEXT, "title": "T"})[0] == 403


def test_a_key_goes_with_large_files_too_and_what_is_too_much_is_said(program):
    words = b"# One\n\n" + b"a word and another\n\n" * 450_000
    key = {"Idempotency-Key": "large"}
    answers = [program.send("/imports/preview", {"file": file(words)}, **key) for _ in range(2)]
    assert answers[0] == answers[1]
    assert (answers[0][0], answers[0][1]["notices"][0]) == (200, "long")
    status, error = program("POST", "/stories", {"title": "x" * 8_100_000, "mode": "fiction"}, **key)
    assert (status, error["code"]) == (413, "payload_too_large")


def test_an_import_may_take_longer_than_a_minute(program):
    form = {"text": TEXT, "title": "T"}
    key = {"Idempotency-Key": "slow"}
    program.send("/imports", form, **key)
    row = IdempotencyKey.objects.filter(key="slow")
    row.update(status=None, body="", created_at=timezone.now() - timedelta(minutes=10))
    assert program.send("/imports", form, **key)[0] == 409
    row.update(created_at=timezone.now() - timedelta(minutes=16))
    assert program.send("/imports", form, **key)[0] == 201
    assert Story.objects.count() == 2
