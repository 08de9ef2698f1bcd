"""A writer says something to the coach."""

from decimal import Decimal
from typing import ClassVar, Literal
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from coaching import care, process, selectors
from coaching.context import MessageTooLong
from coaching.models import Message, Reply, Session
from coaching.services import asking
from coaching.services.asking import Prepared, Quote
from coaching.services.session import open_session, revise_session
from coaching.services.settlement import Outcome, end_reply
from costory.lib import markdown
from costory.lib.errors import DomainError
from stories.models import Chapter, Story

MESSAGE_MAX_CHARACTERS = 20_000
QUOTE_MAX_CHARACTERS = 4_000


class EmptyMessage(DomainError):
    """There is nothing to answer."""

    code: ClassVar[str] = "validation_error"


def quote_message(
    *, session: Session, content: str, model: str = "", cursor: int | None = None, quote: str = ""
) -> Quote:
    """What an answer to this message would cost at most. Raises EmptyMessage, MessageTooLong and UnknownModel."""
    return preview_message(session=session, content=content, model=model, cursor=cursor, quote=quote).quote


def preview_message(
    *, session: Session, content: str, model: str = "", cursor: int | None = None, quote: str = ""
) -> Prepared:
    """All that would be sent for this message, and its price; nothing is written. Raises as `quote_message` does."""
    return _prepare(session, clean_message(content=content), model, cursor, clean_quote(quote=quote))


def post_message(
    *,
    session: Session,
    content: str,
    request_key: str,
    model: str = "",
    cursor: int | None = None,
    quote: str = "",
) -> Reply:
    """Take a message, hold the ceiling of its answer and create the reply, in one transaction.

    `quote` is a passage of the page it is about. The same `request_key` in the same session gives the same reply
    again, whatever the content. Raises EmptyMessage, MessageTooLong, UnknownModel and billing's InsufficientCredits.
    """
    return _post(session, content, request_key, model, cursor, quote, asking.AFTER_HEAD)


def ask_again(*, message: Message, content: str, request_key: str, model: str = "") -> Reply:
    """Say something in place of an earlier message, or the same to another model: a branch beside it.

    What was said and answered there is kept. Raises what `post_message` raises.
    """
    return _post(message.session, content, request_key, model, None, message.quote, message.parent)


@transaction.atomic
def show_branch(*, message: Message) -> None:
    """Make the branch that goes through this message the one that is shown, to its latest end."""
    rows = Message.objects.filter(session=message.session_id).exclude(parent=None).order_by("created_at", "id")
    # Of several that follow one, the latest.
    children: dict[UUID | None, UUID] = dict(rows.values_list("parent_id", "pk"))
    end = message.pk
    while end in children:
        end = children[end]
    Session.objects.filter(pk=message.session_id).update(head=end)


def _post(
    session: Session, content: str, request_key: str, model: str, cursor: int | None, quote: str, parent: object
) -> Reply:
    content, quote = clean_message(content=content), clean_quote(quote=quote)
    after: UUID | Literal["head"] | None = "head" if parent is asking.AFTER_HEAD else getattr(parent, "pk", None)
    reply, _is_new = asking.ask(
        session,
        content=content,
        request_key=request_key,
        prepare=lambda: _prepare(session, content, model, cursor, quote, after=after),
        quote=quote,
        parent=parent,
        needs_care=care.is_needed(session, content),
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
    quote: str = "",
) -> Reply:
    """Begin a conversation with its first message: both or neither. Raises what `post_message` raises.

    The same `request_key` about the same story gives the same reply again: the story's row makes two of them queue.
    """
    Story.objects.select_for_update().get(pk=story.pk)
    known = Reply.objects.filter(session__story=story, session__user=user, request_key=request_key).first()
    if known is not None:
        return known
    session = open_session(user=user, story=story, mode=mode, chapter=chapter)
    if model:
        revise_session(session=session, model=model)
    return post_message(
        session=session, content=content, request_key=request_key, model=model, cursor=cursor, quote=quote
    )


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


def clean_quote(*, quote: str) -> str:
    """A quoted passage as it is stored. Raises MessageTooLong."""
    quote = markdown.normalise_text(quote).strip()
    if len(quote) > QUOTE_MAX_CHARACTERS:
        raise MessageTooLong(
            _("Quote a shorter passage: up to %(limit)s characters.") % {"limit": QUOTE_MAX_CHARACTERS},
            details={"limit": QUOTE_MAX_CHARACTERS, "length": len(quote)},
        )
    return quote


def _prepare(
    session: Session,
    content: str,
    model: str,
    cursor: int | None,
    quote: str,
    *,
    after: UUID | Literal["head"] | None = "head",
) -> Prepared:
    if not settings.COACH_ONLINE:
        return asking.prepare_offline(selectors.offline_answer(session=session, content=content))
    return asking.prepare(
        session,
        lambda room: selectors.context_for(
            session=session, content=content, budget_tokens=room, cursor=cursor, quote=quote, after=after
        ),
        model=model,
    )
