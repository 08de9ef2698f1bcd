"""The coach's panel: beside a chapter as a fragment, and as a page of its own."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from coaching import services
from coaching.models import Reply, Session
from coaching.tests.conftest import create_session, create_writer
from tests.factories import create_chapter, create_story, create_user
from tests.model_server import ModelServer

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def session() -> Session:
    return create_session()


@pytest.fixture
def writer(client: Client, session: Session) -> Client:
    client.force_login(session.user)
    return client


def panel_url(session: Session, query: str = "") -> str:
    return reverse("coaching:panel", args=[session.story_id]) + query


def test_a_page_and_a_fragment(writer: Client, session: Session):
    page = writer.get(panel_url(session))
    fragment = writer.get(panel_url(session), headers=HTMX)

    assert page.status_code == fragment.status_code == 200
    assert "<html" in page.text
    assert "<html" not in fragment.text
    assert 'id="chat"' in fragment.text
    assert "HX-Request" in page["Vary"]


def test_looking_writes_nothing(client: Client):
    user = create_writer()
    story = create_story(owner=user)
    client.force_login(user)

    assert client.get(reverse("coaching:panel", args=[story.pk])).status_code == 200
    assert not Session.objects.exists()


def test_the_offline_coach_says_what_it_is(writer: Client, session: Session):
    assert "No model is connected" in writer.get(panel_url(session)).text


def test_an_ai_says_that_it_is_one(writer: Client, session: Session, model_server: ModelServer):
    page = writer.get(panel_url(session)).text

    assert "You are talking to an AI" in page
    assert "No model is connected" not in page


def test_a_journal_is_listened_to(client: Client):
    user = create_writer()
    story = create_story(owner=user, mode="journal")
    client.force_login(user)

    assert 'value="therapeutic"' in client.get(reverse("coaching:panel", args=[story.pk])).text


@pytest.mark.parametrize("query", ["?mode=nonsense", "?chapter=nonsense", "?before=nonsense", "?mode=%00"])
def test_what_cannot_be_read_is_left_aside(writer: Client, session: Session, query: str):
    assert writer.get(panel_url(session, query)).status_code == 200


def test_a_stranger_finds_nothing(client: Client, session: Session):
    client.force_login(create_user())

    assert client.get(panel_url(session)).status_code == 404
    assert client.get(reverse("coaching:session-detail", args=[session.pk])).status_code == 404


def test_a_strangers_chapter_is_not_read(writer: Client, session: Session):
    foreign = create_chapter(content="A secret.")

    assert str(foreign.pk) not in writer.get(panel_url(session, f"?chapter={foreign.pk}"), headers=HTMX).text


def test_anonymous_is_sent_to_log_in(client: Client, session: Session):
    answer = client.get(panel_url(session))

    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


def test_only_get(writer: Client, session: Session):
    assert writer.post(panel_url(session)).status_code == 405


def test_a_reply_in_progress_reloads_by_itself_without_scripts(writer: Client, session: Session):
    reply = services.post_message(session=session, content="Well?", request_key="k")
    page = writer.get(reverse("coaching:session-detail", args=[session.pk])).text

    assert '<noscript><meta http-equiv="refresh"' in page
    assert f"/coach/replies/{reply.pk}/stream/?permit=" in page


def test_the_number_of_queries_does_not_grow_with_the_conversation(writer: Client, session: Session):
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert writer.get(panel_url(session)).status_code == 200
        return len(queries)

    services.post_message(session=session, content="Once?", request_key="k")
    few = count()
    for number in range(12):
        services.post_message(session=session, content="Again?", request_key=f"k{number}")
    Reply.objects.update(content="Hm.")

    assert count() == few <= 8


def test_in_french(writer: Client, session: Session):
    session.user.language = "fr"
    session.user.save()

    assert '<html lang="fr"' in writer.get(panel_url(session)).text
