"""Chapters that answer something: a journal's day, a question about a life."""

from datetime import date, timedelta
from typing import ClassVar

from django.db import transaction
from django.db.models import Max
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from costory.lib import markdown
from costory.lib.errors import DomainError
from stories.models import Chapter, Revision, Story
from stories.services.chapter import add_chapter, create_chapter, hold_story, make_room
from stories.services.wording import MAX_TITLE_CHARACTERS, clean_wording

MAX_PROMPT_CHARACTERS = 500
OLDEST_DAY = date(1900, 1, 1)


class NotThatDay(DomainError):
    """A journal has no entry for a day that has not come, nor for one before 1900."""

    code: ClassVar[str] = "validation_error"


class NoQuestion(DomainError):
    """A question is missing, or longer than 500 characters."""

    code: ClassVar[str] = "validation_error"


@transaction.atomic
def open_day(*, story: Story, author: User, day: date, prompt: str = "") -> Chapter:
    """A day's entry in a journal, made where there is none yet, in its place among the days. Repeatable.

    Raises NotThatDay. Tomorrow is a day that has come: somewhere it has.
    """
    if not OLDEST_DAY <= day <= timezone.localdate() + timedelta(days=1):
        raise NotThatDay(_("A journal is written up to today."))
    hold_story(story_id=story.pk)
    present = Chapter.objects.filter(story=story, deleted_at=None)
    if entry := present.filter(entry_date=day).order_by("position").first():
        return entry
    following = present.filter(entry_date__gt=day).order_by("position").first()
    if following is not None:
        position = following.position
        make_room(story_id=story.pk, position=position)
    else:
        position = (present.aggregate(last=Max("position"))["last"] or 0) + 1
    chapter = Chapter(story=story, position=position, entry_date=day, prompt=_clean(prompt))
    wording = clean_wording(title=name_of_day(day, language=story.language), content="")
    return add_chapter(chapter, wording, runs=[], author=author, kind=Revision.Kind.EDIT)


def name_of_day(day: date, *, language: str) -> str:
    """A day as its entry is called, in the story's language."""
    with translation.override(language):
        name = date_format(day, "l j F Y" if language == "fr" else "l, j F Y")
    return name[:1].upper() + name[1:]


@transaction.atomic
def answer_question(*, story: Story, author: User, question: str) -> Chapter:
    """The chapter that answers a question, made where there is none yet. Repeatable. Raises NoQuestion."""
    asked = _clean(question)
    if not asked or len(asked) > MAX_PROMPT_CHARACTERS:
        raise NoQuestion(_("A question has between 1 and %(most)d characters.") % {"most": MAX_PROMPT_CHARACTERS})
    hold_story(story_id=story.pk)
    if answer := Chapter.objects.filter(story=story, deleted_at=None, prompt=asked).order_by("position").first():
        return answer
    return create_chapter(story=story, author=author, title=asked[:MAX_TITLE_CHARACTERS], prompt=asked)


def set_prompt(*, chapter: Chapter, prompt: str) -> None:
    """Ask something else above a page, or nothing."""
    asked = _clean(prompt)
    if len(asked) > MAX_PROMPT_CHARACTERS:
        raise NoQuestion(_("A question has between 1 and %(most)d characters.") % {"most": MAX_PROMPT_CHARACTERS})
    Chapter.objects.filter(pk=chapter.pk).update(prompt=asked)


def _clean(prompt: str) -> str:
    return " ".join(markdown.normalise_text(prompt).replace("\u202f", "\ue000").split()).replace("\ue000", "\u202f")
