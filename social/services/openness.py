"""Whether somebody may answer a story: asked before every like, comment and edit."""

from typing import ClassVar, Final

from django.core.cache import cache
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Block, User
from costory.lib.errors import DomainError
from social.models import Comment
from stories.models import Story

# So many new likes, and so many new follows, within so long.
WINDOW_SECONDS: Final = 600
MOST_IN_WINDOW: Final = 60


class AnswersClosed(DomainError):
    """Nobody answers here, or this person does not. Which of the two it is, is told to nobody."""

    code: ClassVar[str] = "forbidden"

    def __init__(self) -> None:
        super().__init__(_("This is not open to answers."))


class AnswererSuspended(DomainError):
    """Somebody who is suspended answers nothing."""

    code: ClassVar[str] = "forbidden"

    def __init__(self) -> None:
        super().__init__(_("Your account is suspended: for now, you cannot answer others."))


class TooMuchAtOnce(DomainError):
    """More likes or follows than a person gives. `details` say after how many seconds to try again."""

    code: ClassVar[str] = "rate_limited"


def refuse_flood(person: User, what: str) -> None:
    """Count one that is new, refusing beyond what a person gives. `add` and `incr` are each one step in the cache."""
    key = f"given:{what}:{person.pk}"
    cache.add(key, 0, WINDOW_SECONDS)
    try:
        count = cache.incr(key)
    except ValueError:
        # It ran out between the two: the ten minutes begin anew.
        cache.set(key, 1, WINDOW_SECONDS)
        count = 1
    if count > MOST_IN_WINDOW:
        message = _("That was a lot at once. Wait a few minutes, then go on.")
        raise TooMuchAtOnce(message, details={"retry_after": WINDOW_SECONDS})


def are_apart(one: User, other_id: object) -> bool:
    """Whether one of the two has blocked the other."""
    between = Q(blocker=one, blocked=other_id) | Q(blocker=other_id, blocked=one)
    return Block.objects.filter(between).exists()


def require_open(person: User, story: Story) -> None:
    """Raise AnswersClosed or AnswererSuspended unless this person, who sees the story, may answer it at all."""
    if person.is_suspended:
        raise AnswererSuspended
    if story.visibility == Story.Visibility.PRIVATE or are_apart(person, story.owner_id):
        raise AnswersClosed


def require_open_to_comments(person: User, story: Story) -> None:
    """Raise as `require_open` does, and AnswersClosed where the story's author wants no comments."""
    require_open(person, story)
    if story.comment_policy == Story.CommentPolicy.CLOSED:
        raise AnswersClosed


def require_open_thread(person: User, parent: Comment, root: Comment) -> None:
    """Raise AnswersClosed where a thread is frozen, or its commenter and this person keep apart."""
    if root.is_frozen or are_apart(person, parent.author_id):
        raise AnswersClosed
