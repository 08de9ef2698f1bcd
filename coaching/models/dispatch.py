"""What left the house: the bytes that were sent to a model for a reply."""

import zlib

from django.db import models
from django.utils.translation import gettext_lazy as _

from coaching.models.conversation import Reply


class Dispatch(models.Model):
    """The body of the request a reply was written from, exactly as it was sent, packed.

    Kept apart from the reply, so that nothing reads it but who asks for it.
    """

    reply = models.OneToOneField(Reply, on_delete=models.CASCADE, primary_key=True, related_name="dispatch")
    packed = models.BinaryField(editable=False)
    size_bytes = models.PositiveIntegerField(_("size in bytes"))
    processor = models.CharField(_("processor"), max_length=200)
    is_zero_retention = models.BooleanField(_("zero retention"))
    sent_at = models.DateTimeField(_("sent at"))

    class Meta:
        verbose_name = _("dispatch")
        verbose_name_plural = _("dispatches")
        ordering = ["-sent_at", "reply_id"]

    def __str__(self) -> str:
        return str(self.reply_id)

    @property
    def body(self) -> bytes:
        """The bytes that were sent."""
        return zlib.decompress(bytes(self.packed))

    @staticmethod
    def pack(body: bytes) -> bytes:
        """The bytes as they are stored."""
        return zlib.compress(body)
