"""How fast a text moves: short sentences, speech, exclamations and questions, verbs of movement and struggle.

It is the mean of four shares that are each counted, and nothing more. It hears how a thing is told and not what is
told: the quietest sentence can be the hardest of the book. The bounds were set by eye, so that a still description
comes out near 15 and a chase in dialogue near 85; they are the same for every text, so that chapters compare.
"""

from statistics import fmean
from typing import Final

from coaching.offline.reading import Reading
from coaching.offline.wordlists import movements

LEAST_WORDS: Final = 40

# Where a share counts for nothing, and where for all.
_LENGTH: Final = (24.0, 6.0)  # words a sentence, longest first: shorter is faster
_SPEECH: Final = (0.0, 0.6)  # of the words
_MARKS: Final = (0.0, 0.4)  # of the sentences
_MOVES: Final = (0.0, 0.03)  # of the words

_CALLS: Final = frozenset("!?…")


def intensity(reading: Reading) -> int | None:
    """Between 0 and 100; None for a text too short to tell. Verbs are left out where no list knows the language."""
    words, sentences = reading.words, reading.sentences
    if words < LEAST_WORDS:
        return None
    parts = [
        _share(words / len(sentences), _LENGTH),
        _share(reading.spoken / words, _SPEECH),
        _share(sum(not _CALLS.isdisjoint(sentence.text[-4:]) for sentence in sentences) / len(sentences), _MARKS),
    ]
    if reading.language:
        known = movements(reading.language)
        moves = sum(word in known for sentence in sentences for word in sentence.words)
        parts.append(_share(moves / words, _MOVES))
    return round(fmean(parts) * 100)


def _share(value: float, bounds: tuple[float, float]) -> float:
    nothing, everything = bounds
    return min(1.0, max(0.0, (value - nothing) / (everything - nothing)))
