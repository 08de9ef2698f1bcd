"""Stories: begin, describe, show and put away."""

from typing import TypedDict, TypeVar, Unpack

from django.conf import settings
from django.db import transaction
from django.utils import timezone

import events.services
from accounts.models import User
from costory.lib import markdown
from stories.models import BIN_TIME, Chapter, Story, new_share_token
from stories.services.chapter import create_chapter
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


class StoryChanges(Brief, total=False):
    """What of a story may change by itself; who may read it has a service of its own."""

    title: str
    mode: str
    premise: str


BriefT = TypeVar("BriefT", Brief, StoryChanges)

VISIBILITY_EVENTS = {
    Story.Visibility.PUBLIC: "story.published",
    Story.Visibility.LINK: "story.shared",
    Story.Visibility.PRIVATE: "story.withdrawn",
}


@transaction.atomic
def create_story(*, owner: User, title: str, mode: str, **brief: Unpack[Brief]) -> Story:
    """Begin a story that only its owner can see. Raises InvalidTitle."""
    story = Story.objects.create(
        owner=owner, title=clean_title(title=title, is_required=True), mode=mode, **_clean(brief)
    )
    events.services.record("story.created", person_id=owner.pk, subject=story, payload={"mode": mode})
    return story


@transaction.atomic
def start_story(*, owner: User, title: str, mode: str, **brief: Unpack[Brief]) -> Chapter:
    """Begin a story with an empty first chapter to write in. Raises InvalidTitle."""
    story = create_story(owner=owner, title=title, mode=mode, **brief)
    return create_chapter(story=story, author=owner)


def revise_story(*, story: Story, **changes: Unpack[StoryChanges]) -> Story:
    """Change what is given of a story's title, kind and brief. Raises InvalidTitle."""
    if "title" in changes:
        changes["title"] = clean_title(title=changes["title"], is_required=True)
    for name, value in _clean(changes).items():
        setattr(story, name, value)
    story.save(update_fields=[*changes, "updated_at"])
    return story


@transaction.atomic
def set_visibility(*, story: Story, visibility: str) -> Story:
    """Say who may read a story. The first link mints its token, which stays the same from then on."""
    stored = Story.objects.select_for_update().get(pk=story.pk)
    chosen = Story.Visibility(visibility)
    if stored.visibility != chosen:
        stored.visibility = chosen
        if chosen == Story.Visibility.LINK and not stored.share_token:
            stored.share_token = new_share_token()
        if chosen == Story.Visibility.PUBLIC and stored.published_at is None:
            stored.published_at = timezone.now()
        # When it was last worked on does not change by being shown.
        stored.save(update_fields=["visibility", "share_token", "published_at"])
        events.services.record(VISIBILITY_EVENTS[chosen], person_id=stored.owner_id, subject=stored)
    return stored


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


def share_url(*, story: Story) -> str:
    """The absolute address at which a story shared by link is read, or nothing where it is not shared so."""
    if story.visibility != Story.Visibility.LINK or not story.share_token:
        return ""
    return f"{settings.APP_URL}/s/{story.share_token}/"
