"""What a server process does by itself, every minute."""

import asyncio
import logging
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from coaching.engine import Engine
from coaching.models import CoachModel
from coaching.services import catalogue, sweep
from costory.lib.openrouter import OpenRouterError

logger = logging.getLogger(__name__)

CATALOGUE_AGE = timedelta(hours=12)


async def sweep_forever(engine: Engine) -> None:
    """Sweep at start, once more when the leases of a process that died just before have run out, then every minute."""
    pauses = [settings.REPLY_LEASE_SECONDS + 1]
    while True:
        try:
            await sweep.sweep(engine.store.call, engine.client)
            if settings.COACH_ONLINE and settings.OPENROUTER_DIALECT == "openrouter":
                await _refresh_catalogue(engine)
        except OpenRouterError as error:
            logger.warning("The catalogue of models could not be refreshed: %s", type(error).__name__)
        except Exception:
            logger.exception("The minute's sweep failed.")
        await asyncio.sleep(pauses.pop() if pauses else settings.SWEEP_SECONDS)


async def _refresh_catalogue(engine: Engine) -> None:
    """Prices older than half a day, or none at all, are asked for anew."""
    if await engine.store.call(_catalogue_is_fresh):
        return
    listings = await engine.client.models()
    await engine.store.call(catalogue.store_listings, listings)


def _catalogue_is_fresh() -> bool:
    return CoachModel.objects.filter(synced_at__gt=timezone.now() - CATALOGUE_AGE).exists()
