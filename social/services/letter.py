"""E-mails of moderation: written with what they tell, sent after the commit, tried again until they went."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.mail import send_mail
from django.core.signing import BadSignature, TimestampSigner
from django.db import transaction
from django.db.models import F, Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import User
from social.models import APPEAL_TIME, Appeal, Decision, Letter, Report
from social.selectors.case import address_of, subject_of

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 20
RETRY_AFTER = timedelta(minutes=5)
_SALT = "social.decision"


@dataclass(frozen=True)
class _Addressed:
    """To whom a letter goes, in which language, and what its text speaks of."""

    email: str
    language: str
    context: Mapping[str, Any]


def write_letter(*, kind: Letter.Kind, subject_id: UUID) -> Letter:
    """Have a letter sent once this transaction is committed; once for each kind and subject, however often asked."""
    letter, _is_new = Letter.objects.get_or_create(kind=kind, subject_id=subject_id)
    transaction.on_commit(lambda: send_letter(letter_id=letter.pk), robust=True)
    return letter


def send_letter(*, letter_id: int) -> bool:
    """Send a letter that has not gone yet. Returns whether this call did. Harmless to repeat, and from two processes.

    One to nobody (who reported without an address, or is erased by now) is done without being sent.
    """
    now = timezone.now()
    # Whoever moves the time of the last attempt sends; a process that dies now leaves it to the next minute's round.
    mine = Letter.objects.filter(Q(tried_at=None) | Q(tried_at__lt=now - RETRY_AFTER), pk=letter_id, sent_at=None)
    if not mine.filter(attempts__lt=MOST_ATTEMPTS).update(tried_at=now, attempts=F("attempts") + 1):
        return False
    letter = Letter.objects.get(pk=letter_id)
    addressed = _ADDRESS[Letter.Kind(letter.kind)](letter.subject_id)
    if addressed is not None:
        _send(letter.kind, addressed)
    Letter.objects.filter(pk=letter_id).update(sent_at=timezone.now())
    return addressed is not None


def send_due_letters() -> int:
    """Send what could not be sent before. Returns how many went."""
    limit = timezone.now() - RETRY_AFTER
    due = Letter.objects.filter(Q(tried_at=None) | Q(tried_at__lt=limit), sent_at=None, created_at__lt=limit)
    count = 0
    for letter_id in due.filter(attempts__lt=MOST_ATTEMPTS).order_by("created_at").values_list("pk", flat=True)[:50]:
        try:
            count += send_letter(letter_id=letter_id)
        except OSError:
            # A mail server that is away: in five minutes again.
            logger.exception("The letter %s of moderation could not be sent.", letter_id)
    return count


def decision_permit(*, decision: Decision) -> str:
    """What opens the page of a decision without a login: in the e-mail to whoever it concerns, who may be banned."""
    return TimestampSigner(salt=_SALT).sign(f"{decision.pk}:{decision.person_id}")


def opens_decision(*, permit: str, decision: Decision) -> bool:
    """Whether this permit was made for this decision, less than half a year ago."""
    try:
        opened = TimestampSigner(salt=_SALT).unsign(permit, max_age=APPEAL_TIME)
    except BadSignature:
        return False
    return opened == f"{decision.pk}:{decision.person_id}"


def _send(kind: str, addressed: _Addressed) -> None:
    with translation.override(addressed.language):
        context = {**addressed.context, "contact": settings.LEGAL_EMAIL or settings.DEFAULT_FROM_EMAIL}
        subject = " ".join(render_to_string(f"social/mail/{kind}_subject.txt", context).split())
        message = render_to_string(f"social/mail/{kind}_message.txt", context)
    send_mail(f"{settings.ACCOUNT_EMAIL_SUBJECT_PREFIX}{subject}", message, None, [addressed.email])


def _to_reporter(report: Report, **context: Any) -> _Addressed | None:
    reporter = report.reporter
    email = reporter.email if reporter else report.reporter_email
    if not email or report.is_automatic:
        return None
    language = (reporter.language if reporter else "") or report.language or settings.LANGUAGE_CODE
    return _Addressed(email, language, {"report": report, "address": address_of(report.case), **context})


def _to_person(decision: Decision, **context: Any) -> _Addressed | None:
    person = User.objects.filter(pk=decision.person_id).first()
    if person is None:
        return None
    path = reverse("social:decision-detail", args=[decision.pk])
    return _Addressed(
        person.email,
        person.language or settings.LANGUAGE_CODE,
        {
            "decision": decision,
            "subject": subject_of(decision.case),
            "url": f"{settings.APP_URL}{path}?permit={decision_permit(decision=decision)}",
            **context,
        },
    )


def _receipt(subject_id: UUID) -> _Addressed | None:
    report = Report.objects.select_related("case", "reporter").filter(pk=subject_id).first()
    return _to_reporter(report) if report else None


def _outcome(subject_id: UUID) -> _Addressed | None:
    report = Report.objects.select_related("case", "reporter", "decision").filter(pk=subject_id).first()
    return _to_reporter(report, decision=report.decision) if report else None


def _statement(subject_id: UUID) -> _Addressed | None:
    decision = Decision.objects.select_related("case", "lifts").filter(pk=subject_id).first()
    return _to_person(decision) if decision else None


def _appeal(subject_id: UUID) -> _Addressed | None:
    appeal = Appeal.objects.select_related("decision__case").filter(pk=subject_id).first()
    return _to_person(appeal.decision, appeal=appeal) if appeal else None


_ADDRESS = {
    Letter.Kind.RECEIPT: _receipt,
    Letter.Kind.OUTCOME: _outcome,
    Letter.Kind.STATEMENT: _statement,
    Letter.Kind.APPEAL_RECEIPT: _appeal,
    Letter.Kind.APPEAL_OUTCOME: _appeal,
}
