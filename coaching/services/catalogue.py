"""The models on offer, kept in step with the provider's list."""

import logging
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
    rows = [
        CoachModel(
            slug=listing.id,
            name=listing.name[:200] or listing.id,
            prompt_price_usd=_sellable(listing.id, listing.prompt_price),
            completion_price_usd=_sellable(listing.id, listing.completion_price),
            request_price_usd=listing.request_price or Decimal(0),
            context_length=listing.context_length,
            max_completion_tokens=listing.max_completion_tokens,
            expires_at=listing.expires_at,
            is_enabled=known[listing.id].is_enabled if listing.id in known else listing.id == settings.OPENROUTER_MODEL,
            has_zero_retention=known[listing.id].has_zero_retention if listing.id in known else False,
            synced_at=now,
        )
        for listing in listings
        if len(listing.id) <= 160
    ]
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
        gone = CoachModel.objects.exclude(slug__in=[row.slug for row in rows])
        gone.filter(expires_at=None).update(expires_at=now)
    events.services.record("models.synced", payload={"count": len(rows)})
    return len(rows)


def sync_models() -> int:
    """Fetch and store, and return how many models are listed. Raises OpenRouterError."""
    return store_listings(fetch_listings())


def _sellable(slug: str, price: Decimal | None) -> Decimal | None:
    """A price to compute a ceiling from. Zero is one only where the model says that it is free."""
    if price is None or price < 0 or price > 1 or (price == 0 and not slug.endswith(":free")):
        return None
    return price
