"""Reporting something (Digital Services Act, article 16)."""

from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.utils import formats, timezone, translation
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

import events.services
from accounts.models import User
from costory.lib.errors import DomainError
from social.models import APPEAL_TIME, MAX_EXPLANATION, MAX_QUOTE, Case, Letter, Report
from social.selectors.reportable import Reportable, reportable
from social.services.letter import write_letter

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

# How many reports one person, or one address without an account, files at most.
MOST_AN_HOUR = 10
MOST_AN_HOUR_OF_A_STRANGER = 5
# How many receipts go to one address that nobody has proven to be theirs: a form must not be a way to send mail.
MOST_LETTERS_A_DAY = 5
# What one person may add up to of one thing.
MOST_ADDED = 4 * MAX_EXPLANATION


class NothingToReport(DomainError):
    """It does not exist, or whoever reports does not see it."""

    code: ClassVar[str] = "not_found"


class OwnThing(DomainError):
    """One does not report oneself."""

    code: ClassVar[str] = "conflict"


class IncompleteReport(DomainError):
    """Something that the law asks of a report is missing."""

    code: ClassVar[str] = "validation_error"


class TooManyReports(DomainError):
    """More than one person can mean. `details` say after how many seconds to come back."""

    code: ClassVar[str] = "rate_limited"


def file_report(
    *,
    kind: str,
    target_id: UUID,
    reporter: "User | AnonymousUser",
    reason: str,
    explanation: str,
    token: str = "",
    chapter_id: UUID | None = None,
    quote: str = "",
    name: str = "",
    email: str = "",
    is_in_good_faith: bool = True,
    address: str = "",
) -> Report:
    """Report what one sees. What the same person says again of the same thing is added to what they said first.

    A stranger gives name, e-mail address and a statement of good faith, but for the sexual abuse of children, which is
    reported without. `address` is where a stranger's request comes from, for the limit alone. Raises NothingToReport,
    OwnThing, IncompleteReport and TooManyReports.
    """
    target = reportable(kind=kind, target_id=target_id, viewer=reporter, token=token, chapter_id=chapter_id)
    if target is None:
        raise NothingToReport(_("There is nothing here, or it is not yours."))
    if reporter.is_authenticated and target.person_id == reporter.pk:
        raise OwnThing(_("This is your own."))
    _complete(reporter, reason, explanation, name, email, is_in_good_faith=is_in_good_faith)
    _count(reporter, address, email)
    place = target.chapter.pk if target.chapter else target.comment.chapter_id if target.comment else None
    return _file(
        target,
        reporter=reporter if reporter.is_authenticated else None,
        reason=Report.Reason(reason),
        explanation=explanation.strip(),
        place=place,
        quote=" ".join(quote.split())[:MAX_QUOTE],
        name="" if reporter.is_authenticated else name.strip(),
        email="" if reporter.is_authenticated else email.strip(),
    )


@transaction.atomic
def _file(
    target: Reportable,
    *,
    reporter: User | None,
    reason: Report.Reason,
    explanation: str,
    place: UUID | None,
    quote: str,
    name: str,
    email: str,
) -> Report:
    case = hold_case(kind=target.kind, target_id=target.id, person_id=target.person_id)
    first = _first(case, reporter, email)
    if first is None:
        report = Report.objects.create(
            case=case,
            chapter_id=place,
            quote=quote,
            reason=reason,
            explanation=explanation,
            reporter=reporter,
            reporter_name=name,
            reporter_email=email,
            language=translation.get_language() or settings.LANGUAGE_CODE,
        )
        write_letter(kind=Letter.Kind.RECEIPT, subject_id=report.pk)
    else:
        report = _add(first, reason, explanation, quote)
    open_case(case=case, severity=Report.SEVERITY[reason], has_new_report=first is None)
    events.services.record(
        "report.filed",
        person_id=reporter.pk if reporter else None,
        subject=report,
        payload={"kind": target.kind.value, "target_id": str(target.id), "reason": reason.value},
    )
    return report


def hold_case(*, kind: str, target_id: UUID, person_id: UUID) -> Case:
    """The case of a thing, made when there is none, locked to the end of the transaction."""
    Case.objects.get_or_create(
        kind=kind, target_id=target_id, defaults={"person_id": person_id, "is_open": False, "report_count": 0}
    )
    return Case.objects.select_for_update().get(kind=kind, target_id=target_id)


def open_case(*, case: Case, severity: int, has_new_report: bool) -> None:
    """Put a locked case into the queue, or higher in it."""
    if not case.is_open:
        case.is_open, case.opened_at, case.severity = True, timezone.now(), 0
    case.severity = max(case.severity, severity)
    case.report_count += int(has_new_report)
    case.save(update_fields=["is_open", "opened_at", "severity", "report_count"])


def forget_reporters() -> int:
    """Take the names and addresses of strangers from reports whose time to be contested is over. Returns how many."""
    done = Report.objects.exclude(reporter_email="", reporter_name="").filter(
        decision__created_at__lt=timezone.now() - APPEAL_TIME
    )
    return done.update(reporter_name="", reporter_email="")


def _complete(
    reporter: "User | AnonymousUser", reason: str, explanation: str, name: str, email: str, *, is_in_good_faith: bool
) -> None:
    if reason not in Report.Reason.values:
        raise IncompleteReport(_("Choose a reason."))
    if not explanation.strip() or len(explanation) > MAX_EXPLANATION:
        raise IncompleteReport(
            _("Say why it may not be here, in at most %(most)s characters.") % {"most": MAX_EXPLANATION}
        )
    if reporter.is_authenticated:
        return
    if reason != Report.Reason.CHILD_ABUSE and not (name.strip() and email.strip()):
        raise IncompleteReport(_("Your name and e-mail address are needed, unless you report the abuse of a child."))
    if not is_in_good_faith:
        raise IncompleteReport(_("Please confirm that you say this in good faith."))


def _first(case: Case, reporter: User | None, email: str) -> Report | None:
    """The open report of the same person about the same thing."""
    reports = Report.objects.filter(case=case, state=Report.State.OPEN)
    if reporter is not None:
        return reports.filter(reporter=reporter).first()
    return reports.filter(reporter=None, reporter_email__iexact=email).first() if email else None


def _add(report: Report, reason: Report.Reason, explanation: str, quote: str) -> Report:
    if len(report.explanation) + len(explanation) > MOST_ADDED:
        raise TooManyReports(_("You have told us enough of this to decide. Thank you."))
    now = formats.date_format(timezone.now(), "DATETIME_FORMAT")
    passage = f"« {quote} »\n" if quote and quote != report.quote else ""
    report.explanation = f"{report.explanation}\n\n— {now} · {reason.label}\n{passage}{explanation}"
    if Report.SEVERITY[reason] > Report.SEVERITY[Report.Reason(report.reason)]:
        report.reason = reason
    report.save(update_fields=["explanation", "reason"])
    return report


def _count(reporter: "User | AnonymousUser", address: str, email: str) -> None:
    """Count this report, refusing beyond the limits."""
    if reporter.is_authenticated:
        _spend(f"member:{reporter.pk}", MOST_AN_HOUR, 3600)
        return
    _spend(f"address:{address}", MOST_AN_HOUR_OF_A_STRANGER, 3600)
    if email:
        _spend(f"mail:{email.strip().lower()}", MOST_LETTERS_A_DAY, 24 * 3600)


def _spend(who: str, most: int, seconds: int) -> None:
    # A cache's key is no place for an address of either kind.
    key = f"reports:{salted_hmac('reports', who).hexdigest()[:32]}"
    cache.add(key, 0, seconds)
    try:
        count = cache.incr(key)
    except ValueError:
        # It ran out between the two: the time begins anew.
        cache.set(key, 1, seconds)
        count = 1
    if count > most:
        raise TooManyReports(
            _("That is a lot of reports. What you sent so far is being looked at; please come back later."),
            details={"retry_after_seconds": seconds},
        )
