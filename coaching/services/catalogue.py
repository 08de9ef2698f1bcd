"""The models on offer, kept in step with the provider's list."""

import logging
from datetime import UTC, datetime, time
from decimal import Decimal

from asgiref.sync import async_to_sync
from django.conf import settings
from django.db import transaction
from django.utils import timezone

import events.services
from coaching import models_client
from coaching.models import CoachModel
from costory.lib import openrouter

logger = logging.getLogger(__name__)


def fetch_listings() -> list[openrouter.ModelListing]:
    """Ask the provider what it sells. Raises OpenRouterError."""

    async def run() -> list[openrouter.ModelListing]:
        client = models_client.create()
        try:
            return list(await client.models())
        finally:
            await client.aclose()

    return async_to_sync(run)()


@transaction.atomic
def store_listings(listings: list[openrouter.ModelListing]) -> int:
    """Bring the catalogue in step: prices as listed, null where they make no sense; what is gone is no longer sold.

    A new model is off offer until an operator puts it on, except the one the settings name. Returns the number listed.
    """
    now = timezone.now()
    known = CoachModel.objects.in_bulk()
    rows = [_row(listing, known.get(listing.model_id)) for listing in listings if len(listing.model_id) <= 160]
    for row in rows:
        row.synced_at = now
    CoachModel.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["slug"],
        update_fields=[
            "name", "prompt_price_usd", "completion_price_usd", "request_price_usd", "context_length",
            "max_completion_tokens", "expires_at", "synced_at",
        ],
    )  # fmt: skip
    if rows:
        # A row that never came from the list is an operator's own, and stays.
        gone = CoachModel.objects.filter(expires_at=None, synced_at__lt=now)
        gone.exclude(slug__in=[row.slug for row in rows]).update(expires_at=now)
    events.services.record("models.synced", payload={"count": len(rows)})
    return len(rows)


def sync_models() -> int:
    """Fetch and store, and return how many models are listed. Raises OpenRouterError."""
    return store_listings(fetch_listings())


def _row(listing: openrouter.ModelListing, known: CoachModel | None) -> CoachModel:
    is_sellable = listing.has_price and (not listing.is_free or listing.model_id.endswith(":free"))
    return CoachModel(
        slug=listing.model_id,
        name=listing.name[:200] or listing.model_id,
        # Zero is a price only where the model says that it is free; elsewhere it is a slip that would give work away.
        prompt_price_usd=listing.prompt_price if is_sellable else None,
        completion_price_usd=listing.completion_price if is_sellable else None,
        request_price_usd=listing.request_price or Decimal(0),
        context_length=listing.context_length,
        max_completion_tokens=listing.max_completion_tokens,
        expires_at=datetime.combine(listing.expires_on, time.min, tzinfo=UTC) if listing.expires_on else None,
        is_enabled=known.is_enabled if known is not None else listing.model_id == settings.OPENROUTER_MODEL,
        has_zero_retention=known.has_zero_retention if known is not None else False,
    )
