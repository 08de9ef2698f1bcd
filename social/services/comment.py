"""Comments, by those who write them."""

from datetime import timedelta
from typing import ClassVar, Final

from django.core.cache import cache
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

import events.services
from accounts.models import User
from costory.lib import markdown, plain_text
from costory.lib.errors import DomainError
from social.models import MAX_DEPTH, Case, Comment
from social.services.listing import count_comments
from social.services.openness import require_open_thread, require_open_to_comments
from stories.models import Chapter, Story
from stories.selectors.html import html_of

MAX_COMMENT_CHARACTERS: Final = 10_000
MAX_QUOTE_CHARACTERS: Final = 500
EDIT_TIME: Final = timedelta(minutes=15)
# How long what was deleted can still be taken back, or decided on.
KEPT: Final = timedelta(days=30)
# So many comments within so long: a person who reads does not write more.
WINDOW_SECONDS: Final = 600
MOST_IN_WINDOW: Final = 20
YOUNG: Final = timedelta(days=7)
MOST_IN_WINDOW_WHEN_YOUNG: Final = 5
# So many links, or so often the same words within a day, wait for a look. Authors thank their readers as they like.
MANY_LINKS: Final = 3
SAME_TEXTS: Final = 3
REMEMBERED: Final = timedelta(days=1)
RECENT: Final = 50


class EmptyComment(DomainError):
    """There is nothing in it."""

    code: ClassVar[str] = "validation_error"


class CommentTooLong(DomainError):
    """It is longer than MAX_COMMENT_CHARACTERS."""

    code: ClassVar[str] = "validation_error"


class NotInTheText(DomainError):
    """What is quoted does not stand in the chapter."""

    code: ClassVar[str] = "validation_error"


class NothingToAnswer(DomainError):
    """The comment that is answered, or the chapter that is meant, is not there."""

    code: ClassVar[str] = "not_found"


class NotYours(DomainError):
    """A comment is another's, and not under one's own story."""

    code: ClassVar[str] = "not_found"


class TooLate(DomainError):
    """What was said stands, once others have had time to read it."""

    code: ClassVar[str] = "conflict"


class TooManyComments(DomainError):
    """More than a person writes. `details` say after how many seconds to try again."""

    code: ClassVar[str] = "rate_limited"


def add_comment(
    *,
    author: User,
    story: Story,
    content: str,
    parent: Comment | None = None,
    chapter: Chapter | None = None,
    quote: str = "",
) -> Comment:
    """Comment on a story they may see, a chapter of it or a passage, or answer to a comment.

    An answer is about what the comment before it is about. It is SHOWN, or WAITING where the story's author looks
    first, or HELD where a moderator has to. Raises EmptyComment, CommentTooLong, NotInTheText, NothingToAnswer,
    AnswersClosed, AnswererSuspended and TooManyComments.
    """
    content = _clean(content)
    require_open_to_comments(author, story)
    if parent is not None:
        chapter, quote = parent.chapter, ""
    elif chapter is not None and not Chapter.objects.readable_in(story, author).filter(pk=chapter.pk).exists():
        raise NothingToAnswer(_("There is nothing here, or it is not yours."))
    quote = _verified(quote, chapter)
    _refuse_haste(author)
    with transaction.atomic():
        root = _hold_thread(author, story, parent) if parent is not None else None
        comment = Comment.objects.create(
            story=story,
            chapter=chapter,
            author=author,
            parent=parent,
            root=root,
            depth=min(parent.depth + 1, MAX_DEPTH) if parent is not None else 1,
            content=content,
            quote=quote,
            state=_first_state(author, story),
        )
        if comment.state == Comment.State.SHOWN:
            count_comments(story_id=story.pk)
        _record("comment.added", author, comment)
        hold_flood(comment)
    return comment


@transaction.atomic
def edit_comment(*, comment: Comment, editor: User, content: str) -> Comment:
    """Say it better, within 15 minutes. Where the story's author looks first, they look at it again.

    Raises NotYours, TooLate, and what `add_comment` raises for its words and where nobody answers any more.
    """
    content = _clean(content)
    stored = Comment.objects.select_for_update(of=("self",)).select_related("story").get(pk=comment.pk)
    if stored.author_id != editor.pk or stored.deleted_at is not None:
        raise NotYours(_("There is nothing here, or it is not yours."))
    if not is_editable(stored, editor):
        raise TooLate(_("A comment can be changed for 15 minutes. You can still delete it."))
    require_open_to_comments(editor, stored.story)
    if content == stored.content:
        return stored
    stored.content, stored.edited_at = content, timezone.now()
    was = stored.state
    if was == Comment.State.SHOWN:
        stored.state = _first_state(editor, stored.story)
    stored.save(update_fields=["content", "edited_at", "state"])
    if was != stored.state:
        count_comments(story_id=stored.story_id)
    _record("comment.edited", editor, stored)
    hold_flood(stored)
    return stored


@transaction.atomic
def delete_comment(*, comment: Comment, deleter: User) -> bool:
    """Take a comment away: one's own, or one under one's own story. Answers to it stay, below an empty place.

    Returns whether it was there. Raises NotYours.
    """
    stored = Comment.objects.select_for_update(of=("self",)).select_related("story").get(pk=comment.pk)
    if deleter.pk not in (stored.author_id, stored.story.owner_id):
        raise NotYours(_("There is nothing here, or it is not yours."))
    if stored.deleted_at is not None:
        return False
    Comment.objects.filter(pk=stored.pk).update(deleted_at=timezone.now(), is_pinned=False)
    if stored.state == Comment.State.SHOWN:
        count_comments(story_id=stored.story_id)
    _record("comment.deleted", deleter, stored)
    return True


@transaction.atomic
def restore_comment(*, comment: Comment, restorer: User) -> bool:
    """Take a deleted comment back as it was. Returns whether it was gone. Who may, the caller knows: who deleted it."""
    stored = Comment.objects.select_for_update().get(pk=comment.pk)
    if stored.deleted_at is None or not stored.content:
        return False
    Comment.objects.filter(pk=stored.pk).update(deleted_at=None)
    if stored.state == Comment.State.SHOWN:
        count_comments(story_id=stored.story_id)
    _record("comment.restored", restorer, stored)
    return True


def forget_comments() -> int:
    """Empty the comments that were deleted 30 days ago, but for those a moderator has still to decide on.

    Their places stay, for what was answered. Returns how many.
    """
    under_look = Case.objects.filter(kind=Case.Kind.COMMENT, target_id=OuterRef("pk"), is_open=True)
    due = Comment.objects.filter(deleted_at__lt=timezone.now() - KEPT).exclude(content="").exclude(Exists(under_look))
    return due.update(content="", quote="")


def is_editable(comment: Comment, person: User) -> bool:
    """Whether this person may still change the words of a comment."""
    is_fresh = timezone.now() - comment.created_at < EDIT_TIME
    is_theirs = comment.author_id == person.pk and comment.deleted_at is None
    return is_fresh and is_theirs and comment.state != Comment.State.HIDDEN


def hold_flood(comment: Comment) -> None:
    """Have a comment that looks like a flood wait for a moderator. Nothing is deleted by a machine."""
    if comment.state == Comment.State.HELD or not _is_flood(comment):
        return
    Comment.objects.filter(pk=comment.pk).update(state=Comment.State.HELD)
    if comment.state == Comment.State.SHOWN:
        count_comments(story_id=comment.story_id)
    comment.state = Comment.State.HELD
    events.services.record("comment.held", subject=comment, payload={"story_id": str(comment.story_id)})


def _is_flood(comment: Comment) -> bool:
    if plain_text.link_count(comment.content) >= MANY_LINKS:
        return True
    others = Comment.objects.filter(author=comment.author_id, created_at__gt=timezone.now() - REMEMBERED)
    said = plain_text.one_line(comment.content).casefold()
    same = sum(
        plain_text.one_line(content).casefold() == said
        for content in others.exclude(pk=comment.pk).values_list("content", flat=True)[:RECENT]
    )
    return same + 1 >= SAME_TEXTS and comment.author_id != comment.story.owner_id


def _clean(content: str) -> str:
    content = markdown.normalise_text(content).strip()
    if not plain_text.one_line(content):
        raise EmptyComment(_("There is nothing in it yet."))
    if len(content) > MAX_COMMENT_CHARACTERS:
        raise CommentTooLong(
            _("A comment has at most %(most)s characters; this one has %(count)s.")
            % {"most": MAX_COMMENT_CHARACTERS, "count": len(content)}
        )
    return content


def _verified(quote: str, chapter: Chapter | None) -> str:
    """The passage as it stands in the chapter as readers see it."""
    quote = plain_text.one_line(markdown.normalise_text(quote))
    if not quote:
        return ""
    if chapter is None or len(quote) > MAX_QUOTE_CHARACTERS:
        raise NotInTheText(
            _("A passage is of a chapter, and has at most %(most)s characters.") % {"most": MAX_QUOTE_CHARACTERS}
        )
    if quote not in plain_text.words_of(html_of([chapter.pk]).get(chapter.pk, "")):
        raise NotInTheText(_("These words do not stand in the chapter (any more)."))
    return quote


def _hold_thread(author: User, story: Story, parent: Comment) -> Comment:
    """The first comment of the thread, locked, so that nobody answers to what is being frozen or taken away."""
    root_id = parent.root_id or parent.pk
    # Not against those who point to it: the row of an answer that is being written does.
    rows = Comment.objects.select_for_update(no_key=True).filter(pk__in=[root_id, parent.pk]).order_by("depth", "pk")
    held = {row.pk: row for row in rows}
    stored, root = held.get(parent.pk), held.get(root_id)
    if stored is None or root is None or stored.story_id != story.pk:
        raise NothingToAnswer(_("There is nothing here, or it is not yours."))
    if stored.state != Comment.State.SHOWN or stored.deleted_at is not None:
        raise NothingToAnswer(_("There is nothing here, or it is not yours."))
    require_open_thread(author, stored, root)
    return root


def _first_state(author: User, story: Story) -> str:
    is_looked_at = story.comment_policy == Story.CommentPolicy.MODERATED and author.pk != story.owner_id
    return Comment.State.WAITING if is_looked_at else Comment.State.SHOWN


def _refuse_haste(author: User) -> None:
    """Count one, refusing beyond what a person writes. `add` and `incr` are each one step in the cache."""
    is_young = timezone.now() - author.created_at < YOUNG
    key = f"comments:{author.pk}"
    cache.add(key, 0, WINDOW_SECONDS)
    try:
        count = cache.incr(key)
    except ValueError:
        # It ran out between the two: the ten minutes begin anew.
        cache.set(key, 1, WINDOW_SECONDS)
        count = 1
    if count > (MOST_IN_WINDOW_WHEN_YOUNG if is_young else MOST_IN_WINDOW):
        raise TooManyComments(
            _("That was a lot at once. Wait a few minutes, then go on."), details={"retry_after": WINDOW_SECONDS}
        )


def _record(name: str, person: User, comment: Comment) -> None:
    payload = {"story_id": str(comment.story_id), "state": str(comment.state)}
    if comment.parent_id is not None:
        payload["parent_id"] = str(comment.parent_id)
    events.services.record(name, person_id=person.pk, subject=comment, payload=payload)
