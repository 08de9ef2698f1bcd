"""What a writer says about a story."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from stories.forms.fields import WrittenField
from stories.models import Story
from stories.services import MAX_TITLE_CHARACTERS, opens_journal

BRIEF = ("theme", "is_real", "purpose", "era", "writing_style", "pov")


class StoryForm(forms.ModelForm):  # type: ignore[type-arg]  # It takes no parameter at run time.
    """A story's title and brief."""

    title = WrittenField(label=_("Title"), max_length=MAX_TITLE_CHARACTERS)
    description = WrittenField(
        label=_("Description"), max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    is_real = forms.TypedChoiceField(
        label=_("True or invented"),
        choices=[("", _("Not said")), ("true", _("It happened")), ("false", _("Invented"))],
        coerce=lambda value: value == "true",
        empty_value=None,
        required=False,
    )

    class Meta:
        model = Story
        fields = ["title", "mode", "language", "description", *BRIEF]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.is_real is not None:
            self.initial["is_real"] = "true" if self.instance.is_real else "false"
        for name in BRIEF:
            field = self.fields[name]
            if name != "is_real" and isinstance(field, forms.TypedChoiceField):
                choices = cast("list[tuple[str, Any]]", list(cast("Iterable[Any]", field.choices)))
                field.choices = [("", _("Not said")), *[choice for choice in choices if choice[0]]]

    def changes(self) -> dict[str, Any]:
        """What was sent, by name."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class VisibilityForm(forms.Form):
    """Who may read a story."""

    visibility = forms.ChoiceField(label=_("Who may read"), choices=Story.Visibility, widget=forms.RadioSelect)
    is_confirmed = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def is_to_confirm(self, story: Story) -> bool:
        """Whether this would open a journal to more people than read it now, and that was said only once."""
        visibility = self.cleaned_data["visibility"]
        return opens_journal(story=story, visibility=visibility) and not self.cleaned_data["is_confirmed"]
