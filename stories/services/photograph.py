"""Photographs beside a chapter, with what their writer says of them."""

from datetime import datetime
from functools import partial
from typing import ClassVar

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from costory.lib import markdown
from costory.lib.errors import DomainError
from stories.models import Chapter, Photograph, Story
from stories.services.chapter import hold_story
from stories.services.suspension import refuse_rewording

MAX_PHOTOGRAPHS = 30
MAX_WORDS = 500


class TooManyPhotographs(DomainError):
    """A chapter has room for thirty photographs."""

    code: ClassVar[str] = "validation_error"


@transaction.atomic
def add_photograph(
    *, chapter: Chapter, image: "ContentFile[bytes]", caption: str = "", description: str = ""
) -> Photograph:
    """Put a picture that was cleaned (costory.lib.pictures) after a chapter's others.

    Raises TooManyPhotographs, and Suspended where others read the chapter.
    """
    _refuse_suspended(chapter, hold_story(story_id=chapter.story_id))
    present = Photograph.objects.filter(chapter=chapter)
    if present.count() >= MAX_PHOTOGRAPHS:
        raise TooManyPhotographs(_("A chapter has room for %(most)d photographs.") % {"most": MAX_PHOTOGRAPHS})
    last = present.aggregate(last=Max("position"))["last"] or 0
    photograph = Photograph(
        chapter=chapter, position=last + 1, caption=_clean(caption), description=_clean(description)
    )
    photograph.image.save(str(image.name), image, save=False)
    name, storage = photograph.image.name, photograph.image.storage
    try:
        photograph.save()
    except BaseException:
        # The row did not come to be; the file goes with it.
        storage.delete(str(name))
        raise
    return photograph


def revise_photograph(*, photograph: Photograph, caption: str, description: str) -> Photograph:
    """Say something else of a photograph. Raises Suspended where others read its chapter."""
    _refuse_suspended(photograph.chapter, photograph.chapter.story)
    photograph.caption, photograph.description = _clean(caption), _clean(description)
    photograph.save(update_fields=["caption", "description"])
    return photograph


@transaction.atomic
def move_photograph(*, photograph: Photograph, by: int) -> None:
    """Exchange a photograph with the one before (-1) or after it (1)."""
    hold_story(story_id=photograph.chapter.story_id)
    order = list(Photograph.objects.filter(chapter=photograph.chapter_id).order_by("position"))
    place = next((number for number, each in enumerate(order) if each.pk == photograph.pk), None)
    if place is None or not 0 <= place + by < len(order):
        return
    one, other = order[place], order[place + by]
    Photograph.objects.filter(pk=one.pk).update(position=order[-1].position + 1)
    Photograph.objects.filter(pk=other.pk).update(position=one.position)
    Photograph.objects.filter(pk=one.pk).update(position=other.position)


def delete_photograph(*, photograph: Photograph) -> None:
    """Take a photograph away: it is shown and served nowhere, and can be taken back for some weeks. Repeatable."""
    Photograph.objects.filter(pk=photograph.pk).update(deleted_at=timezone.now())


@transaction.atomic
def restore_photograph(*, photograph: Photograph) -> None:
    """Take a photograph back, to the end of its chapter's. Repeatable."""
    Chapter.objects.select_for_update().only("pk").get(pk=photograph.chapter_id)
    last = Photograph.objects.filter(chapter=photograph.chapter_id).aggregate(last=Max("position"))["last"] or 0
    Photograph.thrown_away.filter(pk=photograph.pk).update(deleted_at=None, position=last + 1)


def purge_photographs(*, before: datetime) -> int:
    """Forget photographs that were thrown away before this moment, with their files. Returns how many."""
    count = 0
    for photograph in Photograph.thrown_away.filter(deleted_at__lt=before)[:500]:
        with transaction.atomic():
            name, storage = photograph.image.name, photograph.image.storage
            count += Photograph.thrown_away.filter(pk=photograph.pk).delete()[0]
            if name:
                transaction.on_commit(partial(storage.delete, name))
    return count


def _refuse_suspended(chapter: Chapter, story: Story) -> None:
    refuse_rewording(chapter=chapter, author=story.owner)


def _clean(words: str) -> str:
    return " ".join(markdown.normalise_text(words).split())[:MAX_WORDS]
