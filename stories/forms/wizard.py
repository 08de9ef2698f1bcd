"""The steps in which a story is set out: its kind, what it is like, its first words."""

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from stories.forms.fields import WrittenField
from stories.models import Story
from stories.services import MAX_TITLE_CHARACTERS

UNSAID: Final = ("", _("Not said"))


class KindForm(forms.Form):
    """Which of the four kinds."""

    mode = forms.ChoiceField(
        label=_("What will you write?"),
        choices=Story.Mode,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of them; everything else can change later.")},
    )


class BriefForm(forms.Form):
    """What the story is like; all of it can be left open."""

    theme = forms.ChoiceField(label=_("Theme"), choices=[UNSAID, *Story.Theme.choices], required=False)
    era = forms.ChoiceField(label=_("When it takes place"), choices=[UNSAID, *Story.Era.choices], required=False)
    writing_style = forms.ChoiceField(label=_("Style"), choices=[UNSAID, *Story.Style.choices], required=False)
    pov = forms.ChoiceField(label=_("Point of view"), choices=[UNSAID, *Story.PointOfView.choices], required=False)
    purpose = forms.ChoiceField(label=_("What it is for"), choices=[UNSAID, *Story.Purpose.choices], required=False)
    is_real = forms.ChoiceField(
        label=_("True or invented"),
        choices=[UNSAID, ("true", _("It happened")), ("false", _("Invented"))],
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget = forms.RadioSelect(choices=field.choices)  # type: ignore[attr-defined]  # All of them are ChoiceFields.


class OpeningForm(forms.Form):
    """Title and first sentence."""

    title = WrittenField(label=_("Title"), max_length=MAX_TITLE_CHARACTERS)
    language = forms.ChoiceField(label=_("Language"), choices=Story.Language)
    description = WrittenField(
        label=_("What it is about"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    opening = WrittenField(
        label=_("First sentence"), max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )

    def __init__(self, *args: Any, mode: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, words in OPENINGS.get(mode, {}).items():
            field = self.fields[name]
            field.label, field.help_text = words[0], words[1]


# How the last step speaks to each kind: label and help of a field.
OPENINGS: Final[dict[str, dict[str, tuple[Any, Any]]]] = {
    Story.Mode.FICTION: {
        "title": (_("Title"), _("A working title will do.")),
        "description": (_("Premise"), _("Who wants what, and what stands in the way. The coach reads it.")),
        "opening": (_("First sentence"), _("If you have one. It opens the first chapter.")),
    },
    Story.Mode.JOURNAL: {
        "title": (_("What is your journal called?"), _("Only you will read it.")),
        "description": (_("What brings you to it"), _("A sentence for yourself, and for the coach.")),
        "opening": (_("Today, in one sentence"), _("It begins today’s entry.")),
    },
    Story.Mode.LEGACY: {
        "title": (_("What shall the book be called?"), _("“What Grandmother told me”, for instance.")),
        "description": (_("Whose memories, and for whom"), _("The coach’s questions go by it.")),
        "opening": (_("The first thing that comes to mind"), _("A smell, a kitchen, a sentence that was often said.")),
    },
    Story.Mode.ROLEPLAY: {
        "title": (_("What is the game called?"), _("A working title will do.")),
        "description": (_("The world, in a few words"), _("Place, time, and what is at stake. Your partner reads it.")),
        "opening": (_("The first moment"), _("Where are we, and who speaks? It opens the first scene.")),
    },
}
