"""The public face of a story: what lists show of it, and what its readers have given it."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from stories.models import Story

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User


class ListingQuerySet(models.QuerySet["Listing"]):
    def in_library(self) -> "ListingQuerySet":
        """Stories that anybody may find. The policy is the story's; the column only finds them quickly."""
        return self.filter(
            is_listed=True,
            story__visibility=Story.Visibility.PUBLIC,
            story__standing=Story.Standing.CLEAR,
            story__deleted_at=None,
            story__owner__is_active=True,
            story__owner__erasure_requested_at__isnull=True,
        )

    def without_muted_by(self, viewer: "User | AnonymousUser") -> "ListingQuerySet":
        """Without stories of people this reader would rather not read."""
        if not viewer.is_authenticated:
            return self
        return self.exclude(story__owner__mutes_met__muter=viewer).exclude(story__owner__blocks_met__blocker=viewer)


class Listing(models.Model):
    """A story that is or was shown to others. Rows are kept by social.services.listing, counts by what changes them.

    Of a story that is not in the library nothing stands here but its counts.
    """

    story = models.OneToOneField(Story, on_delete=models.CASCADE, primary_key=True, related_name="listing")
    is_listed = models.BooleanField(_("in the library"), default=False)
    # Copies of the story's own, so that a filter and an order are one walk of an index.
    mode = models.CharField(max_length=10, blank=True, default="")
    theme = models.CharField(max_length=20, blank=True, default="")
    language = models.CharField(max_length=5, blank=True, default="")
    rating = models.CharField(max_length=10, blank=True, default="")
    is_complete = models.BooleanField(default=False)
    tags = models.JSONField(default=list)
    # Of released chapters alone: a draft's length is its author's.
    words = models.PositiveIntegerField(_("words"), default=0)
    chapters = models.PositiveIntegerField(_("chapters"), default=0)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    released_at = models.DateTimeField(_("last chapter released at"), null=True, blank=True)
    refreshed_at = models.DateTimeField(_("refreshed at"))

    like_count = models.PositiveIntegerField(_("likes"), default=0)
    comment_count = models.PositiveIntegerField(_("comments"), default=0)
    read_count = models.PositiveIntegerField(_("reads"), default=0)
    # See social.trend for the formula.
    trend = models.BigIntegerField(_("trend"), default=0)

    objects = ListingQuerySet.as_manager()

    class Meta:
        verbose_name = _("listing")
        verbose_name_plural = _("listings")
        indexes = [
            models.Index(fields=["-published_at", "-story"], name="listing_newest", condition=Q(is_listed=True)),
            models.Index(fields=["-trend", "-story"], name="listing_trending", condition=Q(is_listed=True)),
            models.Index(fields=["-like_count", "-story"], name="listing_loved", condition=Q(is_listed=True)),
            models.Index(
                fields=["mode", "language", "-published_at", "-story"],
                name="listing_by_kind",
                condition=Q(is_listed=True),
            ),
            models.Index(
                fields=["theme", "-published_at", "-story"], name="listing_by_theme", condition=Q(is_listed=True)
            ),
            # A rare language or rating is found without looking at all the others.
            models.Index(
                fields=["language", "-published_at", "-story"], name="listing_by_language", condition=Q(is_listed=True)
            ),
            models.Index(
                fields=["rating", "-published_at", "-story"], name="listing_by_rating", condition=Q(is_listed=True)
            ),
        ]

    def __str__(self) -> str:
        return str(self.story_id)


class Author(models.Model):
    """What is counted of a person who is read by others."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="author"
    )
    follower_count = models.PositiveIntegerField(_("followers"), default=0)

    class Meta:
        verbose_name = _("author")
        verbose_name_plural = _("authors")

    def __str__(self) -> str:
        return str(self.user_id)
