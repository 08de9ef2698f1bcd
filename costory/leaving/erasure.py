"""Erasing somebody (GDPR, article 17): asked for, taken back within 14 days, then done once and for good.

What is theirs goes by the database's cascade, files after the commit. The ledger stays, because the house must be able
to show where money went (article 17, 3 b), but nothing in it leads to a person any more.
"""

import logging
from datetime import timedelta
from typing import ClassVar

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core.files.storage import Storage
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

import billing.services
import events.services
from accounts.models import ERASURE_PAUSE, User
from billing.models import Hold, SignupGrant
from coaching.models import Reply
from costory.leaving.belongings import files_of
from costory.lib.errors import DomainError
from social.services import count_comments_of, withdraw_answers

logger = logging.getLogger(__name__)


class StaffStays(DomainError):
    """Whoever works here is not erased before somebody has taken their rights from them."""

    code: ClassVar[str] = "forbidden"


@transaction.atomic
def ask_for_erasure(*, person: User, kept_session: str = "") -> User:
    """Close an account and begin its 14 days. A repeat leaves the day of the first. Raises StaffStays.

    From here on its stories are hidden, its keys open nothing, and every login but `kept_session` has ended.
    """
    person = User.objects.select_for_update().get(pk=person.pk)
    _refuse_staff(person)
    if person.erasure_requested_at is not None:
        return person
    person.erasure_requested_at = timezone.now()
    person.save(update_fields=["erasure_requested_at", "updated_at"])
    count_comments_of(person=person)
    events.services.record("person.asked_for_erasure", person_id=person.pk, subject=person)
    for session in UserSession.objects.filter(user=person).exclude(session_key=kept_session):
        session.end()
    _write_after_commit("erasure_requested", person)
    return person


@transaction.atomic
def keep_account(*, person: User) -> User:
    """Change one's mind: everything is as it was. Harmless where nothing was asked for."""
    person = User.objects.select_for_update().get(pk=person.pk)
    if person.erasure_requested_at is not None:
        person.erasure_requested_at = None
        person.save(update_fields=["erasure_requested_at", "updated_at"])
        count_comments_of(person=person)
        events.services.record("person.kept_account", person_id=person.pk, subject=person)
    return person


@transaction.atomic
def erase_person(*, person: User, pause: timedelta | None = None) -> bool:
    """Erase somebody and all that is theirs, for good. Returns whether this call did it. Raises StaffStays.

    With `pause`, only if they asked at least that long ago and have not changed their mind since. A reply that is
    being written ends with its writer, and what was held for it is given back before the wallet loses its owner.
    """
    found = User.objects.select_for_update().filter(pk=person.pk).first()
    if found is None:
        return False
    _refuse_staff(found)
    if pause is not None and (found.erasure_requested_at or timezone.now()) > timezone.now() - pause:
        return False
    files = files_of(found)
    # In the order in which a reply is ended: reply, hold, wallet. Whoever is ending one now goes first, or finds none.
    list(Reply.objects.select_for_update(of=("self",)).unfinished().filter(session__user=found).values("pk"))
    for hold_id in Hold.objects.open().filter(wallet__user=found).values_list("pk", flat=True):
        billing.services.release_hold(hold_id=hold_id)
    # The digest of the address stays, so that it gets no second gift; to whom it was given does not.
    SignupGrant.objects.filter(wallet__user=found).update(wallet=None)
    for session in UserSession.objects.filter(user=found):
        session.end()
    events.services.record("person.erased", person_id=found.pk)
    _write_after_commit("erased", found)
    withdraw_answers(person=found)
    found.delete()
    transaction.on_commit(lambda: _delete_files(files))
    return True


def purge_erased() -> int:
    """Erase everybody whose 14 days have passed. Returns how many."""
    limit = timezone.now() - ERASURE_PAUSE
    due = User.objects.filter(erasure_requested_at__lte=limit, is_staff=False, is_superuser=False)
    return sum(erase_person(person=person, pause=ERASURE_PAUSE) for person in due.order_by("erasure_requested_at")[:50])


def _refuse_staff(person: User) -> None:
    if person.is_staff or person.is_superuser:
        raise StaffStays(_("This account works for the house. Its rights have to be taken from it first."))


def _delete_files(files: list[tuple[Storage, str]]) -> None:
    for storage, name in files:
        try:
            storage.delete(name)
        except OSError:
            # The row is gone; that a file outlived it must be known to somebody who can reach the storage.
            logger.exception("The file %s of an erased account could not be deleted.", name)


def _write_after_commit(letter: str, person: User) -> None:
    """A letter in their language, outside any request; one that cannot be sent stops nothing."""
    with translation.override(person.language or settings.LANGUAGE_CODE):
        context = {"user": person, "erased_at": person.erased_at}
        subject = " ".join(render_to_string(f"accounts/mail/{letter}_subject.txt", context).split())
        message = render_to_string(f"accounts/mail/{letter}_message.txt", context)
    address = person.email
    subject = f"{settings.ACCOUNT_EMAIL_SUBJECT_PREFIX}{subject}"
    transaction.on_commit(lambda: _send(subject, message, address), robust=True)


def _send(subject: str, message: str, address: str) -> None:
    send_mail(subject, message, None, [address])
