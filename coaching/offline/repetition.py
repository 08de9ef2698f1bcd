"""What comes back: words and their inflections, sentences of one length, sentences that begin alike."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from coaching.offline.lexicon import ENGLISH, Lexicon
from coaching.offline.passages import Passage, Word

_NEAR: Final = 35
_SIDE_BY_SIDE: Final = 9
_SHORTEST: Final = 4
_LONG_PAIR: Final = 6
_STEP: Final = 4
_EVEN: Final = 6
_ALIKE: Final = 4
_BREATH: Final = 50

_ENDINGS: Final = {
    "en": ("'s", "ings", "ing", "ed", "es", "s", "e"),
    "fr": (
        *("aient", "èrent", "antes", "ante", "ants", "ions", "ait", "ais", "ant", "ées", "iez"),
        *("és", "ée", "er", "ez", "ai", "es", "as", "é", "a", "e", "s", "x"),
    ),
}
_VOWELS: Final = frozenset("aeiouyàâéèêëîïôûùü")


@dataclass(frozen=True, slots=True)
class Mark:
    """A finding before it is shown: `sentence` is the place of its sentence among the sentences."""

    kind: str
    start: int
    end: int
    sentence: int
    severity: int
    facts: Mapping[str, int | str] = field(default_factory=dict)
    places: tuple[tuple[int, int], ...] = ()


def stem(word: str, lexicon: Lexicon) -> str:
    """A word without what inflects it: enough to hear "watch" in "watching", « regard » in « regardait »."""
    language = "en" if lexicon is ENGLISH else "fr"
    if language == "en" and word.endswith("ies") and len(word) > _SHORTEST + 1:
        return word[:-3] + "y"
    least = 3 if language == "en" else 4
    for ending in _ENDINGS[language]:
        base = word[: -len(ending)]
        if word.endswith(ending) and len(base) >= least and not _VOWELS.isdisjoint(base):
            doubled = language == "en" and ending in ("ing", "ed") and base[-1] == base[-2] and base[-1] not in "ls"
            return base[:-1] if doubled else base
    return word


def echoes(sentences: Sequence[Passage], lexicon: Lexicon) -> Iterator[Mark]:
    """Words that come back close to themselves. Names are left out, and a word said twice in one breath."""
    places: dict[str, list[tuple[int, int, Word]]] = {}
    names: dict[str, int] = {}
    position = 0
    for number, sentence in enumerate(sentences):
        for index, word in enumerate(sentence.words):
            position += 1
            plain = word.text
            if len(plain) < _SHORTEST or plain in lexicon.common or plain.endswith("'"):
                continue
            root = stem(plain, lexicon)
            places.setdefault(root, []).append((position, number, word))
            if index and word.is_capital:
                names[root] = names.get(root, 0) + 1
    for root, spots in places.items():
        if len(spots) < 2 or 2 * names.get(root, 0) >= len(spots):
            continue
        for run in _runs(spots):
            count, span = len(run), run[-1][0] - run[0][0] + 1
            word = run[0][2]
            is_pair = count == 2 and 2 < span <= _SIDE_BY_SIDE and len(word.text) >= _LONG_PAIR
            if count > 2 or is_pair:
                yield Mark(
                    "echo",
                    word.start,
                    word.end,
                    run[0][1],
                    min(85, 46 + 8 * count - span // 10),
                    {"count": count, "span": span},
                    tuple((spot.start, spot.end) for _, _, spot in run),
                )


def _runs(spots: list[tuple[int, int, Word]]) -> Iterator[list[tuple[int, int, Word]]]:
    """Places that follow each other within _NEAR words."""
    run = [spots[0]]
    for before, here in pairwise(spots):
        if here[0] - before[0] > _NEAR:
            yield run
            run = []
        run.append(here)
    yield run


def rhythm(sentences: Sequence[Passage]) -> Iterator[Mark]:
    """Runs of narrated sentences of nearly one length, or with one first word; and the sentence without a breath."""
    low = high = even = alike = 0
    for number in range(len(sentences) + 1):
        here = sentences[number] if number < len(sentences) else None
        length = here.length if here and not here.is_spoken else 0
        if not length or (number > even and max(high, length) - min(low, length) > _STEP):
            yield from _even(sentences, even, number, low, high)
            even = number if length else number + 1
            low = high = length
        elif number == even:
            low = high = length
        else:
            low, high = min(low, length), max(high, length)
        if not length or (number > alike and _first(sentences, number) != _first(sentences, alike)):
            yield from _begun(sentences, alike, number)
            alike = number if length else number + 1
        if here and length >= _BREATH:
            yield Mark("rhythm.long", here.start, here.end, number, min(70, length), {"count": length})


def _even(sentences: Sequence[Passage], start: int, end: int, low: int, high: int) -> Iterator[Mark]:
    if end - start >= _EVEN:
        run = (sentences[start].start, sentences[end - 1].end)
        facts = {"count": end - start, "low": low, "high": high}
        yield Mark("rhythm.even", *run, start, min(82, 54 + end - start), facts)


def _begun(sentences: Sequence[Passage], start: int, end: int) -> Iterator[Mark]:
    if end - start >= _ALIKE:
        words = [sentence.words[0] for sentence in sentences[start:end]]
        places = tuple((word.start, word.end) for word in words)
        yield Mark("rhythm.start", *places[0], start, min(80, 48 + 4 * len(words)), {"count": len(words)}, places)


def _first(sentences: Sequence[Passage], number: int) -> str:
    return sentences[number].words[0].text
