"""Where a step of a form stands."""

from django import forms


class BeatPlaceForm(forms.Form):
    """A step of a form, and the chapter it stands in; none lets it fall where it usually does."""

    form = forms.CharField(max_length=20)
    beat = forms.CharField(max_length=20)
    chapter = forms.UUIDField(required=False)
