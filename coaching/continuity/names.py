"""One name spelled two ways: the same to the ear, or a slip of one letter in a long and frequent name."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence, Set
from itertools import combinations
from typing import Final

from coaching.continuity.findings import Finding
from coaching.continuity.people import People
from coaching.continuity.reading import Chapter, Sentence
from stories.mentions import fold

_SHORTEST: Final = 4
_SHORTEST_SLIP: Final = 6
_WORD: Final = re.compile(r"[^\W\d_]+")


def check_names(chapters: Sequence[Chapter], people: People, language: str) -> Iterator[Finding]:
    """Pairs of names that are one to the ear, or differ by one letter where one is frequent and the other rare."""
    known = {word for entry in people.codex.values() for name in entry.names for word in _WORD.findall(name)}
    counts = {name: count for name, count in (people.capitalised | people.found).items() if len(name) >= _SHORTEST}
    counts |= {word: 10_000 for word in known if len(word) >= _SHORTEST}
    names = known | people.found.keys()
    pairs = [
        pair for pair in _pairs(counts, people.certain | known) if not set(pair) <= known and not names.isdisjoint(pair)
    ]
    if not pairs:
        return
    wanted = {name for pair in pairs for name in pair}
    where: dict[str, list[tuple[Sentence, int]]] = defaultdict(list)
    for chapter in chapters:
        for sentence in chapter.sentences:
            for match in _WORD.finditer(sentence.text):
                if match[0] in wanted:
                    where[match[0]].append((sentence, sentence.start + match.start()))
    for pair in pairs:
        usual, other = sorted(pair, key=lambda name: (-counts[name], name))
        if not where[usual] or not where[other]:
            continue
        # Two people of nearly one name meet in a sentence sooner or later; a slip does not meet itself.
        if {id(sentence) for sentence, _at in where[usual]} & {id(sentence) for sentence, _at in where[other]}:
            continue
        quotes = [sentence.quote(at, at + len(name)) for name in (usual, other) for sentence, at in where[name][:1]]
        params = {"first": usual, "second": other}
        yield Finding("name", quotes[0], quotes[1], "name.spelled", params, 0.75)


def _pairs(counts: dict[str, int], certain: Set[str]) -> list[tuple[str, str]]:
    """What may be one name. Every name is put where its like would be, so that the work grows with their number."""
    heard: dict[str, list[str]] = defaultdict(list)
    for name in counts:
        heard[_sound(name)].append(name)
    pairs = {
        (one, other)
        for names in heard.values()
        for one, other in combinations(sorted(names), 2)
        if counts[one] + counts[other] >= 3 and not _is_inflected(one, other)
    }
    slips: dict[str, list[str]] = defaultdict(list)
    for name in counts:
        if len(name) >= _SHORTEST_SLIP and name in certain:
            for at in range(1, len(name) - 1):
                slips[f"{fold(name[:at])}·{fold(name[at + 1 :])}"].append(name)
    for names in slips.values():
        for one, other in combinations(sorted(set(names)), 2):
            rare, often = sorted((counts[one], counts[other]))
            if rare <= 2 and often >= 3 * rare and abs(len(one) - len(other)) <= 1:
                pairs.add((one, other))
    return sorted(pairs)


def _sound(name: str) -> str:
    """How a name sounds, roughly: what two languages spell in two ways is one here."""
    sound = fold(name)
    for written, said in (("ph", "f"), ("ck", "k"), ("qu", "k"), ("c", "k"), ("y", "i"), ("z", "s"), ("th", "t")):
        sound = sound.replace(written, said)
    sound = re.sub(r"(?<=[aeiourtlsn])h", "", sound)
    sound = re.sub(r"(.)\1+", r"\1", sound)
    return re.sub(r"(?<=[bdfgklmnprt])ei(?=[bdfgklmnprt])", "e", sound)


def _is_inflected(one: str, other: str) -> bool:
    """Whether one is the other's plural or feminine by its ending."""
    short, long = sorted((fold(one), fold(other)), key=len)
    return long != short and long.startswith(short) and long[len(short) :] in {"s", "x", "e", "es", "ne", "le", "te"}
