"""An outline as it is written."""

from django import forms
from django.utils.translation import gettext_lazy as _

from stories.forms.fields import WrittenField
from stories.services import MAX_TITLE_CHARACTERS


class PremiseForm(forms.Form):
    """What the story is about, in a sentence or two."""

    premise = WrittenField(
        label=_("Premise"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class BeatForm(forms.Form):
    """A step of the outline."""

    act = forms.IntegerField(min_value=1, max_value=5, required=False, widget=forms.HiddenInput)
    title = WrittenField(label=_("What happens"), max_length=MAX_TITLE_CHARACTERS)
    summary = WrittenField(
        label=_("In a few sentences"), max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
