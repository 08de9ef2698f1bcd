"""The passages of the benchmark, read from the TOML files beside this one."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid5

from coaching.continuity import Finding, Known, KnownFact, Passage, Quote

FOLDER = Path(__file__).parent
LANGUAGES = ("en", "fr")
OF_THE_WHOLE = frozenset({"point_of_view", "tense"})
_NAMES = UUID("4f1d3b58-52cb-4f0e-8a4e-0a52d4f2a6a1")


@dataclass(frozen=True, slots=True)
class Sample:
    """A passage of one or more chapters. `kind` and the two quotes are empty where nothing is planted."""

    id: str
    language: str
    chapters: tuple[Passage, ...]
    codex: tuple[Known, ...]
    kind: str = ""
    first: str = ""
    second: str = ""
    trap: str = ""

    def is_found_by(self, finding: Finding) -> bool:
        """Whether a finding is the planted one: of its kind, each quote at one of the two places.

        Of what runs through a whole scene any sentence is an example: there the place where it changes has to be right.
        """
        if finding.kind != self.kind:
            return False
        places = [self.span(self.first), self.span(self.second)]
        if self.kind in OF_THE_WHOLE:
            return _overlap(finding.second, places[1])
        return any(
            _overlap(finding.first, one) and _overlap(finding.second, other)
            for one, other in (places, reversed(places))
        )

    def span(self, quote: str) -> Quote:
        """Where a planted quote stands."""
        for chapter in self.chapters:
            start = chapter.text.find(quote)
            if start >= 0:
                return Quote(chapter.chapter_id, start, start + len(quote), quote)
        raise ValueError(f"{self.id}: not in the text: {quote}")


def load() -> list[Sample]:
    """Every passage, planted and clean, in both languages."""
    return [
        _sample(entry, language)
        for part in ("planted", "clean")
        for language in LANGUAGES
        for entry in tomllib.loads((FOLDER / f"{part}.{language}.toml").read_text(encoding="utf-8"))["passage"]
    ]


def _sample(entry: dict, language: str) -> Sample:  # type: ignore[type-arg]  # What TOML gives has no shape yet.
    chapters = tuple(
        Passage(uuid5(_NAMES, f"{entry['id']}/{number}"), number, "", text)
        for number, text in enumerate(entry["chapters"], start=1)
    )
    codex = tuple(
        Known(known["name"], facts=tuple(KnownFact(fact) for fact in known["facts"]))
        for known in entry.get("codex", [])
    )
    planted = {name: entry.get(name, "") for name in ("kind", "first", "second", "trap")}
    return Sample(id=entry["id"], language=language, chapters=chapters, codex=codex, **planted)


def _overlap(quote: Quote, other: Quote) -> bool:
    return quote.chapter_id == other.chapter_id and quote.start < other.end and other.start < quote.end
