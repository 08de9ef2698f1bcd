"""What is reported, what was decided of it and why, and who looked at what for that.

Whatever stands in a record that must outlive a person (a case, a decision, a reading) names people and things by id,
without a foreign key, as events do: erasing somebody leaves facts that lead to nobody.
"""

import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from accounts.models import User

MAX_EXPLANATION = 5_000
MAX_QUOTE = 500
# Article 20 of the Digital Services Act; the moderation rules of the house promise it to everybody.
APPEAL_TIME = timedelta(days=183)


class CaseQuerySet(models.QuerySet["Case"]):
    def waiting(self) -> "CaseQuerySet":
        """What waits for somebody to look, the most serious first, and of those the oldest."""
        return self.filter(is_open=True).order_by("-severity", "opened_at", "id")


class Case(models.Model):
    """A story, a comment or a profile that was reported: one row, whoever reports it and however often.

    Kept in the transactions of social.services that file, decide and appeal.
    """

    class Kind(models.TextChoices):
        STORY = "story", _("Story")
        COMMENT = "comment", _("Comment")
        PROFILE = "profile", _("Profile")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    target_id = models.UUIDField(_("what it is about"))
    # Whose it is.
    person_id = models.UUIDField(_("person"))
    is_open = models.BooleanField(_("waiting"), default=True)
    has_appeal = models.BooleanField(_("appealed"), default=False)
    # Of what is open: the worst reason's rank, how many reports, since when the first of them waits.
    severity = models.PositiveSmallIntegerField(_("severity"), default=0)
    report_count = models.PositiveIntegerField(_("reports"), default=0)
    opened_at = models.DateTimeField(_("waiting since"), default=timezone.now)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("reported thing")
        verbose_name_plural = _("reported things")
        default_permissions = ("view",)
        permissions = [("decide_case", "Can decide on what was reported")]
        constraints = [
            models.UniqueConstraint(fields=["kind", "target_id"], name="case_unique"),
            models.CheckConstraint(condition=Q(kind__in=["story", "comment", "profile"]), name="case_kind_known"),
        ]
        indexes = [
            models.Index(fields=["-severity", "opened_at", "id"], name="case_waiting", condition=Q(is_open=True)),
            models.Index(fields=["person_id"], name="case_by_person"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.target_id}"


class DecisionQuerySet(models.QuerySet["Decision"]):
    def told(self) -> "DecisionQuerySet":
        """Decisions that whoever they concern hears of: not that a report was dismissed, unless that ended a hold."""
        return self.exclude(~Q(former="held"), action=Decision.Action.DISMISS)

    def told_to(self, person: "User") -> "DecisionQuerySet":
        """The decisions about somebody's things that they hear of."""
        return self.told().filter(person_id=person.pk)


class Decision(models.Model):
    """What was decided of a case, and why. Rows are only ever added: a database trigger refuses anything else.

    It is undone by another decision, of the action LIFT, that names it. One without a moderator is a machine's, which
    can only hold something until a person has looked.
    """

    class Action(models.TextChoices):
        DISMISS = "dismiss", _("Dismiss")
        WARN = "warn", _("Warn")
        RATE = "rate", _("Correct the rating")
        RESTRICT = "restrict", _("Restrict to its address")
        HIDE = "hide", _("Hide")
        REMOVE = "remove", _("Remove")
        SUSPEND = "suspend", _("Suspend the account")
        BAN = "ban", _("Close the account")
        HOLD = "hold", _("Hold until somebody has looked")
        LIFT = "lift", _("Lift a decision")

    class Ground(models.TextChoices):
        LAW = "law", _("The law")
        TERMS = "terms", _("The rules of the house")
        NONE = "none", _("Nothing it goes against")

    class Origin(models.TextChoices):
        REPORT = "report", _("A report")
        OWN = "own", _("A look of our own")
        MACHINE = "machine", _("A simple rule that a machine applies")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="decisions")
    person_id = models.UUIDField(_("person"))
    action = models.CharField(_("action"), max_length=8, choices=Action)
    ground = models.CharField(_("ground"), max_length=5, choices=Ground)
    clause = models.CharField(_("clause"), max_length=300, blank=True)
    facts = models.TextField(_("facts"), max_length=MAX_EXPLANATION)
    statement = models.TextField(_("reasons"), max_length=MAX_EXPLANATION, blank=True)
    origin = models.CharField(_("brought up by"), max_length=7, choices=Origin)
    # The rating that was set; and what was, before: a standing, a state, a rating.
    rating = models.CharField(_("rating"), max_length=10, blank=True)
    former = models.CharField(_("before"), max_length=20, blank=True)
    lifts = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="lifted_by", verbose_name=_("lifts")
    )
    moderator_id = models.UUIDField(_("moderator"), null=True)
    created_at = models.DateTimeField(_("decided at"), default=timezone.now)
    ends_at = models.DateTimeField(_("ends at"), null=True, blank=True)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        default_permissions = ("view",)
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(facts=""), name="decision_has_facts"),
            models.CheckConstraint(condition=Q(ground="none") | ~Q(clause=""), name="decision_ground_has_clause"),
            models.CheckConstraint(
                condition=~Q(ground="none") | Q(action__in=["dismiss", "lift"]), name="decision_has_a_ground"
            ),
            models.CheckConstraint(
                condition=Q(moderator_id__isnull=False) | Q(action="hold", origin="machine"),
                name="decision_by_machine_only_holds",
            ),
            models.CheckConstraint(
                condition=Q(action="lift", lifts__isnull=False) | (~Q(action="lift") & Q(lifts=None)),
                name="decision_lift_names_what",
            ),
            models.CheckConstraint(
                condition=~Q(action="suspend") | Q(ends_at__isnull=False), name="decision_suspension_ends"
            ),
        ]
        indexes = [
            models.Index(fields=["case", "created_at"], name="decision_by_case"),
            models.Index(fields=["person_id", "-created_at"], name="decision_by_person"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.created_at:%Y-%m-%d}"

    @property
    def appealable_until_at(self) -> datetime:
        """Until when whoever it concerns may ask for another look."""
        return self.created_at + APPEAL_TIME

    @property
    def is_appealable(self) -> bool:
        """Whether another look may be asked for at all."""
        concerns = self.action not in (self.Action.DISMISS, self.Action.LIFT)
        return concerns and timezone.now() <= self.appealable_until_at


class Report(models.Model):
    """That somebody says something may not be here (Digital Services Act, article 16).

    When its reporter is erased the report stays, without them; a stranger's name and address go half a year after the
    decision (social.services.forget_reporters).
    """

    class Reason(models.TextChoices):
        CHILD_ABUSE = "child-abuse", _("Sexual abuse of children")
        DANGER = "danger", _("Somebody’s life or safety is in danger")
        VIOLENCE = "violence", _("Threats, terrorism, incitement to violence")
        HATRED = "hatred", _("Hatred or discrimination")
        HARASSMENT = "harassment", _("Harassment")
        PRIVACY = "privacy", _("Private facts or pictures of somebody")
        ILLEGAL = "illegal", _("Something else the law forbids")
        COPYRIGHT = "copyright", _("Copied from somebody else")
        IMPERSONATION = "impersonation", _("Passing for somebody else")
        RATING = "rating", _("Wrong rating, or a warning is missing")
        SPAM = "spam", _("Advertising or flooding")
        OTHER = "other", _("Something else against the rules")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        DECIDED = "decided", _("Decided")

    # How serious a reason is: what stands first in the queue.
    SEVERITY = {
        Reason.CHILD_ABUSE: 100,
        Reason.DANGER: 90,
        Reason.VIOLENCE: 70,
        Reason.HATRED: 60,
        Reason.HARASSMENT: 60,
        Reason.PRIVACY: 50,
        Reason.ILLEGAL: 50,
        Reason.COPYRIGHT: 40,
        Reason.IMPERSONATION: 40,
        Reason.RATING: 30,
        Reason.SPAM: 20,
        Reason.OTHER: 10,
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="reports")
    # The exact place: a chapter, and the words in it.
    chapter_id = models.UUIDField(_("chapter"), null=True)
    quote = models.CharField(_("passage"), max_length=MAX_QUOTE, blank=True, default="")
    reason = models.CharField(_("reason"), max_length=14, choices=Reason)
    # What is added by the same person stands under the first.
    explanation = models.TextField(_("explanation"), blank=True)
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="reports_made"
    )
    reporter_name = models.CharField(_("name"), max_length=120, blank=True, default="")
    reporter_email = models.EmailField(_("e-mail address"), blank=True, default="")
    is_in_good_faith = models.BooleanField(_("stated in good faith"), default=True)
    is_automatic = models.BooleanField(_("found by a machine"), default=False)
    language = models.CharField(_("language"), max_length=5, blank=True, default="")
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN)
    decision = models.ForeignKey(
        Decision, on_delete=models.PROTECT, null=True, blank=True, related_name="reports", editable=False
    )
    created_at = models.DateTimeField(_("reported at"), auto_now_add=True)

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        default_permissions = ("view",)
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "reporter"],
                name="report_one_open_of_each",
                condition=Q(state="open", reporter__isnull=False),
            ),
            models.CheckConstraint(
                condition=Q(state="open", decision=None) | Q(state="decided", decision__isnull=False),
                name="report_decided_by_a_decision",
            ),
        ]
        indexes = [models.Index(fields=["case", "created_at"], name="report_by_case")]

    def __str__(self) -> str:
        return f"{self.reason} {self.created_at:%Y-%m-%d}"


class Appeal(models.Model):
    """That somebody whom a decision concerns asks for another look. One of each decision."""

    class Outcome(models.TextChoices):
        UPHELD = "upheld", _("The decision stands")
        OVERTURNED = "overturned", _("The decision is lifted")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="appeal")
    person_id = models.UUIDField(_("person"))
    text = models.TextField(_("what was misjudged"), max_length=MAX_EXPLANATION)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, blank=True, default="")
    answer = models.TextField(_("answer"), max_length=MAX_EXPLANATION, blank=True, default="")
    moderator_id = models.UUIDField(_("moderator"), null=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    class Meta:
        verbose_name = _("appeal")
        verbose_name_plural = _("appeals")
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="", decided_at=None) | (~Q(outcome="") & Q(decided_at__isnull=False)),
                name="appeal_decided_has_outcome",
            )
        ]
        indexes = [models.Index(fields=["person_id"], name="appeal_by_person")]

    def __str__(self) -> str:
        return f"{self.decision_id} {self.outcome}"


class ModeratorReading(models.Model):
    """That a moderator opened a text that is not everybody's, because of a report. Rows are only ever added.

    `person_id` is whose text it is; it is in their archive, without the moderator's name.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    moderator_id = models.UUIDField(_("moderator"))
    person_id = models.UUIDField(_("person"))
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="readings")
    # The open report, or where an appeal was the reason, none.
    report = models.ForeignKey(Report, on_delete=models.PROTECT, null=True, related_name="+")
    chapter_id = models.UUIDField(_("chapter"), null=True)
    created_at = models.DateTimeField(_("opened at"), auto_now_add=True)

    class Meta:
        verbose_name = _("text opened by a moderator")
        verbose_name_plural = _("texts opened by moderators")
        default_permissions = ("view",)
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["person_id", "-created_at"], name="moderator_reading_by_person")]

    def __str__(self) -> str:
        return f"{self.moderator_id} {self.created_at:%Y-%m-%d %H:%M}"


class Letter(models.Model):
    """An e-mail about a report, a decision or an appeal that is to be sent, and once it is, that it was.

    Written with the fact it tells, and sent after the commit; what could not be sent is tried again every minute.
    It holds no address: whoever it goes to is looked up when it goes.
    """

    class Kind(models.TextChoices):
        RECEIPT = "receipt", _("Receipt of a report")
        OUTCOME = "outcome", _("Decision, to who reported")
        STATEMENT = "statement", _("Statement of reasons")
        APPEAL_RECEIPT = "appeal-receipt", _("Receipt of an appeal")
        APPEAL_OUTCOME = "appeal-outcome", _("Decision on an appeal")

    kind = models.CharField(_("kind"), max_length=14, choices=Kind)
    # A report, a decision or an appeal, by the kind.
    subject_id = models.UUIDField(_("about"))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    created_at = models.DateTimeField(_("written at"), auto_now_add=True)
    tried_at = models.DateTimeField(_("last tried at"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)

    class Meta:
        verbose_name = _("letter of moderation")
        verbose_name_plural = _("letters of moderation")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["kind", "subject_id"], name="letter_once")]
        indexes = [models.Index(fields=["created_at"], name="letter_to_send", condition=Q(sent_at=None))]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id}"
