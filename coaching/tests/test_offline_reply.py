"""Without a key the offline coach answers: through the same life of a reply, for nothing, and nothing leaves."""

import pytest

from billing.models import Entry, Hold
from coaching import services
from coaching.models import Reply
from coaching.tests.conftest import create_session
from coaching.tests.test_reply_life import ended, watch
from tests.factories import create_chapter, create_story
from tests.servers import ServerThread

pytestmark = pytest.mark.django_db(transaction=True)

PROSE = "She really, really wanted to leave. The door was opened by the wind. " * 8


def test_the_offline_coach_answers_for_free(live_asgi: ServerThread):
    session = create_session()
    story = session.story
    chapter = create_chapter(story=story, content=PROSE)
    session.chapter = chapter
    session.save()
    reply = services.post_message(session=session, content="Is the rhythm right?", request_key="k")

    text, closing = watch(live_asgi, reply)

    reply = ended(reply)
    assert closing == "done"
    assert (reply.state, reply.cost_micros, reply.is_offline) == (Reply.State.DONE, 0, True)
    assert text == reply.content
    assert len(text) > 100
    assert "?" in text
    assert not Hold.objects.exists()
    assert not Entry.objects.filter(kind="charge").exists()


@pytest.mark.parametrize("content", ["", "Word", "🙂" * 50])
def test_it_has_something_to_say_of_almost_nothing(live_asgi: ServerThread, content: str):
    story = create_story(language="fr")
    chapter = create_chapter(story=story, content=content)
    session = create_session(user=story.owner, story=story, chapter=chapter)

    reply = services.post_message(session=session, content="Alors ?", request_key="k")

    assert watch(live_asgi, reply)[1] == "done"
