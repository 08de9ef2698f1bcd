"""Messages of a conversation."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from coaching.models import CoachModel, Session
from coaching.services.conversation import MESSAGE_MAX_CHARACTERS


class PanelForm(forms.Form):
    """Which conversation a page asks for; what cannot be read is left aside."""

    mode = forms.ChoiceField(choices=Session.Mode, required=False)
    chapter = forms.UUIDField(required=False)
    before = forms.UUIDField(required=False)


class MessageForm(forms.Form):
    """A message. `request_key` is made with the form, so that sending it twice is sending it once."""

    content = forms.CharField(
        label=_("Your message"),
        max_length=MESSAGE_MAX_CHARACTERS,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 3, "data-submit-on": "ctrl-enter"}),
        error_messages={"required": _("Write something first.")},
    )
    request_key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    mode = forms.ChoiceField(choices=Session.Mode, required=False, widget=forms.HiddenInput)
    chapter = forms.UUIDField(required=False, widget=forms.HiddenInput)
    cursor = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)
    model = forms.ChoiceField(label=_("Model"), required=False)

    def __init__(self, *args: Any, offered: "list[CoachModel]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["model"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  For mypy: it is declared as one above.
        field.choices = [("", _("Usual model")), *((model.slug, model.name) for model in offered)]

    @staticmethod
    def new_key() -> str:
        """A key for a form that is about to be shown."""
        return uuid.uuid4().hex


class PassageForm(forms.Form):
    """Where in the page a reply goes. Without a place it goes to the end, from whatever version is stored."""

    chapter = forms.UUIDField()
    version = forms.IntegerField(min_value=1, required=False)
    position = forms.IntegerField(min_value=0, required=False)
    replacing = forms.IntegerField(min_value=0, required=False)
    text = forms.CharField(required=False, max_length=1_000_000)
