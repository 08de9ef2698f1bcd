"""A place in a story."""

from django import forms

from social.services.place import MOST_PARAGRAPHS


class PlaceForm(forms.Form):
    """The chapter's number, the paragraph from 0, and whether the end was reached."""

    chapter = forms.IntegerField(min_value=1, max_value=1_000_000)
    paragraph = forms.IntegerField(min_value=0, max_value=MOST_PARAGRAPHS)
    is_finished = forms.BooleanField(required=False)
    # Said of a place that was kept on a device: one the account has already stays.
    is_older = forms.BooleanField(required=False)
