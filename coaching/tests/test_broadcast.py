"""A growing text and its watchers: each gets all of it, once, in order, from wherever it begins."""

import asyncio
import json

from hypothesis import given
from hypothesis import strategies as st

from coaching.engine.generation import Broadcast, delta_event
from costory.lib import sse


def texts_of(events: bytes) -> str:
    """What a watcher would show."""
    return "".join(
        json.loads(line.removeprefix(b"data: "))["text"] for line in events.split(b"\n") if line.startswith(b"data: ")
    )


def test_markup_is_escaped_inside_the_json():
    event = delta_event("</script><b>&", 13)

    assert b"<" not in event
    assert b"&" not in event
    assert texts_of(event) == "</script><b>&"


def test_line_ends_cannot_end_an_event():
    event = delta_event("one\n\ntwo\r\u2028three", 16)

    assert event.count(b"\n\n") == 1
    assert texts_of(event) == "one\n\ntwo\r\u2028three"


@given(pieces=st.lists(st.text(min_size=1), max_size=8), offset=st.integers(0, 40), joins_after=st.integers(0, 8))
def test_a_watcher_gets_everything_from_its_offset(pieces: list[str], offset: int, joins_after: int):
    async def run() -> str:
        broadcast = Broadcast()
        received: list[bytes] = []

        async def watch() -> None:
            received.extend([event async for event in broadcast.watch(offset)])

        watcher: asyncio.Task[None] | None = None
        for number, piece in enumerate(pieces):
            if number == joins_after:
                watcher = asyncio.create_task(watch())
            await asyncio.sleep(0)
            broadcast.push(piece)
        watcher = watcher or asyncio.create_task(watch())
        await asyncio.sleep(0)
        broadcast.close()
        await asyncio.wait_for(watcher, 5)
        return texts_of(b"".join(received))

    assert asyncio.run(run()) == "".join(pieces)[offset:]


def test_a_watcher_that_waits_gives_signs_of_life():
    async def run() -> list[bytes]:
        broadcast = Broadcast("so far")
        events = broadcast.watch(6)
        first = asyncio.ensure_future(anext(events))
        await asyncio.sleep(0)
        broadcast.nudge()
        return [await asyncio.wait_for(first, 5)]

    assert asyncio.run(run()) == [sse.KEEP_ALIVE]


def test_many_watchers_share_one_encoding():
    async def run() -> list[bytes]:
        broadcast = Broadcast()

        async def last() -> bytes:
            return [event async for event in broadcast.watch(0)][-1]

        watchers = [asyncio.create_task(last()) for _ in range(3)]
        await asyncio.sleep(0)
        broadcast.push("word ")
        await asyncio.sleep(0)
        broadcast.close()
        return list(await asyncio.gather(*watchers))

    seen = asyncio.run(run())
    assert seen[0] is seen[1] is seen[2]
