"""What people are told by e-mail: once a day at most, in their language, of what they may still see when it is written.

The day has an hour (DIGEST_HOUR). What happened before it is mailed after it, and marked, so nobody gets a second mail
before that hour comes again. Whoever is written to is claimed by a lock on their row, so of two processes one writes.
A mail leaves after that was stored: a mail server that hangs keeps nobody's row, and a crash in between costs a mail
rather than sending it twice. One that is refused is given back, and tried again with the next sweep.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import ngettext

from accounts.models import User
from social.models import Notification
from social.selectors.news import CHOSEN, Told, choices_of, spoken_of, together

if TYPE_CHECKING:
    from django.db.models import QuerySet

logger = logging.getLogger(__name__)

PEOPLE_AT_ONCE: Final = 100
LINES: Final = 20
# What nobody could be told for so long is not news any more.
FRESH: Final = timedelta(days=7)
_SIGNER: Final = Signer(salt="social.unsubscribe")


@dataclass(frozen=True)
class Line:
    """Something that happened, with its full address."""

    told: Told
    address: str


def last_hour(now: datetime) -> datetime:
    """When the hour of the day's mails last struck."""
    today = now.replace(hour=settings.DIGEST_HOUR, minute=0, second=0, microsecond=0)
    return today if today <= now else today - timedelta(days=1)


def mail_digests() -> int:
    """Write to people whose mail is due. Returns to how many. Where no mail server is configured, to nobody."""
    if not settings.EMAIL_CONFIGURED:
        return 0
    before = last_hour(timezone.now())
    written = 0
    for user_id in _due(before).order_by().values_list("user", flat=True).distinct()[:PEOPLE_AT_ONCE]:
        ids, mail = _claim(user_id, before)
        if mail is None:
            continue
        try:
            mail.send()
        except Exception:
            logger.exception("The digest of %s could not be sent.", user_id)
            Notification.objects.filter(pk__in=ids).update(mailed_at=None)
        else:
            written += 1
    return written


def unsubscribe_token(*, user: User, kind: str = "") -> str:
    """What ends mails about a kind, or with none about all, without a login. It never runs out."""
    return _SIGNER.sign(f"{user.pk}.{kind}")


def opened_token(*, token: str) -> tuple[User, str] | None:
    """Whose mails a token ends, and of which kind ("" is all); None for one that is not ours."""
    try:
        user_id, _dot, kind = _SIGNER.unsign(token).partition(".")
    except BadSignature:
        return None
    user = User.objects.filter(pk=user_id, is_active=True).first()
    return (user, kind) if user is not None and kind in ("", *CHOSEN) else None


def _due(before: datetime) -> "QuerySet[Notification]":
    confirmed = EmailAddress.objects.filter(user=OuterRef("user"), verified=True)
    return Notification.objects.filter(
        Exists(confirmed),
        mailed_at=None,
        created_at__lt=before,
        created_at__gte=before - FRESH,
        # A decision is told by a letter of its own.
        kind__in=CHOSEN,
        user__is_active=True,
        user__erasure_requested_at=None,
    )


@transaction.atomic
def _claim(user_id: UUID, before: datetime) -> tuple[list[int], EmailMultiAlternatives | None]:
    """Mark what is due to somebody as mailed, and write the mail of what of it may still be spoken of."""
    people = User.objects.select_for_update(skip_locked=True, no_key=True)
    user = people.filter(pk=user_id).first()
    if user is None:
        return [], None
    ids = list(_due(before).filter(user=user).values_list("pk", flat=True))
    wanted = [kind for kind, choice in choices_of(user.pk).items() if choice.by_mail]
    spoken = spoken_of(user).filter(pk__in=ids, kind__in=wanted).select_related("actor", "story", "chapter", "comment")
    rows = list(spoken.defer("chapter__content", "chapter__content_html", "chapter__provenance"))
    Notification.objects.filter(pk__in=ids).update(mailed_at=timezone.now())
    return ids, _mail(user, rows) if rows else None


def _mail(user: User, rows: list[Notification]) -> EmailMultiAlternatives:
    with translation.override(user.language or settings.LANGUAGE_CODE):
        told = together(rows)
        kinds = [kind for kind in CHOSEN if any(row.kind == kind for row in rows)]
        unsubscribe = _absolute(reverse("social:unsubscribe", args=[unsubscribe_token(user=user)]))
        context = {
            "lines": [Line(each, _absolute(each.address)) for each in told[:LINES]],
            "more": len(told) - LINES if len(told) > LINES else 0,
            "page": _absolute(reverse("social:notification-list")),
            "choices": _absolute(reverse("social:notification-settings")),
            "stops": [
                (kind.label, _absolute(reverse("social:unsubscribe", args=[unsubscribe_token(user=user, kind=kind)])))
                for kind in kinds
            ],
            "stop_all": unsubscribe,
            "language": translation.get_language(),
        }
        # Nobody's words stand in the subject: it is read on locked screens, over shoulders.
        subject = ngettext("%(number)d thing happened", "%(number)d things happened", len(told)) % {"number": len(told)}
        mail = EmailMultiAlternatives(
            subject=f"{settings.ACCOUNT_EMAIL_SUBJECT_PREFIX}{subject}",
            body=render_to_string("social/mail/digest.txt", context),
            to=[user.email],
            # RFC 8058: one click, by a POST that needs nothing but the address.
            headers={"List-Unsubscribe": f"<{unsubscribe}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
        )
        mail.attach_alternative(render_to_string("social/mail/digest.html", context), "text/html")
    return mail


def _absolute(path: str) -> str:
    return f"{settings.APP_URL}{path}" if path else ""
