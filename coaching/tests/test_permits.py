"""The permission in a stream's address: whose it is, how long it holds, and clocks that do not agree."""

import time
import uuid

import pytest
from django.core import signing

from coaching import services
from coaching.models import Reply
from coaching.services.permits import PERMIT_SECONDS

pytestmark = pytest.mark.once


def permit(reply_id: uuid.UUID, *, made: float) -> str:
    """What a server whose clock said `made` would have put into the page."""

    class Elsewhere(signing.TimestampSigner):
        def timestamp(self) -> str:
            return signing.b62_encode(int(made))

    return Elsewhere(salt="coaching.stream").sign(reply_id.hex).partition(":")[2]


def test_the_measure_itself():
    reply = Reply(pk=uuid.uuid4())
    assert services.stream_path(reply).partition("permit=")[2] in {
        permit(reply.pk, made=time.time() - second) for second in (0, 1)
    }


@pytest.mark.parametrize("ahead", [-3_000, -90, 0, 90, 3_000])
def test_the_clock_of_the_server_that_made_it_may_be_off(ahead: int):
    """Behind or ahead by most of an hour, the reply can be watched at once from another server."""
    reply_id = uuid.uuid4()
    assert services.permit_opens(reply_id, permit(reply_id, made=time.time() + ahead))


def test_it_ends_and_opens_one_reply_only():
    reply_id = uuid.uuid4()
    now = time.time()
    assert not services.permit_opens(reply_id, permit(reply_id, made=now - PERMIT_SECONDS - 5))
    assert not services.permit_opens(uuid.uuid4(), permit(reply_id, made=now))
    moment, _, mark = permit(reply_id, made=now - PERMIT_SECONDS - 5).partition(":")
    later = signing.b62_encode(int(now))
    assert later != moment
    assert not services.permit_opens(reply_id, f"{later}:{mark}"), "the moment is signed too"


@pytest.mark.parametrize("broken", ["", ":", "::", "x", "0:", "\x00:\x00", "9" * 5_000, "é:ü"])
def test_what_is_no_permit_opens_nothing(broken: str):
    assert not services.permit_opens(uuid.uuid4(), broken)
