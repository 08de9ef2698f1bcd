"""A chapter's text and how it came to be."""

import uuid
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from stories.models.story import BIN_TIME, Story
from stories.provenance import Runs, cover

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User


class ChapterQuerySet(models.QuerySet["Chapter"]):
    def present(self) -> "ChapterQuerySet":
        """Chapters that are not in the bin, nor in a story that is."""
        return self.filter(deleted_at=None, story__deleted_at=None)

    def readable(self, at: datetime | None = None) -> "ChapterQuerySet":
        """Chapters that readers of their story see, now or at a time: released, and not put in the bin."""
        return self.present().filter(released_at__lte=at or timezone.now())

    def visible_to(self, user: "User | AnonymousUser") -> "ChapterQuerySet":
        """Chapters of the stories this person may see: the released ones, and all of their own."""
        allowed = Q(released_at__lte=timezone.now())
        if user.is_authenticated:
            allowed |= Q(story__owner=user)
        return self.present().filter(allowed, story__in=Story.objects.visible_to(user))

    def readable_in(self, story: Story, user: "User | AnonymousUser") -> "ChapterQuerySet":
        """What this person, who may see the story, finds in its pages for readers.

        The released chapters; the owner of a private story finds all of it, as it would be shown.
        """
        is_own = user.is_authenticated and story.owner_id == user.pk
        if is_own and story.visibility == Story.Visibility.PRIVATE:
            return self.present().filter(story=story)
        return self.readable().filter(story=story)

    def editable_by(self, user: "User | AnonymousUser") -> "ChapterQuerySet":
        """Chapters this person writes."""
        if not user.is_authenticated:
            return self.none()
        return self.present().filter(story__owner=user)

    def in_bin_of(self, user: "User") -> "ChapterQuerySet":
        """This person's chapters that can still be taken out of the bin, of stories that are not in it themselves."""
        return self.filter(deleted_at__gt=timezone.now() - BIN_TIME, story__deleted_at=None, story__owner=user)

    def without_text(self) -> "ChapterQuerySet":
        """For lists: everything but the text, which may be a book."""
        return self.defer("content", "content_html", "provenance")


class Chapter(models.Model):
    """A chapter: Markdown as written, HTML as rendered at save, and the number of saves so far."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        REVISED = "revised", _("Being revised")
        FINISHED = "finished", _("Finished")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="chapters")
    position = models.PositiveIntegerField(_("position"))
    title = models.CharField(_("title"), max_length=200, blank=True)
    content = models.TextField(_("text"), blank=True)
    # As readers see it: always there once it is released. Of a draft that is being typed it may be missing, never old:
    # whoever shows one asks stories.selectors.html.
    content_html = models.TextField(blank=True, editable=False)
    # Who wrote what: see stories.provenance. Kept with the text, in the same statement.
    provenance = models.JSONField(default=list, db_default=models.Value([], models.JSONField()), editable=False)
    word_count = models.PositiveIntegerField(_("words"), default=0)
    character_count = models.PositiveIntegerField(_("characters"), default=0, db_default=0)
    coach_characters = models.PositiveIntegerField(_("characters of the coach's"), default=0, db_default=0)
    coach_edited_characters = models.PositiveIntegerField(
        _("characters of the coach's that were edited"), default=0, db_default=0
    )
    version = models.PositiveIntegerField(_("version"), default=1)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT, db_default="draft")
    # A journal's day; the question this chapter answers (journal, legacy); where a scene is set and what is at stake.
    entry_date = models.DateField(_("day"), null=True, blank=True)
    prompt = models.CharField(_("question"), max_length=500, blank=True, default="", db_default="")
    setting = models.TextField(_("the scene"), max_length=2000, blank=True, default="", db_default="")
    # From when readers of the story see it: never, while there is no time; a time to come is a plan.
    released_at = models.DateTimeField(_("released at"), null=True, blank=True)
    is_silent = models.BooleanField(_("released without telling anybody"), default=False, db_default=False)
    # When its followers were told, or would have been.
    announced_at = models.DateTimeField(_("announced at"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)
    deleted_at = models.DateTimeField(_("put in the bin at"), null=True, blank=True)

    objects = ChapterQuerySet.as_manager()

    class Meta:
        verbose_name = _("chapter")
        verbose_name_plural = _("chapters")
        ordering = ["story", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["story", "position"], condition=Q(deleted_at=None), name="chapter_position_unique"
            ),
            models.CheckConstraint(condition=Q(position__gte=1), name="chapter_position_from_one"),
            models.CheckConstraint(condition=Q(version__gte=1), name="chapter_version_from_one"),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "revised", "finished"]), name="chapter_status_known"
            ),
        ]
        indexes = [
            models.Index(fields=["story", "entry_date"], name="chapter_by_day"),
            models.Index(
                fields=["released_at"],
                name="chapter_to_announce",
                condition=Q(released_at__isnull=False, announced_at=None, deleted_at=None),
            ),
        ]

    def __str__(self) -> str:
        return self.title or str(_("Chapter %(number)d")) % {"number": self.position}

    def get_absolute_url(self) -> str:
        return reverse("stories:chapter-edit", args=[self.story_id, self.pk])

    @property
    def is_released(self) -> bool:
        """Whether readers of the story see it."""
        return self.released_at is not None and self.released_at <= timezone.now()

    @property
    def is_planned(self) -> bool:
        """Whether readers will see it at a time that was set."""
        return self.released_at is not None and self.released_at > timezone.now()

    @property
    def runs(self) -> Runs:
        """Who wrote which of the text's characters."""
        return cover(self.provenance, len(self.content))


class RevisionQuerySet(models.QuerySet["Revision"]):
    def readable_by(self, user: "User | AnonymousUser") -> "RevisionQuerySet":
        """Revisions of the chapters this person writes."""
        return self.filter(chapter__in=Chapter.objects.editable_by(user))

    def without_text(self) -> "RevisionQuerySet":
        """For lists: everything but the text."""
        return self.defer("content", "provenance")


class Revision(models.Model):
    """A chapter's text as it was at one version. One per writer and three minutes of work; nothing is purged.

    The newest revision of a chapter is its text as it stands. A save that came too late for its version is kept as
    a CONFLICT, beside the version that stood in its way.
    """

    class Kind(models.TextChoices):
        EDIT = "edit", _("Writing")
        RESTORE = "restore", _("Restored")
        COACH = "coach", _("Coach's text inserted")
        IMPORT = "import", _("Imported")
        SAFEGUARD = "safeguard", _("Kept before a large cut")
        CONFLICT = "conflict", _("Set aside: another save came first")
        MERGE = "merge", _("Two texts merged")
        REPLACE = "replace", _("Found and replaced")
        SPLIT = "split", _("Chapter split or joined")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    chapter = models.ForeignKey(Chapter, on_delete=models.CASCADE, related_name="revisions")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    version = models.PositiveIntegerField(_("version"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.EDIT)
    title = models.CharField(_("title"), max_length=200, blank=True)
    content = models.TextField(_("text"), blank=True)
    # While its sitting goes on, a revision's words are the chapter's own; they are written down here when it ends.
    is_open = models.BooleanField(default=False, db_default=False, editable=False)
    provenance = models.JSONField(default=list, db_default=models.Value([], models.JSONField()), editable=False)
    word_count = models.PositiveIntegerField(_("words"), default=0)
    # A name makes a revision a snapshot: later saves leave it as it is.
    name = models.CharField(_("name"), max_length=120, blank=True, default="", db_default="")
    # The version a text set aside was written from; the reply a passage came from.
    base_version = models.PositiveIntegerField(null=True, editable=False)
    reply_id = models.UUIDField(null=True, editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    objects = RevisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        ordering = ["chapter", "-version", "-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["chapter", "version"], condition=~Q(kind="conflict"), name="revision_version_unique"
            ),
            models.CheckConstraint(
                condition=Q(
                    kind__in=[
                        *("edit", "restore", "coach", "import", "safeguard", "conflict"),
                        *("merge", "replace", "split"),
                    ]
                ),
                name="revision_kind_known",
            ),
        ]
        # Newest first within a chapter, conflicts beside the version they met.
        indexes = [models.Index(fields=["chapter", "-version", "-created_at"], name="revision_newest")]

    def __str__(self) -> str:
        return f"{self.chapter_id} v{self.version}"

    @property
    def text(self) -> str:
        """The revision's words. Whoever shows, compares or exports a revision reads them here."""
        return self.chapter.content if self.is_open else self.content

    @property
    def runs(self) -> Runs:
        """Who wrote which of the revision's characters."""
        return cover(self.chapter.provenance if self.is_open else self.provenance, len(self.text))
