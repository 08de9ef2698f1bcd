"""Whether what was charged is what the provider billed."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from asgiref.sync import async_to_sync
from django.utils import timezone

from coaching import models_client
from coaching.models import Reply
from costory.lib import openrouter

# The provider counts in millionths of a cent; what it rounds is no difference.
TOLERANCE_USD = Decimal("0.00000001")
# Enough to be done with a day in minutes, few enough not to be turned away.
PAUSE_SECONDS = 0.05


@dataclass(frozen=True)
class Difference:
    """A reply that was settled at another cost than the provider tells."""

    reply_id: UUID
    settled_usd: Decimal
    provider_usd: Decimal


@dataclass(frozen=True)
class Verification:
    """How many replies were compared, which differ, and how many the provider does not know.

    `borne_usd` is what it billed for replies that failed: they are free by the house's rule, and differ from nothing.
    """

    count: int
    unknown: int
    differences: list[Difference]
    borne_usd: Decimal = Decimal(0)


def verify_costs(*, days: int, limit: int) -> Verification:
    """Ask the provider what settled replies cost, the latest first, and compare. Nothing is changed."""
    since = timezone.now() - timedelta(days=days)
    rows = Reply.objects.filter(ended_at__gte=since, is_offline=False).exclude(generation_id="")
    settled = list(rows.order_by("-ended_at").values_list("id", "generation_id", "provider_cost_usd", "state")[:limit])
    return async_to_sync(_compare)(settled)


async def _compare(settled: list[tuple[UUID, str, Decimal | None, str]]) -> Verification:
    client = models_client.create()
    differences = []
    count = unknown = 0
    borne = Decimal(0)
    try:
        for reply_id, generation_id, cost, state in settled:
            try:
                found = await client.generation(generation_id)
            except openrouter.OpenRouterError:
                found = None
            billed = found.cost if found is not None else None
            if billed is None:
                unknown += 1
            else:
                count += 1
                if state == Reply.State.FAILED and not cost:
                    borne += billed
                elif abs(billed - (cost or Decimal(0))) > TOLERANCE_USD:
                    differences.append(Difference(reply_id, cost or Decimal(0), billed))
            await asyncio.sleep(PAUSE_SECONDS)
    finally:
        await client.aclose()
    return Verification(count, unknown, differences, borne)
