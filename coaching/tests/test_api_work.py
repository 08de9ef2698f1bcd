"""The coach's pieces of work over the API, on a real socket with a loopback model."""

import hashlib
import json
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

import billing.services
from accounts import services as accounts
from accounts.models import User
from billing.models import Wallet
from coaching.models import Proposal, Summary
from stories.models import Chapter, Story
from tests.factories import create_chapter, create_story, create_user
from tests.model_server import ModelServer
from tests.servers import ServerThread

pytestmark = pytest.mark.django_db(transaction=True)
TEXT = "The lamp faltered. Nobody came, and nobody went."


def bearer(person: User) -> dict[str, str]:
    secret = accounts.issue_token(user=person, name="t", scopes=("read", "write", "spend"))[1]
    return {"Authorization": f"Bearer {secret}"}


@pytest.fixture
def chapter(coach_server: ServerThread) -> Chapter:
    person = create_user()
    billing.services.grant_credits(user=person, amount_micros=5_000_000, reason="test", cause=f"test:{person.pk}")
    return create_chapter(story=create_story(owner=person, title="The Light"), content=TEXT)


@pytest.fixture
def api(coach_server: ServerThread, chapter: Chapter) -> Iterator[httpx.Client]:
    url = coach_server.url + "/api/v1"
    with httpx.Client(base_url=url, headers=bearer(chapter.story.owner), timeout=20, trust_env=False) as client:
        yield client


def data(answer: httpx.Response) -> Any:
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def test_a_continuation_inserts_nothing_and_its_receipt_is_what_arrived(
    api: httpx.Client, chapter: Chapter, model_server: ModelServer
):
    asked = {"chapter_id": str(chapter.pk), "instruction": "Colder", "length": "short"}
    answer = data(api.post("/ai/generate-continuation", json=asked))

    assert answer["text"]
    assert answer["balance_micros"] == 5_000_000 - answer["cost_micros"] == Wallet.objects.get().balance_micros
    chapter.refresh_from_db()
    assert (chapter.content, chapter.version) == (TEXT, 1)
    receipt = data(api.get(f"/ai/replies/{answer['reply_id']}/receipt"))
    arrived = model_server.chats[-1].body
    assert hashlib.sha256(arrived).hexdigest() == receipt["request_sha256"]
    assert receipt["request"].encode() == arrived
    assert {line["part"] for line in receipt["receipt"]} >= {"prompt", "brief", "chapter", "message"}


def test_a_synopsis_of_a_story_and_of_an_idea(api: httpx.Client, chapter: Chapter):
    of_story = data(api.post("/ai/generate-synopsis", json={"story_id": str(chapter.story_id), "prompt": "In short"}))
    assert of_story["story_id"] == str(chapter.story_id)

    key = {"Idempotency-Key": "idea"}
    first = data(api.post("/ai/generate-synopsis", json={"prompt": "A lighthouse that walks"}, headers=key))
    again = data(api.post("/ai/generate-synopsis", json={"prompt": "A lighthouse that walks"}, headers=key))
    assert first["story_id"] == again["story_id"] != of_story["story_id"]
    story = Story.objects.get(pk=first["story_id"])
    assert (story.title, story.premise, story.visibility) == (
        *("A lighthouse that walks", "A lighthouse that walks"),
        "private",
    )


def test_an_idea_without_credits_leaves_no_story(api: httpx.Client, chapter: Chapter, coach_server: ServerThread):
    poor = create_user()
    answer = httpx.post(
        f"{coach_server.url}/api/v1/ai/generate-synopsis",
        json={"prompt": "Rich"},
        headers=bearer(poor),
        trust_env=False,
    )
    assert answer.status_code == 402
    assert not Story.objects.filter(owner=poor).exists()


def test_a_proposal_from_asking_to_accepting(api: httpx.Client, chapter: Chapter):
    asked = {
        "story_id": str(chapter.story_id),
        "chapter_id": str(chapter.pk),
        "kind": "rewrite",
        "manner": "tighten",
        "start": 0,
        "end": 18,
    }
    proposal = data(api.post("/ai/proposals", json=asked))
    assert (proposal["passage"], proposal["verdict"], proposal["status"]) == ("The lamp faltered.", "open", "done")
    listed = data(api.get(f"/ai/stories/{chapter.story_id}/proposals"))
    assert [row["id"] for row in listed] == [proposal["id"]]
    url = f"/ai/proposals/{proposal['id']}"
    assert data(api.request("PATCH", url, json={"verdict": "kept"}))["verdict"] == "kept"
    body = {"verdict": "replaced", "chapter_id": str(chapter.pk), "version": 9}
    assert api.post(f"{url}/accept", json=body).status_code == 409
    accepted = data(api.post(f"{url}/accept", json={**body, "version": 1}))
    assert accepted["content"] == proposal["text"].strip() + " Nobody came, and nobody went."
    assert accepted["proposal"]["verdict"] == "replaced"
    assert data(api.get(url))["verdict"] == "replaced"


def test_the_stream_ends_with_what_waiting_returns(api: httpx.Client, chapter: Chapter):
    asked = {"story_id": str(chapter.story_id), "kind": "names", "instruction": "the keeper"}
    with api.stream("POST", "/ai/proposals", json=asked, headers={"Accept": "text/event-stream"}) as answer:
        body = answer.read().decode()
    last = json.loads(body.split("event: done\ndata: ")[1])
    assert last["text"] == Proposal.objects.get().reply.content


def test_a_key_used_for_something_else_is_a_conflict(api: httpx.Client, chapter: Chapter):
    key = {"Idempotency-Key": "once"}
    asked = {"chapter_id": str(chapter.pk)}
    first = data(api.post("/ai/generate-continuation", json=asked, headers=key))
    assert data(api.post("/ai/generate-continuation", json=asked, headers=key))["reply_id"] == first["reply_id"]
    other = api.post("/ai/generate-continuation", json={**asked, "instruction": "Other"}, headers=key)
    assert other.status_code == 409


def test_summaries(api: httpx.Client, chapter: Chapter):
    assert data(api.get(f"/ai/stories/{chapter.story_id}/summaries"))[0]["holds"] is False
    url = f"/ai/chapters/{chapter.pk}/summary"
    made = data(api.post(url))
    assert made["holds"] is True
    assert made["text"] == Summary.objects.get().text
    assert data(api.put(url, json={"text": "It goes out."}))["is_edited"] is True
    assert api.delete(url).status_code == 204
    assert not Summary.objects.exists()


def test_a_model_that_fails_costs_nothing_and_says_so(api: httpx.Client, chapter: Chapter, model_server: ModelServer):
    model_server.script("error")
    answer = api.post("/ai/generate-continuation", json={"chapter_id": str(chapter.pk)})
    assert answer.status_code == 502
    assert Wallet.objects.get().balance_micros == 5_000_000


def test_conversations_are_listed_named_put_away_thrown_away_and_taken_back(api: httpx.Client, chapter: Chapter):
    asked = {"story_id": str(chapter.story_id), "mode": "narrative"}
    session = api.post("/ai/sessions", json=asked).json()["data"]
    url, listed = f"/ai/sessions/{session['id']}", f"/ai/sessions?story_id={chapter.story_id}"
    assert [row["id"] for row in data(api.get(listed))] == [session["id"]]
    named = data(api.request("PATCH", url, json={"title": "The light", "is_pinned": True, "reads_ahead": True}))
    assert (named["title"], named["is_pinned"], named["reads_ahead"]) == ("The light", True, True)
    assert data(api.request("PATCH", url, json={"archived": True}))["archived_at"]
    assert data(api.get(listed)) == []
    assert [row["title"] for row in data(api.get(f"{listed}&archived=true"))] == ["The light"]
    assert api.delete(url).status_code == 204
    assert api.get(url).status_code == 404
    assert api.delete(url).status_code == 404
    assert data(api.post(f"{url}/restore"))["title"] == "The light"
    assert api.get(f"/ai/sessions?story_id={uuid.uuid4()}").status_code == 404


def test_nobody_elses(api: httpx.Client, coach_server: ServerThread, chapter: Chapter):
    proposal = data(api.post("/ai/proposals", json={"story_id": str(chapter.story_id), "kind": "synopsis"}))
    other = httpx.Client(
        base_url=f"{coach_server.url}/api/v1", headers=bearer(create_user()), timeout=20, trust_env=False
    )
    body = {"verdict": "appended", "chapter_id": str(chapter.pk), "version": 1}
    for method, path, sent in [
        ("POST", "/ai/generate-continuation", {"chapter_id": str(chapter.pk)}),
        ("POST", "/ai/generate-synopsis", {"story_id": str(chapter.story_id), "prompt": "x"}),
        ("POST", "/ai/proposals", {"story_id": str(chapter.story_id), "kind": "synopsis"}),
        ("GET", f"/ai/proposals/{proposal['id']}", None),
        ("PATCH", f"/ai/proposals/{proposal['id']}", {"verdict": "kept"}),
        ("POST", f"/ai/proposals/{proposal['id']}/accept", body),
        ("GET", f"/ai/stories/{chapter.story_id}/proposals", None),
        ("GET", f"/ai/replies/{proposal['id']}/receipt", None),
        ("GET", f"/ai/replies/{uuid.uuid4()}/receipt", None),
        ("GET", f"/ai/stories/{chapter.story_id}/summaries", None),
        ("POST", f"/ai/chapters/{chapter.pk}/summary", None),
        ("PUT", f"/ai/chapters/{chapter.pk}/summary", {"text": "x"}),
        ("DELETE", f"/ai/chapters/{chapter.pk}/summary", None),
    ]:
        assert other.request(method, path, json=sent).status_code == 404, path
    other.close()
