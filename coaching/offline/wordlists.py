"""What the findings listen for beside grammar: worn phrases, verbs of speech, verbs that stand before what is seen."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from coaching.offline.lexicon import LEXICONS


@dataclass(frozen=True, slots=True)
class Wordlists:
    """One language's lists. `cliches` holds, by its first word, each phrase as a tuple of words."""

    cliches: dict[str, tuple[tuple[str, ...], ...]]
    count: int
    said: frozenset[str]
    loud: frozenset[str]
    filters: frozenset[str]
    filter_subjects: frozenset[str]
    between: frozenset[str]
    not_after_filter: frozenset[str]
    tag_subjects: frozenset[str]
    minds: frozenset[str]


@cache
def wordlists(language: str) -> Wordlists:
    """The lists of en or fr."""
    lists = tomllib.loads((Path(__file__).parent / f"wordlists.{language}.toml").read_text(encoding="utf-8"))
    word = LEXICONS[language].word
    cliches: dict[str, list[tuple[str, ...]]] = {}
    lines = {line.strip() for line in lists.pop("cliches").splitlines()} - {""}
    for line in sorted(lines):
        words = tuple(word.findall(line.replace("’", "'").replace("œ", "oe")))
        cliches.setdefault(words[0], []).append(words)
    sets = {name: frozenset(words.split()) for name, words in lists.items()}
    return Wordlists(cliches={first: tuple(rest) for first, rest in cliches.items()}, count=len(lines), **sets)


_REGULAR: Final = {
    "en": (("e", ("e", "es", "ed", "ing")), ("", ("", "s", "es", "ed", "ing"))),
    "fr": (("er", ("e", "es", "ent", "er", "a", "ai", "ais", "ait", "aient", "ant", "èrent", "é", "ée", "és", "ées")),),
}
"""By language: the ending a regular verb is given with, and those it is read with."""


@cache
def movements(language: str) -> frozenset[str]:
    """Verbs of movement and struggle in en or fr, in all their forms."""
    lists = tomllib.loads((Path(__file__).parent / f"movements.{language}.toml").read_text(encoding="utf-8"))
    found = set(lists["forms"].split())
    for verb in lists["regular"].split():
        given, endings = next((given, endings) for given, endings in _REGULAR[language] if verb.endswith(given))
        stem = verb.removesuffix(given)
        found.update(stem + ending for ending in endings)
        if stem[-1] in "gc" and language == "fr":  # lança, plongeait
            soft = stem + "e" if stem[-1] == "g" else stem[:-1] + "ç"
            found.update(soft + ending for ending in endings if ending[0] == "a")
    return frozenset(found)
