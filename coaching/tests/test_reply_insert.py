"""Putting a reply into the page: the coach's words, the writer's decision."""

import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from coaching.models import Message, Reply, Session
from coaching.tests.conftest import create_session, create_writer
from stories import services as stories
from stories.models import Chapter, Insertion
from stories.provenance import COACH, HUMAN
from tests.factories import create_chapter, create_user

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
TEXT = "The lamp went out. *Nobody* came."


def create_reply(session: Session, **overrides: object) -> Reply:
    message = Message.objects.create(session=session, content="Go on?")
    Session.objects.filter(pk=session.pk).update(head=message)
    is_over = overrides.get("state", "done") == "done"
    fields = {"cost_micros": 0 if is_over else None, "ended_at": timezone.now() if is_over else None} | {
        "state": "done",
        "model": "test/prose",
        "content": TEXT,
        "request_key": uuid.uuid4().hex,
        **overrides,
    }
    return Reply.objects.create(session=session, message=message, **fields)


@pytest.fixture
def reply() -> Reply:
    return create_reply(create_session())


@pytest.fixture
def writer(client: Client, reply: Reply) -> Client:
    client.force_login(reply.session.user)
    return client


def insert(client: Client, reply: Reply, *, htmx: bool = True, **fields: object):
    data = {"chapter": reply.session.chapter_id, **fields}
    url = reverse("coaching:reply-insert", args=[reply.pk])
    return client.post(url, data, headers=HTMX if htmx else None)


def chapter_of(reply: Reply) -> Chapter:
    return Chapter.objects.select_related("story").get(pk=str(reply.session.chapter_id))


def test_a_reply_goes_where_the_cursor_stands(writer: Client, reply: Reply):
    before = chapter_of(reply).content
    answer = insert(writer, reply, version=1, position=4, replacing=5)
    stored = chapter_of(reply)
    assert answer.json() == {"version": 2, "content": stored.content}
    assert stored.content == before[:4] + TEXT + before[9:]
    assert stored.runs == [[4, HUMAN], [len(TEXT), COACH, str(reply.pk)], [len(before) - 9, HUMAN]]


def test_without_scripts_it_goes_to_the_end(writer: Client, reply: Reply):
    before = chapter_of(reply).content
    answer = insert(writer, reply, htmx=False)
    stored = chapter_of(reply)
    assert answer["Location"] == stored.get_absolute_url()
    assert stored.content == f"{before}\n\n{TEXT}"


def test_a_part_of_it_can_be_chosen_and_nothing_else_passed_off_as_it(writer: Client, reply: Reply):
    assert insert(writer, reply, version=1, position=0, text="*Nobody* came.").status_code == 200
    assert chapter_of(reply).content.startswith("*Nobody* came.")
    refused = insert(writer, reply, version=2, position=0, text="Words of my own.")
    assert refused.status_code == 422
    assert chapter_of(reply).version == 2


def test_a_page_that_was_changed_meanwhile_is_left_alone(writer: Client, reply: Reply):
    chapter = chapter_of(reply)
    stories.revise_chapter(chapter=chapter, author=reply.session.user, version=1, content="Changed.")
    answer = insert(writer, reply, version=1, position=0)
    assert answer.status_code == 409
    assert answer.json()["message"]
    assert chapter_of(reply).content == "Changed."
    assert not Insertion.objects.exists()


@pytest.mark.parametrize(
    "overrides", [{"state": "running"}, {"is_offline": True}, {"content": ""}], ids=["unfinished", "offline", "empty"]
)
def test_what_no_model_wrote_or_has_not_ended_stays_out(client: Client, overrides: dict[str, object]):
    reply = create_reply(create_session(), **overrides)
    client.force_login(reply.session.user)
    assert insert(client, reply, version=1).status_code == 422
    panel = client.get(reverse("coaching:session-detail", args=[reply.session_id]))
    assert "data-take-in" not in panel.text


def test_the_button_is_there_for_what_can_be_taken_in(writer: Client, reply: Reply):
    assert "data-take-in" in writer.get(reverse("coaching:session-detail", args=[reply.session_id])).text


@pytest.mark.parametrize("fields", [{"chapter": "none"}, {"position": "-1"}, {"version": "x"}, {"replacing": "-3"}])
def test_what_cannot_be_read_is_refused(writer: Client, reply: Reply, fields: dict[str, Any]):
    assert insert(writer, reply, **fields).status_code == 400


def test_strangers_and_other_stories_do_not_exist(client: Client, reply: Reply):
    assert insert(client, reply, htmx=False).status_code == 302
    client.force_login(create_user())
    assert insert(client, reply).status_code == 404
    elsewhere = create_chapter()
    client.force_login(reply.session.user)
    assert insert(client, reply, chapter=elsewhere.pk).status_code == 404
    own_other = create_chapter(story=create_session(user=reply.session.user).story)
    assert insert(client, reply, chapter=own_other.pk).status_code == 404


def test_only_a_post_inserts(writer: Client, reply: Reply):
    assert writer.get(reverse("coaching:reply-insert", args=[reply.pk])).status_code == 405


def test_the_other_reply_of_somebody_else_is_not_there(client: Client, reply: Reply):
    client.force_login(create_writer())
    assert insert(client, reply, version=1, position=0).status_code == 404
    assert chapter_of(reply).version == 1
