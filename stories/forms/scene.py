"""A scene and a turn, as they are sent."""

from django import forms

from stories.forms.fields import WrittenField


class SceneForm(forms.Form):
    """Where it is set, and what is at stake."""

    setting = WrittenField(required=False, max_length=2000)


class TurnForm(forms.Form):
    """Who speaks, and what is said or done."""

    version = forms.IntegerField(min_value=1)
    name = WrittenField(required=False, max_length=120)
    words = WrittenField(max_length=20_000)
