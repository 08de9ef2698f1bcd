"""How one reply is written: by a model over the network, or by the offline coach. Ends in an Outcome, however it ends.

Nothing here touches the database.
"""

import asyncio
import logging
from dataclasses import replace
from decimal import Decimal

from django.conf import settings

from coaching.engine.generation import Generation
from coaching.engine.store import Claimed
from coaching.models import Reply
from coaching.models_client import chat_request
from coaching.services.settlement import Outcome
from costory.lib import openrouter

logger = logging.getLogger(__name__)

# How long a stopped reply waits for the provider's own figure: it may not be known for some seconds.
COST_PAUSES = (0.3, 0.7, 1.5, 2.5)
# A token is some four characters. A model that writes far beyond what it was asked for has lost its end.
MOST_CHARACTERS_A_TOKEN = 10


async def write(generation: Generation, claimed: Claimed, client: openrouter.OpenRouter) -> Outcome:
    """Write the reply and say how it ended. Raises CancelledError only where the reply is to be left as it is."""
    if claimed.is_offline:
        generation.push(claimed.request["text"])
        return Outcome(state=Reply.State.DONE, content=generation.text)
    try:
        return await _stream(generation, claimed, client)
    except asyncio.CancelledError:
        if not generation.is_stopping:
            raise
        task = asyncio.current_task()
        if task is not None:
            task.uncancel()
    return await _stopped(generation, client)


async def _stream(generation: Generation, claimed: Claimed, client: openrouter.OpenRouter) -> Outcome:
    try:
        async with (
            asyncio.timeout(settings.REPLY_MAX_SECONDS),
            client.stream(chat_request(claimed.model, claimed.request)) as stream,
        ):
            generation.generation_id = stream.generation_id
            most: int = MOST_CHARACTERS_A_TOKEN * claimed.request["max_tokens"]

            def take(text: str) -> bool:
                generation.push(text[: most - generation.length])
                if not generation.generation_id:
                    generation.generation_id = stream.generation_id
                return generation.length < most

            await stream.deliver(take)
    except (openrouter.OpenRouterError, TimeoutError) as error:
        code = _error_code(error)
        if isinstance(error, openrouter.ModelUnavailable):
            # With zero retention asked for, no route is as good as none: closed, never opened wider.
            code = "no_private_route" if claimed.request.get("zdr") else "model_retired"
        # The provider's words may quote the prompt: only the kind of error is kept.
        logger.warning("A reply ended early: %s (%s)", generation.reply_id, code)
        if code == "insufficient_provider_funds":
            logger.critical("The model account has no credits left: replies fail until it is topped up.")
        return Outcome.failed(
            code,
            content=generation.text,
            generation_id=generation.generation_id,
            was_sent=not isinstance(error, openrouter.UpstreamUnreachable),
        )
    if generation.length >= most:
        logger.warning("A reply did not come to an end and was stopped: %s", generation.reply_id)
        return replace(await _stopped(generation, client), error_code="endless")
    if not generation.text.strip():
        return Outcome.failed("empty", content="", generation_id=generation.generation_id)
    usage = stream.usage
    cost = usage.cost if usage is not None else None
    if cost is None:
        cost = await _cost_from_provider(generation, client)
    return Outcome(
        state=Reply.State.DONE,
        content=generation.text,
        generation_id=generation.generation_id,
        input_tokens=usage.prompt_tokens if usage is not None else None,
        output_tokens=usage.completion_tokens if usage is not None else None,
        provider_cost_usd=cost,
    )


async def _stopped(generation: Generation, client: openrouter.OpenRouter) -> Outcome:
    """Keep what came, and ask what it costs: providers differ in whether they bill a stopped stream in full."""
    cost = await _cost_from_provider(generation, client)
    return Outcome(
        state=Reply.State.STOPPED,
        content=generation.text,
        generation_id=generation.generation_id,
        provider_cost_usd=cost,
        was_sent=bool(generation.generation_id) or generation.length > 0,
    )


async def _cost_from_provider(generation: Generation, client: openrouter.OpenRouter) -> Decimal | None:
    if not generation.generation_id or not client.is_openrouter:
        return None
    for pause in COST_PAUSES:
        await asyncio.sleep(pause)
        try:
            found = await client.generation(generation.generation_id)
        except openrouter.OpenRouterError:
            continue
        if found is not None:
            return found.cost
    return None


_CODES: dict[type[Exception], str] = {
    TimeoutError: "timeout",
    openrouter.UpstreamUnreachable: "provider_unavailable",
    openrouter.UpstreamTimeout: "timeout",
    openrouter.UpstreamCut: "cut",
    openrouter.UpstreamProtocolError: "bad_answer",
    openrouter.ContextTooLong: "context_too_long",
    openrouter.RequestRejected: "bad_answer",
    openrouter.OutOfCredit: "insufficient_provider_funds",
    openrouter.ContentRefused: "refused",
    openrouter.RateLimited: "rate_limited",
}


def _error_code(error: Exception) -> str:
    return _CODES.get(type(error), "provider_unavailable")
