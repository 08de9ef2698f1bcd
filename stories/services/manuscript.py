"""A manuscript from elsewhere: kept while its owner looks at it, then taken in whole or not at all."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from stories.models import Chapter, ImportDraft, Revision, Story
from stories.services.chapter import add_chapter, hold_story, last_place
from stories.services.story import create_story
from stories.services.wording import clean_wording

if TYPE_CHECKING:
    from stories.importing import Manuscript

# How long what was read waits for a decision.
DRAFT_TIME = timedelta(days=1)
MOST_DRAFTS = 5


class Chosen(NamedTuple):
    """A part of the manuscript that is to become a chapter, or the end of the one before it."""

    place: int
    title: str
    is_joined: bool = False


@transaction.atomic
def keep_import(*, owner: User, file_name: str, manuscript: "Manuscript") -> ImportDraft:
    """Keep what was read for its owner to look at. Older ones go: after a day, and beyond five."""
    ImportDraft.objects.filter(created_at__lt=timezone.now() - DRAFT_TIME).delete()
    newest = ImportDraft.objects.filter(owner=owner).order_by("-created_at").values_list("pk", flat=True)
    ImportDraft.objects.filter(owner=owner).exclude(pk__in=list(newest[: MOST_DRAFTS - 1])).delete()
    return ImportDraft.objects.create(owner=owner, file_name=file_name[:200], contents=asdict(manuscript))


def discard_import(*, draft: ImportDraft) -> None:
    """Forget what was read. Repeatable."""
    ImportDraft.objects.filter(pk=draft.pk).delete()


@transaction.atomic
def take_in(
    *,
    draft: ImportDraft,
    chosen: Sequence[Chosen],
    title: str = "",
    mode: str = "",
    language: str = "",
    story: Story | None = None,
) -> Story | None:
    """Make the chosen parts a story of their own, or the end of `story`. All of it or nothing; twice is once.

    Returns nothing where the draft has been decided on before. Raises InvalidTitle and ContentTooLong.
    """
    stored = ImportDraft.objects.select_for_update().filter(pk=draft.pk).first()
    if stored is None:
        return None
    parts = [part["content"] for part in stored.contents["parts"]]
    stored.delete()
    return _write(draft.owner, parts, chosen, title=title, mode=mode, language=language, story=story)


@transaction.atomic
def import_manuscript(
    *,
    owner: User,
    manuscript: "Manuscript",
    chosen: Sequence[Chosen],
    title: str = "",
    mode: str = "",
    language: str = "",
    story: Story | None = None,
) -> Story:
    """Take in what was read at once, without a draft to look at. Raises InvalidTitle and ContentTooLong."""
    parts = [part.content for part in manuscript.parts]
    return _write(owner, parts, chosen, title=title, mode=mode, language=language, story=story)


def _write(
    owner: User,
    parts: Sequence[str],
    chosen: Sequence[Chosen],
    *,
    title: str,
    mode: str,
    language: str,
    story: Story | None,
) -> Story:
    if story is None:
        story = create_story(owner=owner, title=title, mode=mode, language=language)
    hold_story(story_id=story.pk)
    position = last_place(story_id=story.pk)
    joined: list[tuple[str, str]] = []
    for choice in chosen:
        content = parts[choice.place]
        if choice.is_joined and joined:
            heading = f"## {choice.title}\n\n" if choice.title else ""
            joined[-1] = (joined[-1][0], f"{joined[-1][1]}\n\n{heading}{content}")
        else:
            joined.append((choice.title, content))
    for number, (name, content) in enumerate(joined, start=position + 1):
        add_chapter(
            Chapter(story=story, position=number),
            clean_wording(title=name, content=content),
            runs=[],
            author=owner,
            kind=Revision.Kind.IMPORT,
        )
    story.refresh_from_db()
    return story
