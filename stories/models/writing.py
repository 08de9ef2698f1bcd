"""What surrounds a text while it is written: notes, an outline, photographs, the coach's passages, drafts."""

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from stories.models.chapter import Chapter
from stories.models.story import Story


class NotThrownAway(models.Manager[Any]):
    """Rows that were not thrown away: what every page, file and count goes by. `thrown_away` reaches the others."""

    def get_queryset(self) -> "models.QuerySet[Any]":
        return super().get_queryset().filter(deleted_at=None)


class ThrownAway(models.Manager[Any]):
    """Rows that wait to be taken back, or to be forgotten."""

    def get_queryset(self) -> "models.QuerySet[Any]":
        return super().get_queryset().filter(deleted_at__isnull=False)


class Note(models.Model):
    """A note to oneself beside a passage. Never published, never exported with a story.

    It holds on to the words it was written beside (`quote`), which are looked for near `position` as the text moves.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    chapter = models.ForeignKey(Chapter, on_delete=models.CASCADE, related_name="notes")
    body = models.TextField(_("note"), max_length=5000)
    quote = models.CharField(_("passage"), max_length=300, blank=True)
    position = models.PositiveIntegerField(_("place in the text, in characters"), default=0)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    deleted_at = models.DateTimeField(_("thrown away at"), null=True, blank=True)

    objects: ClassVar[models.Manager["Note"]] = NotThrownAway()
    thrown_away: ClassVar[models.Manager["Note"]] = ThrownAway()

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        ordering = ["chapter", "position", "created_at"]

    def __str__(self) -> str:
        return self.body[:60]


class Beat(models.Model):
    """One step of a story's outline, in an act; it becomes a chapter when its writer says so."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="beats")
    act = models.PositiveSmallIntegerField(_("act"), default=1)
    position = models.PositiveIntegerField(_("position"))
    title = models.CharField(_("title"), max_length=200)
    summary = models.TextField(_("what happens"), max_length=5000, blank=True)
    chapter = models.OneToOneField(Chapter, on_delete=models.SET_NULL, null=True, blank=True, related_name="beat")
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        verbose_name = _("beat")
        verbose_name_plural = _("beats")
        ordering = ["story", "act", "position"]
        constraints = [
            models.UniqueConstraint(fields=["story", "act", "position"], name="beat_position_unique"),
            models.CheckConstraint(condition=Q(act__gte=1, act__lte=9), name="beat_act_known"),
        ]

    def __str__(self) -> str:
        return self.title


class Photograph(models.Model):
    """A picture that belongs to a chapter, with what its writer says of it. Re-encoded when it came, never as sent."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    chapter = models.ForeignKey(Chapter, on_delete=models.CASCADE, related_name="photographs")
    position = models.PositiveIntegerField(_("position"))
    image = models.ImageField(_("picture"), upload_to="photographs/", width_field="width", height_field="height")
    width = models.PositiveIntegerField(default=0, editable=False)
    height = models.PositiveIntegerField(default=0, editable=False)
    caption = models.CharField(_("caption"), max_length=500, blank=True)
    description = models.CharField(_("what can be seen"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    deleted_at = models.DateTimeField(_("thrown away at"), null=True, blank=True)

    objects: ClassVar[models.Manager["Photograph"]] = NotThrownAway()
    thrown_away: ClassVar[models.Manager["Photograph"]] = ThrownAway()

    class Meta:
        verbose_name = _("photograph")
        verbose_name_plural = _("photographs")
        ordering = ["chapter", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["chapter", "position"], condition=Q(deleted_at=None), name="photograph_position_unique"
            )
        ]

    def __str__(self) -> str:
        return self.caption or str(_("Photograph"))


class Insertion(models.Model):
    """A passage of the coach's that its writer took into a text: by this record it is known again when it returns.

    An undone insertion that is redone, or a passage cut here and pasted there, is the coach's still.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="insertions")
    # The reply lives in an app above this one; rows there may go while the words stay.
    reply_id = models.UUIDField(_("reply"))
    text = models.TextField(_("text"))
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("insertion")
        verbose_name_plural = _("insertions")
        ordering = ["story", "-created_at"]

    def __str__(self) -> str:
        return str(self.reply_id)


class StoryDraft(models.Model):
    """A story that its writer is still setting out: the answers so far, to go on from where they were left."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="story_draft")
    answers = models.JSONField(_("answers"), default=dict)
    step = models.CharField(_("step"), max_length=20, blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        verbose_name = _("story draft")
        verbose_name_plural = _("story drafts")

    def __str__(self) -> str:
        return self.step


class ImportDraft(models.Model):
    """A manuscript that was read but not taken in yet: what its owner is shown before anything is written.

    `contents` is what was found (title, chapters, what could not be read); it goes after a day, or with the decision.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="import_drafts")
    file_name = models.CharField(_("file"), max_length=200, blank=True)
    contents = models.JSONField(_("contents"), default=dict)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("import draft")
        verbose_name_plural = _("import drafts")
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["created_at"], name="import_draft_by_age")]

    def __str__(self) -> str:
        return self.file_name
