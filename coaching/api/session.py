"""The coach over HTTP (API.md). The message operation is asynchronous: it waits, or streams, on the event loop."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from ninja import Router, Status
from pydantic import BaseModel, Field

from accounts.api_auth import ApiRequest, reads, spends, writes
from accounts.models import User
from billing.selectors import wallet_summary
from coaching import care, helplines, services
from coaching.api import answering
from coaching.models import CoachModel, Dispatch, Reply, Session
from coaching.services.conversation import MESSAGE_MAX_CHARACTERS
from costory.lib import money, sse
from costory.lib.api import ApiError, Input, Listed, Meta, Single, Text, refusals
from costory.lib.errors import DomainError
from stories.models import Chapter, Story

router = Router(tags=["coach"])

Mode = Literal["narrative", "therapeutic", "coauthor", "structural"]
AnyUUID = Annotated[UUID, Field(strict=False)]


class SessionIn(Input):
    """A new conversation about a story."""

    story_id: AnyUUID
    mode: Mode
    chapter_id: AnyUUID | None = None


class MessageIn(Input):
    """What the writer says."""

    # Said here, and held by the operation: a message is heard before it is refused.
    content: Annotated[Text, Field(min_length=1, json_schema_extra={"maxLength": MESSAGE_MAX_CHARACTERS})]
    model: Annotated[Text, Field(max_length=160)] = ""


class EstimateIn(Input):
    """A message that may be sent."""

    session_id: AnyUUID
    content: Annotated[Text, Field(min_length=1, max_length=MESSAGE_MAX_CHARACTERS)]


class MessageOut(BaseModel):
    """One side's message; amounts and tokens are the coach's."""

    id: UUID
    role: Literal["user", "assistant"]
    content: str
    status: str
    input_tokens: int | None
    output_tokens: int | None
    cost_micros: int | None
    model: str | None
    created_at: datetime


class CareLineOut(BaseModel):
    """A number to call, what it is for, and what to know before: its language, or that it is not there at all hours."""

    number: str
    purpose: str
    note: str


class CareOut(BaseModel):
    """For somebody who may be in danger, whatever a model answers: show it before anything else.

    `place` is the country whose lines these are, empty where it is not known: `directory` finds them elsewhere.
    """

    text: str
    place: str
    lines: list[CareLineOut]
    directory: str


class NoticeOut(BaseModel):
    """What the listening coach says of itself before a message: at the start, and every three hours."""

    before_message_id: UUID
    text: str


class SessionOut(BaseModel):
    """A conversation."""

    id: UUID
    story_id: UUID
    chapter_id: UUID | None
    mode: str
    created_at: datetime
    updated_at: datetime
    messages: list[MessageOut]
    notices: list[NoticeOut]


class AnswerOut(BaseModel):
    """A message, its reply, and what they left in the wallet."""

    message: MessageOut
    reply: MessageOut
    cost_micros: int
    balance_micros: int
    currency: str
    care: CareOut | None


class EstimateOut(BaseModel):
    """What a reply would cost at most."""

    prompt_tokens: int
    max_output_tokens: int
    ceiling_micros: int
    currency: str


class ReceiptLineOut(BaseModel):
    """A line of what a reply was given, or was not. `part` and `reason` are fixed words."""

    part: str
    label: str
    tokens: int
    included: bool
    reason: str


class ReceiptOut(BaseModel):
    """What was sent for a reply, and the digest of the bytes. `request` is null where nothing left the house."""

    reply_id: UUID
    model: str
    request_sha256: str
    processor: str | None
    is_zero_retention: bool | None
    sent_at: datetime | None
    request: str | None
    receipt: list[ReceiptLineOut]


class ModelOut(BaseModel):
    """A model on offer; prices are micros per 1,000 tokens, rounded up."""

    id: str
    name: str
    context_length: int | None
    prompt_price_micros: int
    completion_price_micros: int
    currency: str


def message_out(reply: Reply) -> MessageOut:
    """The writer's side."""
    message = reply.message
    return MessageOut(
        id=message.pk,
        role="user",
        content=message.content,
        status="done",
        input_tokens=None,
        output_tokens=None,
        cost_micros=None,
        model=None,
        created_at=message.created_at,
    )


def reply_out(reply: Reply) -> MessageOut:
    """The coach's side."""
    return MessageOut(
        id=reply.pk,
        role="assistant",
        content=reply.content,
        status=reply.state,
        input_tokens=reply.input_tokens,
        output_tokens=reply.output_tokens,
        cost_micros=reply.cost_micros,
        model=reply.model,
        created_at=reply.created_at,
    )


def session_out(session: Session) -> SessionOut:
    """A conversation with its messages in order."""
    replies = list(Reply.objects.filter(session=session).select_related("message").order_by("created_at", "id"))
    due = care.reminders(session, (reply.message.created_at for reply in replies))
    return SessionOut(
        id=session.pk,
        story_id=session.story_id,
        chapter_id=session.chapter_id,
        mode=session.mode,
        created_at=session.created_at,
        updated_at=session.updated_at,
        messages=[side for reply in replies for side in (message_out(reply), reply_out(reply))],
        notices=[
            NoticeOut(before_message_id=reply.message_id, text=str(care.REMINDER))
            for reply, is_due in zip(replies, due, strict=True)
            if is_due
        ],
    )


def care_out(user: User) -> CareOut:
    """Where help is, for this person."""
    found = helplines.help_for(user.country, get_language() or "")
    return CareOut(
        text=str(care.WORDS),
        place=str(found.place),
        lines=[CareLineOut(number=line.number, purpose=str(line.purpose), note=str(line.note)) for line in found.lines],
        directory=helplines.DIRECTORY,
    )


def answer_out(reply_id: UUID, user: User) -> AnswerOut:
    """A message and its reply as they stand now."""
    reply = Reply.objects.select_related("message").get(pk=reply_id)
    wallet = wallet_summary(user)
    return AnswerOut(
        message=message_out(reply),
        reply=reply_out(reply),
        cost_micros=reply.cost_micros or 0,
        balance_micros=wallet.balance_micros,
        currency=wallet.currency,
        care=care_out(user) if reply.message.needs_care else None,
    )


@router.post(
    "/sessions", response={201: Single[SessionOut], **refusals(401, 403, 404, 409)}, auth=writes, summary="New session"
)
def session_create(request: ApiRequest, body: SessionIn) -> Status[Single[SessionOut]]:
    """Begin a conversation about a story of yours."""
    user = request.auth.user
    story = get_object_or_404(Story.objects.editable_by(user), pk=body.story_id)
    chapter = None
    if body.chapter_id is not None:
        chapter = get_object_or_404(Chapter.objects.editable_by(user), pk=body.chapter_id, story=story)
    session = services.open_session(user=user, story=story, mode=body.mode, chapter=chapter)
    return Status(201, Single(data=session_out(session)))


@router.get(
    "/sessions/{uuid:session_id}",
    response={200: Single[SessionOut], **refusals(401, 403, 404)},
    auth=reads,
    summary="A session with its messages",
)
def session_detail(request: ApiRequest, session_id: UUID) -> Single[SessionOut]:
    """Both sides, in order."""
    return Single(data=session_out(get_object_or_404(Session.objects.of(request.auth.user), pk=session_id)))


@router.post(
    "/sessions/{uuid:session_id}/messages",
    response={200: Single[AnswerOut], **refusals(401, 402, 403, 404, 409, 413, 502, 503, 504)},
    auth=spends,
    summary="Say something to the coach",
)
async def message_create(
    request: HttpRequest, session_id: UUID, body: MessageIn
) -> HttpResponseBase | Single[AnswerOut]:
    """Wait for the reply, or with `Accept: text/event-stream` watch it come.

    The stream has `delta` events `{"text": …}`, before them `care` where somebody may be in danger, and ends with one
    of `done`, `stopped`, `failed`, which carries what the waiting form returns. Whoever goes away leaves the reply to
    go on.
    """
    return await answering.respond(
        request, lambda user, key: _post(user, session_id, body, key), answer_out, first=_care_event
    )


def _post(user: User, session_id: UUID, body: MessageIn, key: str) -> Reply:
    session = get_object_or_404(Session.objects.of(user).select_related("story", "chapter", "user"), pk=session_id)
    try:
        _refuse_too_long(body.content)
        reply = services.post_message(session=session, content=body.content, request_key=key, model=body.model)
    except (ApiError, DomainError) as refusal:
        # Who may be in danger is not left with a no.
        if care.is_needed(session, body.content):
            care.record_shown(user)
            refusal.details = refusal.details | {"care": care_out(user).model_dump()}
        raise
    if reply.message.content != services.clean_message(content=body.content):
        raise ApiError("conflict", _("This idempotency key was used for another request."))
    return reply


def _refuse_too_long(content: str) -> None:
    if len(content) > MESSAGE_MAX_CHARACTERS:
        message = _("This message is too long: the coach takes up to %(limit)s characters at a time.")
        details = {"limit": MESSAGE_MAX_CHARACTERS, "length": len(content)}
        raise ApiError("validation_error", message % {"limit": MESSAGE_MAX_CHARACTERS}, details=details)


def _care_event(reply_id: UUID, user: User) -> bytes:
    needs_care = Reply.objects.filter(pk=reply_id, message__needs_care=True).exists()
    return sse.encode(care_out(user).model_dump_json(), event="care") if needs_care else b""


@router.post(
    "/replies/{uuid:reply_id}/stop",
    response={200: Single[MessageOut], **refusals(401, 403, 404, 409)},
    auth=writes,
    summary="Stop a reply",
)
def reply_stop(request: ApiRequest, reply_id: UUID) -> Single[MessageOut]:
    """What came is kept, and what the provider bills for it is paid. Stopping one that has ended changes nothing."""
    reply = get_object_or_404(Reply.objects.of(request.auth.user), pk=reply_id)
    services.request_stop(reply=reply)
    reply.refresh_from_db()
    return Single(data=reply_out(reply))


@router.get(
    "/replies/{uuid:reply_id}/receipt",
    response={200: Single[ReceiptOut], **refusals(401, 403, 404)},
    auth=reads,
    summary="What was sent for a reply",
)
def reply_receipt(request: ApiRequest, reply_id: UUID) -> Single[ReceiptOut]:
    """What the model was given and what not, and why; with the bytes themselves once the reply has ended."""
    replies = Reply.objects.of(request.auth.user).select_related("dispatch").defer("request")
    reply = get_object_or_404(replies, pk=reply_id)
    dispatch: Dispatch | None = getattr(reply, "dispatch", None)
    return Single(
        data=ReceiptOut(
            reply_id=reply.pk,
            model=reply.model,
            request_sha256=reply.request_sha256,
            processor=dispatch.processor if dispatch is not None else None,
            is_zero_retention=dispatch.is_zero_retention if dispatch is not None else None,
            sent_at=dispatch.sent_at if dispatch is not None else None,
            request=dispatch.body.decode() if dispatch is not None else None,
            receipt=[ReceiptLineOut(**line) for line in reply.receipt],
        )
    )


@router.post(
    "/estimate",
    response={200: Single[EstimateOut], **refusals(401, 403, 404, 409, 413)},
    auth=reads,
    summary="What a reply would cost at most",
)
def estimate(request: ApiRequest, body: EstimateIn) -> Single[EstimateOut]:
    """Nothing is held and nothing is sent."""
    sessions = Session.objects.of(request.auth.user).select_related("story", "chapter", "user")
    session = get_object_or_404(sessions, pk=body.session_id)
    quote = services.quote_message(session=session, content=body.content)
    return Single(
        data=EstimateOut(
            prompt_tokens=quote.prompt_tokens,
            max_output_tokens=quote.max_output_tokens,
            ceiling_micros=quote.ceiling_micros,
            currency=settings.WALLET_CURRENCY,
        )
    )


@router.get("/models", response={200: Listed[ModelOut], **refusals(401, 403)}, auth=reads, summary="Models on offer")
def model_list(request: ApiRequest) -> Listed[ModelOut]:
    """With what 1,000 tokens cost you."""
    models = list(CoachModel.objects.offered()[:100]) if settings.COACH_ONLINE else []
    data = [
        ModelOut(
            id=model.slug,
            name=model.name,
            context_length=model.context_length,
            prompt_price_micros=_per_thousand(model.prompt_price_usd),
            completion_price_micros=_per_thousand(model.completion_price_usd),
            currency=settings.WALLET_CURRENCY,
        )
        for model in models
    ]
    return Listed(data=data, meta=Meta(limit=100, next=None, previous=None, total=len(data)))


def _per_thousand(price_usd: Decimal | None) -> int:
    if not price_usd:
        return 0
    return money.ceil_micros(price_usd * 1000, usd_to_wallet=settings.USD_TO_WALLET, markup=settings.MARKUP)
