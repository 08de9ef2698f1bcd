"""A story that is being set out: its answers are kept until it begins."""

from datetime import date
from typing import Any

from django.db import transaction

from accounts.models import User
from stories.models import Chapter, Story, StoryDraft
from stories.services.asked import open_day
from stories.services.revision import revise_chapter
from stories.services.story import create_story, start_story

STEPS = ("kind", "brief", "opening")


def save_draft(*, owner: User, step: str, answers: dict[str, Any]) -> StoryDraft:
    """Keep more answers, and the step at which to go on. What was answered before stays."""
    with transaction.atomic():
        draft, is_new = StoryDraft.objects.select_for_update().get_or_create(
            owner=owner, defaults={"step": step, "answers": answers}
        )
        if not is_new:
            draft.step, draft.answers = step, {**draft.answers, **answers}
            draft.save(update_fields=["step", "answers", "updated_at"])
    return draft


def discard_draft(*, owner: User) -> None:
    """Forget what was answered. Repeatable."""
    StoryDraft.objects.filter(owner=owner).delete()


@transaction.atomic
def finish_draft(*, owner: User, today: date) -> Chapter | None:
    """Begin the story that was set out, and open its first page. Twice is once: the second call finds no draft.

    A journal begins with `today`, the day it is where its writer is. Raises InvalidTitle.
    """
    draft = StoryDraft.objects.select_for_update().filter(owner=owner).first()
    if draft is None:
        return None
    said = draft.answers
    draft.delete()
    is_real = {"true": True, "false": False}.get(said.get("is_real", ""))
    names = ("theme", "era", "writing_style", "pov", "purpose", "description", "language")
    brief = {name: said[name] for name in names if said.get(name)}
    mode = said["mode"]
    if mode == Story.Mode.JOURNAL:
        journal = create_story(owner=owner, title=said["title"], mode=mode, is_real=is_real, **brief)
        chapter = open_day(story=journal, author=owner, day=today)
    else:
        chapter = start_story(owner=owner, title=said["title"], mode=mode, is_real=is_real, **brief)
    if mode == Story.Mode.FICTION and said.get("description"):
        Story.objects.filter(pk=chapter.story_id).update(premise=said["description"])
    if said.get("opening"):
        chapter = revise_chapter(chapter=chapter, author=owner, version=chapter.version, content=said["opening"])
    return chapter
