"""What readers have read, for as long as they want that kept (social.services.place keeps it)."""

from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.models import User
from social.models import ReaderSettings, Reading


def forget_reading(*, reader: User, story_id: UUID) -> bool:
    """Forget that somebody read a story, and where they were. Returns whether there was something to forget."""
    return bool(Reading.objects.filter(reader=reader, story=story_id).delete()[0])


def forget_readings(*, reader: User) -> int:
    """Forget everything somebody read. Returns how many stories that was."""
    return Reading.objects.filter(reader=reader).delete()[0]


@transaction.atomic
def choose_reading(*, reader: User, **choices: Any) -> ReaderSettings:
    """Keep what somebody has chosen for their reading: `keeps_history`, `shows_mature`."""
    return ReaderSettings.objects.update_or_create(user=reader, defaults=choices)[0]
