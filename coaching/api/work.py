"""Single pieces of work over HTTP: proposals, and what the writer makes of them."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Query, Router
from pydantic import BaseModel, Field

import stories.services
from accounts.api_auth import ApiRequest, reads, spends, writes
from accounts.models import User
from billing.selectors import wallet_summary
from coaching import services
from coaching.api import answering
from coaching.models import Proposal, Reply
from coaching.services.proposal import ACCEPTED, INSTRUCTION_MAX_CHARACTERS
from coaching.structure import form_named, form_text
from costory.lib.api import ApiError, Input, Listed, Paging, Single, Text, refusals
from stories.models import Chapter, Story

router = Router(tags=["coach"])

AnyUUID = Annotated[UUID, Field(strict=False)]
Place = Annotated[int, Field(ge=0, le=10_000_000)]
Instruction = Annotated[Text, Field(max_length=INSTRUCTION_MAX_CHARACTERS)]
Length = Literal["short", "medium", "long"]
TITLE_CHARACTERS = 60
NOT_WORK = {"story_id", "chapter_id", "model", "form"}


class SynopsisIn(Input):
    """A story, or an idea for one."""

    prompt: Annotated[Text, Field(min_length=1, max_length=INSTRUCTION_MAX_CHARACTERS)]
    story_id: AnyUUID | None = None


class ContinuationIn(Input):
    """Where to go on, and how."""

    chapter_id: AnyUUID
    instruction: Instruction = ""
    length: Length = "medium"


class ProposalIn(Input):
    """A piece of work. `start` and `end` bound a passage of the chapter, `cursor` is a place; in code points."""

    story_id: AnyUUID
    kind: Literal["continuation", "synopsis", "rewrite", "critique", "ways", "names", "outline"]
    chapter_id: AnyUUID | None = None
    start: Place | None = None
    end: Place | None = None
    cursor: Place | None = None
    length: Length = "medium"
    manner: Literal["rephrase", "tighten", "expand", "show", "past", "present", "first", "third"] = "rephrase"
    instruction: Instruction = ""
    form: Literal["three-acts", "kishotenketsu", "journey", "memoir"] = "three-acts"
    model: Annotated[Text, Field(max_length=160)] = ""


class VerdictIn(Input):
    """What becomes of a proposal that stays out of the page."""

    verdict: Literal["open", "kept", "discarded"]


class AcceptIn(Input):
    """How a proposal goes into the page: at `position` over `replacing` characters, over its passage, or last."""

    verdict: Literal["inserted", "replaced", "appended"]
    chapter_id: AnyUUID
    version: Annotated[int, Field(ge=1, le=2_000_000_000)]
    position: Place | None = None
    replacing: Place = 0
    text: Annotated[Text, Field(max_length=1_000_000)] = ""


class SynopsisOut(BaseModel):
    """A synopsis. `story_id` is the story it is of: a new, private one where only an idea was given."""

    synopsis: str
    story_id: UUID
    reply_id: UUID
    cost_micros: int
    balance_micros: int
    currency: str


class ContinuationOut(BaseModel):
    """A passage that could come next. Nothing is inserted."""

    text: str
    reply_id: UUID
    cost_micros: int
    balance_micros: int
    currency: str


class ProposalOut(BaseModel):
    """A proposal, its words, what they cost, and what became of it."""

    id: UUID
    story_id: UUID
    chapter_id: UUID | None
    kind: str
    length: str
    manner: str
    instruction: str
    passage: str
    start: int | None
    end: int | None
    version: int | None
    text: str
    status: str
    model: str
    cost_micros: int | None
    verdict: str
    decided_at: datetime | None
    created_at: datetime


class AcceptedOut(BaseModel):
    """The chapter after a proposal went into it."""

    chapter_id: UUID
    version: int
    content: str
    proposal: ProposalOut


def proposal_out(proposal: Proposal) -> ProposalOut:
    """A proposal as the API shows it."""
    reply = proposal.reply
    names = ("story_id", "chapter_id", "kind", "length", "manner", "instruction", "passage", "start", "end", "version")
    return ProposalOut(
        id=proposal.pk,
        **{name: getattr(proposal, name) for name in names},
        text=reply.content,
        status=reply.state,
        model=reply.model,
        cost_micros=reply.cost_micros,
        verdict=proposal.verdict,
        decided_at=proposal.decided_at,
        created_at=proposal.created_at,
    )


@router.post(
    "/generate-synopsis",
    response={200: Single[SynopsisOut], **refusals(401, 402, 403, 404, 409, 413, 502, 504)},
    auth=spends,
    summary="A synopsis of a story, or of an idea",
)
async def generate_synopsis(request: HttpRequest, body: SynopsisIn) -> HttpResponseBase | Single[SynopsisOut]:
    """From beginning to end. Without a story the idea begins one: private, with the prompt as its premise."""

    def post(user: User, key: str) -> Reply:
        work = services.Work(kind=Proposal.Kind.SYNOPSIS, instruction=body.prompt)
        if body.story_id is not None:
            story = get_object_or_404(Story.objects.editable_by(user), pk=body.story_id)
            return _propose(user, story, work, key)
        standing = Proposal.objects.filter(user=user, reply__request_key=key, kind=work.kind).select_related("story")
        if (known := standing.first()) is not None:
            return _propose(user, known.story, work, key)
        # A refusal leaves no story behind.
        with transaction.atomic():
            title = body.prompt.strip().split("\n")[0][:TITLE_CHARACTERS]
            story = stories.services.create_story(owner=user, title=title, mode=Story.Mode.FICTION)
            stories.services.revise_story(story=story, premise=body.prompt)
            return _propose(user, story, work, key)

    def show(reply_id: UUID, user: User) -> SynopsisOut:
        proposal = _shown(reply_id)
        return SynopsisOut(
            synopsis=proposal.reply.content,
            story_id=proposal.story_id,
            reply_id=reply_id,
            cost_micros=proposal.reply.cost_micros or 0,
            balance_micros=_balance(user),
            currency=settings.WALLET_CURRENCY,
        )

    return await answering.respond(request, post, show)


@router.post(
    "/generate-continuation",
    response={200: Single[ContinuationOut], **refusals(401, 402, 403, 404, 409, 413, 502, 504)},
    auth=spends,
    summary="What could come next in a chapter",
)
async def generate_continuation(
    request: HttpRequest, body: ContinuationIn
) -> HttpResponseBase | Single[ContinuationOut]:
    """From the end of the chapter, in the story's voice. It inserts nothing."""

    def post(user: User, key: str) -> Reply:
        chapters = Chapter.objects.editable_by(user).select_related("story")
        chapter = get_object_or_404(chapters, pk=body.chapter_id)
        work = services.Work(
            kind=Proposal.Kind.CONTINUATION, chapter=chapter, instruction=body.instruction, length=body.length
        )
        return _propose(user, chapter.story, work, key)

    def show(reply_id: UUID, user: User) -> ContinuationOut:
        proposal = _shown(reply_id)
        return ContinuationOut(
            text=proposal.reply.content,
            reply_id=reply_id,
            cost_micros=proposal.reply.cost_micros or 0,
            balance_micros=_balance(user),
            currency=settings.WALLET_CURRENCY,
        )

    return await answering.respond(request, post, show)


@router.post(
    "/proposals",
    response={200: Single[ProposalOut], **refusals(401, 402, 403, 404, 409, 413, 502, 504)},
    auth=spends,
    summary="Ask for a proposal",
)
async def proposal_create(request: HttpRequest, body: ProposalIn) -> HttpResponseBase | Single[ProposalOut]:
    """Any of the coach's pieces of work. It changes nothing; `/ai/proposals/{id}/accept` does."""

    def post(user: User, key: str) -> Reply:
        story = get_object_or_404(Story.objects.editable_by(user), pk=body.story_id)
        chapter = None
        if body.chapter_id is not None:
            chapter = get_object_or_404(Chapter.objects.editable_by(user), pk=body.chapter_id, story=story)
        form = form_text(form_named(body.form), story) if body.kind == "outline" else ""
        work = services.Work(chapter=chapter, form=form, **body.model_dump(exclude=NOT_WORK))
        return _propose(user, story, work, key, model=body.model)

    return await answering.respond(request, post, lambda reply_id, user: proposal_out(_shown(reply_id)))


@router.get(
    "/stories/{uuid:story_id}/proposals",
    response={200: Listed[ProposalOut], **refusals(401, 403, 404)},
    auth=reads,
    summary="Proposals for a story",
)
def proposal_list(request: ApiRequest, story_id: UUID, paging: Query[Paging]) -> Listed[ProposalOut]:
    """The newest first, with what became of each."""
    story = get_object_or_404(Story.objects.editable_by(request.auth.user), pk=story_id)
    rows = Proposal.objects.of(request.auth.user).filter(story=story).select_related("reply").defer("reply__request")
    page = paging.page_of(rows, keys=("-created_at", "-reply_id"))
    return Listed(data=[proposal_out(row) for row in page.rows], meta=page.meta)


@router.get(
    "/proposals/{uuid:proposal_id}",
    response={200: Single[ProposalOut], **refusals(401, 403, 404)},
    auth=reads,
    summary="A proposal",
)
def proposal_detail(request: ApiRequest, proposal_id: UUID) -> Single[ProposalOut]:
    """As it stands."""
    return Single(data=proposal_out(_own(request, proposal_id)))


@router.patch(
    "/proposals/{uuid:proposal_id}",
    response={200: Single[ProposalOut], **refusals(401, 403, 404, 409)},
    auth=writes,
    summary="Keep or discard a proposal",
)
def proposal_decide(request: ApiRequest, proposal_id: UUID, body: VerdictIn) -> Single[ProposalOut]:
    """The page is not touched."""
    proposal = _own(request, proposal_id)
    services.decide_proposal(proposal=proposal, verdict=body.verdict)
    return Single(data=proposal_out(proposal))


@router.post(
    "/proposals/{uuid:proposal_id}/accept",
    response={200: Single[AcceptedOut], **refusals(401, 403, 404, 409, 413)},
    auth=writes,
    summary="Put a proposal into the page",
)
def proposal_accept(request: ApiRequest, proposal_id: UUID, body: AcceptIn) -> Single[AcceptedOut]:
    """One revision, one run of the record of who wrote what. 409 where the chapter is at another version."""
    proposal = _own(request, proposal_id)
    chapters = Chapter.objects.editable_by(request.auth.user).select_related("story")
    chapter = get_object_or_404(chapters, pk=body.chapter_id, story=proposal.story_id)
    assert body.verdict in ACCEPTED  # noqa: S101  The body allows nothing else.
    chapter = services.accept_proposal(
        proposal=proposal, chapter=chapter, author=request.auth.user, **body.model_dump(exclude={"chapter_id"})
    )
    out = AcceptedOut(
        chapter_id=chapter.pk, version=chapter.version, content=chapter.content, proposal=proposal_out(proposal)
    )
    return Single(data=out)


def _propose(user: User, story: Story, work: services.Work, key: str, *, model: str = "") -> Reply:
    proposal = services.propose(user=user, story=story, work=work, request_key=key, model=model)
    asked = (work.kind, work.instruction.strip(), work.chapter.pk if work.chapter is not None else None)
    if (proposal.kind, proposal.instruction, proposal.chapter_id) != asked:
        raise ApiError("conflict", _("This idempotency key was used for another request."))
    return proposal.reply


def _shown(reply_id: UUID) -> Proposal:
    return Proposal.objects.select_related("reply", "story").defer("reply__request").get(pk=reply_id)


def _balance(user: User) -> int:
    return wallet_summary(user).balance_micros


def _own(request: ApiRequest, pk: UUID) -> Proposal:
    rows = Proposal.objects.of(request.auth.user).select_related("reply__session", "story", "chapter")
    return get_object_or_404(rows.defer("reply__request"), pk=pk)
