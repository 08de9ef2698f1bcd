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


@given(text=st.text())
def test_an_event_is_what_the_format_s_own_encoder_makes_of_it(text: str):
    event = delta_event(text, 7)

    assert texts_of(event) == text
    assert event == sse.encode(event.split(b"data: ")[1].decode().rstrip("\n"), event="delta", event_id=7)


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


class Connection:
    """A reader's connection: it takes what is written until it is full, and then waits for room."""

    def __init__(self) -> None:
        self.received: list[bytes] = []
        self.room = asyncio.Event()
        self.room.set()
        self.is_broken = False

    async def write(self, events: bytes) -> None:
        if self.is_broken:
            raise ConnectionResetError
        if not self.room.is_set():
            await self.room.wait()
            await asyncio.sleep(0)
        self.received.append(events)

    @property
    def text(self) -> str:
        return texts_of(b"".join(self.received))


@given(
    pieces=st.lists(st.tuples(st.text(min_size=1), st.sampled_from(["", "full", "room", "turn", "nudge"])), max_size=9),
    offset=st.integers(0, 40),
    joins_after=st.integers(0, 9),
)
def test_a_reader_gets_everything_however_its_connection_stops_and_goes(
    pieces: list[tuple[str, str]], offset: int, joins_after: int
):
    async def run() -> str:
        broadcast = Broadcast()
        slow, quick = Connection(), Connection()
        readers = [asyncio.create_task(broadcast.pour(0, quick.write))]
        for number, (piece, happens) in enumerate(pieces):
            if number == joins_after:
                readers.append(asyncio.create_task(broadcast.pour(offset, slow.write)))
            match happens:
                case "full":
                    slow.room.clear()
                case "room":
                    slow.room.set()
                case "turn":
                    await asyncio.sleep(0)
                case "nudge":
                    broadcast.nudge()
            broadcast.push(piece)
        if len(readers) < 2:
            readers.append(asyncio.create_task(broadcast.pour(offset, slow.write)))
        await asyncio.sleep(0)
        broadcast.close()
        slow.room.set()
        await asyncio.wait_for(asyncio.gather(*readers), 5)
        assert quick.text == broadcast.text
        return slow.text

    assert asyncio.run(run()) == "".join(piece for piece, _ in pieces)[offset:]


def test_a_reader_that_keeps_up_is_written_to_at_once_and_one_that_does_not_gets_the_rest_as_one():
    async def run() -> tuple[list[bytes], list[bytes]]:
        broadcast = Broadcast()
        slow, quick = Connection(), Connection()
        readers = [asyncio.create_task(broadcast.pour(0, one.write)) for one in (slow, quick)]
        await asyncio.sleep(0)
        broadcast.push("one ")
        at_once = list(quick.received)
        slow.room.clear()
        for word in ("two ", "three ", "four "):
            broadcast.push(word)
        assert quick.text == "one two three four "
        assert slow.text == "one "
        slow.room.set()
        for _turn in range(5):
            await asyncio.sleep(0)
        broadcast.push("five")
        broadcast.close()
        await asyncio.wait_for(asyncio.gather(*readers), 5)
        return at_once, slow.received

    at_once, in_pieces = asyncio.run(run())
    assert [texts_of(piece) for piece in at_once] == ["one "]
    assert [texts_of(piece) for piece in in_pieces] == ["one ", "two ", "three four ", "five"]


def test_a_reader_who_breaks_or_leaves_ends_alone():
    async def run() -> tuple[str, BaseException | None, int]:
        broadcast = Broadcast()
        stays, breaks, leaves = Connection(), Connection(), Connection()
        reading, broken, left = (asyncio.create_task(broadcast.pour(0, one.write)) for one in (stays, breaks, leaves))
        await asyncio.sleep(0)
        breaks.is_broken = True
        leaves.room.clear()
        broadcast.push("one ")
        await asyncio.sleep(0)
        left.cancel()
        await asyncio.wait({broken, left}, timeout=5)
        broadcast.nudge()
        await asyncio.sleep(0)
        broadcast.push("two")
        broadcast.close()
        await asyncio.wait_for(reading, 5)
        assert sse.KEEP_ALIVE in stays.received
        return stays.text, broken.exception(), len(leaves.received)

    text, error, received = asyncio.run(run())
    assert text == "one two"
    assert isinstance(error, ConnectionResetError)
    assert received == 0


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
