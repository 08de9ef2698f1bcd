"""A note to oneself."""

from django import forms
from django.utils.translation import gettext_lazy as _

from stories.forms.fields import WrittenField
from stories.services import MAX_NOTE_CHARACTERS


class NoteForm(forms.Form):
    """What it says, and which words it stands beside."""

    body = WrittenField(
        label=_("A note to yourself"), max_length=MAX_NOTE_CHARACTERS, widget=forms.Textarea(attrs={"rows": 3})
    )
    quote = WrittenField(required=False, max_length=100_000, widget=forms.HiddenInput)
    position = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
