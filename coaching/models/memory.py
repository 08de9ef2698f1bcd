"""What the coach remembers of chapters it cannot read whole."""

import hashlib

from django.db import models
from django.utils.translation import gettext_lazy as _

from coaching.models.conversation import Reply
from stories.models import Chapter


class Summary(models.Model):
    """A chapter in a few sentences. It holds for the text whose digest it carries, and for no other."""

    chapter = models.OneToOneField(Chapter, on_delete=models.CASCADE, primary_key=True, related_name="summary")
    text = models.TextField(_("text"))
    text_sha256 = models.CharField(max_length=64, editable=False)
    reply = models.ForeignKey(Reply, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    is_edited = models.BooleanField(_("changed by the writer"), default=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        verbose_name = _("chapter summary")
        verbose_name_plural = _("chapter summaries")
        constraints = [models.CheckConstraint(condition=~models.Q(text=""), name="summary_has_text")]

    def __str__(self) -> str:
        return str(self.chapter_id)

    @staticmethod
    def digest(text: str) -> str:
        """What a chapter's text is known by."""
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

    def holds_for(self, text: str) -> bool:
        """Whether the chapter still reads as it did when this was written."""
        return self.text_sha256 == self.digest(text)


class SummaryRequest(models.Model):
    """A summary being written: which chapter, at which text, by which reply."""

    reply = models.OneToOneField(Reply, on_delete=models.CASCADE, primary_key=True, related_name="summary_request")
    chapter = models.ForeignKey(Chapter, on_delete=models.CASCADE, related_name="summary_requests")
    text_sha256 = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("summary being written")
        verbose_name_plural = _("summaries being written")

    def __str__(self) -> str:
        return str(self.reply_id)
