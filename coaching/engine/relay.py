"""Text between server processes by Redis, so that a watcher elsewhere need not wait for the checkpoints.

It carries what is also on its way to the database, and may lose anything: who follows falls back to the checkpoints.
"""

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

import redis.asyncio
from redis.exceptions import RedisError

from coaching.engine.generation import Generation

logger = logging.getLogger(__name__)

PUBLISH_SECONDS = 0.05
RECONNECT_SECONDS = 2.0


@dataclass(frozen=True)
class Piece:
    """Text of a reply from the character `start` on; `is_end` says that the reply has ended in the database."""

    start: int
    text: str
    is_end: bool


def _channel(reply_id: UUID) -> str:
    return f"costory:reply:{reply_id.hex}"


class Relay:
    """Publishes what this process writes, and listens to what others do."""

    def __init__(self, url: str) -> None:
        self._redis = redis.asyncio.from_url(url, socket_connect_timeout=2, health_check_interval=30)

    async def aclose(self) -> None:
        """Close the connections."""
        with contextlib.suppress(RedisError, OSError):
            await self._redis.aclose()

    async def publish_forever(self, running: Callable[[], Iterable[Generation]]) -> None:
        """Publish new text of every running reply, all of them in one round trip, twenty times a second."""
        while True:
            await asyncio.sleep(PUBLISH_SECONDS)
            grown = [generation for generation in running() if generation.length > generation.published_length]
            if not grown:
                continue
            try:
                async with self._redis.pipeline(transaction=False) as pipe:
                    for generation in grown:
                        start = generation.published_length
                        generation.published_length = generation.length
                        pipe.publish(
                            _channel(generation.reply_id), json.dumps({"start": start, "text": generation.text[start:]})
                        )
                    await pipe.execute()
            except (RedisError, OSError) as error:
                logger.warning("Redis could not be reached: %s", type(error).__name__)
                await asyncio.sleep(RECONNECT_SECONDS)

    async def publish_end(self, generation: Generation) -> None:
        """Tell those who follow elsewhere that the database now has the end."""
        with contextlib.suppress(RedisError, OSError):
            await self._redis.publish(
                _channel(generation.reply_id), json.dumps({"start": generation.length, "text": "", "is_end": True})
            )

    async def listen(self, reply_id: UUID) -> AsyncIterator[Piece]:
        """Yield pieces of a reply that another process writes, until it is closed; reconnects by itself."""
        while True:
            try:
                async with self._redis.pubsub(ignore_subscribe_messages=True) as channel:
                    await channel.subscribe(_channel(reply_id))
                    async for message in channel.listen():
                        piece = json.loads(message["data"])
                        yield Piece(start=piece["start"], text=piece["text"], is_end=piece.get("is_end", False))
            except (RedisError, OSError) as error:
                logger.warning("Redis could not be listened to: %s", type(error).__name__)
            await asyncio.sleep(RECONNECT_SECONDS)
