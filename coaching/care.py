"""When somebody may be in danger: what is heard, and who can be called. Beside any model, and before it.

Nothing of what was said is logged or counted anywhere: that help was shown is, with the country alone.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _

import events.services
from accounts.models import User
from coaching.models import Session
from coaching.offline import danger
from stories.models import Story

# Told about a life, not about invented people.
_TRUE_MODES = frozenset({Story.Mode.JOURNAL, Story.Mode.LEGACY})
# What nobody types is searched no further.
_MOST_CHARACTERS = 100_000

WORDS: Final = _(
    "What you write sounds heavy, and it is taken seriously. This is a program: it cannot keep watch over you. People"
    " can, now, and they are there for this."
)
REMINDER: Final = _(
    "You are talking to a program. It is no therapist and no person. What you write stays in this conversation"
    " until you throw it away."
)
# EXTERNAL.md, section 7: who talks to a machine for hours is told again that it is one.
REMIND_EVERY: Final = timedelta(hours=3)


def is_needed(session: Session, content: str) -> bool:
    """Whether what a writer says to the coach sounds like danger to themselves."""
    of_a_true_life = session.mode == Session.Mode.THERAPEUTIC or session.story.mode in _TRUE_MODES
    return danger.is_heard(content[:_MOST_CHARACTERS], of_a_true_life=of_a_true_life)


def reminders(session: Session, moments: Iterable[datetime]) -> list[bool]:
    """Before which of these messages the listening coach says what it is: the first, and then every three hours."""
    told: datetime | None = None
    due = []
    for moment in moments:
        is_due = session.mode == Session.Mode.THERAPEUTIC and (told is None or moment - told >= REMIND_EVERY)
        told = moment if is_due else told
        due.append(is_due)
    return due


@transaction.atomic
def record_shown(user: User) -> None:
    """Put on record that help was shown to somebody: not to whom, and not why."""
    events.services.record("care.shown", payload={"country": user.country})
