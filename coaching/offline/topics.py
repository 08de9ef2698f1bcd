"""From figures to what is worth saying: each topic's remark, and how much it weighs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from coaching.offline.measures import Measures

MANY: Final = 12
"""From this weight on a finding is worth a remark that nobody asked for."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What to say on a topic: the key of a remark, its facts, its weight, and the sentence and words that show it."""

    remark: str
    weight: float = 0
    facts: Mapping[str, int | float | str] = field(default_factory=dict)
    quote: str = ""
    words: Sequence[str] = ()


def find(measures: Measures, pov: str | None) -> dict[str, Finding]:
    """A finding for every topic that can be judged in this chapter, even if only to say that nothing was found."""
    findings = {
        "rhythm": _rhythm(measures),
        "dialogue": _dialogue(measures),
        "opening": Finding("opening", MANY, quote=measures.opening),
        "ending": Finding("ending", MANY + 2, quote=measures.closing),
        "structure": _structure(measures),
        "next": Finding("next", quote=measures.closing),
    }
    if measures.language:
        findings |= {
            "echo": _echo(measures),
            "adverbs": _adverbs(measures),
            "passive": _passive(measures),
            "pov": _pov(measures, pov),
        }
    return findings


def _rhythm(m: Measures) -> Finding:
    facts = {"shortest": m.shortest, "longest": m.longest, "mean": round(m.mean_length)}
    choices = [Finding("rhythm.fine", 0, facts)]
    if m.even_run and m.even_run.count >= 6:
        run = m.even_run
        even = {"count": run.count, "low": run.low, "high": run.high}
        choices.append(Finding("rhythm.even", min(85, 58 + run.count), even, run.quote))
    if m.same_start and m.same_start.count >= 3:
        run = m.same_start
        start: dict[str, int | float | str] = {"count": run.count, "word": run.word}
        choices.append(Finding("rhythm.start", min(86, 52 + 4 * run.count), start, run.quote))
    if m.longest >= 50 and m.sentences > 1:
        choices.append(Finding("rhythm.long", 60, facts, m.longest_sentence))
    return max(choices, key=lambda finding: finding.weight)


def _echo(m: Measures) -> Finding:
    if not m.echoes:
        return Finding("echo.none")
    first, *others = m.echoes
    facts: dict[str, int | float | str] = {"word": first.word, "count": first.count, "span": first.span}
    weight = min(84, 52 + 4 * first.count)
    if not others:
        return Finding("echo", weight, facts, first.quote)
    return Finding("echo.others", weight, facts, first.quote, [echo.word for echo in others])


def _dialogue(m: Measures) -> Finding:
    share = round(100 * m.dialogue_share)
    if not m.longest_speech:
        return Finding("dialogue.none", 30 if m.words >= 300 else 0)
    remark, weight = ("dialogue.much", 45) if share >= 70 else ("dialogue.some", MANY + 1)
    return Finding(remark, weight, {"share": max(1, share)}, m.longest_speech)


def _adverbs(m: Measures) -> Finding:
    rate = 100 * m.adverbs.count / m.words if m.words else 0.0
    if m.adverbs.count >= 4 and rate >= 2:
        facts = {"count": m.adverbs.count, "rate": rate}
        return Finding("adverbs.many", min(82, 50 + 5 * rate), facts, m.adverbs.quote, m.adverbs.examples)
    return Finding("adverbs.few", 0, {"count": m.adverbs.count})


def _passive(m: Measures) -> Finding:
    if m.passives.count >= 3 and m.passives.count >= 0.12 * m.sentences:
        weight = min(80, 45 + 60 * m.passives.count / m.sentences)
        return Finding("passive.many", weight, {"count": m.passives.count}, m.passives.quote)
    return Finding("passive.few")


def _pov(m: Measures, pov: str | None) -> Finding:
    first, told = m.first_person.count, m.narrated_sentences
    long_enough = told >= 8 and m.words >= 120
    one = ".one" if first == 1 else ""
    facts = {"count": first}
    if pov in ("third", "omniscient") and first:
        if told >= 5 and first >= told / 2:
            return Finding("pov.other", 88, facts)
        return Finding(f"pov.slip{one}", 90, facts, m.first_person.quote)
    if pov == "first" and not first and long_enough:
        return Finding("pov.absent", 85)
    if pov == "second" and not m.second_person.count and long_enough:
        return Finding("pov.absent_second", 85)
    if not pov and told >= 20 and 0 < first <= told / 10:
        return Finding(f"pov.mixed{one}", 60, facts, m.first_person.quote)
    return Finding("pov.fine")


def _structure(m: Measures) -> Finding:
    if len(m.scenes) > 1:
        return Finding("structure.many", MANY, {"scenes": len(m.scenes)})
    if m.paragraphs == 1:
        return Finding("structure.block")
    return Finding("structure.one", 0, {"paragraphs": m.paragraphs})
