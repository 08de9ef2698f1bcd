"""Asking for another look at a decision, and giving it."""

from typing import ClassVar

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

import events.services
from accounts.models import User
from costory.lib.errors import DomainError
from social.models import MAX_EXPLANATION, Appeal, Case, Decision, Letter, Notification
from social.selectors.case import deciders
from social.services.decision import GroundMissing, NotPossible, OwnMatter, Reasons, hold_matter, lift
from social.services.letter import write_letter

# An appeal waits among what is grave, not behind every advertisement.
APPEAL_SEVERITY = 45


class NotConcerned(DomainError):
    """Only whoever a decision concerns may appeal."""

    code: ClassVar[str] = "not_found"


class OwnJudgement(DomainError):
    """Another than the one who decided looks again, where there is another."""

    code: ClassVar[str] = "forbidden"


@transaction.atomic
def appeal(*, decision: Decision, person: User, text: str) -> Appeal:
    """Ask for another look, once, within half a year. Raises NotConcerned, GroundMissing and NotPossible."""
    if decision.person_id != person.pk:
        raise NotConcerned(_("There is nothing here, or it is not yours."))
    if not text.strip() or len(text) > MAX_EXPLANATION:
        raise GroundMissing(_("Say what was misjudged, in at most %(most)s characters.") % {"most": MAX_EXPLANATION})
    case = Case.objects.select_for_update().get(pk=decision.case_id)
    if Appeal.objects.filter(decision=decision).exists():
        raise NotPossible(_("You have appealed already."))
    if not decision.is_appealable:
        raise NotPossible(_("The time to appeal is over."))
    if Decision.objects.filter(lifts=decision).exists():
        raise NotPossible(_("This decision was lifted already."))
    asked = Appeal.objects.create(decision=decision, person_id=person.pk, text=text.strip())
    if not case.is_open:
        case.is_open, case.opened_at = True, timezone.now()
    case.has_appeal, case.severity = True, max(case.severity, APPEAL_SEVERITY)
    case.save(update_fields=["is_open", "opened_at", "has_appeal", "severity"])
    events.services.record("appeal.filed", person_id=person.pk, subject=asked)
    write_letter(kind=Letter.Kind.APPEAL_RECEIPT, subject_id=asked.pk)
    return asked


@transaction.atomic
def decide_appeal(*, appeal: Appeal, moderator: User, outcome: str, answer: str) -> Appeal:
    """Decide an appeal: the decision stands, or is lifted at once. Whoever appealed is told why.

    Raises OwnMatter, OwnJudgement where another could look, GroundMissing, and NotPossible where it was decided.
    """
    case, _person = hold_matter(case_id=appeal.decision.case_id)
    stored = Appeal.objects.select_related("decision__case").get(pk=appeal.pk)
    if stored.person_id == moderator.pk:
        raise OwnMatter(_("This is your own: somebody else decides it."))
    if stored.decided_at is not None:
        raise NotPossible(_("This appeal was decided already."))
    others = deciders().exclude(pk__in=[moderator.pk, stored.person_id])
    if stored.decision.moderator_id == moderator.pk and others.exists():
        raise OwnJudgement(_("You took this decision: somebody else looks at it again."))
    if not answer.strip():
        raise GroundMissing(_("Say why."))
    stored.outcome, stored.answer = Appeal.Outcome(outcome), answer.strip()
    stored.moderator_id, stored.decided_at = moderator.pk, timezone.now()
    stored.save(update_fields=["outcome", "answer", "moderator_id", "decided_at"])
    is_lifted = Decision.objects.filter(lifts=stored.decision).exists()
    if stored.outcome == Appeal.Outcome.OVERTURNED and not is_lifted:
        reasons = Reasons(ground=Decision.Ground.NONE, facts=answer)
        lift(decision=stored.decision, moderator=moderator, reasons=reasons, is_told=False)
    _close(case)
    if User.objects.filter(pk=stored.person_id).exists():
        Notification.objects.get_or_create(
            user_id=stored.person_id,
            cause=f"decision:{stored.decision_id}:appeal",
            defaults={"kind": Notification.Kind.MODERATION},
        )
    events.services.record(
        "appeal.decided", person_id=moderator.pk, subject=stored, payload={"outcome": str(stored.outcome)}
    )
    write_letter(kind=Letter.Kind.APPEAL_OUTCOME, subject_id=stored.pk)
    return stored


def _close(case: Case) -> None:
    case.has_appeal = Appeal.objects.filter(decision__case=case, decided_at=None).exists()
    case.is_open = case.has_appeal or case.report_count > 0
    if not case.is_open:
        case.severity = 0
    case.save(update_fields=["has_appeal", "is_open", "severity"])
