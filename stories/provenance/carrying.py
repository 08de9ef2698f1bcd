"""The record of a new text, from that of the old one."""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from stories.provenance.matching import Match, common_suffix, gaps, gaps_of, matches, same_ends
from stories.provenance.moving import MOVED_CHARACTERS, moved
from stories.provenance.runs import COACH, HUMAN, Runs, cover, cut_runs, join_runs, mark_edited, more_human

# A reply's id and the words of it that were taken into the story.
Passage = tuple[str, str]

# Words typed between two saves a few seconds apart are fewer; more than these were pasted, or brought back by a redo.
PASTED_CHARACTERS = 80
# A sentence of this length that stands word for word in a passage of the coach's was not thought of twice.
RECOGNISED_CHARACTERS = 40
SENTENCE_CHARACTERS = 400
MARKS = " \n.,;:!?…«»“”\"’'()[]*_—–-\u00a0\u202f"
MOST_MARKS = 8

SENTENCE_ENDS = ".!?…\n"
_SENTENCE_END = re.compile(f"[{SENTENCE_ENDS}]")
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
        moves = _moves(old, new, known, found)
        carried = _carry_matches(old, new, known, found, moves)
        changed = list(gaps(found, len(new)))
    if passages is not None:
        pasted = [(start, end) for start, end in changed if end - start >= PASTED_CHARACTERS]
        if pasted:
            carried = _recognise(new, carried, pasted, list(passages()))
    return carried


def _moves(old: str, new: str, runs: Runs, found: Sequence[Match]) -> list[Match]:
    """What of the coach's went at one place and came at another."""
    changes = list(gaps_of(found, len(old), len(new)))
    removed = [(start, end) for start, end, _, _ in changes if end - start >= MOVED_CHARACTERS]
    typed = [(start, end) for _, _, start, end in changes if end - start >= MOVED_CHARACTERS]
    if not removed or not typed:
        return []
    record = _Record(runs)
    coachs = [stretch for stretch in removed if any(run[1] != HUMAN for run in record.cut(*stretch))]
    return moved(old, new, coachs, typed)


def _carry_matches(old: str, new: str, runs: Runs, found: Sequence[Match], moves: Sequence[Match]) -> Runs:
    record = _Record(runs)
    pieces: Runs = []
    edited: list[tuple[int, int]] = []
    doubtful: list[tuple[int, int, int]] = []
    old_place = new_place = 0
    coming = iter([*moves, Match(len(old), len(new), 0)])
    move = next(coming)
    for match in [*found, Match(len(old), len(new), 0)]:
        removed, typed = match.old - old_place, match.new - new_place
        if removed or typed:
            place = new_place
            while move.length and move.new < match.new:
                pieces += [[move.new - place, HUMAN], *record.cut(move.old, move.old + move.length)]
                edited += _torn(old, new, move)
                edited += _marks_around(new, place, move.new, within=(new_place, match.new))
                place, move = move.new + move.length, next(coming)
            pieces.append([match.new - place, HUMAN])
            edited += _marks_around(new, place, match.new, within=(new_place, match.new))
            edited += _sentences_around(new, new_place, match.new, removed=old[old_place : match.old])
            if not typed or not removed:
                doubtful.append((new_place, removed, typed))
        pieces += record.cut(match.old, match.old + match.length)
        old_place, new_place = match.old + match.length, match.new + match.length
    carried = mark_edited(join_runs(pieces), edited)
    for place, removed, typed in doubtful:
        carried = _settle_doubt(old, new, record, carried, place, removed, typed, found, moves)
    return carried


def _put(carried: Runs, place: int, runs: Runs) -> Runs:
    """The record with these runs from a place on."""
    total = sum(run[0] for run in carried)
    end = place + sum(run[0] for run in runs)
    return join_runs(cut_runs(carried, 0, place), runs, cut_runs(carried, end, total))


def _torn(old: str, new: str, move: Match) -> Iterator[tuple[int, int]]:
    """The sentences at the ends of a passage that was moved, where it is not whole sentences."""
    end, old_end = move.new + move.length, move.old + move.length
    if not (_begins_a_sentence(old, move.old) and _begins_a_sentence(new, move.new)):
        first = _SENTENCE_END.search(new, move.new, end)
        yield move.new, first.end() if first else end
    stop, old_stop = new[end : end + 1].strip("\n"), old[old_end : old_end + 1].strip("\n")
    is_whole = stop == old_stop and (not stop or bool(_SENTENCE_END.match(stop)))
    if not (is_whole or _ends_a_sentence(new[max(end - SENTENCE_CHARACTERS, move.new) : end])):
        last = max((new.rfind(mark, move.new, end) for mark in ".!?…\n"), default=-1)
        yield max(last + 1, move.new), end


def _marks_around(text: str, start: int, end: int, *, within: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """The marks at which passages that were moved meet what was typed: a full stop before it may be the typed one."""
    before, after = text[max(start - MOST_MARKS, within[0]) : start], text[end : min(end + MOST_MARKS, within[1])]
    if (before or after) and text[start:end].strip():
        yield start - len(before) + len(before.rstrip(MARKS)), start
        yield end, end + len(after) - len(after.lstrip(MARKS))


def _begins_a_sentence(text: str, place: int) -> bool:
    return _ends_a_sentence(text[max(place - SENTENCE_CHARACTERS, 0) : place])


class _Record:
    """Runs that are cut from front to back, each looked at once."""

    def __init__(self, runs: Runs) -> None:
        self.runs = runs
        self.starts = _starts_of(runs)

    def cut(self, start: int, end: int) -> Runs:
        first = max(bisect_left(self.starts, start + 1) - 1, 0)
        if start < end and first < len(self.runs) and end <= self.starts[first] + self.runs[first][0]:
            return [[end - start, *self.runs[first][1:]]]
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
    begin = max([begin, *[text.rfind(sign, begin, start) + 1 for sign in SENTENCE_ENDS]])
    # Blanks after a sentence's end belong to neither.
    if text[begin:start].strip():
        yield begin, start
    if _ends_a_sentence(text[max(end - SENTENCE_CHARACTERS, 0) : end]) and _ends_a_sentence(removed):
        return
    rest = _SENTENCE_END.search(text, end, end + SENTENCE_CHARACTERS)
    yield end, rest.end() if rest else min(end + SENTENCE_CHARACTERS, len(text))


def _ends_a_sentence(text: str) -> bool:
    said = text.rstrip(" »”\"’')\u00a0\u202f")
    return not said or said[-1] in SENTENCE_ENDS


def _settle_doubt(
    old: str,
    new: str,
    record: _Record,
    carried: Runs,
    place: int,
    removed: int,
    typed: int,
    found: Sequence[Match],
    moves: Sequence[Match],
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
        if any(place <= move.new < end for move in moves):
            kept = min(slide, typed)
            others = record.cut(before.old + before.length - kept, before.old + before.length)
            settled = list(more_human(cut_runs(carried, end - kept, end), others))
            carried = _put(carried, end - kept, settled)
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
    for start, end in pasted:
        for found in _SENTENCE.finditer(new, start, end):
            sentence = found.group()
            known = next((reply for reply, text in passages if sentence.strip() and sentence.strip() in text), None)
            if known is not None and len(sentence.strip()) >= RECOGNISED_CHARACTERS:
                carried = _put(carried, found.start(), [[len(sentence), COACH, known]])
    return carried
