"""When somebody may be in danger: what is heard, and who can be called. Beside any model, and before it.

Nothing of what was said is logged or counted anywhere.
"""

from coaching.models import Session
from coaching.offline import danger
from stories.models import Story

# Told about a life, not about invented people.
_TRUE_MODES = frozenset({Story.Mode.JOURNAL, Story.Mode.LEGACY})


def is_needed(session: Session, content: str) -> bool:
    """Whether what a writer says to the coach sounds like danger to themselves."""
    of_a_true_life = session.mode == Session.Mode.THERAPEUTIC or session.story.mode in _TRUE_MODES
    return danger.is_heard(content, of_a_true_life=of_a_true_life)
