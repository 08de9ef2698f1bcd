"""Stories: begin, describe, show and put away."""

from typing import TypedDict, TypeVar, Unpack

from django.db import transaction
from django.utils import timezone

import events.services
from accounts.models import User
from costory.lib import markdown
from stories.models import BIN_TIME, Chapter, Story
from stories.services.chapter import create_chapter
from stories.services.suspension import refuse_changing
from stories.services.wording import clean_title


class Brief(TypedDict, total=False):
    """What a story is written to, all of it optional."""

    description: str
    language: str
    theme: str
    is_real: bool | None
    purpose: str
    era: str
    writing_style: str
    pov: str


class Told(TypedDict, total=False):
    """What readers are told of a story before they read it."""

    rating: str
    warnings: list[str]
    is_complete: bool
    comment_policy: str
    disclosure: str
    may_download: bool


class NewStory(Brief, Told, total=False):
    """What may be said of a story when it begins."""


class StoryChanges(NewStory, total=False):
    """What of a story may change by itself; who may read it has a service of its own."""

    title: str
    mode: str
    premise: str


BriefT = TypeVar("BriefT", NewStory, StoryChanges)


@transaction.atomic
def create_story(*, owner: User, title: str, mode: str, **brief: Unpack[NewStory]) -> Story:
    """Begin a story that only its owner can see. Raises InvalidTitle."""
    story = Story.objects.create(
        owner=owner, title=clean_title(title=title, is_required=True), mode=mode, **_clean(brief)
    )
    events.services.record("story.created", person_id=owner.pk, subject=story, payload={"mode": mode})
    return story


@transaction.atomic
def start_story(*, owner: User, title: str, mode: str, **brief: Unpack[NewStory]) -> Chapter:
    """Begin a story with an empty first chapter to write in. Raises InvalidTitle."""
    story = create_story(owner=owner, title=title, mode=mode, **brief)
    return create_chapter(story=story, author=owner)


@transaction.atomic
def revise_story(*, story: Story, **changes: Unpack[StoryChanges]) -> Story:
    """Change what is given of a story's title, kind, brief and what readers are told.

    Raises InvalidTitle, and Suspended for other words that readers see.
    """
    if "title" in changes:
        changes["title"] = clean_title(title=changes["title"], is_required=True)
    changes = _clean(changes)
    stored = Story.objects.select_related("owner").get(pk=story.pk)
    if changes.get("title", stored.title) != stored.title or (
        changes.get("description", stored.description) != stored.description
    ):
        refuse_changing(stored)
    for name, value in changes.items():
        setattr(story, name, value)
    story.save(update_fields=[*changes, "updated_at"])
    events.services.record("story.revised", person_id=story.owner_id, subject=story)
    return story


def opens_journal(*, story: Story, visibility: str, becomes: str = "") -> bool:
    """Whether this would open a journal to more people than read it now: that is to be said twice.

    `becomes` is the kind the story is given in the same breath, where there is one.
    """
    circles = list(Story.Visibility)
    is_wider = circles.index(Story.Visibility(visibility)) > circles.index(Story.Visibility(story.visibility))
    return is_wider and Story.Mode.JOURNAL in (story.mode, becomes)


@transaction.atomic
def delete_story(*, story: Story) -> None:
    """Put a story in the bin, where nobody sees it and its owner can take it out again for 30 days. Repeatable."""
    if Story.objects.filter(pk=story.pk, deleted_at=None).update(deleted_at=timezone.now()):
        events.services.record("story.deleted", person_id=story.owner_id, subject=story)


@transaction.atomic
def restore_story(*, story: Story) -> Story:
    """Take a story out of the bin, for its owner's eyes only: who may read it is to be said again. Repeatable."""
    in_time = Story.objects.filter(pk=story.pk, deleted_at__gt=timezone.now() - BIN_TIME)
    if in_time.update(deleted_at=None, visibility=Story.Visibility.PRIVATE):
        events.services.record("story.restored", person_id=story.owner_id, subject=story)
    story.refresh_from_db()
    return story


def _clean(brief: BriefT) -> BriefT:
    if "description" in brief:
        brief["description"] = markdown.normalise_text(brief["description"])
    return brief
