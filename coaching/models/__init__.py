"""Who helps."""

from coaching.models.catalogue import CoachModel
from coaching.models.continuity import ContinuityCheck, Finding
from coaching.models.conversation import Message, Reply, Session
from coaching.models.dispatch import Dispatch
from coaching.models.memory import Summary, SummaryRequest
from coaching.models.proposal import Proposal
from coaching.models.structure import BeatPlace

__all__ = [
    "BeatPlace",
    "CoachModel",
    "ContinuityCheck",
    "Dispatch",
    "Finding",
    "Message",
    "Proposal",
    "Reply",
    "Session",
    "Summary",
    "SummaryRequest",
]
