"""Chapters taken apart and joined, with the record of who wrote what, the notes and the pictures beside them."""

from typing import ClassVar, NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from costory.lib.errors import DomainError
from stories import provenance
from stories.models import BIN_TIME, Chapter, Note, Photograph, Revision, Story
from stories.services.chapter import add_chapter, delete_chapter, hold_story, make_room, restore_chapter
from stories.services.revision import Overtaken, StaleRevision, write_chapter
from stories.services.wording import clean_wording

# What stands between two texts that become one.
JOINT = "\n\n"


class NothingToDivide(DomainError):
    """A chapter cannot be split before its first word or after its last, nor joined to one that is not there."""

    code: ClassVar[str] = "validation_error"


class Joined(NamedTuple):
    """Two chapters that became one: it, the one in the bin, and the place of the last picture it had of its own."""

    chapter: Chapter
    taken_up: Chapter
    last_picture: int


def split_chapter(*, chapter: Chapter, author: User, version: int, position: int, title: str = "") -> Chapter:
    """Make a new chapter of what follows `position` (in code points of the text at `version`). Returns the new one.

    The blank lines at the cut go; nothing else does. The text as it was stays a revision.
    Raises StaleRevision, NothingToDivide and InvalidTitle.
    """
    if version != chapter.version:
        raise StaleRevision(chapter=chapter)
    text = chapter.content
    end, start = len(text[:position].rstrip()), len(text) - len(text[position:].lstrip())
    if not 0 < position < len(text) or not end or start == len(text):
        raise NothingToDivide(_("There must be words on both sides of the cut."))
    runs = provenance.cover(chapter.provenance, len(text))
    first = clean_wording(title=chapter.title, content=text[:end])
    second = clean_wording(title=title, content=text[start:])
    try:
        with transaction.atomic():
            hold_story(story_id=chapter.story_id)
            place = Chapter.objects.values_list("position", flat=True).get(pk=chapter.pk)
            written = write_chapter(
                chapter, first, runs=provenance.cut_runs(runs, 0, end), author=author, kind=Revision.Kind.SPLIT
            )
            make_room(story_id=chapter.story_id, position=place + 1)
            new = add_chapter(
                Chapter(
                    story=written.story,
                    position=place + 1,
                    status=written.status,
                    entry_date=written.entry_date,
                    setting=written.setting,
                ),
                second,
                runs=provenance.cut_runs(runs, start, len(text)),
                author=author,
                kind=Revision.Kind.SPLIT,
            )
            notes = Note.objects.filter(chapter=chapter, position__gte=start)
            notes.update(chapter=new, position=F("position") - start)
    except Overtaken:
        raise StaleRevision(chapter=Chapter.objects.select_related("story").get(pk=chapter.pk)) from None
    return new


class ChangedSince(DomainError):
    """One of the chapters has been changed since, so that what was done cannot simply be taken back."""

    code: ClassVar[str] = "conflict"


def undo_split(*, chapter: Chapter, author: User, version: int) -> Chapter:
    """Put back a chapter that was just split off: the text before it is again what it was, to the letter.

    `chapter` is the one that was split off, `version` that of the other after the cut. Raises ChangedSince where
    either has been changed, moved or thrown away since. Returns the whole one.
    """
    refusal = ChangedSince(_("One of the two chapters has been changed since. Join them instead."))
    with transaction.atomic():
        hold_story(story_id=chapter.story_id)
        new = Chapter.objects.select_related("story").filter(pk=chapter.pk, deleted_at=None, version=1).first()
        if new is None:
            raise refusal
        first = (
            Chapter.objects.select_related("story")
            .filter(story=new.story_id, deleted_at=None, position=new.position - 1, version=version)
            .first()
        )
        whole = Revision.objects.select_related("chapter").filter(chapter=first, version=version - 1).first()
        if first is None or whole is None or not whole.text.endswith(new.content):
            raise refusal
        start = len(whole.text) - len(new.content)
        wording = clean_wording(title=first.title, content=whole.text)
        try:
            written = write_chapter(first, wording, runs=whole.runs, author=author, kind=Revision.Kind.RESTORE)
        except Overtaken:
            raise refusal from None
        Note.objects.filter(chapter=new).update(chapter=written, position=F("position") + start)
        _take_photographs(new, written)
        delete_chapter(chapter=new)
    return written


def merge_chapters(*, chapter: Chapter, author: User, version: int) -> Joined:
    """Put the text of the chapter that follows at the end of this one; that one goes to the bin as it is.

    Raises StaleRevision, NothingToDivide where none follows, and ContentTooLong.
    """
    if version != chapter.version:
        raise StaleRevision(chapter=chapter)
    try:
        with transaction.atomic():
            hold_story(story_id=chapter.story_id)
            place = Chapter.objects.values_list("position", flat=True).get(pk=chapter.pk)
            present = Chapter.objects.filter(story=chapter.story_id, deleted_at=None)
            following = present.filter(position__gt=place).order_by("position").first()
            if following is None:
                raise NothingToDivide(_("No chapter follows this one."))
            shown = Chapter.objects.select_related("story").get(pk=chapter.pk)
            if shown.is_released and not following.is_released and shown.story.visibility != Story.Visibility.PRIVATE:
                # Nobody is to find among the words they read those that were not for them yet.
                raise NothingToDivide(
                    _("Readers see this chapter and not yet the one after it: release that one first.")
                )
            is_joined = bool(chapter.content and following.content)
            joint = JOINT if is_joined else ""
            start = len(chapter.content) + len(joint)
            wording = clean_wording(
                title=chapter.title or following.title, content=chapter.content + joint + following.content
            )
            runs = provenance.join_runs(
                provenance.cover(chapter.provenance, len(chapter.content)),
                [[len(joint), provenance.HUMAN]],
                provenance.cover(following.provenance, len(following.content)),
            )
            written = write_chapter(chapter, wording, runs=runs, author=author, kind=Revision.Kind.SPLIT)
            # A note whose words went long ago may stand beyond the end; it stays before those that come.
            Note.objects.filter(chapter=chapter, position__gte=start).update(position=start - len(joint))
            Note.objects.filter(chapter=following).update(chapter=chapter, position=F("position") + start)
            last_picture = _take_photographs(following, chapter)
            delete_chapter(chapter=following)
    except Overtaken:
        raise StaleRevision(chapter=Chapter.objects.select_related("story").get(pk=chapter.pk)) from None
    return Joined(written, following, last_picture)


def undo_merge(*, chapter: Chapter, taken_up: UUID, author: User, version: int, last_picture: int) -> Chapter:
    """Part two chapters that were just joined: each is again what it was, to the letter, with what stood beside it.

    `chapter` is the joined one, `version` its own after the joining, `last_picture` as `merge_chapters` said it. Raises
    ChangedSince where something has been written since, or the other is no longer in the bin. Returns the first one.
    """
    refusal = ChangedSince(_("The chapter has been changed since. Split it instead; the second one lies in the bin."))
    with transaction.atomic():
        hold_story(story_id=chapter.story_id)
        present = Chapter.objects.select_related("story").filter(story=chapter.story_id, deleted_at=None)
        joined = present.filter(pk=chapter.pk, version=version).first()
        binned = Chapter.objects.filter(story=chapter.story_id, deleted_at__gt=timezone.now() - BIN_TIME)
        following = binned.filter(pk=taken_up).first()
        before = Revision.objects.select_related("chapter").filter(chapter=joined, version=version - 1).first()
        if joined is None or following is None or before is None:
            raise refusal
        start = len(joined.content) - len(following.content)
        joint = JOINT if before.text and following.content else ""
        if joined.content != before.text + joint + following.content:
            raise refusal
        wording = clean_wording(title=before.title, content=before.text)
        try:
            written = write_chapter(joined, wording, runs=before.runs, author=author, kind=Revision.Kind.RESTORE)
        except Overtaken:
            raise refusal from None
        binned.filter(pk=following.pk).update(position=joined.position + 1)
        restore_chapter(chapter=following)
        Note.objects.filter(chapter=joined, position__gte=start).update(
            chapter=following, position=F("position") - start
        )
        Photograph.objects.filter(chapter=joined, position__gt=last_picture).update(
            chapter=following, position=F("position") - last_picture
        )
    return written


def _take_photographs(source: Chapter, target: Chapter) -> int:
    """Pictures stay beside the words they were put beside. Returns the place after which they stand."""
    last: int = Photograph.objects.filter(chapter=target).aggregate(last=Max("position"))["last"] or 0
    Photograph.objects.filter(chapter=source).update(chapter=target, position=F("position") + last)
    return last
