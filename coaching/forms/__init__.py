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

__all__ = [
    "AcceptForm",
    "FeedbackForm",
    "MessageForm",
    "PanelForm",
    "PassageForm",
    "ProposalForm",
    "SessionListForm",
    "SessionReviseForm",
    "VerdictForm",
]
