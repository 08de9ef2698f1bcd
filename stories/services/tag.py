"""Tags: at most twelve to a story, each known however it is written."""

import re
import unicodedata
from collections.abc import Sequence
from typing import ClassVar

from django.db import transaction
from django.utils.translation import gettext as _

import events.services
from costory.lib import markdown
from costory.lib.errors import DomainError
from stories.models import Story, StoryTag, Tag
from stories.services.suspension import refuse_changing

MAX_TAGS = 12
MAX_TAG_CHARACTERS = 40
_NO_WORD = re.compile(r"[\W_]+")


class TooManyTags(DomainError):
    """A story bears twelve tags at most."""

    code: ClassVar[str] = "validation_error"


class InvalidTag(DomainError):
    """A tag has a letter or a digit, and at most forty characters."""

    code: ClassVar[str] = "validation_error"


def tag_slug(name: str) -> str:
    """The form by which a tag is known: no accents, no capitals, words joined by hyphens. Empty without a word."""
    folded = unicodedata.normalize("NFKD", name.casefold().replace("œ", "oe").replace("æ", "ae"))
    plain = "".join(letter for letter in folded if not unicodedata.combining(letter))
    return _NO_WORD.sub("-", unicodedata.normalize("NFKC", plain)).strip("-")[:MAX_TAG_CHARACTERS].strip("-")


def clean_tags(names: Sequence[str]) -> dict[str, str]:
    """Names of tags by their slug, in their order, each once. Raises InvalidTag and TooManyTags."""
    wanted: dict[str, str] = {}
    for written in names:
        name = " ".join(markdown.normalise_text(written).split()).lstrip("#").strip()
        if not name:
            continue
        slug = tag_slug(name)
        if not slug or len(name) > MAX_TAG_CHARACTERS:
            raise InvalidTag(
                _("“%(tag)s” is no tag: it takes letters or digits, and at most %(most)d characters.")
                % {"tag": name[:MAX_TAG_CHARACTERS], "most": MAX_TAG_CHARACTERS}
            )
        wanted.setdefault(slug, name)
    if len(wanted) > MAX_TAGS:
        raise TooManyTags(_("A story bears at most %(most)d tags.") % {"most": MAX_TAGS})
    return wanted


@transaction.atomic
def set_tags(*, story: Story, names: Sequence[str]) -> list[Tag]:
    """Give a story these tags and no others.

    Raises InvalidTag and TooManyTags, and Suspended for other ones of a story that others read.
    """
    wanted = clean_tags(names)
    Tag.objects.bulk_create([Tag(slug=slug, name=name) for slug, name in wanted.items()], ignore_conflicts=True)
    known = {tag.slug: tag for tag in Tag.objects.filter(slug__in=wanted)}
    tags = [known[slug] for slug in wanted]
    before = list(StoryTag.objects.filter(story=story).order_by("position").values_list("tag_id", flat=True))
    if before != [tag.pk for tag in tags]:
        refuse_changing(story)
        StoryTag.objects.filter(story=story).delete()
        StoryTag.objects.bulk_create([StoryTag(story=story, tag=tag, position=place) for place, tag in enumerate(tags)])
        events.services.record("story.tagged", person_id=story.owner_id, subject=story)
    return tags
