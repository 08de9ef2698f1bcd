"""What readers answer: a like, a comment, and that they follow somebody."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from stories.models import Chapter, Story

MAX_DEPTH = 5


class Like(models.Model):
    """That somebody loves a story."""

    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="likes")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="likes")
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("like")
        verbose_name_plural = _("likes")
        constraints = [models.UniqueConstraint(fields=["story", "user"], name="like_unique")]
        indexes = [models.Index(fields=["user", "-created_at"], name="like_by_user")]

    def __str__(self) -> str:
        return f"{self.user_id} ♥ {self.story_id}"


def on_what_is_read() -> Q:
    """Comments on a story, or on a chapter that its readers see: what was said of another quotes and names it."""
    chapter = Q(chapter__deleted_at=None, chapter__released_at__lte=timezone.now())
    return Q(chapter=None, quote="") | (Q(chapter__isnull=False) & chapter)


class CommentQuerySet(models.QuerySet["Comment"]):
    def shown(self) -> "CommentQuerySet":
        """Comments that whoever reads the story sees."""
        return self.filter(state=Comment.State.SHOWN, deleted_at=None)

    def read_by_all(self) -> "CommentQuerySet":
        """Of those, the ones whose place is read too."""
        return self.shown().filter(on_what_is_read())

    def counted(self) -> "CommentQuerySet":
        """What a story's number of comments counts: what a stranger reads below it, of people who are still here."""
        return self.read_by_all().filter(author__is_active=True, author__erasure_requested_at=None)


class Comment(models.Model):
    """What a reader says of a story, a chapter or a passage, or answers to another. Counted where it is shown.

    Only SHOWN ones are read by others. WAITING is for the story's author to let through, HELD for a moderator.
    """

    class State(models.TextChoices):
        SHOWN = "shown", _("Shown")
        WAITING = "waiting", _("Waiting for the author")
        HELD = "held", _("Waiting for a look")
        HIDDEN = "hidden", _("Hidden by moderation")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="comments")
    chapter = models.ForeignKey(Chapter, on_delete=models.SET_NULL, null=True, blank=True, related_name="comments")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="comments")
    # The comment it answers, and the one its thread began with (itself has none).
    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="answers")
    root = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="thread")
    depth = models.PositiveSmallIntegerField(_("depth"), default=1)
    content = models.TextField(_("comment"), max_length=10_000)
    quote = models.CharField(_("passage"), max_length=500, blank=True, default="")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.SHOWN)
    is_pinned = models.BooleanField(_("pinned"), default=False)
    # Nobody answers in a frozen thread; it is its first comment that says so.
    is_frozen = models.BooleanField(_("frozen"), default=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    edited_at = models.DateTimeField(_("edited at"), null=True, blank=True)
    deleted_at = models.DateTimeField(_("deleted at"), null=True, blank=True)

    objects = CommentQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["story", "-created_at", "-id"], name="comment_newest", condition=Q(parent=None)),
            models.Index(fields=["chapter", "-created_at", "-id"], name="comment_by_chapter"),
            models.Index(fields=["root", "created_at"], name="comment_by_thread"),
            models.Index(fields=["author", "-created_at"], name="comment_by_author"),
            models.Index(
                fields=["story", "created_at"],
                name="comment_to_look_at",
                condition=Q(state__in=["waiting", "held"], deleted_at=None),
            ),
            models.Index(
                fields=["deleted_at"], name="comment_to_forget", condition=Q(deleted_at__isnull=False) & ~Q(content="")
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(depth__gte=1) & Q(depth__lte=MAX_DEPTH), name="comment_depth_in_range"),
            models.CheckConstraint(
                condition=Q(state__in=["shown", "waiting", "held", "hidden"]), name="comment_state_known"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Follow(models.Model):
    """That somebody wants to hear of an author's new chapters."""

    follower = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="follows_made")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="follows_met")
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("follow")
        verbose_name_plural = _("follows")
        constraints = [
            models.UniqueConstraint(fields=["follower", "author"], name="follow_unique"),
            models.CheckConstraint(condition=~Q(follower=models.F("author")), name="follow_is_of_another"),
        ]
        indexes = [models.Index(fields=["author", "-created_at"], name="follow_by_author")]

    def __str__(self) -> str:
        return f"{self.follower_id} → {self.author_id}"
