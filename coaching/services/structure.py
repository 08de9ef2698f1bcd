"""Putting the steps of a form where the writer sees them."""

from django.db import transaction
from django.utils.translation import gettext as _

from coaching.models import BeatPlace
from coaching.structure import FORMS
from costory.lib.errors import DomainError
from stories.models import Chapter, Story


class UnknownBeat(DomainError):
    """No form has this step."""

    code = "not_found"


@transaction.atomic
def place_beat(*, story: Story, form: str, beat: str, chapter: Chapter | None) -> Chapter | None:
    """Put a step in a chapter of this story; without one, let it fall where it usually does.

    Returns the chapter it stood in by hand until now, so that it can be taken back. Raises UnknownBeat.
    """
    if not any(step.key == beat for known in FORMS if known.key == form for step in known.beats):
        raise UnknownBeat(_("No form has this step."))
    rows = BeatPlace.objects.filter(story=story, form=form, beat=beat)
    before = rows.select_related("chapter").first()
    if chapter is None:
        rows.delete()
    else:
        BeatPlace.objects.update_or_create(story=story, form=form, beat=beat, defaults={"chapter": chapter})
    return before.chapter if before is not None else None
