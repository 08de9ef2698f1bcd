"""What a page of the studio can do, a program can."""

import json

import pytest
from django.test import Client

from stories import services
from stories.models import Chapter, Note, Story
from tests.factories import create_story, create_user

pytestmark = pytest.mark.django_db
API = "/api/v1"


@pytest.fixture
def story(client: Client) -> Story:
    story = create_story(title="The lighthouse")
    client.force_login(story.owner)
    services.create_chapter(story=story, author=story.owner, title="One", content="First.\n\nSecond.")
    return story


def call(client: Client, method: str, path: str, body: object = None):
    token = client.get("/studio/").text.partition('"X-CSRFToken": "')[2].partition('"')[0]
    return client.generic(
        method, API + path, json.dumps(body or {}), content_type="application/json", headers={"X-CSRFToken": token}
    )


def chapter_of(story: Story) -> Chapter:
    return story.chapters.get(position=1)


def test_chapters(client, story):
    chapter = chapter_of(story)
    at = f"/chapters/{chapter.pk}"
    assert call(client, "PUT", f"{at}/status", {"status": "finished"}).status_code == 200
    chapter.refresh_from_db()
    assert chapter.status == "finished"
    new = call(client, "POST", f"{at}/split", {"version": 1, "position": 8, "title": "Two"}).json()["data"]
    assert (new["title"], new["content"], new["position"]) == ("Two", "Second.", 2)
    assert call(client, "POST", f"{at}/split", {"version": 1, "position": 8}).status_code == 409
    joined = call(client, "POST", f"{at}/join", {"version": 2}).json()["data"]
    assert joined["content"] == "First.\n\nSecond."
    (binned,) = client.get(f"{API}/stories/{story.pk}/bin").json()["data"]
    assert binned["id"] == new["id"]
    restored = call(client, "POST", f"/chapters/{new['id']}/restore").json()["data"]
    assert restored["position"] == 2
    runs = client.get(f"{API}{at}/provenance").json()["data"]["runs"]
    assert runs == [{"length": 15, "source": "human", "reply_id": None}]


def test_a_version_under_a_name(client, story):
    chapter = chapter_of(story)
    revision = chapter.revisions.get()
    path = f"/chapters/{chapter.pk}/revisions/{revision.pk}"
    assert call(client, "PATCH", path, {"name": "Before the cut"}).status_code == 204
    services.revise_chapter(chapter=chapter, author=story.owner, version=1, content="Cut.")
    kept = [(row.name, row.text) for row in chapter.revisions.order_by("version").select_related("chapter")]
    assert kept == [("Before the cut", "First.\n\nSecond."), ("", "Cut.")]


def test_notes(client, story):
    at = f"/chapters/{chapter_of(story).pk}/notes"
    note = call(client, "POST", at, {"body": "Check", "quote": "First", "position": 0}).json()["data"]
    changed = call(client, "PATCH", f"/notes/{note['id']}", {"is_done": True}).json()["data"]
    assert changed["done_at"]
    assert changed["body"] == "Check"
    assert [row["id"] for row in client.get(API + at).json()["data"]] == [note["id"]]
    assert call(client, "DELETE", f"/notes/{note['id']}").status_code == 204
    assert not Note.objects.exists()


def test_the_codex(client, story):
    at = f"/stories/{story.pk}/codex"
    entry = call(client, "POST", at, {"name": "Ines", "aliases": ["the clerk"]}).json()["data"]
    changed = call(client, "PUT", f"/codex/{entry['id']}", {"name": "Ines Calloway", "inclusion": "always"}).json()
    assert (changed["data"]["name"], changed["data"]["aliases"]) == ("Ines Calloway", [])
    assert call(client, "DELETE", f"/codex/{entry['id']}").status_code == 204
    assert client.get(API + at).json()["data"] == []
    assert call(client, "PUT", f"/codex/{entry['id']}", {"name": "x"}).status_code == 404


@pytest.mark.parametrize(("kind", "start"), [("epub", b"PK"), ("docx", b"PK"), ("markdown", b"# The lighthouse")])
def test_exports(client, story, kind, start):
    response = client.get(f"{API}/stories/{story.pk}/export?format={kind}")
    assert b"".join(response.streaming_content).startswith(start)
    assert "attachment" in response["Content-Disposition"]


def test_what_is_not_yours_does_not_exist(client, story):
    chapter = chapter_of(story)
    note = services.add_note(chapter=chapter, body="Mine")
    entry = services.create_codex_entry(story=story, name="Ines")
    client.force_login(create_user())
    at = f"/chapters/{chapter.pk}"
    for method, path, body in (
        ("PUT", f"{at}/status", {"status": "draft"}),
        ("POST", f"{at}/split", {"version": 1, "position": 8}),
        ("POST", f"{at}/join", {"version": 1}),
        ("POST", f"{at}/restore", {}),
        ("GET", f"{at}/provenance", {}),
        ("GET", f"{at}/notes", {}),
        ("PATCH", f"{at}/revisions/{chapter.revisions.get().pk}", {"name": "x"}),
        ("PATCH", f"/notes/{note.pk}", {"body": "x"}),
        ("DELETE", f"/notes/{note.pk}", {}),
        ("GET", f"/stories/{story.pk}/bin", {}),
        ("GET", f"/stories/{story.pk}/codex", {}),
        ("GET", f"/stories/{story.pk}/export", {}),
        ("PUT", f"/codex/{entry.pk}", {"name": "x"}),
        ("DELETE", f"/codex/{entry.pk}", {}),
    ):
        assert call(client, method, path, body).status_code == 404, path
