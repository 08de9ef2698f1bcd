"""What a writer sends to the coach."""

from coaching.forms.conversation import (
    FeedbackForm,
    MessageForm,
    PanelForm,
    PassageForm,
    SessionListForm,
    SessionReviseForm,
)
from coaching.forms.proposal import AcceptForm, ProposalForm, VerdictForm
from coaching.forms.structure import BeatPlaceForm

__all__ = [
    "AcceptForm",
    "BeatPlaceForm",
    "FeedbackForm",
    "MessageForm",
    "PanelForm",
    "PassageForm",
    "ProposalForm",
    "SessionListForm",
    "SessionReviseForm",
    "VerdictForm",
]
