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
        """Conversations of this person about stories that are still theirs; neither they nor the story in the bin."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(user=user, story__owner=user, story__deleted_at=None, deleted_at=None)

    def conversations(self) -> "SessionQuerySet":
        """Those that are talked in; not the desk, where proposals and summaries are made."""
        return self.filter(kind=Session.Kind.CONVERSATION)


class Session(models.Model):
    """A conversation about one story, in one of the coach's modes, or the desk where single pieces of work are made.

    Messages form a tree: `head` is the end of the branch that is shown, and asking again in other words begins another
    branch beside it. `reads_ahead` is the writer's leave to show the coach chapters and facts that come later.
    """

    class Kind(models.TextChoices):
        CONVERSATION = "conversation", _("Conversation")
        DESK = "desk", _("Desk")

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
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.CONVERSATION, db_default=Kind.CONVERSATION)
    mode = models.CharField(_("mode"), max_length=12, choices=Mode)
    title = models.CharField(_("title"), max_length=120, blank=True, default="", db_default="")
    model = models.CharField(_("model"), max_length=160, blank=True, default="", db_default="")
    head = models.ForeignKey("Message", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    reads_ahead = models.BooleanField(_("may read ahead"), default=False, db_default=False)
    is_pinned = models.BooleanField(_("pinned"), default=False, db_default=False)
    archived_at = models.DateTimeField(_("archived at"), null=True, blank=True)
    deleted_at = models.DateTimeField(_("deleted at"), null=True, blank=True)
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
            models.CheckConstraint(condition=Q(kind__in=["conversation", "desk"]), name="session_kind_known"),
            models.UniqueConstraint(fields=["user", "story"], condition=Q(kind="desk"), name="session_one_desk"),
        ]

    def __str__(self) -> str:
        return f"{self.get_mode_display()} {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("coaching:session-detail", args=[self.pk])

    @property
    def needs_zero_retention(self) -> bool:
        """Whether what is sent may only go where nothing is kept: journals, family memories, therapeutic sessions."""
        return self.mode == self.Mode.THERAPEUTIC or self.story.mode in {Story.Mode.JOURNAL, Story.Mode.LEGACY}

    @property
    def is_excluded_from_analytics(self) -> bool:
        """Whether nothing is counted of it, in figures, ideas or capital, but what billing needs."""
        return self.mode == self.Mode.THERAPEUTIC


class Message(models.Model):
    """What the writer said to the coach, after `parent` or as the first thing.

    `quote` is a passage of the page the writer points at. `needs_care` marks words that sounded like danger: help is
    shown beside them, whatever a model answers.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="messages")
    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="children")
    content = models.TextField(_("text"))
    quote = models.TextField(_("quoted passage"), blank=True, default="", db_default="")
    needs_care = models.BooleanField(default=False, db_default=False)
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
        return self.filter(
            session__user=user,
            session__story__owner=user,
            session__story__deleted_at=None,
            session__deleted_at=None,
        )

    def unfinished(self) -> "ReplyQuerySet":
        """Replies that have not ended."""
        return self.filter(state__in=Reply.UNFINISHED)


class Reply(models.Model):
    """The coach's answer to one message: a small state machine that ends exactly once (DESIGN.md, "A coach reply").

    pending → running → done | stopped | failed. `claimed_by` names the server process whose task runs it;
    `heartbeat_at` is its last sign of life. `request` is what will be sent, kept here only until the reply ends, and
    `request_sha256` the digest of the bytes it becomes; what did leave the house stands in `Dispatch`.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting")
        RUNNING = "running", _("Writing")
        DONE = "done", _("Finished")
        STOPPED = "stopped", _("Stopped")
        FAILED = "failed", _("Failed")

    UNFINISHED = (State.PENDING, State.RUNNING)

    class Feedback(models.TextChoices):
        NONE = "", _("Not said")
        GOOD = "good", _("Helpful")
        BAD = "bad", _("Not helpful")

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
    request_sha256 = models.CharField(max_length=64, blank=True, default="", db_default="", editable=False)
    feedback = models.CharField(_("feedback"), max_length=4, choices=Feedback, blank=True, default="", db_default="")
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
            models.CheckConstraint(condition=Q(feedback__in=["", "good", "bad"]), name="reply_feedback_known"),
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
