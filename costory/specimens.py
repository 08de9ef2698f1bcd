"""What the style page shows: a form in its states and a few stories that exist nowhere else."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from stories.models import Story

ICONS = [
    "book",
    "pen",
    "coach",
    "energy",
    "theme",
    "sun",
    "moon",
    "person",
    "settings",
    "plus",
    "check",
    "close",
    "chevron",
    "arrow",
    "chapters",
    "lock",
    "link",
    "globe",
    "eye",
    "trash",
    "stop",
    "send",
    "clock",
    "warning",
    "bold",
    "italic",
    "heading",
    "quote",
    "list",
    "scene",
    "logout",
    "heart",
    "bookmark",
    "bell",
    "flag",
    "search",
    "text",
    "download",
    "comment",
]
COLOURS = [
    "desk",
    "page",
    "sunken",
    "raised",
    "ink",
    "ink-soft",
    "ink-faint",
    "line",
    "line-strong",
    "accent",
    "accent-strong",
    "accent-soft",
    "danger",
    "danger-soft",
    "warning",
    "warning-soft",
]


class SpecimenForm(forms.Form):
    """One field of each kind."""

    title = forms.CharField(label=_("Title"), help_text=_("A working title is enough."))
    email = forms.EmailField(label=_("E-mail address"), required=False)
    mode = forms.ChoiceField(label=_("Kind"), choices=Story.Mode)
    description = forms.CharField(label=_("Description"), widget=forms.Textarea(attrs={"rows": 3}), required=False)
    visibility = forms.ChoiceField(
        label=_("Who may read"),
        choices=Story.Visibility,
        widget=forms.RadioSelect,
        initial=Story.Visibility.PRIVATE,
    )
    is_real = forms.BooleanField(label=_("It happened"), required=False)
    locked = forms.CharField(label=_("Cannot be changed"), disabled=True, required=False, initial="ar-men")


def specimens() -> dict[str, Any]:
    """The context of the style page. Nothing in it is saved."""
    now = timezone.now()
    stories = [
        Story(
            title=gettext("The Lighthouse"),
            mode=Story.Mode.FICTION,
            visibility=Story.Visibility.PUBLIC,
            description=gettext("A keeper, his daughter, and the winter the relief boat did not come."),
            word_count=18_432,
            chapter_count=12,
            updated_at=now,
        ),
        Story(
            title=gettext("What Jeanne said"), mode=Story.Mode.LEGACY, visibility=Story.Visibility.LINK, updated_at=now
        ),
    ]
    invalid = {"title": "", "email": "jeanne@", "mode": "fiction", "visibility": "private"}
    return {
        "form": SpecimenForm(prefix="plain"),
        "invalid_form": SpecimenForm({f"wrong-{name}": value for name, value in invalid.items()}, prefix="wrong"),
        "stories": stories,
        "colours": COLOURS,
        "icons": ICONS,
        "themes": ["light", "dark"],
    }
