"""The bound of replies at once, asked for by threads with connections of their own to a real PostgreSQL."""

from collections.abc import Iterator
from functools import partial
from itertools import cycle
from typing import Any

import pytest

from billing.models import Wallet
from coaching import services
from coaching.models import Message, Reply, Session
from coaching.services import TooManyReplies
from coaching.tests.conftest import create_session, create_writer, offer_model
from tests.crowds import a_connection_for_each, at_once
from tests.factories import create_story, create_user
from tests.model_server import ModelServer

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
PRICED, FREE = "test/normal", "test/free"


@pytest.fixture(autouse=True)
def _a_connection_for_each(transactional_db: None) -> Iterator[None]:
    with a_connection_for_each():
        yield


@pytest.mark.parametrize("models", [[""], [FREE], [FREE, PRICED]], ids=["offline", "for nothing", "some at a price"])
def test_no_more_than_allowed_whatever_they_cost(settings: Any, model_server: ModelServer, models: list[str]):
    settings.REPLIES_AT_ONCE = 3
    settings.COACH_ONLINE = models != [""]
    offer_model(PRICED)
    offer_model(FREE, prompt="0", completion="0")
    # Who only asks for what is free may have no wallet yet.
    user = create_writer() if PRICED in models else create_user()
    story = create_story(owner=user)
    # A conversation each: the lock of one's row makes nobody wait in another.
    sessions = [create_session(user=user, story=story) for _ in range(8)]

    outcomes = at_once(
        [
            partial(services.post_message, session=session, content="Well?", request_key="k", model=model)
            for session, model in zip(sessions, cycle(models), strict=False)
        ]
    )

    assert sum(isinstance(outcome, TooManyReplies) for outcome in outcomes) == 5
    assert Reply.objects.unfinished().count() == Message.objects.count() == 3
    assert Wallet.objects.filter(user=user).count() == 1


def test_two_tabs_that_send_at_once_in_one_conversation(model_server: ModelServer):
    """Each message is kept and answered, one after the other on one branch; each is held for once."""
    offer_model(PRICED)
    user = create_writer()
    session = create_session(user=user)

    def send(key: str) -> Reply:
        # A tab of one's own: nothing of the row is shared.
        tab = Session.objects.get(pk=session.pk)
        return services.post_message(session=tab, content=f"From tab {key}", request_key=key)

    replies = at_once([partial(send, str(number)) for number in range(4)])

    assert len({reply.pk for reply in replies}) == 4
    session.refresh_from_db()
    parents = dict(Message.objects.filter(session=session).values_list("pk", "parent_id"))
    path, place = [], session.head_id
    while place is not None:
        path.append(place)
        place = parents[place]
    assert set(path) == set(parents)
    assert len(path) == 4
    held = sum(Reply.objects.values_list("ceiling_micros", flat=True))
    assert Wallet.objects.get(user=user).held_micros == held > 0
