"""A story and who may see it."""

import secrets
import uuid
from collections.abc import Collection
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User


# How long what was put in the bin can be taken out again.
BIN_TIME = timedelta(days=30)


class StoryQuerySet(models.QuerySet["Story"]):
    def editable_by(self, user: "User | AnonymousUser") -> "StoryQuerySet":
        """Stories this person writes, bin left out."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(owner=user, deleted_at=None)

    def in_bin_of(self, user: "User") -> "StoryQuerySet":
        """This person's stories that can still be taken out of the bin."""
        return self.filter(owner=user, deleted_at__gt=timezone.now() - BIN_TIME)

    def published(self) -> "StoryQuerySet":
        """The library: what everybody may find and read. Nothing of somebody who is banned or about to be erased."""
        return self.filter(
            visibility=Story.Visibility.PUBLIC,
            standing=Story.Standing.CLEAR,
            deleted_at=None,
            owner__is_active=True,
            owner__erasure_requested_at__isnull=True,
        )

    def visible_to(
        self, user: "User | AnonymousUser", *, share_token: str = "", share_tokens: Collection[str] = ()
    ) -> "StoryQuerySet":
        """The one policy of visibility: public ones, one's own, and those whose share token is given.

        A story in the bin is visible to nobody, nor is one whose owner is banned or about to be erased. One that
        moderation has hidden is its owner's only; one it has restricted is in no list, and read where it is known.
        """
        shown = Q(visibility=Story.Visibility.PUBLIC)
        if share_token:
            shown |= Q(visibility=Story.Visibility.LINK, share_token=share_token)
        if share_tokens:
            shown |= Q(visibility=Story.Visibility.LINK, share_token__in=share_tokens)
        allowed = shown & Q(standing__in=Story.READABLE_STANDINGS)
        if user.is_authenticated:
            allowed |= Q(owner=user)
        return self.filter(allowed, deleted_at=None, owner__is_active=True, owner__erasure_requested_at__isnull=True)


def new_share_token() -> str:
    """144 bits of chance: an address nobody guesses."""
    return secrets.token_urlsafe(18)


class Story(models.Model):
    """A story, with the brief it is written to (theme, era, style, point of view, purpose)."""

    class Mode(models.TextChoices):
        FICTION = "fiction", _("Fiction")
        JOURNAL = "journal", _("Journal")
        LEGACY = "legacy", _("Family memories")
        ROLEPLAY = "roleplay", _("Role play")

    class Visibility(models.TextChoices):
        PRIVATE = "private", _("Only me")
        LINK = "link", _("Whoever has the link")
        PUBLIC = "public", _("Everybody")

    class Rating(models.TextChoices):
        EVERYONE = "everyone", _("Everyone")
        TEEN = "teen", _("From about thirteen")
        MATURE = "mature", _("Grown-up readers")
        EXPLICIT = "explicit", _("Explicit")

    class ContentWarning(models.TextChoices):
        """What readers may want to know beforehand. UNSAID is a choice of its own: it promises nothing."""

        UNSAID = "unsaid", _("The author chose not to say")
        VIOLENCE = "violence", _("Violence")
        DEATH = "death", _("Death of a main character")
        GRIEF = "grief", _("Grief")
        ABUSE = "abuse", _("Abuse")
        SEXUAL_VIOLENCE = "sexual-violence", _("Sexual violence")
        SELF_HARM = "self-harm", _("Self-harm or suicide")
        ADDICTION = "addiction", _("Addiction")
        ILLNESS = "illness", _("Serious illness")
        WAR = "war", _("War")
        DISCRIMINATION = "discrimination", _("Racism or other hatred")
        LANGUAGE = "language", _("Strong language")

    class CommentPolicy(models.TextChoices):
        OPEN = "open", _("Open")
        MODERATED = "moderated", _("I look at each first")
        CLOSED = "closed", _("Closed")

    class Disclosure(models.TextChoices):
        FIGURES = "figures", _("With figures")
        WORDS = "words", _("In a sentence")
        QUIET = "quiet", _("Behind a link")

    class Standing(models.TextChoices):
        """How moderation left a story."""

        CLEAR = "clear", _("Clear")
        RESTRICTED = "restricted", _("By its address only")
        HELD = "held", _("Waiting for a look")
        HIDDEN = "hidden", _("Hidden")
        REMOVED = "removed", _("Removed")

    READABLE_STANDINGS = (Standing.CLEAR, Standing.RESTRICTED)

    class Theme(models.TextChoices):
        SCIENCE_FICTION = "sci-fi", _("Science fiction")
        FANTASY = "fantasy", _("Fantasy")
        ROMANCE = "romance", _("Romance")
        MYSTERY = "mystery", _("Mystery")
        HORROR = "horror", _("Horror")
        ADVENTURE = "adventure", _("Adventure")
        SLICE_OF_LIFE = "slice-of-life", _("Slice of life")
        FAMILY = "family", _("Family")
        TRAVEL = "travel", _("Travel")
        OTHER = "other", _("Something else")

    class Purpose(models.TextChoices):
        THERAPEUTIC = "therapeutic", _("To see more clearly")
        LEGACY = "legacy", _("To hand down")
        COMMUNITY_READ = "community-read", _("To be read")
        ROLEPLAY = "roleplay", _("To play")

    class Era(models.TextChoices):
        CONTEMPORARY = "contemporary", _("Today")
        FUTURE = "future", _("The future")
        HISTORICAL = "historical", _("The past")
        TIMELESS = "timeless", _("Out of time")

    class Style(models.TextChoices):
        LIGHT = "light", _("Light")
        SERIOUS = "serious", _("Serious")
        POETIC = "poetic", _("Poetic")
        INTROSPECTIVE = "introspective", _("Introspective")
        EPIC = "epic", _("Epic")

    class PointOfView(models.TextChoices):
        FIRST = "first", _("First person")
        SECOND = "second", _("Second person")
        THIRD = "third", _("Third person")
        OMNISCIENT = "omniscient", _("Omniscient")

    class Language(models.TextChoices):
        ENGLISH = "en", "English"
        FRENCH = "fr", "Français"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="stories")
    title = models.CharField(_("title"), max_length=200)
    description = models.TextField(_("description"), max_length=5000, blank=True)
    mode = models.CharField(_("kind"), max_length=10, choices=Mode)
    language = models.CharField(_("language"), max_length=5, choices=Language, default=Language.ENGLISH)
    visibility = models.CharField(_("who may read"), max_length=10, choices=Visibility, default=Visibility.PRIVATE)
    share_token = models.CharField(max_length=40, unique=True, null=True, blank=True, editable=False)

    theme = models.CharField(_("theme"), max_length=20, choices=Theme, blank=True)
    is_real = models.BooleanField(_("true or invented"), null=True, blank=True)
    purpose = models.CharField(_("purpose"), max_length=20, choices=Purpose, blank=True)
    era = models.CharField(_("era"), max_length=20, choices=Era, blank=True)
    writing_style = models.CharField(_("style"), max_length=20, choices=Style, blank=True)
    pov = models.CharField(_("point of view"), max_length=20, choices=PointOfView, blank=True)

    premise = models.TextField(_("premise"), max_length=2000, blank=True, default="", db_default="")

    # What readers are told before they read. A story that is shown has a rating.
    rating = models.CharField(_("rating"), max_length=10, choices=Rating, blank=True, default="", db_default="")
    warnings = models.JSONField(
        _("content warnings"), default=list, db_default=models.Value([], models.JSONField()), blank=True
    )
    is_complete = models.BooleanField(_("complete"), default=False, db_default=False)
    comment_policy = models.CharField(
        _("comments"), max_length=10, choices=CommentPolicy, default=CommentPolicy.OPEN, db_default="open"
    )
    disclosure = models.CharField(
        _("the coach’s share"), max_length=10, choices=Disclosure, default=Disclosure.FIGURES, db_default="figures"
    )
    may_download = models.BooleanField(_("readers may download it"), default=False, db_default=False)
    cover = models.ImageField(_("cover"), upload_to="covers/", blank=True, default="", db_default="")
    standing = models.CharField(
        _("standing"), max_length=10, choices=Standing, default=Standing.CLEAR, db_default="clear", editable=False
    )
    tags = models.ManyToManyField("stories.Tag", through="stories.StoryTag", related_name="stories", blank=True)

    # Kept in the transaction that changes a chapter, so that a list asks nothing per story.
    word_count = models.PositiveIntegerField(_("words"), default=0)
    chapter_count = models.PositiveIntegerField(_("chapters"), default=0)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    deleted_at = models.DateTimeField(_("put in the bin at"), null=True, blank=True)

    objects = StoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("story")
        verbose_name_plural = _("stories")
        ordering = ["-updated_at", "-id"]
        indexes = [
            models.Index(fields=["owner", "-updated_at", "-id"], name="story_by_owner", condition=Q(deleted_at=None)),
            models.Index(
                fields=["-published_at", "-id"],
                name="story_public_newest",
                condition=Q(visibility="public", deleted_at=None),
            ),
            # For the sweep that brings what readers find up to what was written.
            models.Index(fields=["updated_at"], name="story_shown_by_change", condition=~Q(visibility="private")),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="story_has_a_title"),
            models.CheckConstraint(
                condition=Q(mode__in=["fiction", "journal", "legacy", "roleplay"]), name="story_mode_known"
            ),
            models.CheckConstraint(
                condition=Q(visibility__in=["private", "link", "public"]), name="story_visibility_known"
            ),
            models.CheckConstraint(
                condition=~Q(visibility="link") | Q(share_token__isnull=False), name="story_link_has_a_token"
            ),
            models.CheckConstraint(
                condition=Q(rating__in=["", "everyone", "teen", "mature", "explicit"]), name="story_rating_known"
            ),
            models.CheckConstraint(condition=Q(visibility="private") | ~Q(rating=""), name="story_shown_has_a_rating"),
            models.CheckConstraint(
                condition=Q(standing__in=["clear", "restricted", "held", "hidden", "removed"]),
                name="story_standing_known",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("stories:story-detail", args=[self.pk])

    @property
    def is_public(self) -> bool:
        """Whether everybody may read it."""
        return self.visibility == self.Visibility.PUBLIC

    @property
    def cover_version(self) -> str:
        """Another one when something of the cover has changed, and only then: readers see it, work in private not."""
        said = repr((self.title, self.owner.name, self.language, self.cover.name))
        return sha256(said.encode()).hexdigest()[:16]

    @property
    def warning_labels(self) -> list[str]:
        """The content warnings in words."""
        return [str(label) for code, label in self.ContentWarning.choices if code in self.warnings]
