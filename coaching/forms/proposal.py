"""Single pieces of work asked of the coach."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from coaching.models import CoachModel, Proposal
from coaching.services.proposal import ACCEPTED, INSTRUCTION_MAX_CHARACTERS


class ProposalForm(forms.Form):
    """What is asked for, and where. Places are in code points of the chapter's text at `version`."""

    kind = forms.ChoiceField(label=_("What the coach is to do"), choices=Proposal.Kind, widget=forms.RadioSelect)
    length = forms.ChoiceField(label=_("Length"), choices=Proposal.Length, required=False)
    manner = forms.ChoiceField(label=_("How"), choices=Proposal.Manner, required=False)
    form = forms.CharField(max_length=20, required=False)
    instruction = forms.CharField(
        label=_("In your words"),
        max_length=INSTRUCTION_MAX_CHARACTERS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "data-submit-on": "ctrl-enter"}),
    )
    model = forms.ChoiceField(label=_("Model"), required=False)
    request_key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    chapter = forms.UUIDField(required=False, widget=forms.HiddenInput)
    start = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)
    end = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)
    cursor = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, offered: "list[CoachModel]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["model"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  For mypy: it is declared as one above.
        field.choices = [("", _("Usual model")), *((model.slug, model.name) for model in offered)]

    @staticmethod
    def new_key() -> str:
        """A key for a form that is about to be shown."""
        return uuid.uuid4().hex


class AcceptForm(forms.Form):
    """Where in the page a proposal goes. Without a version it goes into whatever is stored."""

    verdict = forms.ChoiceField(choices=[(verdict, verdict) for verdict in sorted(ACCEPTED)])
    chapter = forms.UUIDField()
    version = forms.IntegerField(min_value=1, required=False)
    position = forms.IntegerField(min_value=0, required=False)
    replacing = forms.IntegerField(min_value=0, required=False)
    text = forms.CharField(required=False, max_length=1_000_000, strip=False)


class VerdictForm(forms.Form):
    """What becomes of a proposal that does not go into the page."""

    verdict = forms.ChoiceField(
        choices=[(verdict, verdict) for verdict in Proposal.Verdict.values if verdict not in ACCEPTED]
    )
