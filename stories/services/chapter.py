"""Chapters: add, order, put away and take back. Their places are 1 to n, without gaps."""

from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from django.db import transaction
from django.db.models import Case, F, Max, QuerySet, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

import events.services
from accounts.models import User
from costory.lib import markdown
from costory.lib.errors import DomainError
from stories import provenance
from stories.models import BIN_TIME, Chapter, Revision, Story
from stories.services.wording import Wording, clean_wording

# Above every place: two chapters never meet on one while others move.
ASIDE = 1_000_000


class IncompleteOrder(DomainError):
    """An order must name each of the story's chapters once, and nothing else."""

    code: ClassVar[str] = "validation_error"


@transaction.atomic
def create_chapter(
    *,
    story: Story,
    author: User,
    title: str = "",
    content: str = "",
    runs: provenance.Runs | None = None,
    kind: str = Revision.Kind.EDIT,
    prompt: str = "",
    entry_date: date | None = None,
    setting: str = "",
) -> Chapter:
    """Add a chapter at the end; its text is a person's unless `runs` say otherwise.

    Raises InvalidTitle and ContentTooLong.
    """
    wording = clean_wording(title=title, content=content)
    hold_story(story_id=story.pk)
    last = _present(story).aggregate(last=Max("position"))["last"] or 0
    chapter = Chapter(
        story=story,
        position=last + 1,
        prompt=markdown.normalise_text(prompt).strip(),
        entry_date=entry_date,
        setting=markdown.normalise_text(setting).strip(),
    )
    return add_chapter(chapter, wording, runs=runs or [], author=author, kind=kind)


def add_chapter(
    chapter: Chapter, wording: Wording, *, runs: provenance.Runs, author: User, kind: str, is_counted: bool = True
) -> Chapter:
    """Write a new chapter, to whose place nobody else comes: the caller holds its story."""
    chapter.title, chapter.content, chapter.content_html = wording.title, wording.content, wording.content_html
    chapter.word_count = wording.word_count
    for name, value in chapter_record(wording.content, runs).items():
        setattr(chapter, name, value)
    chapter.save(force_insert=True)
    Revision.objects.create(
        chapter=chapter,
        author=author,
        version=chapter.version,
        kind=kind,
        title=chapter.title,
        content=chapter.content,
        provenance=chapter.provenance,
        word_count=chapter.word_count,
    )
    if is_counted:
        _add_to_totals(chapter, sign=1)
    story = chapter.story
    events.services.record("chapter.created", person_id=author.pk, subject=chapter, payload={"story_id": str(story.pk)})
    return chapter


def chapter_record(content: str, runs: provenance.Runs) -> dict[str, Any]:
    """What a chapter keeps of who wrote its text, by field."""
    covered = provenance.cover(runs, len(content))
    counted = provenance.shares(covered)
    return {
        "provenance": covered,
        "character_count": len(content),
        "coach_characters": counted.coach,
        "coach_edited_characters": counted.coach_edited,
    }


@transaction.atomic
def delete_chapter(*, chapter: Chapter) -> None:
    """Put a chapter in the bin; later ones move up. Repeatable."""
    hold_story(story_id=chapter.story_id)
    stored = Chapter.objects.without_text().select_related("story").get(pk=chapter.pk)
    if stored.deleted_at is not None:
        return
    Chapter.objects.filter(pk=stored.pk).update(deleted_at=timezone.now())
    _shift(_present(stored.story).filter(position__gt=stored.position), by=-1)
    _add_to_totals(stored, sign=-1)
    events.services.record("chapter.deleted", person_id=stored.story.owner_id, subject=stored)


@transaction.atomic
def restore_chapter(*, chapter: Chapter) -> Chapter:
    """Take a chapter out of the bin, to the place it had or to the end. Repeatable; too late after 30 days."""
    hold_story(story_id=chapter.story_id)
    stored = Chapter.objects.without_text().select_related("story").get(pk=chapter.pk)
    if stored.deleted_at is None or stored.deleted_at <= timezone.now() - BIN_TIME:
        return stored
    last = _present(stored.story).aggregate(last=Max("position"))["last"] or 0
    stored.position = min(stored.position, last + 1)
    _shift(_present(stored.story).filter(position__gte=stored.position), by=1)
    stored.deleted_at = None
    stored.save(update_fields=["position", "deleted_at"])
    _add_to_totals(stored, sign=1)
    events.services.record("chapter.restored", person_id=stored.story.owner_id, subject=stored)
    return stored


@transaction.atomic
def reorder_chapters(*, story: Story, chapter_ids: Sequence[UUID]) -> None:
    """Put the chapters in this order. Raises IncompleteOrder unless each of them is named once."""
    hold_story(story_id=story.pk)
    present = _present(story)
    stored = set(present.values_list("pk", flat=True))
    if len(chapter_ids) != len(stored) or set(chapter_ids) != stored:
        raise IncompleteOrder(_("The order must name every chapter of the story once."))
    if not stored:
        return
    present.update(position=F("position") + ASIDE)
    places = [When(pk=pk, then=Value(place)) for place, pk in enumerate(chapter_ids, start=1)]
    present.update(position=Case(*places))
    Story.objects.filter(pk=story.pk).update(updated_at=timezone.now())


@transaction.atomic
def move_chapter(*, chapter: Chapter, by: int) -> None:
    """Move a chapter up (`by` negative) or down by so many places, at most to the beginning or the end."""
    hold_story(story_id=chapter.story_id)
    story = Story(pk=chapter.story_id)
    order = list(_present(story).order_by("position").values_list("pk", flat=True))
    if chapter.pk not in order:
        return
    place = order.index(chapter.pk)
    order.insert(max(place + by, 0), order.pop(place))
    reorder_chapters(story=story, chapter_ids=order)


def hold_story(*, story_id: UUID) -> Story:
    """Lock a story's row until the transaction ends: nobody else writes to it or to its chapters."""
    return Story.objects.select_for_update().get(pk=story_id)


def last_place(*, story_id: UUID) -> int:
    """The place of a story's last chapter; 0 where it has none. The caller holds the story."""
    present = Chapter.objects.filter(story=story_id, deleted_at=None)
    return present.aggregate(last=Max("position"))["last"] or 0


def make_room(*, story_id: UUID, position: int) -> None:
    """Move the chapters from this place on down by one. The caller holds the story."""
    _shift(Chapter.objects.filter(story=story_id, deleted_at=None, position__gte=position), by=1)


def _present(story: Story) -> QuerySet[Chapter]:
    return Chapter.objects.filter(story=story, deleted_at=None)


def _shift(chapters: QuerySet[Chapter], *, by: int) -> None:
    """Move chapters up or down. In two steps, because places are unique at every moment."""
    moving = list(chapters.values_list("pk", flat=True))
    chapters = Chapter.objects.filter(pk__in=moving)
    chapters.update(position=F("position") + ASIDE)
    chapters.update(position=F("position") - ASIDE + by)


def _add_to_totals(chapter: Chapter, *, sign: int) -> None:
    Story.objects.filter(pk=chapter.story_id).update(
        chapter_count=F("chapter_count") + sign,
        word_count=F("word_count") + sign * chapter.word_count,
        updated_at=timezone.now(),
    )
