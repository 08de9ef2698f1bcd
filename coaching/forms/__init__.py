"""What a writer sends to the coach."""

from coaching.forms.conversation import MessageForm, PanelForm, PassageForm
from coaching.forms.proposal import AcceptForm, ProposalForm, VerdictForm

__all__ = ["AcceptForm", "MessageForm", "PanelForm", "PassageForm", "ProposalForm", "VerdictForm"]
