"""Who helps."""

from coaching.models.catalogue import CoachModel
from coaching.models.conversation import Message, Reply, Session

__all__ = ["CoachModel", "Message", "Reply", "Session"]
