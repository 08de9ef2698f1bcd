"""The names of a codex found in a chapter: CPU time with the codex read first, as after a save."""

from __future__ import annotations

import random
import time
from uuid import UUID

from stories.mentions import Named, find_mentions

ENTRIES = 300
_SYLLABLES = ("ka", "ri", "mo", "len", "thé", "dor", "val", "is", "an", "or", "bel", "ou", "ra", "chen", "tis")
_PLAIN = ("le", "la", "et", "dit", "il", "dans", "la", "nuit", "était", "qu’il")


def codex(chance: random.Random) -> list[Named]:
    """People, places and things with two names each; some of several words, some in small letters."""
    entries = []
    for number in range(ENTRIES):
        name = _word(chance) if number % 4 == 0 else _word(chance).capitalize()
        if number % 3 == 0:
            name = f"{name} {_word(chance).capitalize()}"
        entries.append(Named(UUID(int=number), (name, _word(chance).capitalize()), is_person=number % 2 == 0))
    return entries


def prose(chance: random.Random, entries: list[Named], *, words: int) -> str:
    """A text in which every twentieth word is a name."""
    text = [_word(chance) if number % 2 else chance.choice(_PLAIN) for number in range(words)]
    for place in range(0, words, 20):
        text[place] = chance.choice(entries).names[0]
    return " ".join(text)


def milliseconds(*, words: int) -> float:
    """CPU time of reading the codex and finding its names once."""
    chance = random.Random(7)
    entries = codex(chance)
    text = prose(chance, entries, words=words)
    start = time.process_time()
    found = find_mentions(text, entries, language="fr")
    spent = time.process_time() - start
    assert len(found) >= words // 25
    return spent * 1_000


def _word(chance: random.Random) -> str:
    return "".join(chance.choices(_SYLLABLES, k=chance.randint(2, 4)))
