"""Who tells and in which tense: a scene that slips out of either without a break."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from coaching.continuity.findings import Finding
from coaching.continuity.people import People
from coaching.continuity.reading import Chapter, Sentence
from coaching.continuity.times import is_elsewhere

_FIRST: Final = {
    "en": re.compile(r"\bI(?:[’'](?:d|m|ve|ll))?\b(?!\s*(?:suppose|confess|must say|should say))|\b(?:my|me|myself)\b"),
    "fr": re.compile(r"\b(?:je|mon|ma|mes|me|moi)\b|\b[jm][’']", re.IGNORECASE),
}
_WE: Final = {"en": re.compile(r"\b(?:we|our|us)\b", re.I), "fr": re.compile(r"\b(?:nous|notre|nos)\b", re.I)}
# What only somebody inside a head can tell.
_INSIDE: Final = {
    "en": re.compile(
        r"\b(?:he|she)\s+(?:\w+ly\s+)?(?:thought|wondered|felt|knew|wished|hoped|realised|realized|decided|feared|"
        r"remembered|"
        r"wanted|could not help|thinks|wonders|feels|knows|wishes|hopes|wants)\b",
        re.IGNORECASE,
    ),
    "fr": re.compile(
        r"\b(?:il|elle)\s+(?:se\s+(?:demanda|demandait|demande|sentit|sentait|dit|disait|souvint|rappela)|pensa|"
        r"pensait|pense|"
        r"savait|sut|sait|espérait|espéra|regretta|comprit|craignait|voulait|décida|eut\s+envie|eut\s+peur)\b",
        re.IGNORECASE,
    ),
}
_PAST: Final = {
    "en": re.compile(
        r"\b(?:he|she|they|it|I|we|[A-Z][a-z]+|(?:[Tt]he|[Aa]n?|[Hh]is|"
        r"[Hh]er)\s+\w+)\s+(?:\w+ly\s+)?(?:[a-z]{2,}ed|was|were|had|said|went|came|took|"
        r"sat|stood|felt|"
        r"knew|thought|saw|heard|got|ran|began|found|left|held|kept|told|made|gave|turned|looked|drew|drove|fell|"
        r"rose|woke|"
        r"spoke|laid|lay|shook|caught|brought|slid|hung|lit)\b"
    ),
    "fr": re.compile(
        r"\b(?:[Ii]l|[Ee]lle|[Oo]n|[Ii]ls|[Ee]lles|[Jj]e|[A-ZÀ-Þ][a-zà-ÿ]+|(?:[Ll]a|[Uu]ne?|[Ss]on|"
        r"[Ss]a)\s+[a-zà-ÿ]+)\s+(?:ne\s+|n[’'])?(?:se\s+|s[’']|lui\s+|le\s+|la\s+|"
        r"les\s+|l[’']|y\s+|en\s+)?"
        r"(?:[a-zà-ÿ]{2,}(?:ait|aient)|[a-zà-ÿ]{2,}(?:èrent|irent|urent)|(?!va\b|déjà)[a-zà-ÿ]{2,}[^aàu ]a|prit|"
        r"mit|fit|vit|"
        r"sortit|sentit|entendit|descendit|ouvrit|attendit|rendit|répondit|partit|vint|tint|revint|fut|eut|put|sut|dut|"
        r"voulut|courut|reçut|aperçut|s[’']assit)\b"
    ),
}
_PRESENT: Final = {
    "en": re.compile(
        r"\b(?:he|she|it|[A-Z][a-z]+|(?:[Tt]he|[Aa]n?|[Hh]is|[Hh]er)\s+\w+)\s+(?:\w+ly\s+)?(?:says|goes|"
        r"comes|takes|sits|stands|feels|sees|hears|"
        r"gets|runs|"
        r"begins|finds|leaves|holds|keeps|tells|makes|gives|turns|looks|walks|opens|closes|puts|pulls|pushes|"
        r"picks|reaches|"
        r"steps|waits|watches|nods|smiles|climbs|crosses|drops|lifts|listens|knocks|enters|stops|starts|calls|"
        r"pours|lights)\b"
    ),
    "fr": re.compile(
        r"(?<![Qq]u[’'])\b(?:[Ii]l|[Ee]lle|[Oo]n|[A-ZÀ-Þ][a-zà-ÿ]+|(?:[Ll]a|[Uu]ne?|[Ss]on|"
        r"[Ss]a)\s+[a-zà-ÿ]+)\s+(?:ne\s+|n[’'])?(?:se\s+|s[’']|lui\s+|le\s+|la\s+|les\s+|l[’']|"
        r"y\s+|en\s+)?"
        r"(?:va|prend|met|voit|sort|sent|entend|descend|ouvre|attend|rend|répond|part|vient|tient|revient|"
        r"peut|sait|"
        r"court|reçoit|aperçoit|assied|regarde|marche|pose|tourne|monte|entre|pousse|ferme|cherche|tire|lève|"
        r"hésite|traverse|avance|écoute|frappe|ramasse|allume|appelle|reste|recule|hoche|referme|tend|verse|"
        r"glisse|retire|approche|couvre|soulève|quitte|(?<=[Ii]l )[a-zà-ÿ]{3,}e|(?<=[Ee]lle )(?!même|toute|"
        r"seule)[a-zà-ÿ]{3,}e)\b"
    ),
}
# A truth for all time, or the narrator's own hour, is in the present by right.
_ALWAYS: Final = {
    "en": re.compile(
        r"\b(?:always|never|every|usually|often|today|nowadays|now|still|remember|they say|people|one|perhaps|"
        r"whoever|must|"
        r"sometimes|anyone|nobody|if|who|you|your|this is|there is|tradition)\b|[?!]",
        re.IGNORECASE,
    ),
    "fr": re.compile(
        r"\b(?:toujours|jamais|chaque|souvent|aujourd|maintenant|encore|souviens|on dit|les gens|peut-être|"
        r"quiconque|parfois|"
        r"personne|tu|vous|tous les|toutes les|qui|c[’']est|il y a|si)\b|[?!]",
        re.IGNORECASE,
    ),
}
_NOW: Final = {
    "en": re.compile(r"\b(?:am|is|are|I (?:write|sit|have|look|see|think|know))\b"),
    "fr": re.compile(r"\b(?:suis|est|sont|j[’']ai|j[’']écris|je (?:sais|vois|pense|regarde))\b", re.IGNORECASE),
}
_FEWEST: Final = 4


def check_voice(chapters: Sequence[Chapter], _people: People, language: str) -> Iterator[Finding]:
    """A narrator who for once says "I" in somebody's story, and a past that turns to the present within one scene.

    The other ways round are no findings: an "I" may tell of others for long, and the present has a past of its own.
    """
    every = [sentence for chapter in chapters for sentence in chapter.sentences if sentence.is_told]
    is_an_i = sum(bool(_FIRST[language].search(sentence.told)) for sentence in every) * 5 > len(every)
    for chapter in chapters:
        for scene in chapter.scenes():
            told = [sentence for sentence in scene if sentence.is_told]
            if len(told) < _FEWEST or is_elsewhere(told[0], language):
                continue
            if not is_an_i:
                yield from _person(told, language)
            yield from _tense(told, language)


def _person(told: list[Sentence], language: str) -> Iterator[Finding]:
    first = [index for index, sentence in enumerate(told) if _FIRST[language].search(sentence.told)]
    inside = [
        index for index, sentence in enumerate(told) if _INSIDE[language].search(sentence.told) and index not in first
    ]
    if not first or not inside or any(_WE[language].search(sentence.told) for sentence in told):
        return
    # A slip is short, and the same head is told from within before it and after it.
    if first[0] >= 3 and len(first) <= 2 and inside[0] < first[0] and first[-1] < inside[-1]:
        yield _finding("point_of_view", told[inside[0]], told[first[0]], "pov.first_in_third", 0.7)


@dataclass(frozen=True, slots=True)
class _Run:
    """Sentences in a row that are in one tense."""

    tense: str
    sentences: list[Sentence]


def _tense(told: list[Sentence], language: str) -> Iterator[Finding]:
    marked = [(tense, sentence) for sentence in told if (tense := _tense_of(sentence, language))]
    if not marked:
        return
    runs = [_Run(tense, [sentence for _t, sentence in run]) for tense, run in groupby(marked, key=lambda each: each[0])]
    others = [run for run in runs if run.tense == "present"]
    away = sum(len(run.sentences) for run in others)
    # The scene has to be in the past first, and the present to stay: a single sentence may be anything.
    if runs[0].tense != "past" or len(runs[0].sentences) < 3 or away * 5 > len(marked) * 3:
        return
    for run in others:
        if len(run.sentences) >= 2 and not _has_now(told, run.sentences[0], language):
            yield _finding("tense", runs[0].sentences[-1], run.sentences[0], "tense.present_in_past", 0.7)
            return


def _has_now(told: list[Sentence], until: Sentence, language: str) -> bool:
    """Whether the narrator has an hour of their own in this scene, to which the present returns."""
    return any(sentence.index < until.index and _NOW[language].search(sentence.told) for sentence in told)


def _tense_of(sentence: Sentence, language: str) -> str:
    """The tense of a sentence's narration where it has one and no other."""
    is_past = bool(_PAST[language].search(sentence.told))
    is_present = bool(_PRESENT[language].search(sentence.told))
    if is_past == is_present or (is_present and _ALWAYS[language].search(sentence.told)):
        return ""
    return "past" if is_past else "present"


def _finding(kind: str, first: Sentence, second: Sentence, explanation: str, confidence: float) -> Finding:
    return Finding(
        kind,
        first.quote(first.start, first.start + 1),
        second.quote(second.start, second.start + 1),
        explanation,
        {},
        confidence,
    )
