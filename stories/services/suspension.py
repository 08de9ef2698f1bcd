"""Whoever is suspended shows readers nothing new: no story, no chapter, and no other words in what is read."""

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import Suspended
from stories.models import Chapter, Story


def refuse_showing(story: Story) -> None:
    """Raise Suspended where the owner of a story is suspended."""
    if story.owner.is_suspended:
        raise Suspended(_("Your account is suspended: for now, nothing of yours can be shown to others."))


def refuse_changing(story: Story) -> None:
    """Raise Suspended where others read a story, and its owner is suspended."""
    if story.visibility != Story.Visibility.PRIVATE and story.owner.is_suspended:
        raise Suspended(_("Your account is suspended: for now, nothing that others read can be changed."))


def refuse_rewording(*, chapter: Chapter, author: User) -> None:
    """Raise Suspended where others read a chapter, or will by a plan, and whoever writes it is suspended."""
    if author.is_suspended and chapter.released_at is not None:
        refuse_changing(Story.objects.select_related("owner").get(pk=chapter.story_id))


def is_closed_to(*, chapter: Chapter, story: Story, author: User) -> bool:
    """Whether a save of this chapter would be refused because its author is suspended."""
    is_read = chapter.released_at is not None and story.visibility != Story.Visibility.PRIVATE
    return is_read and author.is_suspended
