"""A writer says something to the coach."""

from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

import events.services
from accounts.models import User
from coaching import process, selectors
from coaching.context import MessageTooLong
from coaching.models import Reply, Session
from coaching.services import asking
from coaching.services.asking import Prepared, Quote
from coaching.services.settlement import Outcome, end_reply
from costory.lib import markdown
from costory.lib.errors import DomainError
from stories.models import Chapter, Story

MESSAGE_MAX_CHARACTERS = 20_000


class EmptyMessage(DomainError):
    """There is nothing to answer."""

    code: ClassVar[str] = "validation_error"


@transaction.atomic
def open_session(*, user: User, story: Story, mode: str, chapter: Chapter | None = None) -> Session:
    """Begin a conversation about a story in one of the coach's modes."""
    session = Session.objects.create(user=user, story=story, mode=mode, chapter=chapter)
    events.services.record("session.opened", person_id=user.pk, subject=session, payload={"mode": mode})
    return session


def quote_message(*, session: Session, content: str, model: str = "", cursor: int | None = None) -> Quote:
    """What an answer to this message would cost at most. Raises EmptyMessage, MessageTooLong and UnknownModel."""
    return _prepare(session, clean_message(content=content), model, cursor).quote


def post_message(
    *, session: Session, content: str, request_key: str, model: str = "", cursor: int | None = None
) -> Reply:
    """Take a message, hold the ceiling of its answer and create the reply, in one transaction.

    The same `request_key` in the same session gives the same reply again, whatever the content. Raises EmptyMessage,
    MessageTooLong, UnknownModel and billing's InsufficientCredits.
    """
    content = clean_message(content=content)
    reply, _is_new = asking.ask(
        session,
        content=content,
        request_key=request_key,
        prepare=lambda: _prepare(session, content, model, cursor),
    )
    return reply


@transaction.atomic
def start_session(
    *,
    user: User,
    story: Story,
    mode: str,
    chapter: Chapter | None,
    content: str,
    request_key: str,
    model: str = "",
    cursor: int | None = None,
) -> Reply:
    """Begin a conversation with its first message: both or neither. Raises what `post_message` raises.

    The same `request_key` about the same story gives the same reply again: the story's row makes two of them queue.
    """
    Story.objects.select_for_update().get(pk=story.pk)
    known = Reply.objects.filter(session__story=story, session__user=user, request_key=request_key).first()
    if known is not None:
        return known
    session = open_session(user=user, story=story, mode=mode, chapter=chapter)
    return post_message(session=session, content=content, request_key=request_key, model=model, cursor=cursor)


@transaction.atomic
def request_stop(*, reply: Reply) -> None:
    """Ask that a reply end where it is. Repeating it, or asking of one that has ended, is harmless.

    A reply nobody has begun ends here and now; one that runs is told by its process, in this one at once, in another
    at its next checkpoint.
    """
    asked = Reply.objects.unfinished().filter(pk=reply.pk, stop_requested_at=None)
    if not asked.update(stop_requested_at=timezone.now()):
        return
    # Only a running reply has a process; a pending one is claimed by nobody and, with its stop set, never will be.
    nobody = Outcome(state=Reply.State.STOPPED, content="", provider_cost_usd=Decimal(0), was_sent=False)
    if Reply.objects.filter(pk=reply.pk, state=Reply.State.PENDING).exists():
        end_reply(reply_id=reply.pk, outcome=nobody, claimed_by="")
        return
    engine = process.current()
    if engine is not None:
        transaction.on_commit(lambda: engine.request_stop(reply.pk))


def clean_message(*, content: str) -> str:
    """A message as it is stored. Raises EmptyMessage and MessageTooLong."""
    content = markdown.normalise_text(content).strip()
    if not content:
        raise EmptyMessage(_("Write something first."))
    if len(content) > MESSAGE_MAX_CHARACTERS:
        raise MessageTooLong(
            _("This message is too long: the coach takes up to %(limit)s characters at a time.")
            % {"limit": MESSAGE_MAX_CHARACTERS},
            details={"limit": MESSAGE_MAX_CHARACTERS, "length": len(content)},
        )
    return content


def _prepare(session: Session, content: str, model: str, cursor: int | None) -> Prepared:
    if not settings.COACH_ONLINE:
        return asking.prepare_offline(selectors.offline_answer(session=session, content=content))
    return asking.prepare(
        session,
        lambda room: selectors.context_for(session=session, content=content, budget_tokens=room, cursor=cursor),
        model=model,
    )
