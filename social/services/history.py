"""Where readers are in what they read, for as long as they want that kept."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from social.models import ReaderSettings, Reading
from stories.models import Chapter


def keep_place(*, reader: User, chapter: Chapter, paragraph: int = 0, is_finished: bool = False) -> bool:
    """Remember where somebody is in a story, unless they have paused that. Returns whether it is kept."""
    if ReaderSettings.objects.filter(user=reader, keeps_history=False).exists():
        return False
    place = {"chapter": chapter, "paragraph": min(max(paragraph, 0), 1_000_000), "read_at": timezone.now()}
    Reading.objects.update_or_create(
        reader=reader, story_id=chapter.story_id, defaults={**place, "is_finished": is_finished}
    )
    return True


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
