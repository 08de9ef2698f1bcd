"""Likes, comments and follows over HTTP: what API.md says, and 404 for what is not to be seen."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from social import services
from social.models import Comment, Like
from stories.models import Story
from stories.services import set_visibility
from tests.factories import create_chapter, create_story, create_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_counted_yet() -> None:
    cache.clear()


@pytest.fixture
def story() -> Story:
    story = create_story()
    create_chapter(story=story, content="A light.", content_html="<p>A light.</p>")
    set_visibility(story=story, visibility="public")
    story.refresh_from_db()
    return story


@pytest.fixture
def reader(client: Client) -> User:
    reader = create_user(display_name="Reader")
    client.force_login(reader)
    return reader


def call(client: Client, method: str, path: str, body: object = None) -> Any:
    data = "" if body is None else json.dumps(body)
    return client.generic(method, f"/api/v1{path}", data, "application/json")


def test_a_like_is_idempotent_both_ways(client, story, reader):
    path = f"/stories/{story.pk}/like"
    answers = [call(client, method, path).json()["data"] for method in ("POST", "POST", "DELETE", "DELETE")]
    loved, not_loved = {"liked": True, "like_count": 1}, {"liked": False, "like_count": 0}
    assert answers == [loved, loved, not_loved, not_loved]


def test_a_follow_is_idempotent_and_not_of_oneself(client, story, reader):
    path = f"/users/{story.owner_id}/follow"
    answers = [call(client, method, path).json()["data"] for method in ("POST", "POST", "DELETE", "DELETE")]
    assert [answer["follower_count"] for answer in answers] == [1, 1, 0, 0]
    assert call(client, "POST", f"/users/{reader.pk}/follow").status_code == 409
    # Somebody without a public profile and without a story that anybody may read is nobody's to follow.
    assert call(client, "POST", f"/users/{create_user().pk}/follow").status_code == 404


def test_a_conversation(client, story, reader):
    path = f"/stories/{story.pk}/comments"
    chapter = story.chapters.get()
    first = call(client, "POST", path, {"content": "How good!", "chapter_id": str(chapter.pk), "quote": "A light."})
    assert first.status_code == 201
    said = first.json()["data"]
    assert (said["quote"], said["state"], said["depth"]) == ("A light.", "shown", 1)
    assert said["author"] == {"id": str(reader.pk), "name": "Reader", "handle": None}
    answer = call(client, "POST", path, {"content": "Indeed", "parent_id": said["id"]}).json()["data"]
    assert (answer["depth"], answer["root_id"], answer["chapter_id"]) == (2, said["id"], str(chapter.pk))

    listed = call(client, "GET", f"{path}?limit=1").json()
    assert [comment["id"] for comment in listed["data"]] == [answer["id"]]
    following = call(client, "GET", f"{path}?limit=1&cursor={listed['meta']['next']}").json()
    assert [comment["id"] for comment in following["data"]] == [said["id"]]

    assert call(client, "DELETE", f"/comments/{said['id']}").status_code == 204
    assert call(client, "DELETE", f"/comments/{said['id']}").status_code == 404
    assert call(client, "POST", path, {"content": "Again", "parent_id": said["id"]}).status_code == 404
    client.force_login(create_user())
    assert call(client, "DELETE", f"/comments/{answer['id']}").status_code == 404


def test_an_author_looks_first(client, story, reader):
    Story.objects.filter(pk=story.pk).update(comment_policy="moderated")
    said = call(client, "POST", f"/stories/{story.pk}/comments", {"content": "Hm"}).json()["data"]
    assert said["state"] == "waiting"
    assert call(client, "GET", "/comments/waiting").json()["data"] == []
    assert call(client, "POST", f"/comments/{said['id']}/release").status_code == 404
    client.force_login(story.owner)
    assert [comment["id"] for comment in call(client, "GET", "/comments/waiting").json()["data"]] == [said["id"]]
    assert call(client, "POST", f"/comments/{said['id']}/release").json()["data"]["state"] == "shown"


@pytest.mark.parametrize("visibility", ["private", "link", "hidden", "binned"])
def test_what_is_not_to_be_seen_is_not_answered(client, story, reader, visibility):
    changes: dict[str, Any] = {
        "private": {"visibility": "private"},
        "link": {"visibility": "link", "share_token": "t"},
        "hidden": {"standing": "hidden"},
        "binned": {"deleted_at": story.created_at},
    }[visibility]
    said = services.add_comment(author=story.owner, story=story, content="Welcome")
    Story.objects.filter(pk=story.pk).update(**changes)
    for method, path, body in (
        ("POST", f"/stories/{story.pk}/like", None),
        ("DELETE", f"/stories/{story.pk}/like", None),
        ("GET", f"/stories/{story.pk}/comments", None),
        ("POST", f"/stories/{story.pk}/comments", {"content": "x"}),
        ("POST", f"/stories/{story.pk}/comments", {"content": "x", "parent_id": str(said.pk)}),
        ("POST", f"/stories/{uuid4()}/like", None),
        ("DELETE", f"/comments/{said.pk}", None),
    ):
        assert call(client, method, path, body).status_code == 404, path
    assert not Like.objects.exists()
    assert Comment.objects.count() == 1


def test_the_blocked_are_told_what_everybody_is_told(client, story, reader):
    services.block_person(blocker=story.owner, blocked=reader)
    path = f"/stories/{story.pk}/comments"
    blocked = call(client, "POST", path, {"content": "x"})
    assert call(client, "POST", f"/users/{story.owner_id}/follow").status_code == 404
    assert call(client, "POST", f"/stories/{story.pk}/like").status_code == 403
    services.unblock_person(blocker=story.owner, blocked=reader)
    Story.objects.filter(pk=story.pk).update(comment_policy="closed")
    closed = call(client, "POST", path, {"content": "x"})
    assert (blocked.status_code, blocked.json()) == (closed.status_code, closed.json())
    assert blocked.status_code == 403


def test_haste_is_told_when_to_come_back(client, story, reader):
    path = f"/stories/{story.pk}/comments"
    statuses = [call(client, "POST", path, {"content": f"Number {number}"}).status_code for number in range(6)]
    assert statuses == [201] * 5 + [429]
    assert call(client, "POST", path, {"content": "One more"})["Retry-After"] == "600"


def test_strangers_log_in_first(story):
    assert call(Client(), "POST", f"/stories/{story.pk}/like").status_code == 401
