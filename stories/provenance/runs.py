"""Records of runs: covered, cut, joined, counted."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

HUMAN: Final = "human"
COACH: Final = "coach"
COACH_EDITED: Final = "coach-edited"

Run = list[Any]
Runs = list[Run]


class Shares(NamedTuple):
    """How many characters of a text are whose."""

    human: int
    coach: int
    coach_edited: int


def cover(runs: Sequence[Sequence[Any]], length: int) -> Runs:
    """The runs of a text of this length. A text whose record is missing or does not fit is a person's."""
    joined = join_runs(runs)
    if sum(run[0] for run in joined) == length:
        return joined
    return [[length, HUMAN]] if length else []


def join_runs(*records: Iterable[Sequence[Any]]) -> Runs:
    """One record of texts that follow each other: neighbours of one source become one run."""
    joined: Runs = []
    for runs in records:
        for run in runs:
            if run[0] <= 0:
                continue
            if joined and joined[-1][1:] == list(run[1:]):
                joined[-1][0] += run[0]
            else:
                joined.append(list(run))
    return joined


def cut_runs(runs: Sequence[Sequence[Any]], start: int, end: int) -> Runs:
    """The record of the characters from `start` to `end`."""
    cut: Runs = []
    place = 0
    for run in runs:
        if place >= end:
            break
        kept = min(place + run[0], end) - max(place, start)
        if kept > 0:
            cut.append([kept, *run[1:]])
        place += run[0]
    return cut


def shares(runs: Iterable[Sequence[Any]]) -> Shares:
    """How many characters are a person's, the coach's, and the coach's edited."""
    counts = dict.fromkeys((HUMAN, COACH, COACH_EDITED), 0)
    for run in runs:
        counts[run[1]] += run[0]
    return Shares(counts[HUMAN], counts[COACH], counts[COACH_EDITED])


def insert_run(runs: Sequence[Sequence[Any]], *, position: int, length: int, reply_id: str, replacing: int = 0) -> Runs:
    """The record after a passage of the coach's was put in at `position`, in place of so many characters."""
    total = sum(run[0] for run in runs)
    return join_runs(
        cut_runs(runs, 0, position),
        [[length, COACH, reply_id]],
        cut_runs(runs, position + replacing, total),
    )


def mark_edited(runs: Sequence[Sequence[Any]], stretches: Iterable[tuple[int, int]]) -> Runs:
    """The record in which what is the coach's within these stretches is the coach's edited. One pass over both."""
    ends = sorted(edge for start, end in stretches if end > start for edge in ((start, 1), (end, -1)))
    marked: list[Sequence[Any]] = []
    place = depth = 0
    edges = iter([*ends, (sum(run[0] for run in runs), 0)])
    edge, step = next(edges)
    for run in runs:
        end = place + run[0]
        if run[1] != COACH:
            marked.append(run)
            place = end
        while place < end:
            while edge <= place and step:
                depth += step
                edge, step = next(edges)
            until = min(end, edge) if step else end
            marked.append([until - place, COACH_EDITED if depth else COACH, *run[2:]])
            place = until
    return join_runs(marked)


def more_human(runs: Sequence[Sequence[Any]], others: Sequence[Sequence[Any]]) -> Iterator[Run]:
    """Two records of equally long texts, as one: a person's where either is."""
    place = 0
    for run in runs:
        for other in cut_runs(others, place, place + run[0]):
            yield [other[0], HUMAN] if other[1] == HUMAN else [other[0], *run[1:]]
        place += run[0]
