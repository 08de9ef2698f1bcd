"""How many brothers, sisters and children people have."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from coaching.continuity.findings import Finding
from coaching.continuity.looks import Claim
from coaching.continuity.numbers import NUMBER, number
from coaching.continuity.people import NARRATOR, People
from coaching.continuity.reading import Chapter, Sentence
from coaching.continuity.times import between, is_elsewhere

_KIN: Final = {
    "en": "brothers?|sisters?|sons?|daughters?|children|siblings|cousins|grandchildren",
    "fr": "frères?|sœurs?|fils|filles?|enfants|cousins?|cousines?|petits-enfants",
}
_COUNT: Final = {
    "en": (
        re.compile(rf"\b(?P<whose>had|has)\s+(?:only\s+)?(?P<n>{NUMBER['en']})\s+(?P<kin>{_KIN['en']})\b(?!-)", re.I),
        re.compile(rf"(?P<whose>[’']s|\b(?:her|his|my))\s+(?P<n>{NUMBER['en']})\s+(?P<kin>{_KIN['en']})\b(?!-)", re.I),
    ),
    "fr": (
        re.compile(rf"\b(?P<whose>avait|a)\s+(?P<n>{NUMBER['fr']})\s+(?P<kin>{_KIN['fr']})\b(?!-)", re.I),
        re.compile(
            rf"\b(?P<whose>ses|mes|les)\s+(?P<n>{NUMBER['fr']})\s+(?P<kin>{_KIN['fr']})\b(?!-)(?P<of>\s+de\s+|"
            rf"\s+d[’'])?",
            re.I,
        ),
    ),
}
_SOME_OF: Final = re.compile(r"\b(?:of|de|d[’']|parmi|entre|other|autres|remaining|more|autre)\s*$", re.IGNORECASE)
_MORE: Final = {
    "en": re.compile(r"\b(?:born|birth|pregnan\w*|died|dead|lost|buried|half-|step|in-law|adopt\w*|remarri\w*|baby)\b"),
    "fr": re.compile(
        r"\b(?:né[es]?|naquit|naissance|enceinte|mort\w*|mourut|perdu\w*|demi-|beau-|belle-|adopt\w*|remari\w*|bébé)\b"
    ),
}
_ONLY: Final = {
    "en": re.compile(r"\b(?:was|had been|is)\s+an\s+only\s+(?:child|son|daughter)\b"),
    "fr": re.compile(r"\b(?:était|est)\s+(?:une?\s+)?(?:enfant|fils|fille)\s+unique\b"),
}
_SIBLING: Final = {
    "en": re.compile(
        r"(?P<whose>[’']s|\b(?:her|his|my))\s+(?:older\s+|younger\s+|elder\s+|big\s+|little\s+)?(?P<kin>brother|"
        r"sister)s?\b(?!-)",
        re.IGNORECASE,
    ),
    "fr": re.compile(
        r"\b(?P<whose>sa|son|ma|mon|la|le)\s+(?:grande?\s+|petite?\s+)?(?P<kin>sœur|frère)\b(?!-)(?:\s+(?:aînée?|"
        r"cadette?))?"
        r"(?P<of>\s+de\s+|\s+d[’'])?",
        re.IGNORECASE,
    ),
}


def check_families(chapters: Sequence[Chapter], people: People, language: str) -> Iterator[Finding]:
    """Numbers of kin that change though nobody is born or dies, and only children with a sister."""
    counts: dict[tuple[str, str], Claim] = {}
    only: dict[str, Claim] = {}
    siblings: dict[str, Claim] = {}
    told: set[tuple[str, str]] = set()
    for chapter in chapters:
        for sentence in chapter.sentences:
            if not sentence.is_told or is_elsewhere(sentence, language):
                continue
            for key, claim in _counts(sentence, people, language):
                first = counts.setdefault(key, claim)
                if first.value == claim.value or key in told:
                    continue
                if _excused(first, claim, language):
                    counts[key] = claim
                else:
                    told.add(key)
                    params = {"name": claim.name, "first": first.words, "second": claim.words}
                    yield _finding(first, claim, "family.count", params)
            for whose, claim in _only(sentence, people, language):
                only.setdefault(whose, claim)
            for whose, claim in _siblings(sentence, people, language):
                siblings.setdefault(whose, claim)
    for name, claim in only.items():
        if (other := siblings.get(name)) and not _excused(claim, other, language):
            first, second = sorted((claim, other), key=lambda each: (each.sentence.chapter.place, each.start))
            yield _finding(first, second, "family.only", {"name": claim.name})


def _counts(sentence: Sentence, people: People, language: str) -> Iterator[tuple[tuple[str, str], Claim]]:
    for pattern in _COUNT[language]:
        for match in pattern.finditer(sentence.told):
            value = number(match["n"])
            whose = _owner(sentence, match, people, language)
            if value is None or whose is None or _SOME_OF.search(sentence.told[: match.start()]):
                continue
            claim = _claim(whose, str(value), match[0].strip(), sentence, match)
            yield (_key(whose, sentence, language), match["kin"].lower().rstrip("s")), claim


def _only(sentence: Sentence, people: People, language: str) -> Iterator[tuple[str, Claim]]:
    for match in _ONLY[language].finditer(sentence.told):
        if subject := people.subject(sentence, sentence.start + match.start()):
            yield _key(subject[0], sentence, language), _claim(subject[0], "", match[0], sentence, match)


def _siblings(sentence: Sentence, people: People, language: str) -> Iterator[tuple[str, Claim]]:
    for match in _SIBLING[language].finditer(sentence.told):
        if whose := _owner(sentence, match, people, language):
            yield _key(whose, sentence, language), _claim(whose, "", match[0], sentence, match)


def _owner(sentence: Sentence, match: re.Match[str], people: People, language: str) -> str | None:
    whose = match["whose"].lower()
    at = sentence.start + match.start()
    if match.groupdict().get("of"):
        named = people.beginning(sentence, sentence.start + match.end("of"))
        return named.name if named and whose in {"les", "la", "le"} else None
    if whose in {"les", "la", "le"}:
        return None
    if whose in {"’s", "'s"}:
        named = people.ending(sentence, at)
        return named.name if named else None
    if whose in {"my", "mes", "ma", "mon"}:
        return NARRATOR[language]
    if whose in {"had", "has", "avait", "a"}:
        subject = people.subject(sentence, at)
        return subject[0] if subject else None
    told = people.told(sentence)
    before = {mention.name for mention in told if mention.start < at}
    if len(before) == 1 and told[0].start - sentence.start < 30:
        name = before.pop()
        return name if people.agrees(name, whose) else None
    return None if told else people.antecedent(sentence, at, whose)


def _key(name: str, sentence: Sentence, language: str) -> str:
    return f"{name}/{sentence.chapter.place}" if name == NARRATOR[language] else name


def _claim(name: str, value: str, words: str, sentence: Sentence, match: re.Match[str]) -> Claim:
    return Claim(name, value, words, sentence, sentence.start + match.start(), sentence.start + match.end())


def _excused(first: Claim, second: Claim, language: str) -> bool:
    earlier, later = sorted((first, second), key=lambda each: (each.sentence.chapter.place, each.start))
    gap = f"{earlier.sentence.text} {between(earlier.sentence, later.sentence)}"
    return bool(_MORE[language].search(gap))


def _finding(first: Claim, second: Claim, explanation: str, params: Mapping[str, str]) -> Finding:
    quotes = first.sentence.quote(first.start, first.end), second.sentence.quote(second.start, second.end)
    return Finding("family", *quotes, explanation, params, 0.8)
