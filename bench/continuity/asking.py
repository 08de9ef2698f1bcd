"""Scoring a model: asked as the product asks it, its price shown before."""

from __future__ import annotations

import asyncio
import sys
from decimal import Decimal

from django.conf import settings

from bench.continuity.passages import Sample
from bench.continuity.scoring import Score, score
from coaching import models_client
from coaching.continuity import FINDINGS_SCHEMA, Finding, parse, prompt, verify
from costory.lib import money
from costory.lib.openrouter import Message, OpenRouter, OpenRouterError

AT_ONCE = 4


def sent(sample: Sample) -> list[Message]:
    """What the product sends for a passage: the text, the codex, and what the rules found already.

    What the rules found is kept back here, or a model could not be scored on it.
    """
    return prompt.messages(sample.chapters, language=sample.language, codex=sample.codex)


async def ceiling_usd(client: OpenRouter, model: str, samples: list[Sample]) -> Decimal | None:
    """The most these passages can cost; None where the server has no price for this model."""
    try:
        listed = {listing.model_id: listing for listing in await client.models()}.get(model)
    except OpenRouterError:
        listed = None
    if listed is None or listed.prompt_price is None or listed.completion_price is None or listed.request_price is None:
        return None
    return sum(
        (
            money.estimate_cost_usd(
                prompt_tokens=prompt.estimate(sent(sample)),
                completion_tokens=prompt.MAX_ANSWER_TOKENS,
                prompt_price=listed.prompt_price,
                completion_price=listed.completion_price,
                request_price=listed.request_price,
            )
            for sample in samples
        ),
        Decimal(0),
    )


async def ask(client: OpenRouter, model: str, sample: Sample) -> tuple[list[Finding], Decimal]:
    """What is sound in a model's answer for a passage, and what it cost. A failed answer finds nothing."""
    request = models_client.chat_request(
        model,
        {
            "messages": sent(sample),
            "max_tokens": prompt.MAX_ANSWER_TOKENS,
            "temperature": 0,
            "zdr": False,
            "user": "",
            "session_id": "",
            "schema": FINDINGS_SCHEMA,
        },
    )
    answer = ""
    cost = Decimal(0)
    try:
        async with client.stream(request) as reply:
            async for text in reply:
                answer += text
        if reply.usage is not None and reply.usage.cost is not None:
            cost = reply.usage.cost
    except OpenRouterError as error:
        print(f"{sample.id}: {type(error).__name__}", file=sys.stderr)
    claims = parse(answer)
    kept = verify(claims, sample.chapters)
    if len(kept) < len(claims):
        print(f"{sample.id}: {len(claims) - len(kept)} finding(s) not verbatim, dropped", file=sys.stderr)
    return kept, cost


async def score_model(model: str, samples: list[Sample], *, is_agreed: bool, at_once: int = AT_ONCE) -> Score | None:
    """Show the ceiling, ask for a yes, and score; None without the yes."""
    async with models_client.create() as client:
        ceiling = await ceiling_usd(client, model, samples)
        price = "unknown: the server lists no price" if ceiling is None else f"{ceiling:.4f} USD"
        print(f"{model}: {len(samples)} passages through {settings.OPENROUTER_BASE_URL}, at most {price}.")
        if not is_agreed and not await asyncio.to_thread(is_wanted):
            return None
        gate = asyncio.Semaphore(at_once)

        async def one(sample: Sample) -> tuple[list[Finding], Decimal]:
            async with gate:
                return await ask(client, model, sample)

        answers = await asyncio.gather(*(one(sample) for sample in samples))
    spent = sum((cost for _findings, cost in answers), Decimal(0))
    print(f"Spent: {spent:.6f} USD.\n")
    return score(zip(samples, (findings for findings, _cost in answers), strict=True))


def is_wanted() -> bool:
    """Whether the person at the keyboard says yes."""
    return input("Go on? [y/N] ").strip().lower() in {"y", "yes", "o", "oui"}
