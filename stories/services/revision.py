"""Saving a text so that not a word is lost: by version, with every text that matters kept."""

from collections.abc import Iterator
from datetime import timedelta
from typing import ClassVar
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

import events.services
from accounts.models import User
from costory.lib import markdown
from costory.lib.errors import DomainError
from stories import provenance
from stories.models import Chapter, Insertion, Revision, Story
from stories.services.chapter import chapter_record, hold_story
from stories.services.statements import save_in_sitting
from stories.services.suspension import refuse_rewording
from stories.services.wording import Wording, clean_wording

# Saves of one writer within this time of a revision's beginning go into that revision.
SITTING = timedelta(minutes=3)
# A save that leaves less than this share of the text keeps what was there as a revision of its own.
LARGE_CUT = 0.2
# How many of a story's insertions, newest first, a pasted text is held against.
MOST_PASSAGES = 200
LARGEST_VERSION = 2**31 - 1


class StaleRevision(DomainError):
    """A save came from a version that is no longer the stored one; nothing was overwritten.

    `chapter` is what is stored now, `kept` the revision in which the text that came too late was set aside, where there
    was one.
    """

    code: ClassVar[str] = "conflict"

    def __init__(self, *, chapter: Chapter, kept: Revision | None = None) -> None:
        super().__init__(
            _("This chapter was changed elsewhere in the meantime. Nothing was overwritten."),
            details={"content": chapter.content, "version": chapter.version, "title": chapter.title},
        )
        self.chapter = chapter
        self.kept = kept


class Overtaken(Exception):
    """Another save came between reading and writing."""


def revise_chapter(
    *,
    chapter: Chapter,
    author: User,
    version: int,
    title: str | None = None,
    content: str | None = None,
    kind: str = Revision.Kind.EDIT,
) -> Chapter:
    """Save a chapter's title and text, written from `version` on; what is not given stays. Returns it as stored.

    Saving what is stored already changes nothing and is never stale, so a lost answer may be asked for again.
    Raises StaleRevision with the late text set aside, ContentTooLong, InvalidTitle and Suspended.
    """
    wording = clean_wording(
        title=chapter.title if title is None else title, content=chapter.content if content is None else content
    )
    if version == chapter.version:
        if _says(chapter, wording):
            return chapter
        try:
            return write_chapter(chapter, wording, runs=_carried(chapter, wording), author=author, kind=kind)
        except Overtaken:
            pass
    with transaction.atomic():
        stored = Chapter.objects.select_related("story").get(pk=chapter.pk)
        if _says(stored, wording):
            return stored
        kept = _set_aside(stored, wording, author=author, base_version=version)
    raise StaleRevision(chapter=stored, kept=kept)


def restore_revision(*, revision: Revision, author: User) -> Chapter:
    """Make a revision's words the chapter's again. What they replace stays a revision, so this too can be undone."""
    with transaction.atomic():
        hold_story(story_id=revision.chapter.story_id)
        # Its sitting may have gone on, or ended, since it was read.
        revision = Revision.objects.select_related("chapter__story").get(pk=revision.pk)
        chapter = revision.chapter
        wording = clean_wording(title=revision.title, content=revision.text)
        if _says(chapter, wording):
            return chapter
        return write_chapter(chapter, wording, runs=revision.runs, author=author, kind=Revision.Kind.RESTORE)


def insert_passage(
    *, chapter: Chapter, author: User, version: int, position: int, text: str, reply_id: UUID, replacing: int = 0
) -> Chapter:
    """Put a passage of the coach's into a chapter, in place of `replacing` characters: one revision, one run.

    `position` and `replacing` are in code points of the text at `version`; places beyond its end are its end. The text
    is remembered, so that it is known as the coach's when it comes back after an undo, or elsewhere.
    Raises StaleRevision (nothing is set aside: the passage is still the coach's reply), and ContentTooLong.
    """
    passage = markdown.normalise_text(text)
    if version != chapter.version:
        raise StaleRevision(chapter=chapter)
    position = min(max(position, 0), len(chapter.content))
    replacing = min(max(replacing, 0), len(chapter.content) - position)
    content = chapter.content[:position] + passage + chapter.content[position + replacing :]
    wording = clean_wording(title=chapter.title, content=content)
    runs = provenance.insert_run(
        provenance.cover(chapter.provenance, len(chapter.content)),
        position=position,
        length=len(passage),
        reply_id=str(reply_id),
        replacing=replacing,
    )
    try:
        with transaction.atomic():
            Insertion.objects.create(story_id=chapter.story_id, reply_id=reply_id, text=passage)
            return write_chapter(
                chapter, wording, runs=runs, author=author, kind=Revision.Kind.COACH, reply_id=reply_id
            )
    except Overtaken:
        raise StaleRevision(chapter=Chapter.objects.select_related("story").get(pk=chapter.pk)) from None


def _carried(chapter: Chapter, wording: Wording) -> provenance.Runs:
    """The record of the new words. Passages of the coach's are asked for only when much came at once."""

    def passages() -> Iterator[provenance.Passage]:
        insertions = Insertion.objects.filter(story=chapter.story_id).values_list("reply_id", "text")
        return ((str(reply_id), text) for reply_id, text in insertions[:MOST_PASSAGES])

    return provenance.carry(chapter.content, wording.content, chapter.provenance, passages)


def _says(chapter: Chapter, wording: Wording) -> bool:
    return chapter.content == wording.content and chapter.title == wording.title


def write_chapter(
    chapter: Chapter,
    wording: Wording,
    *,
    runs: provenance.Runs,
    author: User,
    kind: str,
    reply_id: UUID | None = None,
) -> Chapter:
    """One save, in one transaction. Raises Overtaken when the chapter is no longer as it was read.

    And Suspended where readers have the chapter, and its writer shows them nothing new for now.
    """
    refuse_rewording(chapter=chapter, author=author)
    fields = {
        "title": wording.title,
        "content": wording.content,
        "word_count": wording.word_count,
        **chapter_record(wording.content, runs),
    }
    now = timezone.now()
    html = None
    if kind == Revision.Kind.EDIT and not _is_large_cut(chapter, wording):
        html = save_in_sitting(
            chapter=chapter, wording=wording, author_id=author.pk, since=now - SITTING, now=now, fields=fields
        )
    if html is None:
        # Rendering a long text takes longer than storing it: before the locks, not under them.
        html = wording.content_html
        with transaction.atomic():
            Story.objects.filter(pk=chapter.story_id).update(
                word_count=F("word_count") + (fields["word_count"] - chapter.word_count), updated_at=now
            )
            # The version is compared by the statement that writes.
            unchanged = Chapter.objects.filter(pk=chapter.pk, version=chapter.version, deleted_at=None)
            if not unchanged.update(**fields, content_html=html, version=chapter.version + 1, updated_at=now):
                raise Overtaken
            _keep_revision(chapter, wording, runs=runs, author=author, kind=kind, reply_id=reply_id)
    chapter.version, chapter.updated_at, chapter.content_html = chapter.version + 1, now, html
    for name, value in fields.items():
        setattr(chapter, name, value)
    return chapter


def _is_large_cut(replaced: Chapter, wording: Wording) -> bool:
    return len(wording.content) < LARGE_CUT * len(replaced.content)


def _keep_revision(
    replaced: Chapter,
    wording: Wording,
    *,
    runs: provenance.Runs,
    author: User,
    kind: str,
    reply_id: UUID | None,
) -> None:
    """Write the new text into the revision of this sitting, or into a new one, and keep the old one where it matters.

    `replaced` is the chapter as it was until now.
    """
    at_version = list(Revision.objects.filter(chapter=replaced, version=replaced.version).without_text())
    current = next((revision for revision in at_version if revision.kind != Revision.Kind.CONFLICT), None)
    had_conflict = any(revision.kind == Revision.Kind.CONFLICT for revision in at_version)
    is_large_cut = _is_large_cut(replaced, wording)

    if current is None and (replaced.content or replaced.title):
        # It was written before revisions were kept, or by a program that keeps none.
        Revision.objects.create(
            chapter=replaced,
            version=replaced.version,
            kind=Revision.Kind.SAFEGUARD if is_large_cut else Revision.Kind.EDIT,
            title=replaced.title,
            content=replaced.content,
            provenance=provenance.cover(replaced.provenance, len(replaced.content)),
            word_count=replaced.word_count,
        )
    elif current is not None and is_large_cut and current.kind == Revision.Kind.EDIT:
        Revision.objects.filter(pk=current.pk).update(kind=Revision.Kind.SAFEGUARD)

    is_same_sitting = (
        current is not None
        and current.kind == kind == Revision.Kind.EDIT
        and current.author_id == author.pk
        and current.created_at > timezone.now() - SITTING
        # After a conflict both texts stand, whoever wrote them.
        and not had_conflict
        # What was given a name stays as it was named.
        and not current.name
        and not is_large_cut
    )
    if current is not None and is_same_sitting:
        Revision.objects.filter(pk=current.pk).update(
            version=replaced.version + 1,
            title=wording.title,
            word_count=wording.word_count,
            is_open=True,
            content="",
            provenance=[],
            updated_at=timezone.now(),
        )
        return
    if current is not None and current.is_open:
        # Its sitting is over: what it says is what the chapter said until now.
        Revision.objects.filter(pk=current.pk).update(
            is_open=False,
            content=replaced.content,
            provenance=provenance.cover(replaced.provenance, len(replaced.content)),
        )
    is_open = kind == Revision.Kind.EDIT
    Revision.objects.create(
        chapter=replaced,
        author=author,
        version=replaced.version + 1,
        kind=kind,
        title=wording.title,
        is_open=is_open,
        content="" if is_open else wording.content,
        provenance=[] if is_open else runs,
        word_count=wording.word_count,
        reply_id=reply_id,
    )
    # Once per sitting, not per save: a save comes every few seconds.
    events.services.record(
        "chapter.revised",
        person_id=author.pk,
        subject=replaced,
        payload={"kind": kind, "version": replaced.version + 1, "word_count": wording.word_count},
    )


def _set_aside(stored: Chapter, wording: Wording, *, author: User, base_version: int) -> Revision:
    """Keep a text that came too late, once however often it comes."""
    words = {"title": wording.title, "content": wording.content}
    at_version = Revision.objects.filter(chapter=stored, version=stored.version, kind=Revision.Kind.CONFLICT)
    if kept := at_version.filter(**words).first():
        return kept
    return Revision.objects.create(
        chapter=stored,
        author=author,
        version=stored.version,
        kind=Revision.Kind.CONFLICT,
        base_version=min(base_version, LARGEST_VERSION),
        provenance=_carried(stored, wording),
        word_count=wording.word_count,
        **words,
    )
