"""The record of a new text, from that of the old one."""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from stories.provenance.matching import Match, common_suffix, gaps, matches, same_ends
from stories.provenance.runs import COACH, HUMAN, Runs, cover, cut_runs, join_runs, mark_edited, more_human

# A reply's id and the words of it that were taken into the story.
Passage = tuple[str, str]

# Words typed between two saves a few seconds apart are fewer; more than these were pasted, or brought back by a redo.
PASTED_CHARACTERS = 80
# A sentence of this length that stands word for word in a passage of the coach's was not thought of twice.
RECOGNISED_CHARACTERS = 40
SENTENCE_CHARACTERS = 400

_SENTENCE_END = re.compile(r"[.!?…\n]")
_SENTENCE = re.compile(r"[^.!?…\n]*(?:[.!?…]+[»”\"’')\s]*|\n+|$)")


def carry(
    old: str, new: str, runs: Sequence[Sequence[Any]], passages: Callable[[], Iterable[Passage]] | None = None
) -> Runs:
    """The record of `new`, given that of `old`.

    `passages` is asked for the story's insertions only when much text is new at once: an undone insertion that is
    redone, or a paragraph moved from elsewhere, is the coach's as it was. Linear in the texts' lengths for one edit.
    """
    known = cover(runs, len(old))
    if old == new:
        return known
    if all(run[1] == HUMAN for run in known):
        prefix, suffix = same_ends(old, new)
        carried = cover([], len(new))
        changed = [(prefix, len(new) - suffix)]
    else:
        found = matches(old, new)
        carried = _carry_matches(old, new, known, found)
        changed = list(gaps(found, len(new)))
    if passages is not None:
        pasted = [(start, end) for start, end in changed if end - start >= PASTED_CHARACTERS]
        if pasted:
            carried = _recognise(new, carried, pasted, list(passages()))
    return carried


def _carry_matches(old: str, new: str, runs: Runs, found: Sequence[Match]) -> Runs:
    record = _Record(runs)
    pieces: Runs = []
    edited: list[tuple[int, int]] = []
    doubtful: list[tuple[int, int, int]] = []
    old_place = new_place = 0
    for match in [*found, Match(len(old), len(new), 0)]:
        removed, typed = match.old - old_place, match.new - new_place
        if removed or typed:
            pieces.append([typed, HUMAN])
            edited += _sentences_around(new, new_place, match.new, removed=old[old_place : match.old])
            if not typed or not removed:
                doubtful.append((new_place, removed, typed))
        pieces += record.cut(match.old, match.old + match.length)
        old_place, new_place = match.old + match.length, match.new + match.length
    carried = mark_edited(join_runs(pieces), edited)
    for place, removed, typed in doubtful:
        carried = _settle_doubt(old, new, record, carried, place, removed, typed, found)
    return carried


class _Record:
    """Runs that are cut from front to back, each looked at once."""

    def __init__(self, runs: Runs) -> None:
        self.runs = runs
        self.starts = _starts_of(runs)

    def cut(self, start: int, end: int) -> Runs:
        first = max(bisect_left(self.starts, start + 1) - 1, 0)
        last = bisect_left(self.starts, end)
        base = self.starts[first] if first < len(self.starts) else 0
        return cut_runs(self.runs[first:last], start - base, end - base)


def _starts_of(runs: Runs) -> list[int]:
    starts, place = [], 0
    for run in runs:
        starts.append(place)
        place += run[0]
    return starts


def _sentences_around(text: str, start: int, end: int, *, removed: str) -> Iterator[tuple[int, int]]:
    """The rest of the sentences in which a change begins and ends; a sentence that stands whole beside it is none."""
    begin = max(start - SENTENCE_CHARACTERS, 0)
    for found in _SENTENCE_END.finditer(text, begin, start):
        begin = found.end()
    # Blanks after a sentence's end belong to neither.
    if text[begin:start].strip():
        yield begin, start
    if _ends_a_sentence(text[max(end - SENTENCE_CHARACTERS, 0) : end]) and _ends_a_sentence(removed):
        return
    rest = _SENTENCE_END.search(text, end, end + SENTENCE_CHARACTERS)
    yield end, rest.end() if rest else min(end + SENTENCE_CHARACTERS, len(text))


def _ends_a_sentence(text: str) -> bool:
    said = text.rstrip(" »”\"’')\u00a0\u202f")
    return not said or bool(_SENTENCE_END.match(said, len(said) - 1))


def _settle_doubt(
    old: str,
    new: str,
    record: _Record,
    carried: Runs,
    place: int,
    removed: int,
    typed: int,
    found: Sequence[Match],
) -> Runs:
    """Give a person what may be theirs where a change could have been made further to the left with the same outcome.

    "abab" after one of two "ab" went, or came: the two texts do not say which.
    """
    before = next((match for match in found if match.new + match.length == place), None)
    if before is None:
        return carried
    text, size = (new, typed) if typed else (old, removed)
    end = place + typed if typed else before.old + before.length + removed
    slide = common_suffix(text[:end], text[: end - size], most=before.length)
    if typed:
        # What stands here may be what was typed; what was there before then stands further right.
        return mark_edited(carried, [(place - slide, place)])
    # Each character that stays may be the one that stood `removed` further on.
    last = before.old + before.length + removed
    others = record.cut(last - slide, last)
    total = sum(run[0] for run in carried)
    return join_runs(
        cut_runs(carried, 0, place - slide),
        more_human(cut_runs(carried, place - slide, place), others),
        cut_runs(carried, place, total),
    )


def _recognise(new: str, carried: Runs, pasted: Iterable[tuple[int, int]], passages: Sequence[Passage]) -> Runs:
    """Give back to the coach the sentences of what was pasted that stand word for word in one of its passages."""
    if not passages:
        return carried
    total = sum(run[0] for run in carried)
    for start, end in pasted:
        place = start
        for found in _SENTENCE.finditer(new, start, end):
            sentence = found.group()
            known = next((reply for reply, text in passages if sentence.strip() and sentence.strip() in text), None)
            if known is None or len(sentence.strip()) < RECOGNISED_CHARACTERS:
                continue
            place = found.start()
            carried = join_runs(
                cut_runs(carried, 0, place),
                [[len(sentence), COACH, known]],
                cut_runs(carried, place + len(sentence), total),
            )
    return carried
