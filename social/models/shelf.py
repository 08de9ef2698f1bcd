"""A reader's own: where they are in a story, what they read, and their lists."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from stories.models import Chapter, Story


class Reading(models.Model):
    """Where a reader is in a story: one row for both, newest first it is their history."""

    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="readings")
    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="readings")
    chapter = models.ForeignKey(Chapter, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    # The block of the chapter (paragraph, heading …) that was at the top, from 0.
    paragraph = models.PositiveIntegerField(_("paragraph"), default=0)
    is_finished = models.BooleanField(_("finished"), default=False)
    read_at = models.DateTimeField(_("read at"))

    class Meta:
        verbose_name = _("reading")
        verbose_name_plural = _("readings")
        constraints = [models.UniqueConstraint(fields=["reader", "story"], name="reading_unique")]
        indexes = [models.Index(fields=["reader", "-read_at", "-id"], name="reading_by_reader")]

    def __str__(self) -> str:
        return f"{self.reader_id} in {self.story_id}"


class ReaderSettings(models.Model):
    """What a reader has chosen. Without a row everything is at its default."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="reader_settings"
    )
    keeps_history = models.BooleanField(_("remembers what I read"), default=True)
    shows_mature = models.BooleanField(_("shows stories for grown-up readers"), default=False)

    class Meta:
        verbose_name = _("reader’s settings")
        verbose_name_plural = _("readers’ settings")

    def __str__(self) -> str:
        return str(self.user_id)


class ReadingList(models.Model):
    """Stories somebody put together. The list of what to read later is one of each reader's, and private."""

    class Kind(models.TextChoices):
        OWN = "own", _("A list")
        LATER = "later", _("Read later")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reading_lists")
    kind = models.CharField(_("kind"), max_length=5, choices=Kind, default=Kind.OWN)
    name = models.CharField(_("name"), max_length=120)
    description = models.TextField(_("description"), max_length=2000, blank=True, default="")
    is_public = models.BooleanField(_("public"), default=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        verbose_name = _("reading list")
        verbose_name_plural = _("reading lists")
        ordering = ["-updated_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["owner"], name="list_one_for_later", condition=models.Q(kind="later")),
            models.CheckConstraint(
                condition=models.Q(kind="own") | models.Q(is_public=False), name="list_for_later_is_private"
            ),
        ]
        indexes = [models.Index(fields=["owner", "-updated_at"], name="list_by_owner")]

    def __str__(self) -> str:
        return self.name


class ReadingListItem(models.Model):
    """A story's place in a list, and what the list's owner says of it."""

    id = models.BigAutoField(primary_key=True)
    reading_list = models.ForeignKey(ReadingList, on_delete=models.CASCADE, related_name="items")
    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="+")
    position = models.PositiveIntegerField(_("position"))
    note = models.CharField(_("note"), max_length=1000, blank=True, default="")
    # By which link a story that is not everybody's was put by to read later; as good as nothing once it is renewed.
    share_token = models.CharField(max_length=40, blank=True, default="", db_default="", editable=False)
    added_at = models.DateTimeField(_("added at"), auto_now_add=True)

    class Meta:
        verbose_name = _("story in a list")
        verbose_name_plural = _("stories in lists")
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["reading_list", "story"], name="list_item_unique")]

    def __str__(self) -> str:
        return f"{self.reading_list_id} {self.story_id}"
