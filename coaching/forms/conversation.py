"""Messages of a conversation."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from coaching.models import CoachModel, Reply, Session
from coaching.services.conversation import MESSAGE_MAX_CHARACTERS, QUOTE_MAX_CHARACTERS


class PanelForm(forms.Form):
    """Which conversation a page asks for; what cannot be read is left aside."""

    mode = forms.ChoiceField(choices=Session.Mode, required=False)
    chapter = forms.UUIDField(required=False)
    before = forms.UUIDField(required=False)
    new = forms.BooleanField(required=False)


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
    session = forms.UUIDField(required=False, widget=forms.HiddenInput)
    quote = forms.CharField(max_length=QUOTE_MAX_CHARACTERS, required=False, widget=forms.HiddenInput)
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


class FeedbackForm(forms.Form):
    """Whether a reply helped."""

    feedback = forms.ChoiceField(choices=[choice for choice in Reply.Feedback.choices if choice[0]])


class SessionListForm(forms.Form):
    """Which conversations are looked for; what cannot be read is left aside."""

    q = forms.CharField(label=_("Search conversations"), max_length=200, required=False)
    archived = forms.BooleanField(required=False)
    chapter = forms.UUIDField(required=False)
    before = forms.UUIDField(required=False)


class SessionReviseForm(forms.Form):
    """What of a conversation changes."""

    title = forms.CharField(label=_("Name"), max_length=120, required=False)
    is_pinned = forms.BooleanField(label=_("Pinned"), required=False)
    reads_ahead = forms.BooleanField(label=_("The coach may know what comes after this chapter"), required=False)
