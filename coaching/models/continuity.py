"""What does not fit together in a story, as far as the coach can see."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from coaching.models.conversation import Reply
from stories.models import Chapter, Story

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User


class ContinuityCheck(models.Model):
    """A reading of a chapter or, without one, of the whole story. `reply` is the model’s part, where one was asked."""

    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="continuity_checks")
    chapter = models.ForeignKey(Chapter, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    reply = models.OneToOneField(
        Reply, on_delete=models.CASCADE, null=True, blank=True, related_name="continuity_check"
    )
    is_taken_in = models.BooleanField(default=False)
    dropped = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("continuity check")
        verbose_name_plural = _("continuity checks")
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["story", "-created_at"], name="continuity_check_by_story")]

    def __str__(self) -> str:
        return str(self.pk)


class FindingQuerySet(models.QuerySet["Finding"]):
    def of(self, user: "User | AnonymousUser") -> "FindingQuerySet":
        """Findings in stories that are this person's and not in the bin."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(story__owner=user, story__deleted_at=None)


class Finding(models.Model):
    """Two passages that contradict each other, both verbatim in the text when it was found.

    `fingerprint` is made of the kind and the two passages: what was waived as intended stays waived.
    """

    class Origin(models.TextChoices):
        RULE = "rule", _("Found by rule")
        MODEL = "model", _("Found by the coach")

    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="findings")
    origin = models.CharField(max_length=5, choices=Origin)
    kind = models.CharField(_("kind"), max_length=20)
    explanation = models.TextField(_("explanation"))
    parameters = models.JSONField(default=dict)
    first_chapter = models.ForeignKey(Chapter, on_delete=models.CASCADE, related_name="+")
    first_quote = models.TextField(_("first passage"))
    first_start = models.PositiveIntegerField()
    second_chapter = models.ForeignKey(Chapter, on_delete=models.CASCADE, related_name="+")
    second_quote = models.TextField(_("second passage"))
    second_start = models.PositiveIntegerField()
    fingerprint = models.CharField(max_length=64)
    waived_at = models.DateTimeField(_("waived at"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = FindingQuerySet.as_manager()

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["story", "fingerprint"], name="finding_unique"),
            models.CheckConstraint(condition=Q(origin__in=["rule", "model"]), name="finding_origin_known"),
            models.CheckConstraint(
                condition=~Q(first_quote="") & ~Q(second_quote=""), name="finding_quotes_both_passages"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
