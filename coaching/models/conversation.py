"""A conversation with the coach: sessions, the writer's messages and the coach's replies."""

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from billing.models import Hold
from stories.models import Chapter, Story

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User


class SessionQuerySet(models.QuerySet["Session"]):
    def of(self, user: "User | AnonymousUser") -> "SessionQuerySet":
        """Conversations of this person about stories that are still theirs and not in the bin."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(user=user, story__owner=user, story__deleted_at=None)


class Session(models.Model):
    """A conversation about one story, in one of the coach's modes."""

    class Mode(models.TextChoices):
        NARRATIVE = "narrative", _("Narrative coach")
        THERAPEUTIC = "therapeutic", _("Listening coach")
        COAUTHOR = "coauthor", _("Co-author")
        STRUCTURAL = "structural", _("Structure coach")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="coach_sessions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="coach_sessions")
    chapter = models.ForeignKey(
        Chapter, on_delete=models.SET_NULL, null=True, blank=True, related_name="coach_sessions"
    )
    mode = models.CharField(_("mode"), max_length=12, choices=Mode)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("coach session")
        verbose_name_plural = _("coach sessions")
        ordering = ["-updated_at", "-id"]
        indexes = [models.Index(fields=["user", "story", "-updated_at"], name="session_by_story")]
        constraints = [
            models.CheckConstraint(
                condition=Q(mode__in=["narrative", "therapeutic", "coauthor", "structural"]), name="session_mode_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_mode_display()} {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("coaching:session-detail", args=[self.pk])

    @property
    def needs_zero_retention(self) -> bool:
        """Whether what is sent may only go where nothing is kept: journals and therapeutic sessions."""
        return self.mode == self.Mode.THERAPEUTIC or self.story.mode == Story.Mode.JOURNAL


class Message(models.Model):
    """What the writer said to the coach."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="messages")
    content = models.TextField(_("text"))
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["created_at", "id"]
        indexes = [models.Index(fields=["session", "-created_at", "-id"], name="message_by_session")]
        constraints = [models.CheckConstraint(condition=~Q(content=""), name="message_has_text")]

    def __str__(self) -> str:
        return str(self.pk)


class ReplyQuerySet(models.QuerySet["Reply"]):
    def of(self, user: "User | AnonymousUser") -> "ReplyQuerySet":
        """Replies in this person's conversations."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(session__user=user, session__story__owner=user, session__story__deleted_at=None)

    def unfinished(self) -> "ReplyQuerySet":
        """Replies that have not ended."""
        return self.filter(state__in=Reply.UNFINISHED)


class Reply(models.Model):
    """The coach's answer to one message: a small state machine that ends exactly once (DESIGN.md, "A coach reply").

    pending → running → done | stopped | failed. `claimed_by` names the server process whose task runs it;
    `heartbeat_at` is its last sign of life. `request` is what will be sent, kept only until the reply ends.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting")
        RUNNING = "running", _("Writing")
        DONE = "done", _("Finished")
        STOPPED = "stopped", _("Stopped")
        FAILED = "failed", _("Failed")

    UNFINISHED = (State.PENDING, State.RUNNING)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="replies")
    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="reply")
    request_key = models.CharField(max_length=255)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.PENDING)
    model = models.CharField(_("model"), max_length=160)
    is_offline = models.BooleanField(default=False)
    content = models.TextField(_("text"), blank=True)
    content_html = models.TextField(blank=True, editable=False)
    error_code = models.CharField(max_length=40, blank=True)

    hold = models.OneToOneField(Hold, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ceiling_micros = models.BigIntegerField(_("at most"), default=0)
    cost_micros = models.BigIntegerField(_("cost"), null=True, blank=True)
    provider_cost_usd = models.DecimalField(max_digits=18, decimal_places=12, null=True, blank=True)
    is_cost_estimated = models.BooleanField(default=False)
    input_tokens = models.PositiveIntegerField(null=True, blank=True)
    output_tokens = models.PositiveIntegerField(null=True, blank=True)

    request = models.JSONField(default=dict, editable=False)
    receipt = models.JSONField(default=list, editable=False)
    generation_id = models.CharField(max_length=120, blank=True)
    claimed_by = models.CharField(max_length=80, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    stop_requested_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    objects = ReplyQuerySet.as_manager()

    class Meta:
        verbose_name = _("reply")
        verbose_name_plural = _("replies")
        ordering = ["created_at", "id"]
        indexes = [
            models.Index(
                fields=["heartbeat_at"], condition=Q(state__in=["pending", "running"]), name="reply_unfinished"
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["session", "request_key"], name="reply_request_key_unique"),
            models.CheckConstraint(
                condition=Q(state__in=["pending", "running", "done", "stopped", "failed"]), name="reply_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["pending", "running"], ended_at=None, cost_micros=None)
                | Q(state__in=["done", "stopped", "failed"], ended_at__isnull=False, cost_micros__gte=0),
                name="reply_ended_with_a_cost",
            ),
            models.CheckConstraint(
                condition=Q(cost_micros=None) | Q(cost_micros__lte=F("ceiling_micros")),
                name="reply_cost_within_ceiling",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.state}"

    def get_absolute_url(self) -> str:
        return reverse("coaching:reply-detail", args=[self.pk])

    @property
    def is_finished(self) -> bool:
        """Whether it has ended, in whatever way."""
        return self.state not in self.UNFINISHED
