"""Carrying the record of who wrote what through one edit, in a chapter half of which is the coach's."""

from __future__ import annotations

import time

from bench.autosave import prose
from stories.provenance import COACH, HUMAN, Runs, carry, cover

WORDS = 50_000
TIMES = 7


def measure() -> list[tuple[str, float]]:
    """The best of a few, in ms of the processor: an edit in half the length (is it linear?), in all, and more."""
    text = prose(WORDS * 6)
    half = text[: len(text) // 2]
    return [
        ("one edit, half as long", _best(half, _edited(half))),
        ("one edit", _best(text, _edited(text))),
        ("edits at both ends at once", _best(text, "X" + _edited(text) + "Y")),
        ("a word replaced throughout", _best(text, text.replace("keeper", "warden"))),
    ]


def _edited(text: str) -> str:
    middle = len(text) // 2
    return text[:middle] + "hello " + text[middle:]


def _record(length: int) -> Runs:
    runs: Runs = []
    for _ in range(0, length - 1000, 1000):
        runs += [[600, HUMAN], [400, COACH, "reply"]]
    return cover([*runs, [length - sum(run[0] for run in runs), HUMAN]], length)


def _best(old: str, new: str) -> float:
    runs = _record(len(old))
    best = float("inf")
    for _ in range(TIMES):
        begun = time.process_time()
        carry(old, new, runs)
        best = min(best, time.process_time() - begun)
    return best * 1000
