"""Looking for what does not fit together: by rule, free and at once; and by a model, at a price shown.

Findings are rows: one that the writer waives as intended stays waived, however often the story is read again.
"""

import hashlib
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

import events.services
from accounts.models import User
from coaching import continuity, selectors
from coaching.context import Context
from coaching.continuity import Passage, prompt
from coaching.models import ContinuityCheck, Finding, Reply, Session
from coaching.receipt import ReceiptItem
from coaching.redaction import Redactor
from coaching.services import asking
from coaching.services.asking import Prepared
from coaching.services.proposal import NotAskable, desk_of, require_model
from coaching.tokens import estimate_messages, estimate_tokens
from stories.models import Chapter, Story

# A novel of 120,000 words is some 330,000 of our tokens: it goes in as far as the model's own context allows.
MOST_TOKENS = 400_000


@transaction.atomic
def check_continuity(*, story: Story, chapter: Chapter | None = None) -> ContinuityCheck:
    """Read the story by rule, and keep what does not fit; with a chapter, only what touches it. Free.

    Findings that no longer hold go, unless they were waived; those of a model go when their words are gone.
    """
    passages = selectors.passages_of(story)
    found = continuity.check(passages, selectors.known_of(story), language=story.language)
    if chapter is not None:
        found = [finding for finding in found if chapter.pk in {finding.first.chapter_id, finding.second.chapter_id}]
    check = ContinuityCheck.objects.create(story=story, chapter=chapter, is_taken_in=True)
    kept = _keep(story, found, Finding.Origin.RULE)
    stale = Finding.objects.filter(story=story, waived_at=None)
    of_rules = stale.filter(origin=Finding.Origin.RULE).exclude(fingerprint__in=kept)
    if chapter is not None:
        of_rules = of_rules.filter(first_chapter=chapter) | of_rules.filter(second_chapter=chapter)
    Finding.objects.filter(pk__in=list(of_rules.values_list("pk", flat=True))).delete()
    texts = {passage.chapter_id: passage.text for passage in passages}
    gone = [
        finding.pk
        for finding in stale.filter(origin=Finding.Origin.MODEL)
        if finding.first_quote not in texts.get(finding.first_chapter_id, "")
        or finding.second_quote not in texts.get(finding.second_chapter_id, "")
    ]
    Finding.objects.filter(pk__in=gone).delete()
    events.services.record(
        "continuity.checked", person_id=story.owner_id, subject=check, payload={"findings": len(found)}
    )
    return check


def quote_continuity(*, user: User, story: Story, chapter: Chapter | None = None, model: str = "") -> Prepared:
    """What a model's reading would cost at most, and what would be sent. Raises what `ask_continuity` raises."""
    desk = Session(user=user, story=story, kind=Session.Kind.DESK, mode=Session.Mode.STRUCTURAL)
    return _prepare(desk, chapter, model)


@transaction.atomic
def ask_continuity(
    *, user: User, story: Story, request_key: str, chapter: Chapter | None = None, model: str = ""
) -> ContinuityCheck:
    """Ask a model to read the story, or a chapter with all before it. What it finds is taken in when it has ended.

    Raises NeedsModel, NotAskable, UnknownModel, RequestKeyTaken and billing's InsufficientCredits.
    """
    require_model()
    desk = desk_of(user=user, story=story)
    about = chapter.title or str(chapter.position) if chapter is not None else story.title
    reply, is_new = asking.ask(
        desk,
        content=_("Continuity of “%(about)s”") % {"about": about},
        request_key=request_key,
        prepare=lambda: _prepare(desk, chapter, model),
    )
    if not is_new:
        if (known := ContinuityCheck.objects.select_related("reply").filter(reply=reply).first()) is None:
            raise asking.RequestKeyTaken
        return known
    return ContinuityCheck.objects.create(story=story, chapter=chapter, reply=reply)


def take_in_findings(reply: Reply) -> None:
    """Keep what a model found and what stands in the text word for word; the rest is dropped, and counted.

    What the writer has waived is not reported again, however the model quotes it.
    """
    check = ContinuityCheck.objects.select_related("story").filter(reply=reply, is_taken_in=False).first()
    if check is None:
        return
    claims = continuity.parse(reply.content) if reply.state == Reply.State.DONE else []
    passages = selectors.passages_of(check.story)
    found = continuity.verify(claims, passages)
    _keep(check.story, continuity.unwaived(found, _waived(check.story, passages)), Finding.Origin.MODEL)
    check.is_taken_in = True
    check.dropped = len(claims) - len(found)
    check.save(update_fields=["is_taken_in", "dropped"])


@transaction.atomic
def waive_finding(*, finding: Finding, is_waived: bool = True) -> None:
    """Say that a finding is meant so, or take that back."""
    finding.waived_at = timezone.now() if is_waived else None
    finding.save(update_fields=["waived_at"])


def _keep(story: Story, found: Sequence[continuity.Finding], origin: str) -> set[str]:
    rows = [
        Finding(
            story=story,
            origin=origin,
            kind=finding.kind,
            explanation=finding.explanation,
            parameters=dict(finding.params),
            first_chapter_id=finding.first.chapter_id,
            first_quote=finding.first.text,
            first_start=finding.first.start,
            second_chapter_id=finding.second.chapter_id,
            second_quote=finding.second.text,
            second_start=finding.second.start,
            fingerprint=_fingerprint(finding),
        )
        for finding in found
    ]
    # What is known already keeps its verdict, and learns where it stands now.
    Finding.objects.bulk_create(
        {row.fingerprint: row for row in rows}.values(),
        update_conflicts=True,
        unique_fields=["story", "fingerprint"],
        update_fields=["first_start", "second_start", "explanation", "parameters", "first_chapter", "second_chapter"],
    )
    return {row.fingerprint for row in rows}


def _fingerprint(finding: continuity.Finding) -> str:
    words = "\x1f".join([finding.kind, finding.first.text, finding.second.text])
    return hashlib.sha256(words.encode()).hexdigest()


def _waived(story: Story, passages: Sequence[Passage]) -> list[continuity.Finding]:
    """What the writer means so and what still stands in the text, where it stands now; the last waived first."""
    texts = {passage.chapter_id: passage.text for passage in passages}

    def standing(chapter_id: UUID, quote: str, start: int) -> continuity.Quote | None:
        text = texts.get(chapter_id, "")
        start = start if text.startswith(quote, start) else text.find(quote)
        return continuity.Quote(chapter_id, start, start + len(quote), quote) if start >= 0 else None

    found = []
    for row in Finding.objects.filter(story=story).exclude(waived_at=None).order_by("-waived_at", "-id"):
        first = standing(row.first_chapter_id, row.first_quote, row.first_start)
        second = standing(row.second_chapter_id, row.second_quote, row.second_start)
        if first is not None and second is not None:
            found.append(continuity.Finding(row.kind, first, second, row.explanation, row.parameters))
    return found


def _prepare(desk: Session, chapter: Chapter | None, model: str) -> Prepared:
    require_model()
    return asking.prepare(
        desk,
        lambda room: _context(desk, chapter, room),
        model=model,
        max_tokens=prompt.MAX_ANSWER_TOKENS,
        room=MOST_TOKENS,
        schema=continuity.FINDINGS_SCHEMA,
    )


def _context(desk: Session, chapter: Chapter | None, room: int) -> Context:
    """The chapters whole, as far as they have room; with a chapter, it and those before it."""
    story = desk.story
    every = selectors.passages_of(story)
    passages = [passage for passage in every if chapter is None or passage.number <= chapter.position]
    focus = next((passage for passage in passages if chapter is not None and passage.chapter_id == chapter.pk), None)
    codex = selectors.known_of(story, for_model=True)
    waived = _waived(story, passages)
    meant = {_fingerprint(finding) for finding in waived}
    known = [
        finding
        for finding in continuity.check(passages, codex, language=story.language)
        if _fingerprint(finding) not in meant
    ]
    said: dict[str, Any] = {"language": story.language, "codex": codex, "known": known, "waived": waived}
    fitting = prompt.fit(passages, tokens=room, focus=focus, **said)
    if not any(passage.text.strip() for passage in fitting):
        raise NotAskable(_("There is no text to read yet, or no room for it in this model."))
    redact = Redactor(selectors.private_terms(desk.user))
    messages = [
        {"role": str(message["role"]), "content": redact(message["content"])}
        for message in prompt.messages(fitting, **said)
    ]
    return Context(
        messages, estimate_messages(messages), tuple(_receipt(fitting, every, messages[0]["content"], chapter))
    )


def _receipt(
    fitting: Sequence[Passage], every: Sequence[Passage], instructions: str, chapter: Chapter | None
) -> list[ReceiptItem]:
    sent: set[UUID] = {passage.chapter_id for passage in fitting}
    items = [ReceiptItem("prompt", "", estimate_tokens(instructions), included=True, reason="whole")]
    for passage in every:
        label = f"{passage.number} · {passage.title}" if passage.title else str(passage.number)
        if passage.chapter_id in sent:
            tokens = estimate_tokens(passage.text)
            items.append(ReceiptItem("read", label, tokens, included=True, reason="whole"))
        else:
            is_later = chapter is not None and passage.number > chapter.position
            reason = "later" if is_later else "no-room"
            items.append(ReceiptItem("read", label, 0, included=False, reason=reason))
    return items
