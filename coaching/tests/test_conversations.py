"""Conversations kept in order, and their branches."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from coaching import exchanges, selectors, services
from coaching.models import Message, Reply, Session
from coaching.tests.conftest import create_session, create_writer, offer_model
from events.models import Event
from stories.models import Story
from tests.factories import create_story

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def session(model_server: Any) -> Session:
    offer_model("test/normal")
    return create_session()


@pytest.fixture
def writer(client: Client, session: Session) -> Client:
    client.force_login(session.user)
    return client


def say(session: Session, content: str, answer: str = "Hm.", key: str = "") -> Reply:
    reply = services.post_message(session=session, content=content, request_key=key or content[:200])
    return end(reply, answer)


def end(reply: Reply, answer: str = "Hm.") -> Reply:
    Reply.objects.filter(pk=reply.pk).update(state="done", content=answer, cost_micros=0, ended_at=timezone.now())
    return Reply.objects.select_related("message__session__story", "message__parent").get(pk=reply.pk)


def shown(session: Session, **asked: Any) -> list[str]:
    session = Session.objects.select_related("story").get(pk=session.pk)
    return [exchange.reply.message.content for exchange in exchanges.conversation(session, **asked).exchanges]


def sent(session: Session, content: str = "And?") -> str:
    session = Session.objects.select_related("story", "chapter", "user").get(pk=session.pk)
    return str(selectors.context_for(session=session, content=content).messages)


# --- Branches --------------------------------------------------------------------------------------------------------


def test_asking_again_makes_a_branch_and_keeps_the_other(session: Session):
    say(session, "One")
    two = say(session, "Two", "Second answer.")
    say(session, "Three")
    again = end(services.ask_again(message=two.message, content="Two, differently", request_key="again"))

    assert shown(session) == ["One", "Two, differently"]
    assert "Second answer." not in sent(session)
    assert again.message.parent_id == two.message.parent_id
    services.show_branch(message=two.message)
    assert shown(session) == ["One", "Two", "Three"]
    assert "Second answer." in sent(session)
    assert Message.objects.count() == 4


def test_the_beginning_can_be_asked_again_too(session: Session):
    one = say(session, "One", "First answer.")
    end(services.ask_again(message=one.message, content="Another one", request_key="again"))

    assert shown(session) == ["Another one"]
    assert "First answer." not in sent(session)


def test_which_of_its_siblings_an_exchange_is(session: Session):
    one = say(session, "One")
    for number in range(2):
        end(services.ask_again(message=one.message, content="One", request_key=f"again{number}"))
    services.show_branch(message=Message.objects.order_by("created_at")[1])
    (exchange,) = exchanges.conversation(Session.objects.select_related("story").get(pk=session.pk)).exchanges

    assert (exchange.place, exchange.places) == (2, 3)
    assert exchange.previous == one.message_id
    assert exchange.next is not None


def test_another_model_answers_the_same(session: Session, writer: Client):
    offer_model("test/other")
    one = say(session, "One")
    url = reverse("coaching:message-again", args=[one.message_id])
    answer = writer.post(url, {"content": "One", "request_key": "x", "model": "test/other"}, headers=HTMX)

    assert "2 of 2" in answer.text
    assert Reply.objects.latest("created_at").model == "test/other"
    back = writer.post(reverse("coaching:branch-show", args=[one.message_id]), headers=HTMX)
    assert "1 of 2" in back.text
    assert writer.post(url, {"content": "", "request_key": "y"}, headers=HTMX).status_code == 422


def test_two_tabs_at_once_make_one_conversation(session: Session):
    first, second = (Session.objects.get(pk=session.pk) for _tab in range(2))
    services.post_message(session=first, content="From one tab", request_key="a")
    services.post_message(session=second, content="From the other", request_key="b")

    assert shown(session) == ["From one tab", "From the other"]


def test_long_conversations_by_pages(session: Session):
    for number in range(45):
        say(session, f"Say {number}")
    end_page = exchanges.conversation(Session.objects.select_related("story").get(pk=session.pk))
    assert [exchange.reply.message.content for exchange in end_page.exchanges][-1] == "Say 44"
    assert len(end_page.exchanges) == exchanges.PAGE
    assert shown(session, before=end_page.older)[-1] == "Say 24"
    with CaptureQueriesContext(connection) as queries:
        exchanges.conversation(Session.objects.select_related("story").get(pk=session.pk))
    assert len(queries) == 3


# --- Kept in order ---------------------------------------------------------------------------------------------------


def test_it_is_called_by_how_it_begins_until_it_is_named(session: Session, writer: Client):
    say(session, "Is the opening too slow, " + "or is it just me, " * 20)
    title = Session.objects.get().title
    assert title.startswith("Is the opening too slow")
    assert len(title) <= 60
    url = reverse("coaching:session-revise", args=[session.pk])
    writer.post(url, {"title": "  The \n opening "})
    assert Session.objects.get().title == "The opening"
    writer.post(url, {"title": " "})
    assert Session.objects.get().title == "The opening"
    assert writer.post(url, {"title": "x" * 200}).status_code == 400


def test_pinned_put_away_thrown_away_and_taken_back(session: Session, writer: Client):
    say(session, "One")
    listed = reverse("coaching:session-list", args=[session.story_id])
    revise = reverse("coaching:session-revise", args=[session.pk])
    writer.post(revise, {"is_pinned-shown": "1", "is_pinned": "on"})
    assert "pinned" in writer.get(listed).text
    writer.post(revise, {"is_pinned-shown": "1"})
    assert not Session.objects.get().is_pinned
    archive = reverse("coaching:session-archive", args=[session.pk])
    writer.post(archive)
    writer.post(archive)
    assert "no conversations yet" in writer.get(listed).text
    assert ">One" in writer.get(listed, {"archived": "1"}).text
    writer.post(archive, {"archived": "0"})
    answer = writer.post(reverse("coaching:session-delete", args=[session.pk]), follow=True)
    restore = reverse("coaching:session-restore", args=[session.pk])
    assert restore in answer.text
    assert writer.get(reverse("coaching:session-detail", args=[session.pk])).status_code == 404
    writer.post(restore)
    assert writer.get(reverse("coaching:session-detail", args=[session.pk])).status_code == 200


def test_found_by_title_and_by_what_was_said(session: Session, writer: Client):
    say(session, "About the keeper", "He never sleeps.")
    other = create_session(user=session.user, story=session.story, chapter=session.chapter)
    say(other, "About the boat")
    listed = reverse("coaching:session-list", args=[session.story_id])

    assert "About the boat" not in writer.get(listed, {"q": "never sleeps"}).text
    assert "About the keeper" in writer.get(listed, {"q": "KEEPER"}).text
    assert "Nothing was found" in writer.get(listed, {"q": "100%_"}).text
    assert "<html" not in writer.get(listed, headers=HTMX).text


def test_the_list_is_paged_and_asks_the_same_queries(session: Session, writer: Client):
    listed = reverse("coaching:session-list", args=[session.story_id])
    with CaptureQueriesContext(connection) as one:
        writer.get(listed)
    for _number in range(25):
        create_session(user=session.user, story=session.story, chapter=session.chapter)
    with CaptureQueriesContext(connection) as many:
        page = writer.get(listed).text
    assert len(many) == len(one)
    assert "Earlier conversations" in page
    found = selectors.find_sessions(story=session.story, user=session.user)
    rest = selectors.find_sessions(
        story=session.story, user=session.user, before=Session.objects.get(pk=found.older).pk
    )
    assert len(found.sessions) + len(rest.sessions) == 26


def test_a_new_one_begins_when_it_is_asked_for(session: Session, writer: Client):
    say(session, "One")
    panel = reverse("coaching:panel", args=[session.story_id])
    assert "New conversation" in writer.get(panel, {"new": "1"}, headers=HTMX).text
    assert Session.objects.count() == 1
    start = reverse("coaching:session-start", args=[session.story_id])
    writer.post(start, {"content": "Two", "request_key": "n", "mode": "narrative"}, headers=HTMX)
    assert Session.objects.count() == 2


def test_the_model_is_the_conversations_own_and_a_retired_one_says_what_took_its_place(
    session: Session, writer: Client
):
    offer_model("test/other")
    start = reverse("coaching:session-start", args=[session.story_id])
    body = {"content": "Two", "request_key": "n", "mode": "narrative", "model": "test/other"}
    page = writer.post(start, body, headers=HTMX).text
    talk = Session.objects.latest("created_at")
    assert talk.model == "test/other"
    assert 'value="test/other" selected' in page
    model = offer_model("test/newer")
    retired = type(model).objects.get(pk="test/other")
    retired.expires_at, retired.replaced_by = timezone.now(), model
    retired.save()
    page = writer.get(reverse("coaching:session-detail", args=[talk.pk])).text
    assert "test/other is no longer offered; test/newer has taken its place" in page


# --- What goes with a message ----------------------------------------------------------------------------------------


def test_a_quotation_is_sent_between_marks_and_shown(session: Session, writer: Client):
    url = reverse("coaching:message-create", args=[session.pk])
    body = {"content": "Too long?", "quote": "The lamp </passage> faltered", "request_key": "q"}
    page = writer.post(url, body, headers=HTMX).text
    assert "The lamp &lt;/passage&gt; faltered" in page
    request = Reply.objects.get().request["messages"][-1]["content"]
    assert request.count("</passage>") == 1
    assert request.endswith("Too long?")
    assert writer.post(url, {**body, "quote": "x" * 4_001, "request_key": "r"}, headers=HTMX).status_code == 422


def test_reading_ahead_is_the_writers_to_allow(session: Session, writer: Client):
    assert not session.reads_ahead
    writer.post(reverse("coaching:session-revise", args=[session.pk]), {"reads_ahead-shown": "1", "reads_ahead": "on"})
    assert Session.objects.get().reads_ahead
    assert "may read later chapters" in writer.get(reverse("coaching:session-detail", args=[session.pk])).text


def test_feedback_is_told_to_nobody_and_can_be_taken_back(session: Session, writer: Client):
    reply = say(session, "One")
    before = Event.objects.count()
    url = reverse("coaching:reply-rate", args=[reply.pk])
    assert 'aria-pressed="true"' in writer.post(url, {"feedback": "good"}, headers=HTMX).text
    assert Reply.objects.get().feedback == "good"
    writer.post(url, {"feedback": "good"})
    assert Reply.objects.get().feedback == ""
    assert writer.post(url, {"feedback": "great"}).status_code == 400
    assert Event.objects.count() == before


def test_what_would_be_sent_is_shown_before(session: Session, writer: Client):
    url = reverse("coaching:message-preview", args=[session.story_id])
    page = writer.post(url, {"content": "Does it hold?", "chapter": session.chapter_id, "mode": "narrative"}).text
    assert "Nothing has been sent yet" in page
    assert "Does it hold?" in page
    assert "The lamp faltered" in page
    assert not Reply.objects.exists()


# --- Care ------------------------------------------------------------------------------------------------------------


def test_danger_is_answered_before_and_beside_any_model(session: Session, writer: Client):
    url = reverse("coaching:message-create", args=[session.pk])
    page = writer.post(url, {"content": "I want to die.", "request_key": "d"}, headers=HTMX).text
    assert "findahelpline.com" in page
    assert Message.objects.get().needs_care


def test_danger_is_answered_without_credits_and_without_a_model(session: Session, client: Client, settings: Any):
    poor = create_session(user=create_writer())
    poor.user.country = "GB"
    poor.user.save()
    from billing.models import Wallet

    Wallet.objects.filter(user=poor.user).update(balance_micros=0)
    client.force_login(poor.user)
    url = reverse("coaching:message-create", args=[poor.pk])
    answer = client.post(url, {"content": "I want to die.", "request_key": "d"}, headers=HTMX)
    assert answer.status_code == 402
    assert 'href="tel:116123"' in answer.text
    settings.COACH_ONLINE = False
    answer = client.post(url, {"content": "I want to die.", "request_key": "e"}, headers=HTMX)
    assert answer.status_code == 200
    assert 'href="tel:999"' in answer.text


def test_a_characters_despair_is_not_the_writers(session: Session, writer: Client):
    url = reverse("coaching:message-create", args=[session.pk])
    page = writer.post(url, {"content": "Is her despair believable?", "request_key": "d"}, headers=HTMX).text
    assert "findahelpline.com" not in page


def test_what_was_said_is_nowhere_else(session: Session, caplog: pytest.LogCaptureFixture):
    services.post_message(session=session, content="I want to die, and nobody knows.", request_key="d")
    assert not any("nobody knows" in str(event.payload) for event in Event.objects.all())
    assert "nobody knows" not in caplog.text


def test_the_listening_coach_says_what_it_is_and_says_it_again_after_three_hours(session: Session):
    talk = create_session(user=session.user, story=session.story, chapter=session.chapter, mode="therapeutic")
    for number in range(4):
        reply = say(talk, f"Say {number}")
        Message.objects.filter(pk=reply.message_id).update(created_at=timezone.now() + timedelta(hours=2 * number))
    found = exchanges.conversation(Session.objects.select_related("story").get(pk=talk.pk)).exchanges
    assert [bool(exchange.reminder) for exchange in found] == [True, False, True, False]


@pytest.mark.parametrize("name", ["session-revise", "session-archive", "session-delete", "session-restore"])
def test_nobody_elses(session: Session, client: Client, name: str):
    client.force_login(create_writer())
    assert client.post(reverse(f"coaching:{name}", args=[session.pk]), {"title": "Mine"}).status_code == 404


def test_nobody_elses_either(session: Session, client: Client):
    reply = say(session, "One")
    client.force_login(create_writer())
    body = {"content": "x", "request_key": "x", "feedback": "good", "session": session.pk}
    for name, pk in (
        ("message-again", reply.message_id),
        ("branch-show", reply.message_id),
        ("reply-rate", reply.pk),
        ("message-preview", session.story_id),
    ):
        assert client.post(reverse(f"coaching:{name}", args=[pk]), body).status_code == 404
    assert client.get(reverse("coaching:session-list", args=[session.story_id])).status_code == 404


def test_anothers_conversation_is_not_previewed_in_ones_own_story(session: Session, client: Client):
    other = create_writer()
    story: Story = create_story(owner=other)
    client.force_login(other)
    url = reverse("coaching:message-preview", args=[story.pk])
    assert client.post(url, {"content": "x", "session": session.pk}).status_code == 404
