"""The codex: who and what a story is about, and what is true of them from which chapter on."""

import uuid
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from stories.models.chapter import Chapter
from stories.models.story import BIN_TIME, Story

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User


class CodexEntryQuerySet(models.QuerySet["CodexEntry"]):
    def present(self) -> "CodexEntryQuerySet":
        """Entries that were not deleted."""
        return self.filter(deleted_at=None)

    def editable_by(self, user: "User | AnonymousUser") -> "CodexEntryQuerySet":
        """Entries of the stories this person writes."""
        if not user.is_authenticated:
            return self.none()
        return self.present().filter(story__owner=user, story__deleted_at=None)

    def in_bin_of(self, user: "User") -> "CodexEntryQuerySet":
        """This person's deleted entries that can still be had back."""
        return self.filter(deleted_at__gt=timezone.now() - BIN_TIME, story__owner=user, story__deleted_at=None)


class CodexEntry(models.Model):
    """A character, a place, a thing or a fact, known in the text by its name and aliases."""

    class Kind(models.TextChoices):
        CHARACTER = "character", _("Character")
        PLACE = "place", _("Place")
        THING = "thing", _("Thing")
        FACT = "fact", _("Fact")

    class Inclusion(models.TextChoices):
        """When the coach is told of an entry."""

        ALWAYS = "always", _("Always")
        NAMED = "named", _("When it is named")
        NEVER = "never", _("Never")

    class Player(models.TextChoices):
        """Who speaks for a character in a role play."""

        WRITER = "writer", _("I play")
        COACH = "coach", _("The co-author plays")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="codex_entries")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.CHARACTER)
    name = models.CharField(_("name"), max_length=120)
    # A list of strings: "the Queen", "Léna".
    aliases = models.JSONField(_("also called"), default=list, blank=True)
    description = models.TextField(_("description"), max_length=10_000, blank=True)
    picture = models.ImageField(_("picture"), upload_to="codex/", blank=True)
    inclusion = models.CharField(_("the coach is told"), max_length=10, choices=Inclusion, default=Inclusion.NAMED)
    played_by = models.CharField(_("played by"), max_length=10, choices=Player, blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)
    deleted_at = models.DateTimeField(_("deleted at"), null=True, blank=True)

    objects = CodexEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("codex entry")
        verbose_name_plural = _("codex entries")
        ordering = ["story", "kind", "name"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="codex_entry_has_a_name"),
            models.CheckConstraint(
                condition=Q(kind__in=["character", "place", "thing", "fact"]), name="codex_entry_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(inclusion__in=["always", "named", "never"]), name="codex_entry_inclusion_known"
            ),
            models.CheckConstraint(condition=Q(played_by__in=["", "writer", "coach"]), name="codex_entry_player_known"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("stories:codex-entry-edit", args=[self.story_id, self.pk])

    @property
    def names(self) -> tuple[str, ...]:
        """Everything a text may call it by."""
        return (self.name, *self.aliases)


class CodexFact(models.Model):
    """What is true of an entry: from a chapter on (from the beginning when none is given), until one, or for good."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    entry = models.ForeignKey(CodexEntry, on_delete=models.CASCADE, related_name="facts")
    text = models.CharField(_("fact"), max_length=1000)
    holds_from = models.ForeignKey(
        Chapter, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("from chapter")
    )
    holds_until = models.ForeignKey(
        Chapter, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("until chapter")
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("codex fact")
        verbose_name_plural = _("codex facts")
        ordering = ["entry", "created_at", "id"]

    def __str__(self) -> str:
        return self.text


class CodexRelationQuerySet(models.QuerySet["CodexRelation"]):
    def touching(self, entry: CodexEntry) -> "CodexRelationQuerySet":
        """Relations that begin or end at this entry."""
        return self.filter(Q(entry=entry) | Q(other=entry))


class CodexRelation(models.Model):
    """How one entry stands to another, in words: "sister of", "keeps the key of"."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    entry = models.ForeignKey(CodexEntry, on_delete=models.CASCADE, related_name="relations")
    other = models.ForeignKey(CodexEntry, on_delete=models.CASCADE, related_name="relations_to_it")
    label = models.CharField(_("relation"), max_length=120)

    objects = CodexRelationQuerySet.as_manager()

    class Meta:
        verbose_name = _("codex relation")
        verbose_name_plural = _("codex relations")
        ordering = ["entry", "label"]
        constraints = [
            models.UniqueConstraint(fields=["entry", "other", "label"], name="codex_relation_unique"),
            models.CheckConstraint(condition=~Q(entry=F("other")), name="codex_relation_to_another"),
        ]

    def __str__(self) -> str:
        return self.label


class ChapterMentions(models.Model):
    """How often each codex entry is named in a chapter: counted once for a text and a codex, then kept.

    `counts` maps an entry's id to its number of mentions; `chapter_version` and `codex_stamp` say for what it holds.
    """

    chapter = models.OneToOneField(Chapter, on_delete=models.CASCADE, primary_key=True, related_name="mentions")
    chapter_version = models.PositiveIntegerField()
    codex_stamp = models.CharField(max_length=64)
    counts = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("mentions of a chapter")
        verbose_name_plural = _("mentions of chapters")

    def __str__(self) -> str:
        return str(self.chapter_id)
