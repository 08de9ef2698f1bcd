"""What a model is sent to look for contradictions: the instructions, the codex, the chapters, and what is known.

The chapters are sent whole, because a finding has to quote them word for word. `fit` says which of them have room.
"""

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Final
from uuid import UUID

from coaching import excerpts
from coaching.continuity.findings import Finding, Known, Passage
from coaching.material import CLOSING, OPENING, neutral, one_line
from coaching.prompts import prompt_language
from coaching.tokens import MESSAGE_OVERHEAD_TOKENS, estimate_tokens
from costory.lib.openrouter import Message

MAX_ANSWER_TOKENS: Final = 4_000
MOST_KNOWN: Final = 40
"""Findings listed as known, and as waived; more would tell a model what to find."""
LONGEST_KNOWN_QUOTE: Final = 160
"""Characters of a passage that is known already; enough to know it again by."""

_FOLDER: Final = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class _Words:
    """The labels of the material in one language."""

    colon: str
    codex: str
    chapter: str
    aliases: str
    holds: str
    known: str
    waived: str
    nothing: str
    task: str


_WORDS: Final = {
    "en": _Words(
        colon=": ",
        codex="## What the codex says",
        chapter="## Chapter {number}",
        aliases=" (also called {names})",
        holds=" [chapters {first} to {last}]",
        known="## Already known",
        waived="## Meant so by the writer",
        nothing="Nothing.",
        task="List the contradictions in the chapters above, in JSON as agreed.",
    ),
    "fr": _Words(
        colon="\u00a0: ",
        codex="## Ce que dit le codex",
        chapter="## Chapitre {number}",
        aliases=" (aussi nommé {names})",
        holds=" [chapitres {first} à {last}]",
        known="## Déjà connu",
        waived="## Voulu par l’auteur",
        nothing="Rien.",
        task="Relève les contradictions des chapitres ci-dessus, en JSON comme convenu.",
    ),
}


def messages(
    chapters: Sequence[Passage],
    *,
    language: str,
    codex: Sequence[Known] = (),
    known: Sequence[Finding] = (),
    waived: Sequence[Finding] = (),
) -> list[Message]:
    """What is sent for these chapters; ask for FINDINGS_SCHEMA and at most MAX_ANSWER_TOKENS with it.

    `language` is the one the explanations are to be in. `known` are the findings of the deterministic checks, `waived`
    those the writer means so; of each the first MOST_KNOWN that touch no other chapter. Neither the text nor the codex
    can close the material they stand in.
    """
    tag = prompt_language(language)
    words = _WORDS[tag]
    sent = {chapter.chapter_id for chapter in chapters}
    # What is known quotes the text, so it stands within the material too.
    parts = [
        *_codex(codex, words),
        *(_chapter(chapter, words) for chapter in chapters),
        *_known(known, waived, sent, words),
    ]
    material = "\n\n".join(parts)
    return [
        {"role": "system", "content": instructions(tag)},
        {"role": "user", "content": f"{OPENING}{material}\n{CLOSING}\n\n{words.task}"},
    ]


def estimate(sent: Iterable[Message]) -> int:
    """The tokens of these messages, never too few."""
    return sum(MESSAGE_OVERHEAD_TOKENS + estimate_tokens(message["content"]) for message in sent)


def fit(
    chapters: Sequence[Passage],
    *,
    language: str,
    tokens: int,
    codex: Sequence[Known] = (),
    known: Sequence[Finding] = (),
    waived: Sequence[Finding] = (),
    focus: Passage | None = None,
) -> list[Passage]:
    """The chapters that have room in these tokens, in their order: `focus` first, then those nearest to it.

    Without a focus they are taken from the beginning. Empty where not even one has room.
    """
    words = _WORDS[prompt_language(language)]
    places = {chapter.chapter_id: place for place, chapter in enumerate(chapters)}
    # What is known of all of them has its room before any; of those that are left out nothing will be said.
    listed = "\n\n".join(_known(known, waived, places.keys(), words))
    room = tokens - estimate(messages([], language=language, codex=codex)) - estimate_tokens(listed)
    centre = places[focus.chapter_id] if focus is not None else 0
    kept: set[int] = set()
    # What came before counts a little more than what comes after.
    for place in sorted(places.values(), key=lambda place: (abs(place - centre), place)):
        room -= estimate_tokens(_chapter(chapters[place], words) + "\n\n")
        if room < 0:
            break
        kept.add(place)
    return [chapters[place] for place in sorted(kept)]


@cache
def instructions(language: str) -> str:
    """The standing instructions; they hold nothing of the writer or the story."""
    return (_FOLDER / f"prompt.{prompt_language(language)}.md").read_text(encoding="utf-8").strip() + "\n"


def _chapter(chapter: Passage, words: _Words) -> str:
    heading = words.chapter.format(number=chapter.number)
    if title := one_line(neutral(chapter.title)):
        heading += f"{words.colon}{title}"
    return f"{heading}\n\n{neutral(chapter.text)}"


def _codex(codex: Sequence[Known], words: _Words) -> Iterator[str]:
    lines = []
    for entry in codex:
        names = ", ".join(map(one_line, entry.aliases))
        line = one_line(entry.name) + (words.aliases.format(names=names) if names else "")
        facts = []
        for fact in entry.facts:
            bounds = ""
            if fact.holds_from is not None or fact.holds_until is not None:
                first, last = (number if number is not None else "…" for number in (fact.holds_from, fact.holds_until))
                bounds = words.holds.format(first=first, last=last)
            facts.append(f"  - {one_line(fact.text)}{bounds}")
        lines.append("\n".join([f"- {line}", *facts]))
    if lines:
        yield neutral("\n".join([words.codex, "", *lines]))


def _known(known: Sequence[Finding], waived: Sequence[Finding], sent: Set[UUID], words: _Words) -> Iterator[str]:
    yield neutral("\n".join([words.known, "", *(_listed(known, sent, words) or [words.nothing])]))
    if lines := _listed(waived, sent, words):
        yield neutral("\n".join([words.waived, "", *lines]))


def _listed(findings: Sequence[Finding], sent: Set[UUID], words: _Words) -> list[str]:
    within = (each for each in findings if each.first.chapter_id in sent and each.second.chapter_id in sent)
    return [
        f"- {finding.kind}{words.colon}“{_short(finding.first.text)}” / “{_short(finding.second.text)}”"
        for finding in islice(within, MOST_KNOWN)
    ]


def _short(quote: str) -> str:
    line = one_line(quote)
    return line if len(line) <= LONGEST_KNOWN_QUOTE else f"{excerpts.opening(line, LONGEST_KNOWN_QUOTE)} …"
