"""What a writer does with chapters from a list: name them, say how far they are."""

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from stories.models import Chapter, Story
from stories.services.chapter import hold_story
from stories.services.revision import revise_chapter


@transaction.atomic
def rename_chapter(*, chapter: Chapter, author: User, title: str) -> Chapter:
    """Give a chapter another title and leave its text, whatever its version is by now. Raises InvalidTitle.

    The story is held, so no save comes between; one that was written from the version before meets a conflict, as
    after any other change.
    """
    hold_story(story_id=chapter.story_id)
    stored = Chapter.objects.select_related("story").get(pk=chapter.pk)
    return revise_chapter(chapter=stored, author=author, version=stored.version, title=title)


@transaction.atomic
def set_status(*, chapter: Chapter, status: str) -> Chapter:
    """Say how far a chapter is (`Chapter.Status`). Its version stays: nobody who is writing it is in the way."""
    hold_story(story_id=chapter.story_id)
    Chapter.objects.filter(pk=chapter.pk).update(status=Chapter.Status(status))
    Story.objects.filter(pk=chapter.story_id).update(updated_at=timezone.now())
    chapter.status = status
    return chapter
