"""The language models on offer and their list prices."""

from datetime import timedelta
from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class CoachModelQuerySet(models.QuerySet["CoachModel"]):
    def offered(self) -> "CoachModelQuerySet":
        """Models a writer may choose: enabled, still alive, and with prices that a hold can be computed from."""
        soon = timezone.now() + timedelta(hours=1)
        return self.filter(
            Q(expires_at=None) | Q(expires_at__gt=soon),
            is_enabled=True,
            prompt_price_usd__isnull=False,
            completion_price_usd__isnull=False,
        )


class CoachModel(models.Model):
    """A model of the catalogue. Prices are USD per token; null means unknown, and what has no price is not sold."""

    slug = models.CharField(_("slug"), max_length=160, primary_key=True)
    name = models.CharField(_("name"), max_length=200)
    prompt_price_usd = models.DecimalField(max_digits=20, decimal_places=15, null=True, blank=True)
    completion_price_usd = models.DecimalField(max_digits=20, decimal_places=15, null=True, blank=True)
    request_price_usd = models.DecimalField(max_digits=20, decimal_places=15, default=Decimal(0))
    context_length = models.PositiveIntegerField(_("context length"), null=True, blank=True)
    max_completion_tokens = models.PositiveIntegerField(null=True, blank=True)
    has_zero_retention = models.BooleanField(_("zero retention"), default=False)
    is_enabled = models.BooleanField(_("on offer"), default=False)
    expires_at = models.DateTimeField(_("ends at"), null=True, blank=True)
    replaced_by = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="replaces", verbose_name=_("replaced by")
    )
    note = models.CharField(_("what it is good at"), max_length=200, blank=True, default="", db_default="")
    synced_at = models.DateTimeField(_("synchronised at"), null=True, blank=True)

    objects = CoachModelQuerySet.as_manager()

    class Meta:
        verbose_name = _("coach model")
        verbose_name_plural = _("coach models")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(prompt_price_usd=None) | Q(prompt_price_usd__gte=0), name="model_prompt_price_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(completion_price_usd=None) | Q(completion_price_usd__gte=0),
                name="model_completion_price_not_negative",
            ),
            models.CheckConstraint(condition=Q(request_price_usd__gte=0), name="model_request_price_not_negative"),
        ]

    def __str__(self) -> str:
        return self.name
