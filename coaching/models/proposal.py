"""What the coach proposes for the page, and what became of it."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from coaching.models.conversation import Reply
from stories.models import Chapter, Story

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User


class ProposalQuerySet(models.QuerySet["Proposal"]):
    def of(self, user: "User | AnonymousUser") -> "ProposalQuerySet":
        """This person's proposals about stories that are still theirs and not in the bin."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(user=user, story__owner=user, story__deleted_at=None)


class Proposal(models.Model):
    """One piece of work asked of the coach. Its reply carries the words; nothing of it is in the story by itself.

    `start` and `end` bound the passage of the chapter it is about, in code points of the text at `version`; `passage`
    is that text, so that the comparison holds when the chapter goes on. The verdict is the writer's.
    """

    class Kind(models.TextChoices):
        CONTINUATION = "continuation", _("Continuation")
        SYNOPSIS = "synopsis", _("Synopsis")
        REWRITE = "rewrite", _("Rewriting")
        CRITIQUE = "critique", _("What is wrong here")
        WAYS = "ways", _("Three ways on")
        NAMES = "names", _("Names")
        OUTLINE = "outline", _("Outline")

    class Length(models.TextChoices):
        SHORT = "short", _("Short: a paragraph")
        MEDIUM = "medium", _("Medium: a page")
        LONG = "long", _("Long: a scene")

    class Manner(models.TextChoices):
        REPHRASE = "rephrase", _("Rephrase")
        TIGHTEN = "tighten", _("Tighten")
        EXPAND = "expand", _("Expand")
        SHOW = "show", _("Show instead of tell")
        PAST = "past", _("Into the past tense")
        PRESENT = "present", _("Into the present tense")
        FIRST = "first", _("Into the first person")
        THIRD = "third", _("Into the third person")

    class Verdict(models.TextChoices):
        OPEN = "open", _("Not decided")
        INSERTED = "inserted", _("Inserted")
        REPLACED = "replaced", _("Put in its place")
        APPENDED = "appended", _("Added at the end")
        KEPT = "kept", _("Kept for later")
        DISCARDED = "discarded", _("Discarded")

    reply = models.OneToOneField(Reply, on_delete=models.CASCADE, primary_key=True, related_name="proposal")
    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="proposals")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="proposals")
    chapter = models.ForeignKey(Chapter, on_delete=models.SET_NULL, null=True, blank=True, related_name="proposals")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    length = models.CharField(_("length"), max_length=6, choices=Length, blank=True, default="", db_default="")
    manner = models.CharField(_("manner"), max_length=8, choices=Manner, blank=True, default="", db_default="")
    instruction = models.TextField(_("instruction"), blank=True, default="", db_default="")
    version = models.PositiveIntegerField(null=True, blank=True)
    start = models.PositiveIntegerField(null=True, blank=True)
    end = models.PositiveIntegerField(null=True, blank=True)
    passage = models.TextField(blank=True, default="", db_default="")
    verdict = models.CharField(
        _("verdict"), max_length=9, choices=Verdict, default=Verdict.OPEN, db_default=Verdict.OPEN
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        ordering = ["-created_at", "-reply_id"]
        indexes = [models.Index(fields=["user", "story", "-created_at"], name="proposal_by_story")]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["continuation", "synopsis", "rewrite", "critique", "ways", "names", "outline"]),
                name="proposal_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(verdict__in=["open", "inserted", "replaced", "appended", "kept", "discarded"]),
                name="proposal_verdict_known",
            ),
            models.CheckConstraint(
                condition=Q(start=None, end=None) | Q(start__isnull=False, end__gte=F("start")),
                name="proposal_place_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("coaching:proposal-detail", args=[self.pk])
