"""What stories are found by, in their authors' own words."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from stories.models.story import Story


class Tag(models.Model):
    """A tag: as somebody first wrote it, and the form by which the same tag written otherwise is known."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(_("name"), max_length=40)
    slug = models.SlugField(_("address"), max_length=40, unique=True, allow_unicode=True)

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        ordering = ["slug"]
        constraints = [models.CheckConstraint(condition=~models.Q(slug=""), name="tag_has_a_slug")]

    def __str__(self) -> str:
        return self.name


class StoryTag(models.Model):
    """That a story bears a tag, and in which place its author put it."""

    id = models.BigAutoField(primary_key=True)
    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="story_tags")
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="story_tags")
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("tag of a story")
        verbose_name_plural = _("tags of stories")
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["story", "tag"], name="story_tag_unique")]
        indexes = [models.Index(fields=["tag", "story"], name="story_by_tag")]

    def __str__(self) -> str:
        return f"{self.story_id} #{self.tag_id}"
