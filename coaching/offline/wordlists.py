"""What the findings listen for beside grammar: worn phrases, verbs of speech, verbs that stand before what is seen."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

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
