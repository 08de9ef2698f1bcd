"""The coach's memory: summaries that hold for one text, at a price shown, and theirs to change."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from coaching import memory, selectors, services
from coaching.models import Reply, Session, Summary, SummaryRequest
from coaching.services import NeedsModel, NotAskable
from coaching.tests.conftest import create_writer, offer_model
from stories.models import Chapter, Story
from tests.factories import create_chapter, create_story

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
LONG = "The road went on and nobody came along it. " * 120


@pytest.fixture
def story(model_server: Any) -> Story:
    offer_model("test/normal")
    return create_story(owner=create_writer())


@pytest.fixture
def first(story: Story) -> Chapter:
    return create_chapter(story=story, title="One", content=LONG)


@pytest.fixture
def second(story: Story, first: Chapter) -> Chapter:
    return create_chapter(story=story, title="Two", content="She is back.")


@pytest.fixture
def writer(client: Client, story: Story) -> Client:
    client.force_login(story.owner)
    return client


def end(reply: Reply, content: str = "Nobody comes.", state: str = "done") -> None:
    Reply.objects.filter(pk=reply.pk).update(state="running", claimed_by="here")
    outcome = services.Outcome(state=state, content=content, provider_cost_usd=None, error_code="")
    assert services.end_reply(reply_id=reply.pk, outcome=outcome, claimed_by="here")


def ask(chapter: Chapter, key: str = "k") -> Reply:
    return services.summarise(user=chapter.story.owner, chapter=chapter, request_key=key)


def context(session_chapter: Chapter) -> Any:
    story = session_chapter.story
    session = Session(story=story, user=story.owner, chapter=session_chapter, mode="narrative")
    return selectors.context_for(session=session, content="And now?")


def test_a_summary_is_remembered_when_its_reply_has_ended(first: Chapter, second: Chapter):
    reply = ask(first)
    assert not Summary.objects.exists()
    end(reply)

    assert Summary.objects.get().text == "Nobody comes."
    sent = context(second)
    assert next(item for item in sent.receipt if item.part == "earlier").reason == "summary-close"
    assert "Nobody comes." in json.dumps(sent.messages)


def test_it_is_set_aside_when_the_text_changes_and_holds_again_when_it_changes_back(first: Chapter, second: Chapter):
    end(ask(first))
    Chapter.objects.filter(pk=first.pk).update(content=LONG + "Then somebody came.")
    assert [item.reason for item in context(second).receipt if item.part == "earlier"] == ["stale"]
    Chapter.objects.filter(pk=first.pk).update(content=LONG)
    assert [item.reason for item in context(second).receipt if item.part == "earlier"] == ["summary-close"]


def test_a_text_changed_while_it_was_being_summarised_is_not_taken_for_summarised(first: Chapter, second: Chapter):
    reply = ask(first)
    Chapter.objects.filter(pk=first.pk).update(content=LONG + "Then somebody came.")
    end(reply)

    assert [item.reason for item in context(second).receipt if item.part == "earlier"] == ["stale"]


def test_one_at_a_time_for_a_text(first: Chapter):
    assert ask(first, "a") == ask(first, "b")
    assert SummaryRequest.objects.count() == 1


@pytest.mark.parametrize(("state", "content"), [("failed", "Half"), ("stopped", "Half"), ("done", "  ")])
def test_what_did_not_come_to_its_end_is_not_remembered(first: Chapter, state: str, content: str):
    end(ask(first), content, state)
    assert not Summary.objects.exists()


def test_nothing_of_another_chapter_is_sent_for_it(first: Chapter, second: Chapter):
    sent = json.dumps(ask(first).request)
    assert "She is back." not in sent
    assert "The road went on" in sent


def test_a_chapter_of_a_million_words_is_asked_for_in_pieces(story: Story):
    chapter = create_chapter(story=story, content="It rained, and the river rose again. " * 140_000)
    prepared = services.quote_summary(user=story.owner, chapter=chapter)
    assert prepared.quote.prompt_tokens < 120_000
    assert "[…]" in prepared.request["messages"][-1]["content"]


def test_nothing_to_summarise_and_nobody_to_ask(story: Story, first: Chapter, settings: Any):
    with pytest.raises(NotAskable):
        ask(create_chapter(story=story, content=""))
    settings.COACH_ONLINE = False
    with pytest.raises(NeedsModel):
        ask(first)


def test_the_writers_own_words(first: Chapter, second: Chapter):
    services.revise_summary(chapter=first, text="  In my words. ")
    assert Summary.objects.get().is_edited
    assert "In my words." in json.dumps(context(second).messages)
    with pytest.raises(NotAskable):
        services.revise_summary(chapter=first, text=" ")
    with pytest.raises(NotAskable):
        services.revise_summary(chapter=first, text="x" * 5_001)
    assert services.forget_summary(chapter=first)
    assert not services.forget_summary(chapter=first)


def test_the_page_shows_prices_and_asks_three_at_a_time(writer: Client, story: Story, first: Chapter):
    for number in range(5):
        create_chapter(story=story, content=f"{number} {LONG}")
    url = reverse("coaching:memory-detail", args=[story.pk])
    page = writer.get(url).text
    assert "6 chapters have no summary that holds" in page
    assert "At most" in page
    create = reverse("coaching:summary-create", args=[story.pk])
    answer = writer.post(create, {"all": "1"}, headers=HTMX)
    assert "3 summaries are being written" in answer.text
    waiting = [str(request.chapter_id) for request in SummaryRequest.objects.all()]
    for request in SummaryRequest.objects.select_related("reply"):
        end(request.reply)
    wait = reverse("coaching:memory-wait", args=[story.pk])
    news = writer.post(wait, {"all": "1", "waiting": waiting}, headers=HTMX).text
    assert news.count("hx-swap-oob") == 3
    assert "3 summaries are being written" in news
    for request in SummaryRequest.objects.filter(reply__state="pending").select_related("reply"):
        end(request.reply, "", "failed")
    # What a model failed at is not asked for again by itself.
    assert 'hx-trigger="load' not in writer.post(wait, {"all": "1"}, headers=HTMX).text
    assert SummaryRequest.objects.count() == 6


def test_without_scripts(writer: Client, story: Story, first: Chapter):
    create = reverse("coaching:summary-create", args=[story.pk])
    assert writer.post(create, {"chapter": first.pk})["Location"] == reverse("coaching:memory-detail", args=[story.pk])
    revise = reverse("coaching:summary-revise", args=[story.pk, first.pk])
    writer.post(revise, {"text": "Mine."})
    assert Summary.objects.get().text == "Mine."
    writer.post(revise, {"forget": "1"})
    assert not Summary.objects.exists()


def test_offered_when_a_chapter_is_finished(writer: Client, story: Story, first: Chapter):
    offer = reverse("coaching:summary-offer", args=[story.pk])
    assert "Shall the coach remember" not in writer.get(offer).text
    status = reverse("stories:chapter-status", args=[story.pk, first.pk])
    assert writer.post(status, {"status": "finished"}, headers=HTMX)["HX-Trigger"] == '{"chapter-finished": {}}'
    page = writer.get(offer).text
    assert "“One” is finished" in page
    assert "At most" in page
    end(ask(first))
    assert "is finished" not in writer.get(offer).text


def test_the_same_queries_whatever_the_number_of_chapters(story: Story, first: Chapter):
    with CaptureQueriesContext(connection) as one:
        memory.memory_of(story)
    for _number in range(20):
        create_chapter(story=story, content="Words.")
    with CaptureQueriesContext(connection) as many:
        assert len(memory.memory_of(story).rows) == 21
    assert len(many) == len(one) <= 3


def test_nobody_elses(client: Client, story: Story, first: Chapter):
    client.force_login(create_writer())
    assert client.get(reverse("coaching:memory-detail", args=[story.pk])).status_code == 404
    assert client.get(reverse("coaching:summary-offer", args=[story.pk])).status_code == 404
    for name in ("summary-create", "memory-wait"):
        assert client.post(reverse(f"coaching:{name}", args=[story.pk]), {"chapter": first.pk}).status_code == 404
    revise = reverse("coaching:summary-revise", args=[story.pk, first.pk])
    assert client.post(revise, {"text": "Theirs."}).status_code == 404
    assert not Summary.objects.exists()
