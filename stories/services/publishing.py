"""Who may read: the story, and which of its chapters."""

from collections.abc import Collection
from datetime import datetime
from functools import partial
from typing import ClassVar
from uuid import UUID

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

import events.services
from accounts.models import User
from costory.lib import markdown
from costory.lib.errors import DomainError
from stories.models import Chapter, Story, new_share_token
from stories.services.chapter import hold_story
from stories.services.suspension import refuse_changing, refuse_showing

VISIBILITY_EVENTS = {
    Story.Visibility.PUBLIC: "story.published",
    Story.Visibility.LINK: "story.shared",
    Story.Visibility.PRIVATE: "story.withdrawn",
}


class RatingMissing(DomainError):
    """Whoever shows a story says first for whom it is."""

    code: ClassVar[str] = "validation_error"


@transaction.atomic
def set_visibility(
    *, story: Story, visibility: str, rating: str = "", chapter_ids: Collection[UUID] | None = None
) -> Story:
    """Say who may read a story. The first link mints its token, which stays the same until it is renewed.

    Readers see the chapters that are released. Shown to others for the first time, or after it was private, a story
    shows all of them but those planned for later; `chapter_ids` names others to show instead. Raises RatingMissing
    where neither the story nor the call says for whom it is, and Suspended.
    """
    stored = Story.objects.select_for_update().select_related(None).get(pk=story.pk)
    chosen = Story.Visibility(visibility)
    was = stored.visibility
    if chosen != Story.Visibility.PRIVATE:
        stored.rating = Story.Rating(rating).value if rating else stored.rating
        if not stored.rating:
            raise RatingMissing(_("Say first for whom the story is: a rating is missing."))
        circles = list(Story.Visibility)
        if circles.index(chosen) > circles.index(Story.Visibility(was)):
            refuse_showing(stored)
    if was != chosen or stored.rating != story.rating:
        stored.visibility = chosen
        if chosen == Story.Visibility.LINK and not stored.share_token:
            stored.share_token = new_share_token()
        if chosen == Story.Visibility.PUBLIC and stored.published_at is None:
            stored.published_at = timezone.now()
        # When it was last worked on does not change by being shown.
        stored.save(update_fields=["visibility", "share_token", "published_at", "rating"])
    if chosen != Story.Visibility.PRIVATE and (was == Story.Visibility.PRIVATE or chapter_ids is not None):
        _release(stored, chapter_ids, is_news=was == Story.Visibility.PUBLIC)
    if was != chosen:
        events.services.record(VISIBILITY_EVENTS[chosen], person_id=stored.owner_id, subject=stored)
    elif chapter_ids is not None:
        events.services.record("story.revised", person_id=stored.owner_id, subject=stored)
    return stored


def _release(story: Story, chapter_ids: Collection[UUID] | None, *, is_news: bool) -> None:
    """Release these chapters of a story (None: all that have no time yet), and take the others back to the desk."""
    now = timezone.now()
    present = Chapter.objects.filter(story=story, deleted_at=None)
    chosen = present if chapter_ids is None else present.filter(pk__in=chapter_ids)
    if chosen.filter(released_at=None).exists():
        refuse_showing(story)
    _make_html(chosen)
    # Chapters that come with their story are no news of their own.
    told = {} if is_news else {"announced_at": now}
    chosen.filter(released_at=None).update(released_at=now, **told)
    if chapter_ids is not None:
        present.exclude(pk__in=chapter_ids).filter(released_at__lte=now).update(released_at=None, announced_at=None)


def _make_html(chapters: QuerySet[Chapter]) -> None:
    """Store the HTML of what readers are about to see; a draft is saved without. The caller holds the story."""
    unmade = chapters.filter(content_html="").exclude(content="")
    for pk, content in list(unmade.values_list("pk", "content")):
        Chapter.objects.filter(pk=pk).update(content_html=markdown.render(content))


@transaction.atomic
def release_chapter(*, chapter: Chapter, at: datetime | None = None, is_silent: bool = False) -> Chapter:
    """Let a story's readers see a chapter, now or from a time to come. Repeatable.

    Followers are told once, when its time has come, unless it is silent. Raises Suspended.
    """
    story = hold_story(story_id=chapter.story_id)
    stored = Chapter.objects.without_text().get(pk=chapter.pk)
    now = timezone.now()
    if stored.is_released and (at is None or at <= now):
        return stored
    if not stored.is_released and story.visibility != Story.Visibility.PRIVATE:
        refuse_showing(story)
    if stored.is_released:
        # Taken back until then; whoever was told of it is not told again.
        stored.announced_at = stored.announced_at or now
    _make_html(Chapter.objects.filter(pk=stored.pk))
    stored.released_at = max(at, now) if at else now
    stored.is_silent = is_silent
    stored.save(update_fields=["released_at", "is_silent", "announced_at"])
    events.services.record(
        "chapter.released",
        person_id=story.owner_id,
        subject=stored,
        payload={"story_id": str(story.pk), "at": stored.released_at.isoformat()},
    )
    return stored


def postpone_releases(*, owner: User, until: datetime) -> None:
    """Put off what somebody has planned to release before a time. They plan anew if that does not suit them."""
    planned = Chapter.objects.present().filter(story__owner=owner, released_at__gt=timezone.now())
    planned.filter(released_at__lt=until).update(released_at=until)


@transaction.atomic
def withhold_chapter(*, chapter: Chapter) -> Chapter:
    """Take a chapter back from its readers, or give up a plan to release it. Repeatable."""
    story = hold_story(story_id=chapter.story_id)
    stored = Chapter.objects.without_text().get(pk=chapter.pk)
    if stored.released_at is None:
        return stored
    stored.released_at = None
    stored.save(update_fields=["released_at"])
    events.services.record(
        "chapter.withheld", person_id=story.owner_id, subject=stored, payload={"story_id": str(story.pk)}
    )
    return stored


@transaction.atomic
def renew_share_link(*, story: Story) -> Story:
    """Give a story another secret address. The one before is dead from now on."""
    stored = hold_story(story_id=story.pk)
    stored.share_token = new_share_token()
    stored.save(update_fields=["share_token"])
    events.services.record("story.link_renewed", person_id=stored.owner_id, subject=stored)
    return stored


@transaction.atomic
def set_cover(*, story: Story, cover: "ContentFile[bytes] | None") -> Story:
    """Give a story a cover that was cleaned (costory.lib.pictures), or with None the drawn one again.

    Raises Suspended for another picture of a story that others read.
    """
    stored = hold_story(story_id=story.pk)
    if cover is not None:
        refuse_changing(stored)
    old, storage = stored.cover.name, stored.cover.storage
    if cover is None:
        stored.cover = ""
    else:
        stored.cover.save(str(cover.name), cover, save=False)
    new = stored.cover.name if cover is not None else ""
    try:
        stored.save(update_fields=["cover", "updated_at"])
        events.services.record("story.revised", person_id=stored.owner_id, subject=stored)
    except BaseException:
        if new:
            storage.delete(new)
        raise
    if old:
        transaction.on_commit(partial(storage.delete, old))
    return stored


def share_url(*, story: Story) -> str:
    """The absolute address at which a story shared by link is read, or nothing where it is not shared so."""
    if story.visibility != Story.Visibility.LINK or not story.share_token:
        return ""
    return f"{settings.APP_URL}/s/{story.share_token}/"
