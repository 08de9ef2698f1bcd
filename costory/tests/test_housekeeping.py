"""The minute's chores: each is done, and a broken one takes none of the others with it."""

import logging
from datetime import timedelta

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.utils import timezone

from accounts.models import IdempotencyKey
from costory.housekeeping import keep_house
from tests.factories import create_user


async def call(function):
    return await sync_to_async(function, thread_sensitive=True)()


@pytest.mark.django_db
def test_answers_that_may_hold_text_are_forgotten_after_a_day():
    user = create_user()
    old = timezone.now() - timedelta(hours=25)
    IdempotencyKey.objects.create(user=user, key="old", fingerprint="x", body="a text", created_at=old)
    IdempotencyKey.objects.create(user=user, key="new", fingerprint="x", body="a text")

    async_to_sync(keep_house)(call)

    assert list(IdempotencyKey.objects.values_list("key", flat=True)) == ["new"]


def test_a_chore_that_fails_is_reported_and_the_next_is_done(caplog):
    done = []

    def fails() -> int:
        raise ValueError("a broken pipe")

    def works() -> int:
        done.append(1)
        return 1

    with caplog.at_level(logging.INFO):
        async_to_sync(keep_house)(call, (fails, works))

    assert done
    assert "fails failed" in caplog.text
