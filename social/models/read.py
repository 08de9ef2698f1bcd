"""What is counted of reading: how many, from where, and how far. No row of these leads to a reader.

A reader is a digest under a key of the day (docs/decisions/0014-counting-without-following.md). What is kept for longer
than the day is numbers.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from stories.models import Story

LONGEST_HOST = 100


class ReadKey(models.Model):
    """A day's part of the key under which its readers are digests: drawn at random, gone when the day is over."""

    day = models.DateField(_("day"), primary_key=True)
    secret = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("key of a day’s reads")
        verbose_name_plural = _("keys of a day’s reads")

    def __str__(self) -> str:
        return str(self.day)


class ReadToday(models.Model):
    """That somebody reads a story today, between which chapters, and where they came from. Gone when the day is over.

    Without positions somebody saw the title page and has not begun. Position 0 is all chapters on one page.
    """

    id = models.BigAutoField(primary_key=True)
    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="+")
    day = models.DateField(_("day"))
    # Of reader and story together: one reader of two stories is two digests.
    digest = models.CharField(max_length=32)
    first_position = models.PositiveIntegerField(_("first chapter"), null=True)
    last_position = models.PositiveIntegerField(_("furthest chapter"), null=True)
    host = models.CharField(_("source"), max_length=LONGEST_HOST)

    class Meta:
        verbose_name = _("read of today")
        verbose_name_plural = _("reads of today")
        constraints = [models.UniqueConstraint(fields=["story", "day", "digest"], name="read_today_unique")]
        indexes = [models.Index(fields=["day"], name="read_today_by_day")]

    def __str__(self) -> str:
        return f"{self.story_id} {self.day}"


class ReadDay(models.Model):
    """How many read a story on a day that is over."""

    id = models.BigAutoField(primary_key=True)
    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="+")
    day = models.DateField(_("day"))
    reads = models.PositiveIntegerField(_("reads"), default=0)

    class Meta:
        verbose_name = _("reads of a day")
        verbose_name_plural = _("reads of days")
        constraints = [models.UniqueConstraint(fields=["story", "day"], name="read_day_unique")]

    def __str__(self) -> str:
        return f"{self.story_id} {self.day}: {self.reads}"


class ReadSource(models.Model):
    """How many of a day's readers came from a host. There is none of a day with few readers."""

    id = models.BigAutoField(primary_key=True)
    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="+")
    day = models.DateField(_("day"))
    host = models.CharField(_("source"), max_length=LONGEST_HOST)
    reads = models.PositiveIntegerField(_("reads"), default=0)

    class Meta:
        verbose_name = _("source of reads")
        verbose_name_plural = _("sources of reads")
        constraints = [models.UniqueConstraint(fields=["story", "day", "host"], name="read_source_unique")]

    def __str__(self) -> str:
        return f"{self.story_id} {self.day} {self.host}: {self.reads}"


class ReadChapter(models.Model):
    """How many of a day's readers began with a chapter, and of how many it was the furthest.

    How many reached a chapter follows: those who began before or there, less those who stopped before. So a reader
    is two numbers, however many chapters lie between.
    """

    id = models.BigAutoField(primary_key=True)
    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="+")
    day = models.DateField(_("day"))
    position = models.PositiveIntegerField(_("chapter"))
    began = models.PositiveIntegerField(_("began here"), default=0)
    stopped = models.PositiveIntegerField(_("stopped here"), default=0)

    class Meta:
        verbose_name = _("reads of a chapter")
        verbose_name_plural = _("reads of chapters")
        constraints = [models.UniqueConstraint(fields=["story", "day", "position"], name="read_chapter_unique")]

    def __str__(self) -> str:
        return f"{self.story_id} {self.day} {self.position}"
