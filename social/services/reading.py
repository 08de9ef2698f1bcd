"""Opening, for a decision, a text that is not everybody's."""

from typing import ClassVar
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from costory.lib.errors import DomainError
from social.models import Case, ModeratorReading, Report
from social.selectors.casefile import may_be_opened


class NotReported(DomainError):
    """Nobody who could see it has reported it, or it is decided: it is not a moderator's to read."""

    code: ClassVar[str] = "forbidden"


@transaction.atomic
def open_text(*, case: Case, moderator: User, chapter_id: UUID | None = None) -> ModeratorReading:
    """Write down that a moderator opens a reported text, before it is shown. Raises NotReported.

    Reports are taken only from who sees what they report, so an open one is the leave; so is an open appeal.
    """
    stored = Case.objects.select_for_update().get(pk=case.pk)
    if not stored.is_open or not may_be_opened(stored, chapter_id):
        raise NotReported(_("This is not reported, or no longer: it is not yours to read."))
    report = Report.objects.filter(case=stored, state=Report.State.OPEN).order_by("created_at").first()
    return ModeratorReading.objects.create(
        moderator_id=moderator.pk, person_id=stored.person_id, case=stored, report=report, chapter_id=chapter_id
    )
