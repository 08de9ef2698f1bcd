"""Likes."""

from django.db import transaction

import events.services
from accounts.models import User
from social.models import Like
from social.services.listing import count_answers
from social.services.openness import refuse_flood, require_open
from stories.models import Story


@transaction.atomic
def like_story(*, user: User, story: Story) -> bool:
    """Say that somebody loves a story they may see. Returns whether this is new.

    Raises AnswersClosed, AnswererSuspended and TooMuchAtOnce.
    """
    require_open(user, story)
    _like, is_new = Like.objects.get_or_create(story=story, user=user)
    if is_new:
        refuse_flood(user, "likes")
        count_answers(story_id=story.pk, likes=1)
        events.services.record("story.liked", person_id=user.pk, subject=story)
    return is_new


@transaction.atomic
def unlike_story(*, user: User, story: Story) -> bool:
    """Take a like back. Returns whether there was one."""
    was_there = bool(Like.objects.filter(story=story, user=user).delete()[0])
    if was_there:
        count_answers(story_id=story.pk, likes=-1)
        events.services.record("story.unliked", person_id=user.pk, subject=story)
    return was_there
