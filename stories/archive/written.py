"""A story's rows as the parts of an archive, one after the other."""

from collections.abc import Iterator
from typing import Any

from costory.lib.archive import write_picture
from stories.models import Chapter, CodexEntry, Revision, Story

AT_ONCE = 5
Plain = dict[str, Any]


def story_part(story: Story) -> Plain:
    """The story and its brief."""
    names = (
        *("id", "title", "description", "mode", "language", "visibility", "theme", "is_real", "purpose", "era"),
        *("writing_style", "pov", "premise", "rating", "warnings", "is_complete", "comment_policy"),
        *("disclosure", "may_download", "created_at", "updated_at", "published_at", "deleted_at"),
    )
    return {
        **_fields(story, *names),
        "tags": list(story.story_tags.order_by("position").values_list("tag__name", flat=True)),
        "cover": write_picture(story.cover),
    }


def chapter_parts(story: Story, *, with_notes: bool) -> Iterator[Plain]:
    """The chapters in their order, then those in the bin, each with its revisions and photographs."""
    present = Chapter.objects.filter(story=story, deleted_at=None).order_by("position")
    binned = Chapter.objects.filter(story=story, deleted_at__isnull=False).order_by("deleted_at", "created_at")
    for chapters in (present, binned):
        for chapter in chapters.prefetch_related("photographs", "notes").iterator(chunk_size=AT_ONCE):
            revisions = list(_revision_parts(chapter, owner_id=story.owner_id))
            while any(revision["version"] > chapter.version for revision in revisions):
                # Its writer has saved since it was read: what goes together is read together.
                chapter.refresh_from_db()
                revisions = list(_revision_parts(chapter, owner_id=story.owner_id))
            yield {
                **_fields(chapter, "id", "position", "title", "content"),
                "provenance": chapter.runs,
                **_fields(chapter, "status", "entry_date", "prompt", "setting", "released_at", "is_silent", "version"),
                **_fields(chapter, "created_at", "updated_at", "deleted_at"),
                "revisions": revisions,
                "photographs": [
                    {"picture": letters, **_fields(photograph, "caption", "description", "created_at")}
                    for photograph in sorted(chapter.photographs.all(), key=lambda each: each.position)
                    if (letters := write_picture(photograph.image))
                ],
                "notes": [
                    _fields(note, "body", "quote", "position", "created_at", "updated_at", "done_at")
                    for note in sorted(chapter.notes.all(), key=lambda each: (each.created_at, each.body))
                ]
                if with_notes
                else [],
            }


def _revision_parts(chapter: Chapter, *, owner_id: Any) -> Iterator[Plain]:
    revisions = Revision.objects.filter(chapter=chapter).order_by("version", "created_at", "kind")
    for revision in revisions.iterator(chunk_size=100):
        # An open revision's words are those of the chapter that is at hand.
        revision.chapter = chapter
        yield {
            **_fields(revision, "id", "version", "kind"),
            "is_own": revision.author_id == owner_id,
            **_fields(revision, "name", "title"),
            "content": revision.text,
            "provenance": revision.runs,
            **_fields(revision, "word_count", "base_version"),
            "reply": revision.reply_id,
            **_fields(revision, "created_at", "updated_at"),
        }


def codex_parts(story: Story) -> Iterator[Plain]:
    """The codex, deleted entries too, with facts and relations."""
    entries = CodexEntry.objects.filter(story=story).order_by("created_at", "name")
    for entry in entries.prefetch_related("facts", "relations").iterator(chunk_size=AT_ONCE):
        yield {
            **_fields(entry, "id", "kind", "name", "aliases", "description"),
            "picture": write_picture(entry.picture),
            **_fields(entry, "inclusion", "played_by", "created_at", "updated_at", "deleted_at"),
            "facts": [
                {
                    "text": fact.text,
                    "holds_from": fact.holds_from_id,
                    "holds_until": fact.holds_until_id,
                    "created_at": fact.created_at,
                }
                for fact in sorted(entry.facts.all(), key=lambda each: (each.created_at, each.text))
            ],
            "relations": [
                {"other": relation.other_id, "label": relation.label}
                for relation in sorted(entry.relations.all(), key=lambda each: each.label)
            ],
        }


def beat_parts(story: Story) -> Iterator[Plain]:
    """The outline."""
    for beat in story.beats.order_by("act", "position"):
        yield {
            **_fields(beat, "act", "position", "title", "summary"),
            "chapter": beat.chapter_id,
            **_fields(beat, "created_at", "updated_at"),
        }


def insertion_parts(story: Story) -> Iterator[Plain]:
    """The coach's passages that went into the text."""
    for insertion in story.insertions.order_by("created_at", "text").iterator(chunk_size=100):
        yield {"reply": insertion.reply_id, "text": insertion.text, "created_at": insertion.created_at}


def _fields(row: Any, *names: str) -> Plain:
    return {name: getattr(row, name) for name in names}
