"""Precision and recall, by kind and language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bench.continuity.passages import LANGUAGES, Sample
from coaching.continuity import Finding

Cell = tuple[str, str]


@dataclass(slots=True)
class Score:
    """What was planted, what of it was found, and all that was found; counted by (kind, language)."""

    planted: Counter[Cell] = field(default_factory=Counter)
    found: Counter[Cell] = field(default_factory=Counter)
    right: Counter[Cell] = field(default_factory=Counter)
    wrong: Counter[Cell] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)
    false: list[tuple[str, Finding]] = field(default_factory=list)

    def add(self, sample: Sample, findings: Sequence[Finding]) -> None:
        """Count a passage. A finding beside the planted one is wrong, and so is every finding in a clean passage."""
        right = [finding for finding in findings if sample.kind and sample.is_found_by(finding)]
        if sample.kind:
            cell = (sample.kind, sample.language)
            self.planted[cell] += 1
            self.found[cell] += bool(right)
            if not right:
                self.missed.append(sample.id)
        for finding in findings:
            is_right = finding in right
            (self.right if is_right else self.wrong)[finding.kind, sample.language] += 1
            if not is_right:
                self.false.append((sample.id, finding))

    def recall(self, language: str = "") -> float:
        """The share of what was planted that was found, in one language or both."""
        return _share(_sum(self.found, language), _sum(self.planted, language))

    def precision(self, language: str = "") -> float:
        """The share of the findings that were planted."""
        right = _sum(self.right, language)
        return _share(right, right + _sum(self.wrong, language))

    def table(self) -> str:
        """The score as Markdown: a line for each kind, a column for each language, and the sums."""
        kinds = sorted({kind for kind, _language in self.planted | self.wrong})
        lines = ["| kind | found of planted, English | French | wrong findings |", "|---|---|---|---|"]
        for kind in kinds:
            counts = [f"{self.found[kind, language]} of {self.planted[kind, language]}" for language in LANGUAGES]
            wrong = sum(self.wrong[kind, language] for language in LANGUAGES)
            lines.append(f"| {kind.replace('_', ' ')} | {' | '.join(counts)} | {wrong} |")
        recall = " | ".join(f"{100 * self.recall(language):.0f} %" for language in LANGUAGES)
        lines.append(f"| **recall** | {recall} | both {100 * self.recall():.0f} % |")
        precision = " | ".join(f"{100 * self.precision(language):.0f} %" for language in LANGUAGES)
        lines.append(f"| **precision** | {precision} | both {100 * self.precision():.0f} % |")
        return "\n".join(lines)


def _sum(counts: Counter[Cell], language: str) -> int:
    return sum(count for (_kind, spoken), count in counts.items() if language in {"", spoken})


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def score(results: Iterable[tuple[Sample, Sequence[Finding]]]) -> Score:
    """The score of what was found in each passage."""
    counted = Score()
    for sample, findings in results:
        counted.add(sample, findings)
    return counted
