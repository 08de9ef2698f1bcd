"""The offline coach: processor time of all it finds in a chapter, and how that grows."""

from __future__ import annotations

import random
import time
from statistics import median

from coaching.offline import answer
from coaching.offline.digest import digest
from coaching.offline.findings import find

WORDS = 5_000
_ENGLISH = (
    "the lamp went out and nobody came to the harbour she could see them slowly walking was opened by a stranger softly"
    " said anna exclaimed it was a dark and stormy night in the end of the street where rain had fallen all day long"
)
_FRENCH = (
    "la lampe s’éteignit et personne ne vint au port elle vit lentement marcher fut ouverte par un inconnu doucement"
    " dit anna s’exclama-t-elle son cœur battait la chamade au bout de la rue où la pluie était tombée toute la journée"
)


def prose(vocabulary: str, *, words: int) -> str:
    """Sentences of chance, one in six of them spoken."""
    chance = random.Random(7)
    pool = vocabulary.split()
    sentences = []
    left = words
    while left > 0:
        length = chance.randint(3, 24)
        sentence = " ".join(chance.choices(pool, k=length)).capitalize() + "."
        sentences.append(f"“{sentence}” " if chance.random() < 1 / 6 else f"{sentence} ")
        left -= length
    return "".join(sentence + ("\n\n" if place % 6 == 5 else "") for place, sentence in enumerate(sentences))


def measure(count: int) -> list[tuple[str, float, float]]:
    """For each language: its name, milliseconds for 5,000 words, and how much longer ten times as many take."""
    rows = []
    for name, language, vocabulary in (("English", "en", _ENGLISH), ("French", "fr", _FRENCH)):
        short, long = prose(vocabulary, words=WORDS), prose(vocabulary, words=WORDS * 10)
        one = median(_milliseconds(short, language) for _ in range(count))
        ten = median(_milliseconds(long, language) for _ in range(count))
        rows.append((name, one, ten / one))
    return rows


def _milliseconds(text: str, language: str) -> float:
    """Everything the page, the reply and the model's figures take."""
    start = time.process_time()
    find(text, language=language)
    digest(text, language)
    answer(chapter_text=text, question="Does it hold?", mode="narrative", language=language)
    return (time.process_time() - start) * 1_000
