"""Putting a reply into the page, for programs."""

import pytest

from coaching.models import Reply
from coaching.tests.conftest import create_session
from coaching.tests.test_reply_insert import TEXT, chapter_of, create_reply
from stories.provenance import COACH
from tests.factories import create_chapter, create_user
from tests.programs import Program

pytestmark = pytest.mark.django_db


@pytest.fixture
def reply() -> Reply:
    return create_reply(create_session())


@pytest.fixture
def program(reply: Reply) -> Program:
    return Program(reply.session.user)


def test_it_goes_where_it_is_said_and_is_the_coachs(program, reply):
    before = chapter_of(reply)
    body = {"chapter_id": str(before.pk), "version": before.version, "position": 4, "text": "*Nobody* came."}
    at, key = f"/ai/replies/{reply.pk}/insert", {"Idempotency-Key": "k"}
    answers = [program("POST", at, body, **key) for _ in range(2)]

    assert answers[0] == answers[1]
    status, chapter = answers[0]
    assert (status, chapter["version"]) == (200, before.version + 1)
    assert chapter["content"] == before.content[:4] + "*Nobody* came." + before.content[4:]
    runs = program("GET", f"/chapters/{before.pk}/provenance")[1]["runs"]
    assert [(run["length"], run["reply_id"]) for run in runs if run["source"] == COACH] == [(14, str(reply.pk))]
    assert program("POST", at, body)[0] == 409


@pytest.mark.parametrize("change", [{"text": "Never said."}, {"position": -1}, {"version": 0}, {"chapter_id": "x"}])
def test_what_the_coach_did_not_write_is_refused(program, reply, change):
    before = chapter_of(reply)
    body = {"chapter_id": str(before.pk), "version": before.version, **change}
    assert program("POST", f"/ai/replies/{reply.pk}/insert", body)[0] == 422
    assert chapter_of(reply).content == before.content


def test_what_is_not_yours_is_not_there(program, reply):
    body = {"chapter_id": str(chapter_of(reply).pk), "version": 1}
    assert Program(create_user())("POST", f"/ai/replies/{reply.pk}/insert", body)[0] == 404
    assert program("POST", f"/ai/replies/{reply.pk}/insert", {**body, "chapter_id": str(create_chapter().pk)})[0] == 404
    assert TEXT not in chapter_of(reply).content
