"""Where a reader is in a story, on whatever device they read."""

from django.utils import timezone

from accounts.models import User
from social.models import ReaderSettings, Reading
from stories.models import Chapter

MOST_PARAGRAPHS = 100_000


def keep_place(*, reader: User, chapter: Chapter, paragraph: int = 0, is_finished: bool = False) -> bool:
    """Remember that this person is here in the story. Returns whether it is kept: not for whoever paused that."""
    if ReaderSettings.objects.filter(user=reader, keeps_history=False).exists():
        return False
    place = {
        "chapter": chapter,
        "paragraph": min(max(paragraph, 0), MOST_PARAGRAPHS),
        "is_finished": is_finished,
        "read_at": timezone.now(),
    }
    Reading.objects.update_or_create(reader=reader, story_id=chapter.story_id, defaults=place)
    return True
