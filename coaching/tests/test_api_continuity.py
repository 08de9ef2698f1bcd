"""Continuity and structure over the API: what their pages show and do, by the same services."""

from typing import Any

import httpx
import pytest

from coaching import services
from coaching.models import ContinuityCheck, Finding, Reply
from coaching.tests.conftest import create_writer, offer_model
from coaching.tests.test_api_work import bearer
from coaching.tests.test_continuity_pages import ONE, TWO
from stories.models import Story
from tests.factories import create_chapter, create_story, create_user
from tests.model_server import ModelServer
from tests.programs import Program
from tests.servers import ServerThread


@pytest.fixture
def story(db: None) -> Story:
    story = create_story(owner=create_writer(), language="en")
    create_chapter(story=story, title="One", content=ONE)
    create_chapter(story=story, title="Two", content=TWO)
    return story


@pytest.fixture
def program(story: Story) -> Program:
    return Program(story.owner)


def test_checked_listed_waived_and_checked_again(program: Program, story: Story):
    at = f"/ai/stories/{story.pk}"
    assert program("GET", f"{at}/continuity")[1]["checked_at"] is None
    status, stands = program("POST", f"{at}/continuity", {})
    assert (status, stands["waived"], stands["ceiling_micros"]) == (200, 0, None)
    found = program("GET", f"{at}/findings")[1]
    assert len(found) == stands["findings"] >= 2
    texts = {str(chapter.pk): chapter.content for chapter in story.chapters.all()}
    for finding in found:
        assert finding["explanation"]
        for place in finding["places"]:
            assert texts[place["chapter_id"]][place["start"] : place["end"]] == place["quote"]

    eyes = next(finding for finding in found if finding["kind"] == "eyes")
    waived = program("PATCH", f"/ai/findings/{eyes['id']}", {"waived": True})[1]
    assert waived["waived_at"] is not None
    program("POST", f"{at}/continuity", {})
    assert [finding["id"] for finding in program("GET", f"{at}/findings?waived=true")[1]] == [eyes["id"]]
    assert eyes["id"] not in [finding["id"] for finding in program("GET", f"{at}/findings?waived=false")[1]]
    assert program("PATCH", f"/ai/findings/{eyes['id']}", {"waived": False})[1]["waived_at"] is None


def test_what_is_not_yours_is_not_there(program: Program, story: Story):
    services.check_continuity(story=story)
    finding = Finding.objects.earliest("pk")
    stranger, elsewhere = Program(create_user(), "read", "write", "spend"), create_chapter()
    at = f"/ai/stories/{story.pk}"
    for method, path, body in [
        ("GET", f"{at}/continuity", None),
        ("POST", f"{at}/continuity", {}),
        ("GET", f"{at}/findings", None),
        ("GET", f"{at}/structure", None),
        ("PATCH", f"/ai/findings/{finding.pk}", {"waived": True}),
    ]:
        assert stranger(method, path, body)[0] == 404
    assert program("POST", f"{at}/continuity", {"chapter_id": str(elsewhere.pk)})[0] == 404
    assert program("POST", f"{at}/continuity/reading", {})[0] == 403
    finding.refresh_from_db()
    assert finding.waived_at is None


def test_the_story_from_above(program: Program, story: Story):
    above = program("GET", f"/ai/stories/{story.pk}/structure?form=kishotenketsu")[1]
    assert [(chapter["title"], chapter["words"]) for chapter in above["chapters"]] == [
        (chapter.title, chapter.word_count) for chapter in story.chapters.order_by("position")
    ]
    assert sum(chapter["share"] for chapter in above["chapters"]) == 100
    assert (above["form"], len(above["beats"]), above["outline"]) == ("kishotenketsu", 4, None)
    assert above["beats"][-1]["chapter_id"] == above["chapters"][-1]["chapter_id"]
    assert [form["key"] for form in above["forms"]] == ["three-acts", "kishotenketsu", "journey", "memoir"]
    assert program("GET", f"/ai/stories/{story.pk}/structure?form=x")[0] == 422


def test_a_key_that_stands_for_something_else(model_server: ModelServer, story: Story):
    offer_model("test/normal")
    work = services.Work(kind="synopsis")
    services.propose(user=story.owner, story=story, work=work, request_key="k")
    with pytest.raises(services.RequestKeyTaken):
        services.ask_continuity(user=story.owner, story=story, request_key="k")
    with pytest.raises(services.RequestKeyTaken):
        services.summarise(user=story.owner, chapter=story.chapters.earliest("position"), request_key="k")
    services.ask_continuity(user=story.owner, story=story, request_key="l")
    with pytest.raises(services.RequestKeyTaken):
        services.propose(user=story.owner, story=story, work=work, request_key="l")
    assert Reply.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_model_reads(coach_server: ServerThread, story: Story):
    url, key = f"{coach_server.url}/api/v1/ai/stories/{story.pk}/continuity", {"Idempotency-Key": "k"}
    with httpx.Client(headers=bearer(story.owner), timeout=20, trust_env=False) as api:
        price = api.get(url).json()["data"]["ceiling_micros"]
        read: Any = api.post(f"{url}/reading", json={}, headers=key).json()["data"]
        assert 0 < read["cost_micros"] <= price
        assert read["findings"] >= 2
        again = api.post(f"{url}/reading", json={}, headers=key).json()["data"]
        assert again["reply_id"] == read["reply_id"]
        chapter = {"chapter_id": str(story.chapters.earliest("position").pk)}
        assert api.post(f"{url}/reading", json=chapter, headers=key).status_code == 409
    assert ContinuityCheck.objects.exclude(reply=None).count() == 1
