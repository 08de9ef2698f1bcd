"""How easily a text reads, by two formulas of long standing. Higher is easier; 60 to 70 is plain prose.

English: R. Flesch, "A new readability yardstick", Journal of Applied Psychology 32 (1948).
French: L. Kandel and A. Moles, « Application de l'indice de Flesch à la langue française », Cahiers d'études de
radio-télévision 19 (1958).
"""

import re
from collections.abc import Sequence
from typing import Final

from coaching.offline.passages import Passage

LEAST_WORDS: Final = 100

_CONSTANTS: Final = {"en": (206.835, 1.015, 84.6), "fr": (207.0, 1.015, 73.6)}
_VOWELS: Final = {
    "en": re.compile(r"[aeiouyàâäéèêëîïôöûùüœæ]+"),
    "fr": re.compile(r"[aeiouyàâäéèêëîïôöûùüœæ]+"),
}
_SILENT_EN: Final = re.compile(r"[^aeiouy]e[sd]?$")
_SILENT_FR: Final = re.compile(r"[^aeiouyàâäéèêëîïôöûùü]e(?:s|nt)?$")


def reading_ease(sentences: Sequence[Passage], language: str | None) -> int | None:
    """The score between 0 and 100; None for a text too short, or in a language without a formula."""
    count = sum(sentence.length for sentence in sentences)
    if language not in _CONSTANTS or count < LEAST_WORDS:
        return None
    total = sum(syllables(word.text, language) for sentence in sentences for word in sentence.words)
    base, by_sentence, by_word = _CONSTANTS[language]
    return max(0, min(100, round(base - by_sentence * count / len(sentences) - by_word * total / count)))


def syllables(word: str, language: str) -> int:
    """Roughly how many: groups of vowels, without the mute e. An elided word has none of its own."""
    if word.endswith("'"):
        return 0
    count = len(_VOWELS[language].findall(word))
    silent = _SILENT_FR if language == "fr" else _SILENT_EN
    is_silent = silent.search(word) and not (language == "en" and word.endswith(("le", "ted", "ded", "ses", "ces")))
    return max(1, count - bool(is_silent))
