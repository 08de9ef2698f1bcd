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
from coaching.models import BeatPlace, Finding, Message, Proposal, Reply, Session, Summary
from coaching.receipt import PARTS, REASONS
from costory.lib import archive, markdown
from costory.lib.archive import Count, Line, Moment, Part, Words, one_of
from stories.models import Chapter, Story

Micros = Annotated[int, Field(ge=0, le=10**15)]
Said = Annotated[Words, Field(min_length=1, max_length=100_000)]


class ReceiptPart(Part):
    """A line of what a reply was given, or was not."""

    part: Annotated[str, one_of(PARTS)]
    label: Annotated[Line, Field(max_length=500)]
    tokens: Count
    included: bool
    reason: Annotated[str, one_of(REASONS)]


class ProposalPart(Part):
    """What a reply was a proposal for, and what became of it."""

    chapter: UUID | None
    kind: Annotated[str, one_of(Proposal.Kind.values)]
    length: Annotated[str, one_of(["", *Proposal.Length.values])]
    manner: Annotated[str, one_of(["", *Proposal.Manner.values])]
    instruction: Annotated[Words, Field(max_length=20_000)]
    version: Annotated[int, Field(ge=1, le=2_000_000_000)] | None
    start: Count | None
    end: Count | None
    passage: Annotated[Words, Field(max_length=2_000_000)]
    verdict: Annotated[str, one_of(Proposal.Verdict.values)]
    decided_at: Moment | None
    created_at: Moment

    @model_validator(mode="after")
    def _place_is_in_order(self) -> Self:
        if (self.start is None) != (self.end is None) or (self.start or 0) > (self.end or 0):
            raise ValueError("the passage ends before it begins")
        return self


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
    request_sha256: Annotated[Line, Field(max_length=64)] = ""
    feedback: Annotated[str, one_of(Reply.Feedback.values)] = ""
    created_at: Moment
    ended_at: Moment

    @model_validator(mode="after")
    def _cost_is_within_its_ceiling(self) -> Self:
        if self.cost_micros > self.ceiling_micros:
            raise ValueError("it cost more than it could")
        return self


class ExchangePart(Part):
    """What the writer said, and the coach's answer where one had ended. `parent` counts within the conversation."""

    content: Said
    created_at: Moment
    reply: ReplyPart | None
    parent: Count | None = None
    quote: Annotated[Words, Field(max_length=20_000)] = ""
    needs_care: bool = False
    proposal: ProposalPart | None = None


class ConversationPart(Part):
    """A conversation about the story."""

    mode: Annotated[str, one_of(Session.Mode.values)]
    chapter: UUID | None
    created_at: Moment
    updated_at: Moment
    exchanges: Annotated[list[ExchangePart], Field(max_length=50_000)]
    kind: Annotated[str, one_of(Session.Kind.values)] = Session.Kind.CONVERSATION
    title: Annotated[Line, Field(max_length=120)] = ""
    model: Annotated[Line, Field(max_length=160)] = ""
    reads_ahead: bool = False
    is_pinned: bool = False
    archived_at: Moment | None = None
    deleted_at: Moment | None = None
    head: Count | None = None

    @model_validator(mode="after")
    def _each_follows_one_before_it(self) -> Self:
        parents = [exchange.parent for exchange in self.exchanges]
        if any(parent is not None and parent >= place for place, parent in enumerate(parents)):
            raise ValueError("a message follows one that comes after it")
        if self.head is not None and self.head >= len(self.exchanges):
            raise ValueError("its last message is not in it")
        return self


class SummaryPart(Part):
    """A chapter in a few sentences."""

    chapter: UUID
    text: Annotated[Words, Field(min_length=1, max_length=20_000)]
    text_sha256: Annotated[Line, Field(max_length=64)]
    reply: UUID | None
    is_edited: bool
    created_at: Moment
    updated_at: Moment


class FindingPart(Part):
    """Two passages that do not fit together, and whether the writer means it so."""

    origin: Annotated[str, one_of(Finding.Origin.values)]
    kind: Annotated[Line, Field(max_length=20)]
    explanation: Annotated[Words, Field(max_length=5_000)]
    parameters: dict[str, str | int]
    first_chapter: UUID
    first_quote: Annotated[Words, Field(min_length=1, max_length=5_000)]
    first_start: Count
    second_chapter: UUID
    second_quote: Annotated[Words, Field(min_length=1, max_length=5_000)]
    second_start: Count
    fingerprint: Annotated[Line, Field(max_length=64)]
    waived_at: Moment | None
    created_at: Moment


class BeatPlacePart(Part):
    """A step of a form, and the chapter the writer put it in."""

    form: Annotated[Line, Field(max_length=20)]
    beat: Annotated[Line, Field(max_length=20)]
    chapter: UUID
    created_at: Moment


_SESSION = ("mode", "kind", "title", "model", "reads_ahead", "is_pinned", "archived_at", "deleted_at", "created_at")
_PROPOSAL = (
    *("kind", "length", "manner", "instruction", "version", "start", "end", "passage", "verdict", "decided_at"),
    "created_at",
)
_FINDING = (
    *("origin", "kind", "explanation", "parameters", "first_quote", "first_start", "second_quote", "second_start"),
    *("fingerprint", "waived_at", "created_at"),
)


def conversation_parts(story: Story, *, user_id: UUID) -> Iterator[dict[str, Any]]:
    """This person's conversations about a story, oldest first."""
    sessions = Session.objects.filter(story=story, user=user_id).order_by("created_at", "mode")
    for session in sessions.iterator(chunk_size=50):
        messages = Message.objects.filter(session=session).select_related("reply", "reply__proposal")
        # Whoever follows comes after whom they follow, whatever the clock said.
        listed = _in_order(list(messages.defer("reply__request").order_by("created_at", "content")))
        places = {message.pk: place for place, message in enumerate(listed)}
        yield {
            **{name: getattr(session, name) for name in _SESSION},
            "chapter": session.chapter_id,
            "updated_at": session.updated_at,
            "head": places.get(session.head_id) if session.head_id else None,
            "exchanges": [_exchange(message, places) for message in listed],
        }


def summary_parts(story: Story) -> Iterator[dict[str, Any]]:
    """What is remembered of the chapters, in the story's order."""
    for summary in Summary.objects.filter(chapter__story=story).order_by("chapter__position", "chapter_id"):
        yield {
            "chapter": summary.chapter_id,
            "reply": summary.reply_id,
            **{
                name: getattr(summary, name)
                for name in ("text", "text_sha256", "is_edited", "created_at", "updated_at")
            },
        }


def finding_parts(story: Story) -> Iterator[dict[str, Any]]:
    """What did not fit together, the oldest first."""
    for finding in Finding.objects.filter(story=story).order_by("created_at", "fingerprint"):
        yield {
            **{name: getattr(finding, name) for name in _FINDING},
            "first_chapter": finding.first_chapter_id,
            "second_chapter": finding.second_chapter_id,
        }


def beat_place_parts(story: Story) -> Iterator[dict[str, Any]]:
    """Where the writer put the steps of forms."""
    for row in BeatPlace.objects.filter(story=story).order_by("form", "beat"):
        yield {"form": row.form, "beat": row.beat, "chapter": row.chapter_id, "created_at": row.created_at}


def _in_order(messages: list[Message]) -> list[Message]:
    placed: dict[UUID, Message] = {}
    known = {message.pk for message in messages}
    waiting = messages
    while waiting:
        later = []
        for message in waiting:
            if message.parent_id is None or message.parent_id in placed or message.parent_id not in known:
                placed[message.pk] = message
            else:
                later.append(message)
        waiting = later
    return list(placed.values())


def _exchange(message: Message, places: dict[UUID, int]) -> dict[str, Any]:
    reply: Reply | None = getattr(message, "reply", None)
    is_told = reply is not None and reply.is_finished
    return {
        "content": message.content,
        "created_at": message.created_at,
        "parent": places.get(message.parent_id) if message.parent_id else None,
        "quote": message.quote,
        "needs_care": message.needs_care,
        "proposal": _proposal(reply) if is_told else None,
        "reply": None
        if reply is None or not is_told
        else {
            name: getattr(reply, name)
            for name in (
                *("id", "state", "model", "is_offline", "content", "error_code", "ceiling_micros", "cost_micros"),
                *("provider_cost_usd", "is_cost_estimated", "input_tokens", "output_tokens", "receipt"),
                *("request_sha256", "feedback", "created_at", "ended_at"),
            )
        },
    }


def _proposal(reply: Reply | None) -> dict[str, Any] | None:
    proposal: Proposal | None = getattr(reply, "proposal", None)
    if proposal is None:
        return None
    return {**{name: getattr(proposal, name) for name in _PROPOSAL}, "chapter": proposal.chapter_id}


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
    messages: list[tuple[Message, dict[str, Any]]] = []
    replies = []
    proposals = []
    heads = []
    taken: set[UUID] = set()
    for part in parts:
        session = Session(
            story=story,
            user=user,
            chapter_id=chapter_ids.get(part.chapter),
            **part.model_dump(exclude={"chapter", "created_at", "updated_at", "exchanges", "head"}),
        )
        sessions.append((session, {"created_at": part.created_at, "updated_at": part.updated_at}))
        here: list[Message] = []
        for place, exchange in enumerate(part.exchanges):
            parent = here[exchange.parent] if exchange.parent is not None else None
            if part.head is None and here:
                # Written before there were branches: each followed the one before it.
                parent = here[place - 1]
            message = Message(
                session=session,
                parent=parent,
                content=exchange.content,
                quote=exchange.quote,
                needs_care=exchange.needs_care,
            )
            here.append(message)
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
            if exchange.proposal is not None:
                proposal = Proposal(
                    reply=row,
                    story=story,
                    user=user,
                    chapter_id=chapter_ids.get(exchange.proposal.chapter),
                    **exchange.proposal.model_dump(exclude={"chapter", "created_at"}),
                )
                proposals.append((proposal, {"created_at": exchange.proposal.created_at}))
        if here:
            heads.append(Session(pk=session.pk, head=here[part.head if part.head is not None else -1]))
    for rows in (sessions, messages, replies, proposals):
        archive.create_dated(rows)
    Session.objects.bulk_update(heads, ["head"], batch_size=archive.AT_ONCE)


def create_memory(
    summaries: Sequence[SummaryPart],
    findings: Sequence[FindingPart],
    beat_places: Sequence[BeatPlacePart],
    *,
    story: Story,
    chapter_ids: archive.NewIds,
    reply_ids: archive.NewIds,
) -> None:
    """Write what the coach remembered of a story that was just written, after its conversations."""
    known = set(Reply.objects.filter(session__story=story).values_list("pk", flat=True))
    chapters = set(Chapter.objects.filter(story=story).values_list("pk", flat=True))
    told = {}
    for part in summaries:
        reply_id = reply_ids.get(part.reply)
        told[part.chapter] = (
            Summary(
                chapter_id=_chapter(part.chapter, chapter_ids, chapters),
                reply_id=reply_id if reply_id in known else None,
                **part.model_dump(include={"text", "text_sha256", "is_edited"}),
            ),
            {"created_at": part.created_at, "updated_at": part.updated_at},
        )
    found = {
        part.fingerprint: (
            Finding(
                story=story,
                first_chapter_id=_chapter(part.first_chapter, chapter_ids, chapters),
                second_chapter_id=_chapter(part.second_chapter, chapter_ids, chapters),
                **part.model_dump(exclude={"first_chapter", "second_chapter", "created_at"}),
            ),
            {"created_at": part.created_at},
        )
        for part in findings
    }
    placed = {
        (part.form, part.beat): (
            BeatPlace(
                story=story,
                chapter_id=_chapter(part.chapter, chapter_ids, chapters),
                **part.model_dump(include={"form", "beat"}),
            ),
            {"created_at": part.created_at},
        )
        for part in beat_places
    }
    archive.create_dated(told.values())
    archive.create_dated(placed.values())
    archive.create_dated(found.values())


def _chapter(old: UUID, chapter_ids: archive.NewIds, chapters: set[UUID]) -> UUID:
    new = chapter_ids.get(old)
    if new is None or new not in chapters:
        raise archive.InvalidArchive(_("This is not an archive of CoStory’s."), details={"places": [str(old)]})
    return new
