"""All checks by rule over a story, in the order of reading."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from coaching.continuity.ages import check_ages
from coaching.continuity.dates import check_dates, check_days
from coaching.continuity.deaths import check_deaths
from coaching.continuity.family import check_families
from coaching.continuity.findings import Finding, Known, Passage
from coaching.continuity.looks import check_colours, check_sides
from coaching.continuity.names import check_names
from coaching.continuity.people import People
from coaching.continuity.reading import Chapter, read
from coaching.continuity.voice import check_voice
from coaching.offline.reading import text_language

MOST_FINDINGS: Final = 200
_SAMPLE: Final = 20_000

_CHECKS: Final[tuple[Callable[[Sequence[Chapter], People, str], Iterator[Finding]], ...]] = (
    check_dates,
    check_days,
    check_ages,
    check_colours,
    check_sides,
    check_deaths,
    check_families,
    check_names,
    check_voice,
)


def check(chapters: Sequence[Passage], codex: Sequence[Known], *, language: str) -> list[Finding]:
    """The contradictions that rules can be sure of, at most MOST_FINDINGS, in the order of their first passages.

    `chapters` are in their order of reading. `language` is the story's; the text's own goes before it where it can be
    told. A text in neither English nor French has none. The work grows with the length of the text.
    """
    sample = "\n".join(chapter.text[: _SAMPLE // 4] for chapter in chapters[:4])
    spoken = text_language(sample, language.replace("_", "-").split("-")[0].lower())
    if spoken not in {"en", "fr"}:
        return []
    taken_apart = [read(chapter, place, spoken) for place, chapter in enumerate(chapters)]
    people = People(taken_apart, codex, spoken)
    places = {chapter.chapter_id: place for place, chapter in enumerate(chapters)}
    found = {
        (finding.kind, finding.first, finding.second): finding
        for check_all in _CHECKS
        for finding in check_all(taken_apart, people, spoken)
    }
    in_order = sorted(found.values(), key=lambda finding: (places[finding.first.chapter_id], finding.first.start))
    return in_order[:MOST_FINDINGS]
