"""The models on offer, kept in step with the provider's list."""

import logging
import re
from collections import defaultdict
from datetime import UTC, datetime, time
from decimal import Decimal

from asgiref.sync import async_to_sync
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

import events.services
from coaching import models_client
from coaching.models import CoachModel
from costory.lib import openrouter

logger = logging.getLogger(__name__)

_VERSION = re.compile(r"\d")
_NUMBER = re.compile(r"\d{1,6}")


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
    _name_successors(now)
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


def _name_successors(now: datetime) -> None:
    """Say what took the place of each model that is gone, unless an operator has.

    The rule: the model of the same author and family (the slug up to its first digit: "anthropic/claude-sonnet-") with
    the highest version that is still listed. Without one, nobody has.
    """
    standing = CoachModel.objects.filter(Q(expires_at=None) | Q(expires_at__gt=now), prompt_price_usd__isnull=False)
    families: dict[str, list[tuple[list[int], str]]] = defaultdict(list)
    for slug in standing.values_list("slug", flat=True):
        families[family_of(slug)].append((_version_of(slug), slug))
    gone = CoachModel.objects.filter(expires_at__lte=now, replaced_by=None)
    changed = []
    for model in gone:
        if found := families.get(family_of(model.slug)):
            model.replaced_by_id = max(found)[1]
            changed.append(model)
    CoachModel.objects.bulk_update(changed, ["replaced_by"])


def family_of(slug: str) -> str:
    """The part of a slug before its version and variant."""
    return _VERSION.split(slug.partition(":")[0])[0]


def _version_of(slug: str) -> list[int]:
    return [int(number) for number in _NUMBER.findall(slug)]
