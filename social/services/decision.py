"""Deciding on what was reported: each decision with its ground, in one transaction with what it does."""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar, Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

import events.services
from accounts.models import User
from costory.lib.errors import DomainError
from social.models import Case, Comment, Decision, Letter, Notification, Report
from social.selectors.case import (
    decisions_in_force,
    is_banned,
    standing_after,
    state_after,
    suspended_until,
)
from social.services.letter import write_letter
from social.services.listing import count_comments, count_comments_of, refresh_listing
from stories.models import Story
from stories.services import postpone_releases

MAX_DAYS: Final = 365
_ON_PEOPLE = (Decision.Action.SUSPEND, Decision.Action.BAN)
# What a person may decide of what.
ACTIONS: Final = {
    Case.Kind.STORY: (
        Decision.Action.DISMISS,
        Decision.Action.WARN,
        Decision.Action.RATE,
        Decision.Action.RESTRICT,
        Decision.Action.HIDE,
        Decision.Action.REMOVE,
        *_ON_PEOPLE,
    ),
    Case.Kind.COMMENT: (Decision.Action.DISMISS, Decision.Action.WARN, Decision.Action.HIDE, *_ON_PEOPLE),
    Case.Kind.PROFILE: (Decision.Action.DISMISS, Decision.Action.WARN, Decision.Action.HIDE, *_ON_PEOPLE),
}


class GroundMissing(DomainError):
    """A decision says what was found, which rule it goes against, and why."""

    code: ClassVar[str] = "validation_error"


class NotPossible(DomainError):
    """This cannot be decided of this, or not any more."""

    code: ClassVar[str] = "conflict"


class OwnMatter(DomainError):
    """Nobody judges what is their own."""

    code: ClassVar[str] = "forbidden"


class StaffIsSafe(DomainError):
    """Whoever works here keeps their account until somebody has taken their rights from them."""

    code: ClassVar[str] = "forbidden"


@dataclass(frozen=True)
class Reasons:
    """Why something is decided (article 17, 3): the ground and its clause, the facts, and what they have to do with it.

    All of it is sent to whoever it concerns.
    """

    ground: str
    facts: str
    clause: str = ""
    statement: str = ""


@transaction.atomic
def decide(
    *, case: Case, moderator: User, action: str, reasons: Reasons, days: int | None = None, rating: str = ""
) -> Decision:
    """Decide what happens to a reported thing, and answer every open report of it.

    `days` are those of a suspension, `rating` the one that is set. Raises GroundMissing, NotPossible, OwnMatter and
    StaffIsSafe, having changed nothing.
    """
    stored, person = hold_matter(case_id=case.pk)
    chosen = Decision.Action(action)
    _refuse(stored, moderator, chosen, reasons, days, rating)
    if chosen in _ON_PEOPLE and (person is None or person.is_staff or person.is_superuser):
        raise StaffIsSafe(_("This account works for the house, or is gone."))
    was_held = _is_held(stored)
    now = timezone.now()
    decision = Decision.objects.create(
        case=stored,
        person_id=stored.person_id,
        action=chosen,
        ground=reasons.ground,
        clause=reasons.clause.strip(),
        facts=reasons.facts.strip(),
        statement=reasons.statement.strip(),
        origin=_origin(stored),
        rating=rating if chosen == Decision.Action.RATE else "",
        former=_state_of(stored, chosen),
        moderator_id=moderator.pk,
        created_at=now,
        ends_at=now + timedelta(days=days or 0) if chosen == Decision.Action.SUSPEND else None,
    )
    _take_effect(decision, stored, person)
    _answer_reports(stored, decision)
    if chosen != Decision.Action.DISMISS or was_held:
        tell(decision=decision)
    _record(decision)
    return decision


@transaction.atomic
def undo(*, decision: Decision, moderator: User, reasons: Reasons) -> Decision:
    """Lift a decision by another one. What it did is undone as far as nothing later stands against it.

    Raises GroundMissing, OwnMatter, and NotPossible where it was lifted already or there is nothing to lift.
    """
    if decision.person_id == moderator.pk:
        raise OwnMatter(_("This is your own: somebody else decides it."))
    return lift(decision=decision, moderator=moderator, reasons=reasons, is_told=True)


def lift(*, decision: Decision, moderator: User, reasons: Reasons, is_told: bool) -> Decision:
    """Lift a decision inside a transaction; whoever it concerns is told here unless something else tells them."""
    case, person = hold_matter(case_id=decision.case_id)
    if decision.action in (Decision.Action.DISMISS, Decision.Action.LIFT):
        raise NotPossible(_("There is nothing to lift."))
    if Decision.objects.filter(lifts=decision).exists():
        raise NotPossible(_("This decision was lifted already."))
    if not reasons.facts.strip():
        raise GroundMissing(_("Say what was found."))
    lifting = Decision.objects.create(
        case=case,
        person_id=decision.person_id,
        action=Decision.Action.LIFT,
        ground=reasons.ground if reasons.clause.strip() else Decision.Ground.NONE,
        clause=reasons.clause.strip(),
        facts=reasons.facts.strip(),
        statement=reasons.statement.strip(),
        origin=Decision.Origin.OWN,
        former=_state_of(case, Decision.Action(decision.action)),
        lifts=decision,
        moderator_id=moderator.pk,
    )
    _take_effect(lifting, case, person)
    if is_told:
        tell(decision=lifting)
    _record(lifting)
    return lifting


def hold_matter(*, case_id: UUID) -> tuple[Case, User | None]:
    """A case and whose it is, locked to the end of the transaction, and what it is about with them.

    First the person, then their thing, then the case: whoever closes an account begins with the person, whoever
    publishes with the story, and comes to the case last.
    """
    case = Case.objects.get(pk=case_id)
    person = User.objects.select_for_update().filter(pk=case.person_id).first()
    if case.kind == Case.Kind.STORY:
        Story.objects.select_for_update().filter(pk=case.target_id).values_list("pk").first()
    elif case.kind == Case.Kind.COMMENT:
        Comment.objects.select_for_update().filter(pk=case.target_id).values_list("pk").first()
    return Case.objects.select_for_update().get(pk=case_id), person


def tell(*, decision: Decision) -> None:
    """Tell whoever a decision concerns: a notification in the page, and the statement of reasons by e-mail."""
    if User.objects.filter(pk=decision.person_id).exists():
        kind, target = decision.case.kind, decision.case.target_id
        story = target if kind == Case.Kind.STORY and Story.objects.filter(pk=target).exists() else None
        Notification.objects.get_or_create(
            user_id=decision.person_id,
            cause=f"decision:{decision.pk}",
            defaults={"kind": Notification.Kind.MODERATION, "story_id": story},
        )
        write_letter(kind=Letter.Kind.STATEMENT, subject_id=decision.pk)


def take_hold(*, decision: Decision) -> None:
    """Let a machine's hold take effect, inside the transaction that wrote it, and tell whoever it concerns."""
    _take_effect(decision, decision.case, None)
    tell(decision=decision)
    _record(decision)


def _refuse(
    case: Case, moderator: User, action: Decision.Action, reasons: Reasons, days: int | None, rating: str
) -> None:
    if case.person_id == moderator.pk:
        raise OwnMatter(_("This is your own: somebody else decides it."))
    if action not in ACTIONS[Case.Kind(case.kind)]:
        raise NotPossible(_("This cannot be decided of this."))
    if not reasons.facts.strip():
        raise GroundMissing(_("Say what was found."))
    if action != Decision.Action.DISMISS:
        if reasons.ground not in (Decision.Ground.LAW, Decision.Ground.TERMS) or not reasons.clause.strip():
            raise GroundMissing(_("Name the law or the rule it goes against, with the clause."))
        if not reasons.statement.strip():
            raise GroundMissing(_("Say why what was found goes against it."))
    elif reasons.ground != Decision.Ground.NONE and not reasons.clause.strip():
        raise GroundMissing(_("Name the law or the rule it was held against, with the clause."))
    elif not case.is_open:
        raise NotPossible(_("Nothing is open here."))
    if action == Decision.Action.SUSPEND and not (days and 1 <= days <= MAX_DAYS):
        raise GroundMissing(_("Say for how many days."))
    if action == Decision.Action.RATE and rating not in Story.Rating.values:
        raise GroundMissing(_("Say which rating."))


def _origin(case: Case) -> Decision.Origin:
    open_reports = Report.objects.filter(case=case, state=Report.State.OPEN)
    by_machine = set(open_reports.values_list("is_automatic", flat=True))
    if not by_machine:
        return Decision.Origin.OWN
    return Decision.Origin.REPORT if False in by_machine else Decision.Origin.MACHINE


def _is_held(case: Case) -> bool:
    if case.kind == Case.Kind.STORY:
        return Story.objects.filter(pk=case.target_id, standing=Story.Standing.HELD).exists()
    return Comment.objects.filter(pk=case.target_id, state=Comment.State.HELD).exists()


def _state_of(case: Case, action: Decision.Action) -> str:
    """What a decision of this action would change, as it is now."""
    if case.kind == Case.Kind.STORY:
        column = "rating" if action == Decision.Action.RATE else "standing"
        return str(Story.objects.filter(pk=case.target_id).values_list(column, flat=True).first() or "")
    if case.kind == Case.Kind.COMMENT:
        return str(Comment.objects.filter(pk=case.target_id).values_list("state", flat=True).first() or "")
    is_public = User.objects.filter(pk=case.target_id, is_public=True).exists()
    return "public" if is_public else "private"


def _take_effect(decision: Decision, case: Case, person: User | None) -> None:
    """Bring the thing, and the person, to what all decisions that stand say of them."""
    if case.kind == Case.Kind.STORY:
        _settle_story(decision, case)
    elif case.kind == Case.Kind.COMMENT:
        _settle_comment(case)
    else:
        _settle_profile(decision, case)
    acted_on = decision.lifts or decision
    if person is not None and acted_on.action == Decision.Action.SUSPEND:
        person.suspended_until_at = suspended_until(person)
        person.save(update_fields=["suspended_until_at", "updated_at"])
        if person.suspended_until_at is not None:
            postpone_releases(owner=person, until=person.suspended_until_at)
    if person is not None and acted_on.action == Decision.Action.BAN:
        person.is_active = not is_banned(person)
        person.save(update_fields=["is_active", "updated_at"])
        # With its author a story leaves lists and indexes, or comes back.
        for story in Story.objects.filter(owner=person).exclude(visibility=Story.Visibility.PRIVATE):
            refresh_listing(story=story)
        count_comments_of(person=person)


def _settle_story(decision: Decision, case: Case) -> None:
    story = Story.objects.select_for_update().select_related(None).filter(pk=case.target_id).first()
    if story is None:
        return
    acted_on = decision.lifts or decision
    standing, rating = standing_after(decisions_in_force(case)), story.rating
    if acted_on.action == Decision.Action.RATE:
        rating = decision.rating if acted_on is decision else _rating_back(acted_on, story)
    if (standing, rating) == (story.standing, story.rating):
        return
    story.standing, story.rating = standing, rating
    # The moment too: what readers find is brought up to what changed last.
    story.save(update_fields=["standing", "rating", "updated_at"])
    events.services.record("story.moderated", subject=story, payload={"standing": standing, "rating": rating})


def _rating_back(decision: Decision, story: Story) -> str:
    return decision.former if story.rating == decision.rating and decision.former else story.rating


def _settle_comment(case: Case) -> None:
    comment = Comment.objects.select_for_update().filter(pk=case.target_id).first()
    if comment is None:
        return
    state = state_after(case, decisions_in_force(case))
    if state == comment.state or (comment.state == Comment.State.WAITING and state == Comment.State.SHOWN):
        return
    comment.state = state
    comment.save(update_fields=["state"])
    count_comments(story_id=comment.story_id)
    events.services.record(
        "comment.moderated", subject=comment, payload={"story_id": str(comment.story_id), "state": state}
    )


def _settle_profile(decision: Decision, case: Case) -> None:
    people = User.objects.filter(pk=case.target_id)
    if decision.action == Decision.Action.HIDE:
        people.update(is_public=False, updated_at=timezone.now())
    elif decision.lifts and decision.lifts.action == Decision.Action.HIDE and decision.lifts.former == "public":
        people.update(is_public=True, updated_at=timezone.now())


def _answer_reports(case: Case, decision: Decision) -> None:
    reports = Report.objects.filter(case=case, state=Report.State.OPEN)
    told = list(reports.filter(is_automatic=False).values_list("pk", flat=True))
    reports.update(state=Report.State.DECIDED, decision=decision)
    case.report_count, case.severity = 0, 0
    case.is_open = case.has_appeal
    case.save(update_fields=["report_count", "severity", "is_open"])
    for report_id in told:
        write_letter(kind=Letter.Kind.OUTCOME, subject_id=report_id)


def _record(decision: Decision) -> None:
    events.services.record(
        "decision.taken",
        person_id=decision.moderator_id,
        subject=decision,
        payload={
            "action": str(decision.action),
            "kind": str(decision.case.kind),
            "target_id": str(decision.case.target_id),
        },
    )
