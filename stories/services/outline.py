"""An outline by acts and beats, and how beats become chapters. Places within an act are 1 to n, without gaps."""

from typing import ClassVar

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from costory.lib import markdown
from costory.lib.errors import DomainError
from stories.models import Beat, Chapter, Story
from stories.services.chapter import create_chapter, hold_story
from stories.services.wording import MAX_TITLE_CHARACTERS

MAX_BEATS = 300
MAX_SUMMARY_CHARACTERS = 5_000
ACTS = range(1, 6)
# Above every place: two beats never meet on one while others move.
ASIDE = 1_000_000


class InvalidBeat(DomainError):
    """A beat needs a title of at most 200 characters, an act from 1 to 5, and room among 300."""

    code: ClassVar[str] = "validation_error"


@transaction.atomic
def add_beat(*, story: Story, act: int, title: str, summary: str = "") -> Beat:
    """Add a beat at the end of an act. Raises InvalidBeat."""
    words = _clean(title, summary)
    hold_story(story_id=story.pk)
    if act not in ACTS or Beat.objects.filter(story=story).count() >= MAX_BEATS:
        raise InvalidBeat(_("An outline has five acts at most, and %(most)d beats.") % {"most": MAX_BEATS})
    position = Beat.objects.filter(story=story, act=act).count() + 1
    return Beat.objects.create(story=story, act=act, position=position, title=words[0], summary=words[1])


@transaction.atomic
def revise_beat(*, beat: Beat, title: str, summary: str) -> Beat:
    """Say something else in a beat. Raises InvalidBeat."""
    beat.title, beat.summary = _clean(title, summary)
    beat.save(update_fields=["title", "summary", "updated_at"])
    return beat


@transaction.atomic
def move_beat(*, beat: Beat, by: int) -> None:
    """Move a beat up (-1) or down (1); beyond an act's edge it goes to the act before or after."""
    hold_story(story_id=beat.story_id)
    order = list(Beat.objects.filter(story=beat.story_id).order_by("act", "position"))
    stored = next((each for each in order if each.pk == beat.pk), None)
    if stored is None or by not in (-1, 1):
        return
    act = [each for each in order if each.act == stored.act]
    place = act.index(stored)
    if 0 <= place + by < len(act):
        act.insert(place + by, act.pop(place))
        _place(act, stored.act)
    elif stored.act + by in ACTS:
        other = [each for each in order if each.act == stored.act + by]
        act.remove(stored)
        other = [*other, stored] if by < 0 else [stored, *other]
        stored.position += ASIDE
        stored.save(update_fields=["position"])
        _place(act, stored.act)
        _place(other, stored.act + by)


@transaction.atomic
def delete_beat(*, beat: Beat) -> None:
    """Take a beat out of the outline; its chapter stays. Repeatable."""
    hold_story(story_id=beat.story_id)
    Beat.objects.filter(pk=beat.pk).delete()
    _place(list(Beat.objects.filter(story=beat.story_id, act=beat.act).order_by("position")), beat.act)


@transaction.atomic
def make_chapter(*, beat: Beat, author: User) -> Chapter:
    """The chapter of a beat, made at the end of the story where there is none yet. Repeatable."""
    hold_story(story_id=beat.story_id)
    stored = Beat.objects.select_related("chapter", "story").get(pk=beat.pk)
    if stored.chapter is not None and stored.chapter.deleted_at is None:
        return stored.chapter
    chapter = create_chapter(story=stored.story, author=author, title=stored.title)
    Beat.objects.filter(pk=beat.pk).update(chapter=chapter)
    return chapter


@transaction.atomic
def make_chapters(*, story: Story, author: User) -> int:
    """A chapter for each beat that has none, in their order. Returns how many were made."""
    hold_story(story_id=story.pk)
    waiting = Beat.objects.filter(story=story, chapter=None).order_by("act", "position")
    beats = list(waiting)
    for beat in beats:
        make_chapter(beat=beat, author=author)
    return len(beats)


def _place(beats: list[Beat], act: int) -> None:
    """Give the beats these places in this act. In two steps, because places are unique at every moment."""
    for number, beat in enumerate(beats, start=1):
        Beat.objects.filter(pk=beat.pk).update(act=act, position=number + ASIDE * 2)
    for number, beat in enumerate(beats, start=1):
        Beat.objects.filter(pk=beat.pk).update(position=number)


def _clean(title: str, summary: str) -> tuple[str, str]:
    name = " ".join(markdown.normalise_text(title).split())
    words = markdown.normalise_text(summary).strip()
    if not name or len(name) > MAX_TITLE_CHARACTERS or len(words) > MAX_SUMMARY_CHARACTERS:
        raise InvalidBeat(
            _("A beat has a title of at most 200 characters, and a summary of at most %(most)d.")
            % {"most": MAX_SUMMARY_CHARACTERS}
        )
    return name, words
