"""Whether somebody may answer a story: asked before every like, comment and edit."""

from typing import ClassVar

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Block, User
from costory.lib.errors import DomainError
from social.models import Comment
from stories.models import Story


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
