"""What somebody is told: in the page, and by e-mail in a digest."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from social.models.answer import Comment
from stories.models import Chapter, Story


class Notification(models.Model):
    """Something that happened and concerns somebody. Shown only while what it speaks of is visible to them."""

    class Kind(models.TextChoices):
        CHAPTER = "chapter", _("A new chapter of an author I follow")
        COMMENT = "comment", _("A comment on my story")
        ANSWER = "answer", _("An answer to my comment")
        LIKE = "like", _("A like of my story")
        FOLLOW = "follow", _("Somebody follows me")
        MODERATION = "moderation", _("A decision about something of mine")

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    story = models.ForeignKey(Story, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    chapter = models.ForeignKey(Chapter, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    # What makes it one and not two: the same cause is told once to each.
    cause = models.CharField(max_length=120)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    seen_at = models.DateTimeField(_("seen at"), null=True, blank=True)
    mailed_at = models.DateTimeField(_("mailed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering = ["-created_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["user", "cause"], name="notification_once")]
        indexes = [
            models.Index(fields=["user", "-created_at", "-id"], name="notification_newest"),
            models.Index(fields=["user"], name="notification_unseen", condition=Q(seen_at=None)),
            models.Index(fields=["created_at"], name="notification_to_mail", condition=Q(mailed_at=None)),
            models.Index(fields=["created_at"], name="notification_seen", condition=Q(seen_at__isnull=False)),
            models.Index(fields=["created_at"], name="notification_not_seen", condition=Q(seen_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.cause}"


class NotificationChoice(models.Model):
    """Whether somebody wants to hear of a kind, in the page and by e-mail. Without a row: both, likes in the page."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notification_choices")
    kind = models.CharField(_("kind"), max_length=12, choices=Notification.Kind)
    in_page = models.BooleanField(_("in the page"), default=True)
    by_mail = models.BooleanField(_("by e-mail"), default=True)

    class Meta:
        verbose_name = _("choice of notifications")
        verbose_name_plural = _("choices of notifications")
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="notification_choice_unique")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind}"
