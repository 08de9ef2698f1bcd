"""Versions kept under a name."""

from django.db import transaction

from costory.lib import markdown
from stories.models import Chapter, Revision
from stories.services.chapter import hold_story

MAX_NAME_CHARACTERS = 120


@transaction.atomic
def name_revision(*, revision: Revision, name: str) -> Revision:
    """Keep a revision under a name, so that writing on leaves it as it is; without a name it is one among others."""
    hold_story(story_id=revision.chapter.story_id)
    stored = Revision.objects.select_related("chapter").get(pk=revision.pk)
    if stored.is_open:
        # Its sitting ends here: what it says is what the chapter says now.
        stored.content, stored.provenance, stored.is_open = stored.text, stored.runs, False
    stored.name = " ".join(markdown.normalise_text(name).split())[:MAX_NAME_CHARACTERS]
    stored.save(update_fields=["content", "provenance", "is_open", "name"])
    return stored


@transaction.atomic
def keep_snapshot(*, chapter: Chapter, name: str) -> Revision | None:
    """Keep what a chapter says now under a name. Nothing is kept of a chapter that has no revision yet."""
    hold_story(story_id=chapter.story_id)
    version = Chapter.objects.values_list("version", flat=True).get(pk=chapter.pk)
    current = Revision.objects.filter(chapter=chapter, version=version).exclude(kind=Revision.Kind.CONFLICT).first()
    return name_revision(revision=current, name=name) if current is not None else None


def text_at(*, chapter: Chapter, version: int) -> str:
    """A chapter's words at exactly that version, or nothing where they were not kept."""
    revisions = Revision.objects.filter(chapter=chapter, version=version).exclude(kind=Revision.Kind.CONFLICT)
    revision = revisions.select_related("chapter").first()
    return revision.text if revision is not None else ""
