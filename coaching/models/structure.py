"""Where the writer sees the steps of a form in their own story."""

from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

from stories.models import Chapter, Story

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User


class BeatPlaceQuerySet(models.QuerySet["BeatPlace"]):
    def of(self, user: "User | AnonymousUser") -> "BeatPlaceQuerySet":
        """Places in stories that are this person's and not in the bin."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(story__owner=user, story__deleted_at=None)


class BeatPlace(models.Model):
    """A step of a form that the writer has put in a chapter by hand. Without one it stands where it usually falls.

    `form` and `beat` are keys of coaching/structure.py; one that is no longer there is passed over.
    """

    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="beat_places")
    form = models.CharField(_("form"), max_length=20)
    beat = models.CharField(_("step"), max_length=20)
    chapter = models.ForeignKey(Chapter, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = BeatPlaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("place of a step")
        verbose_name_plural = _("places of steps")
        ordering = ["form", "beat"]
        constraints = [models.UniqueConstraint(fields=["story", "form", "beat"], name="beat_place_once")]

    def __str__(self) -> str:
        return f"{self.form} {self.beat}"
