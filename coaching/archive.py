"""Conversations with the coach as parts of a story's archive, and back.

What replies cost is told, and is no more than told: an imported reply has no hold and no entry in anybody's ledger.
"""

import uuid
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from django.utils.translation import gettext as _
from pydantic import Field, model_validator

from accounts.models import User
from coaching.models import Message, Reply, Session
from coaching.receipt import PARTS, REASONS
from costory.lib import archive, markdown
from costory.lib.archive import Count, Line, Moment, Part, Words, one_of
from stories.models import Story

Micros = Annotated[int, Field(ge=0, le=10**15)]
Said = Annotated[Words, Field(min_length=1, max_length=100_000)]


class ReceiptPart(Part):
    """A line of what a reply was given, or was not."""

    part: Annotated[str, one_of(PARTS)]
    label: Annotated[Line, Field(max_length=500)]
    tokens: Count
    included: bool
    reason: Annotated[str, one_of(REASONS)]


class ReplyPart(Part):
    """What the coach answered, how it ended, and what it cost then."""

    id: UUID
    state: Literal["done", "stopped", "failed"]
    model: Annotated[Line, Field(max_length=160)]
    is_offline: bool
    content: Annotated[Words, Field(max_length=1_000_000)]
    error_code: Annotated[Line, Field(max_length=40)]
    ceiling_micros: Micros
    cost_micros: Micros
    provider_cost_usd: Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=12)] | None
    is_cost_estimated: bool
    input_tokens: Count | None
    output_tokens: Count | None
    receipt: Annotated[list[ReceiptPart], Field(max_length=1000)]
    created_at: Moment
    ended_at: Moment

    @model_validator(mode="after")
    def _cost_is_within_its_ceiling(self) -> Self:
        if self.cost_micros > self.ceiling_micros:
            raise ValueError("it cost more than it could")
        return self


class ExchangePart(Part):
    """What the writer said, and the coach's answer where one had ended."""

    content: Said
    created_at: Moment
    reply: ReplyPart | None


class ConversationPart(Part):
    """A conversation about the story."""

    mode: Annotated[str, one_of(Session.Mode.values)]
    chapter: UUID | None
    created_at: Moment
    updated_at: Moment
    exchanges: Annotated[list[ExchangePart], Field(max_length=50_000)]


def conversation_parts(story: Story, *, user_id: UUID) -> Iterator[dict[str, Any]]:
    """This person's conversations about a story, oldest first."""
    sessions = Session.objects.filter(story=story, user=user_id).order_by("created_at", "mode")
    for session in sessions.iterator(chunk_size=50):
        messages = Message.objects.filter(session=session).select_related("reply").defer("reply__request")
        yield {
            "mode": session.mode,
            "chapter": session.chapter_id,
            "created_at": session.created_at,
            "updated_at": session.updated_at,
            "exchanges": [_exchange(message) for message in messages.order_by("created_at", "content")],
        }


def _exchange(message: Message) -> dict[str, Any]:
    reply: Reply | None = getattr(message, "reply", None)
    return {
        "content": message.content,
        "created_at": message.created_at,
        "reply": None
        if reply is None or not reply.is_finished
        else {
            name: getattr(reply, name)
            for name in (
                *("id", "state", "model", "is_offline", "content", "error_code", "ceiling_micros", "cost_micros"),
                *("provider_cost_usd", "is_cost_estimated", "input_tokens", "output_tokens", "receipt"),
                *("created_at", "ended_at"),
            )
        },
    }


def create_conversations(
    parts: Sequence[ConversationPart],
    *,
    user: User,
    story: Story,
    chapter_ids: archive.NewIds,
    reply_ids: archive.NewIds,
) -> None:
    """Write the conversations of an archive about a story that was just written. The caller has a transaction open."""
    sessions = []
    messages = []
    replies = []
    taken: set[UUID] = set()
    for part in parts:
        session = Session(story=story, user=user, chapter_id=chapter_ids.get(part.chapter), mode=part.mode)
        sessions.append((session, {"created_at": part.created_at, "updated_at": part.updated_at}))
        for exchange in part.exchanges:
            message = Message(session=session, content=exchange.content)
            messages.append((message, {"created_at": exchange.created_at}))
            reply = exchange.reply
            if reply is None:
                continue
            if reply.id in taken:
                raise archive.InvalidArchive(
                    _("Two rows of the archive have the same id."), details={"places": [str(reply.id)]}
                )
            taken.add(reply.id)
            row = Reply(
                id=reply_ids.of(reply.id),
                session=session,
                message=message,
                request_key=f"import-{uuid.uuid4()}",
                content_html=markdown.render(reply.content, is_untrusted=True),
                **reply.model_dump(exclude={"id", "created_at"}),
            )
            replies.append((row, {"created_at": reply.created_at}))
    for rows in (sessions, messages, replies):
        archive.create_dated(rows)
