"""The studio around the page being written: drawn once for each language, with holes for what is one chapter's."""

from collections.abc import Mapping
from typing import Any, Final

from django import template
from django.forms import BaseForm
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from costory.lib.frames import Frame
from stories.models import Chapter

register = template.Library()

# From so many chapters on, a list is searched rather than looked through.
_MANY: Final = 20
_KEYS: Final = ("story_pk", "chapter_pk")
_HOLES: Final[Mapping[str, tuple[str, ...]]] = {
    "chapters": ("story_title", "chapter_name", "chapter_list", "csrf_token"),
    "view": (),
    "find": ("story_language",),
    "sheet": ("version", "position", "title", "text", "story_language"),
    "pace": (),
    "chapter_menu": ("chapter_version", "csrf_token"),
    "side": (),
    "dialogs": (),
}
_FRAMES: Final = {
    name: Frame(f"stories/studio/_{name}.html", holes=holes, keys=_KEYS) for name, holes in _HOLES.items()
}


def studio_words(
    chapter: Chapter, form: BaseForm, *, chapter_list: SafeString, csrf_token: str, is_conflict: bool
) -> dict[str, str]:
    """What stands in the holes of the studio's frames for one chapter."""
    story, text = chapter.story, form["content"].value()
    # A text that was refused keeps the version it was sent with; one in conflict goes on from what is stored.
    version = form["version"].value() if form.is_bound and not is_conflict else chapter.version
    return {
        "story_pk": str(story.pk),
        "chapter_pk": str(chapter.pk),
        "story_title": story.title,
        "story_language": story.language,
        "chapter_name": str(chapter),
        "chapter_list": chapter_list,
        "chapter_version": str(chapter.version),
        "csrf_token": csrf_token,
        "position": str(chapter.position),
        "version": str(version),
        "title": form["title"].value() or "",
        "text": "" if text is None else text,
    }


@register.simple_tag(takes_context=True)
def studio_frame(context: dict[str, Any], name: str) -> SafeString:
    """One of the frames, for the chapter whose `studio_words` the page has as `words`."""
    words = context["words"]
    key: dict[str, Any] = {"language": get_language()}
    if name == "chapters":
        key["has_many"] = context["story"].chapter_count > _MANY
        key["statuses"] = tuple((value, str(label)) for value, label in Chapter.Status.choices)
    return _FRAMES[name].fill({hole: words[hole] for hole in (*_KEYS, *_HOLES[name])}, **key)
