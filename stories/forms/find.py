"""Words to be found, and what shall stand in their place."""

from django import forms
from django.utils.translation import gettext_lazy as _

from stories.forms.fields import WrittenField
from stories.services import MAX_NEEDLE_CHARACTERS, MAX_REPLACEMENT_CHARACTERS


class FindForm(forms.Form):
    """What to look for, literally."""

    needle = WrittenField(label=_("Find"), max_length=MAX_NEEDLE_CHARACTERS, strip=False)
    replacement = WrittenField(
        label=_("Replace by"), max_length=MAX_REPLACEMENT_CHARACTERS, required=False, strip=False
    )
    chapter = forms.UUIDField(required=False, widget=forms.HiddenInput)
    is_exact = forms.BooleanField(label=_("Capitals as they are"), required=False)
    is_whole = forms.BooleanField(label=_("Whole words only"), required=False)
