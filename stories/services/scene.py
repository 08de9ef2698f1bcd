"""A role play: where a scene is set, and the turns that are taken in it."""

from typing import ClassVar

from django.utils.translation import gettext as _

from accounts.models import User
from costory.lib import markdown
from costory.lib.errors import DomainError
from stories.models import Chapter
from stories.services.revision import revise_chapter

MAX_SETTING_CHARACTERS = 2_000
MAX_NAME_CHARACTERS = 120
MAX_TURN_CHARACTERS = 20_000


class InvalidTurn(DomainError):
    """A turn says something, in at most 20,000 characters; a scene is told in at most 2,000."""

    code: ClassVar[str] = "validation_error"


def set_scene(*, chapter: Chapter, setting: str) -> None:
    """Say where a scene is set and what is at stake. Raises InvalidTurn."""
    words = markdown.normalise_text(setting).strip()
    if len(words) > MAX_SETTING_CHARACTERS:
        raise InvalidTurn(_("A scene is told in at most %(most)d characters.") % {"most": MAX_SETTING_CHARACTERS})
    Chapter.objects.filter(pk=chapter.pk).update(setting=words)


def take_turn(*, chapter: Chapter, author: User, version: int, name: str, words: str) -> Chapter:
    """Add a turn at the end of a scene, under the name of whoever takes it; without a name it is told.

    Raises InvalidTurn, StaleRevision and ContentTooLong.
    """
    said = markdown.normalise_text(words).strip()
    speaker = " ".join(markdown.normalise_text(name).replace("*", "").split())[:MAX_NAME_CHARACTERS]
    if not said or len(said) > MAX_TURN_CHARACTERS:
        raise InvalidTurn(_("A turn has between 1 and %(most)d characters.") % {"most": MAX_TURN_CHARACTERS})
    turn = f"**{speaker}** — {said}" if speaker else said
    text = chapter.content.rstrip()
    content = f"{text}\n\n{turn}\n" if text else f"{turn}\n"
    return revise_chapter(chapter=chapter, author=author, version=version, content=content)
