"""Single pieces of work that the coach proposes, and what the writer makes of them.

Nothing here changes a text but `accept_proposal`, which is the writer's hand.
"""

from dataclasses import dataclass
from typing import ClassVar

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

import events.services
from accounts.models import User
from coaching import care, selectors, tasks
from coaching.models import Proposal, Session
from coaching.services import asking
from coaching.services.asking import Prepared
from coaching.services.passages import take_passage
from coaching.tokens import estimate_tokens
from costory.lib import markdown
from costory.lib.errors import DomainError
from stories.models import Chapter, Story

INSTRUCTION_MAX_CHARACTERS = 2_000
PASSAGE_MAX_CHARACTERS = 20_000
# A reworked passage may grow: twice its own length, and never less than this.
LEAST_REWRITE_TOKENS = 300
ACCEPTED = frozenset({Proposal.Verdict.INSERTED, Proposal.Verdict.REPLACED, Proposal.Verdict.APPENDED})
# What goes into the page as it is; the others are read.
# What is about the whole story and needs no chapter.
OF_THE_STORY = frozenset({Proposal.Kind.SYNOPSIS, Proposal.Kind.NAMES, Proposal.Kind.OUTLINE})
FOR_THE_PAGE = frozenset({Proposal.Kind.CONTINUATION, Proposal.Kind.REWRITE})


class NeedsModel(DomainError):
    """The offline coach cannot do this."""

    code: ClassVar[str] = "validation_error"


class NotAskable(DomainError):
    """The request lacks something, or has too much: a chapter, a passage, an instruction. The message says which."""

    code: ClassVar[str] = "validation_error"


class PassageMoved(DomainError):
    """The passage a proposal is about is no longer in the chapter as it was."""

    code: ClassVar[str] = "conflict"


@dataclass(frozen=True, kw_only=True)
class Work:
    """What is asked for. `start` and `end` bound a passage of the chapter in code points; `cursor` is a place in it."""

    kind: str
    chapter: Chapter | None = None
    start: int | None = None
    end: int | None = None
    cursor: int | None = None
    length: str = ""
    manner: str = ""
    instruction: str = ""
    form: str = ""

    @property
    def passage(self) -> str:
        """The text between the bounds."""
        if self.chapter is None or self.start is None or self.end is None:
            return ""
        return self.chapter.content[self.start : self.end]


def desk_of(*, user: User, story: Story) -> Session:
    """Where this person's single pieces of work about a story are done; made when first needed."""
    desk, _is_new = Session.objects.get_or_create(
        user=user, story=story, kind=Session.Kind.DESK, defaults={"mode": Session.Mode.COAUTHOR}
    )
    return desk


def quote_proposal(*, user: User, story: Story, work: Work, model: str = "") -> Prepared:
    """What a piece of work would cost and what would be sent. Nothing is written. Raises what `propose` raises."""
    desk = Session.objects.filter(user=user, story=story, kind=Session.Kind.DESK).first()
    desk = desk or Session(user=user, story=story, kind=Session.Kind.DESK, mode=Session.Mode.COAUTHOR)
    work = _checked(work, story)
    return _prepare(desk, work, _request_text(desk, work), model)


def propose(*, user: User, story: Story, work: Work, request_key: str, model: str = "") -> Proposal:
    """Ask for a piece of work: message, hold, reply and proposal in one transaction.

    The same `request_key` for the same story gives the same proposal again. Raises NeedsModel, NotAskable,
    UnknownModel, MessageTooLong and billing's InsufficientCredits.
    """
    work = _checked(work, story)
    try:
        return _propose(user, story, work, request_key, model)
    except IntegrityError:
        # Twice at the same moment: the other one made the desk, or the proposal.
        return _propose(user, story, work, request_key, model)


@transaction.atomic
def _propose(user: User, story: Story, work: Work, request_key: str, model: str) -> Proposal:
    desk = desk_of(user=user, story=story)
    content = _request_text(desk, work)
    reply, is_new = asking.ask(
        desk,
        content=content,
        request_key=request_key,
        prepare=lambda: _prepare(desk, work, content, model),
        needs_care=care.is_needed(desk, work.instruction),
    )
    if not is_new:
        if (known := Proposal.objects.filter(reply=reply).first()) is None:
            raise asking.RequestKeyTaken
        return known
    return Proposal.objects.create(
        reply=reply,
        story=story,
        user=user,
        chapter=work.chapter,
        kind=work.kind,
        length=work.length,
        manner=work.manner,
        instruction=work.instruction,
        version=work.chapter.version if work.chapter is not None else None,
        start=work.start,
        end=work.end,
        passage=work.passage,
    )


def accept_proposal(
    *,
    proposal: Proposal,
    chapter: Chapter,
    author: User,
    verdict: str,
    version: int,
    position: int | None = None,
    replacing: int = 0,
    text: str = "",
) -> Chapter:
    """Put a proposal into the page: at `position` in place of `replacing` characters, over its passage, or at the end.

    `text` is the part of it that was chosen, else all of it. One revision, one run of the record, and the verdict, in
    one transaction. Raises NotThatPassage, PassageMoved and what `stories.services.insert_passage` raises.
    """
    if verdict == Proposal.Verdict.REPLACED:
        position, replacing = _place_of(proposal, chapter)
    elif verdict == Proposal.Verdict.APPENDED:
        position, replacing = None, 0
    elif verdict != Proposal.Verdict.INSERTED:
        raise ValueError(f"not a way into the page: {verdict!r}")
    with transaction.atomic():
        chapter = take_passage(
            reply=proposal.reply,
            chapter=chapter,
            author=author,
            version=version,
            position=position,
            replacing=replacing,
            text=text,
        )
        _decide(proposal, verdict)
    return chapter


@transaction.atomic
def decide_proposal(*, proposal: Proposal, verdict: str) -> None:
    """Keep a proposal for later, discard it, or leave it open again. The page is not touched.

    Raises ValueError for a verdict that changes the page.
    """
    if verdict in ACCEPTED:
        raise ValueError(f"this verdict is given by putting it into the page: {verdict!r}")
    _decide(proposal, verdict)


def _decide(proposal: Proposal, verdict: str) -> None:
    if proposal.verdict == verdict:
        return
    proposal.verdict = verdict
    proposal.decided_at = None if verdict == Proposal.Verdict.OPEN else timezone.now()
    proposal.save(update_fields=["verdict", "decided_at"])
    events.services.record(
        "proposal.decided",
        person_id=proposal.user_id,
        subject=proposal,
        payload={"kind": proposal.kind, "verdict": str(verdict)},
    )


def _place_of(proposal: Proposal, chapter: Chapter) -> tuple[int, int]:
    """Where the passage stands now: where it was, or else wherever it is found once and no more."""
    passage, content = proposal.passage, chapter.content
    if not passage:
        raise PassageMoved(_("This proposal is not about a passage. Insert it where the cursor is."))
    if proposal.start is not None and content[proposal.start : proposal.end] == passage:
        return proposal.start, len(passage)
    if content.count(passage) == 1:
        return content.index(passage), len(passage)
    raise PassageMoved(
        _(
            "The passage has changed since. Insert the proposal where the cursor is, or ask again for the passage "
            "as it is now."
        )
    )


def require_model() -> None:
    """Raise NeedsModel where the offline coach alone answers."""
    if not settings.COACH_ONLINE:
        raise NeedsModel(_("This needs a language model, and none is connected here."))


def _checked(work: Work, story: Story) -> Work:
    """The request with its texts brought into form. Raises NeedsModel and NotAskable."""
    require_model()
    instruction = markdown.normalise_text(work.instruction).strip()
    if len(instruction) > INSTRUCTION_MAX_CHARACTERS:
        raise NotAskable(
            _("Keep the instruction under %(limit)s characters.") % {"limit": INSTRUCTION_MAX_CHARACTERS},
            details={"limit": INSTRUCTION_MAX_CHARACTERS},
        )
    chapter = work.chapter
    if chapter is None and work.kind not in OF_THE_STORY:
        raise NotAskable(_("Open a chapter first."))
    if chapter is not None and chapter.story_id != story.pk:
        raise ValueError("a chapter of another story")
    has_passage = chapter is not None and work.start is not None and work.end is not None and work.end > work.start
    start = min(max(work.start or 0, 0), len(chapter.content)) if has_passage and chapter else None
    end = min(work.end or 0, len(chapter.content)) if has_passage and chapter else None
    work = Work(
        kind=work.kind,
        chapter=chapter,
        start=start,
        end=end,
        cursor=work.cursor,
        length=(work.length or Proposal.Length.MEDIUM) if work.kind == Proposal.Kind.CONTINUATION else "",
        manner=(work.manner or Proposal.Manner.REPHRASE) if work.kind == Proposal.Kind.REWRITE else "",
        instruction=instruction,
        form=work.form,
    )
    if len(work.passage) > PASSAGE_MAX_CHARACTERS:
        raise NotAskable(
            _("This passage is too long: the coach takes up to %(limit)s characters at a time.")
            % {"limit": PASSAGE_MAX_CHARACTERS},
            details={"limit": PASSAGE_MAX_CHARACTERS},
        )
    if work.kind == Proposal.Kind.REWRITE and not work.passage.strip():
        raise NotAskable(_("Select the passage to rework on the page first."))
    if work.kind == Proposal.Kind.NAMES and not instruction and not work.passage.strip():
        raise NotAskable(_("Say what is to be named."))
    return work


def _request_text(desk: Session, work: Work) -> str:
    style = findings = ""
    if work.chapter is not None and work.kind in FOR_THE_PAGE:
        style = selectors.style_of(desk.story, work.chapter)
    if work.chapter is not None and work.kind == Proposal.Kind.CRITIQUE:
        findings = selectors.findings_of(desk.story, work.passage or work.chapter.content)
    return tasks.request_text(
        work.kind,
        desk.story.language,
        length=work.length,
        manner=work.manner,
        form=work.form,
        passage=work.passage,
        style=style,
        findings=findings,
        instruction=work.instruction,
    )


def _prepare(desk: Session, work: Work, content: str, model: str) -> Prepared:
    cursor = work.cursor if work.end is None else work.end
    return asking.prepare(
        desk,
        lambda room: selectors.context_for_work(
            session=desk, chapter=work.chapter, task=work.kind, content=content, budget_tokens=room, cursor=cursor
        ),
        model=model,
        max_tokens=_max_tokens(work),
    )


def _max_tokens(work: Work) -> int:
    if work.kind == Proposal.Kind.REWRITE:
        return max(LEAST_REWRITE_TOKENS, 2 * estimate_tokens(work.passage))
    return tasks.LENGTH_TOKENS.get(work.length) or tasks.KIND_TOKENS[work.kind]
