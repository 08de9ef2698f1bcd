"""How old people are and when and where they were born, against each other and the years that pass."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from coaching.continuity.findings import Finding
from coaching.continuity.numbers import NUMBER, number, words
from coaching.continuity.people import NARRATOR, People
from coaching.continuity.reading import Chapter, Sentence
from coaching.continuity.times import between, has_lapse, heading_year, is_elsewhere, years_on

_OLDEST: Final = 115
_MOST_BACK: Final = 5
_YEAR: Final = r"(?:1[0-9]|20)\d\d"
_AGE: Final = {
    "en": (
        re.compile(
            rf"\b(?:was|is|had just turned|had turned|turned)\s+(?:only |just |barely |now |already )?"
            rf"(?P<n>{NUMBER['en']})(?:\s+years?\s+old\b|(?=\s*[,.;!]|\s+and\b|\s+that\b))",
        ),
        re.compile(rf"(?P<verb>),\s+(?:aged\s+|now\s+)?(?P<n>{NUMBER['en']})(?:\s+years\s+old)?\s*,"),
    ),
    "fr": (
        re.compile(
            rf"\b(?:avait|a|eut|venait d[’']avoir|fêtait ses|fêta ses|allait sur ses)\s+(?:tout juste |à peine |"
            rf"seulement |maintenant |déjà |désormais )?(?P<n>{NUMBER['fr']})\s+ans\b(?!\s+(?:de|plus|avant|"
            rf"après)\b|\s+d[’'])"
        ),
        re.compile(rf"(?P<verb>),\s+(?:âgée?\s+de\s+)?(?P<n>{NUMBER['fr']})\s+ans\s*,"),
    ),
}
_PREFIXED: Final = {
    "en": re.compile(r"\b(?P<n>[a-z]+(?:-[a-z]+)?|\d{1,3})-year-old\s+"),
    "fr": re.compile(r"(?!)"),
}
_DIED_AT: Final = {
    "en": re.compile(
        rf"\bdied\b[^.;\x01]{{0,30}}?\bin (?P<year>{_YEAR}),? (?:at|aged)(?: the age of)? (?P<n>{NUMBER['en']})\b"
    ),
    "fr": re.compile(
        rf"\b(?:est mort|est morte|mourut|était mort|était morte|"
        rf"s[’']éteignit)\b[^.;\x01]{{0,30}}?\ben (?P<year>{_YEAR}),? "
        rf"à (?:l[’']âge de )?(?P<n>{NUMBER['fr']}) ans\b"
    ),
}
_BORN: Final = {
    "en": re.compile(r"\b(?:was|had been) born\b(?P<rest>[^.;!?\x01]{0,60})"),
    "fr": re.compile(r"\b(?:est née?|était née?|naquit|suis née?|étais née?)\b(?P<rest>[^.;!?\x01]{0,60})"),
}
_WHERE: Final = {"en": re.compile(r"^\s+in ([A-Z][\w’'-]+)"), "fr": re.compile(r"^\s+à ([A-ZÀ-Þ][\w’'-]+)")}
# Who is born in Spain may be born in Seville.
_WIDE: Final = frozenset(
    words(
        """January February March April May June July August September October November December England Scotland
        Wales Ireland Britain France Italy Spain Portugal Germany Austria Belgium Holland Switzerland Poland Russia
        Greece Turkey America Canada Mexico Brazil Argentina China Japan India Australia Africa Europe Asia Algeria
        Morocco Tunisia Egypt Brittany Normandy Provence Sicily Tuscany Bavaria California Texas Virginia Sweden
        Norway Denmark Finland Hungary Romania Ukraine Lebanon Israel Vietnam Prison Winter Spring Summer Autumn"""
    )
)
_BEFORE: Final = re.compile(
    r"\b(?:when|since|if|before|after|until|by the time|quand|lorsque?|depuis qu|si|avant qu|qu|que|comme)[’']?\s*$",
    re.IGNORECASE,
)
_YEAR_ALONE: Final = re.compile(rf"\b{_YEAR}\b")


@dataclass(frozen=True, slots=True)
class _Said:
    """Somebody is so old, or was born then or there, in these words; `year` is when, as far as the sentence says."""

    name: str
    value: int
    words: str
    sentence: Sentence
    start: int
    end: int
    year: int = 0


def check_ages(chapters: Sequence[Chapter], people: People, language: str) -> Iterator[Finding]:
    """Ages that go backwards or do not fit the time that passed, and births that do not fit each other or an age."""
    ages: dict[str, list[_Said]] = defaultdict(list)
    born: dict[str, list[_Said]] = defaultdict(list)
    places: dict[str, list[_Said]] = defaultdict(list)
    for chapter in chapters:
        for sentence in chapter.sentences:
            if not sentence.is_told:
                continue
            for said in _ages(sentence, people, language):
                ages[_key(said, language)].append(said)
            for said, is_place in _births(sentence, people, language):
                (places if is_place else born)[_key(said, language)].append(said)
    for said_ages in ages.values():
        yield from _against_time(said_ages, language)
    for name, births in born.items():
        yield from _twice(births, "date", "age.born_twice")
        yield from _against_birth(births[0], ages.get(name, ()))
    for births in places.values():
        yield from _twice(births, "place", "place.born")
    yield from _against_codex(ages, born, people, language)


def _key(said: _Said, language: str) -> str:
    return f"{said.name}/{said.sentence.chapter.place}" if said.name == NARRATOR[language] else said.name


def _ages(sentence: Sentence, people: People, language: str) -> Iterator[_Said]:
    told = sentence.told
    year = _YEAR_ALONE.findall(told)
    only_year = int(year[0]) if len(year) == 1 else 0
    for pattern in _AGE[language]:
        for match in pattern.finditer(told):
            value = number(match["n"])
            at = sentence.start + match.start()
            subject = people.subject(sentence, at)
            if "verb" in match.groupdict():
                named = people.ending(sentence, at)
                subject = (named.name, named.start) if named else None
            if subject is None or value is None or not 1 <= value <= _OLDEST:
                continue
            if not _BEFORE.search(told[: subject[1] - sentence.start]):
                yield _Said(subject[0], value, match["n"], sentence, at, sentence.start + match.end(), only_year)
    for match in _PREFIXED[language].finditer(told):
        value, named = number(match["n"]), people.beginning(sentence, sentence.start + match.end())
        if named and value:
            at = sentence.start + match.start()
            yield _Said(named.name, value, match["n"], sentence, at, named.end, only_year)
    for match in _DIED_AT[language].finditer(told):
        value, subject = number(match["n"]), people.subject(sentence, sentence.start + match.start())
        if subject and value:
            at = sentence.start + match.start()
            yield _Said(subject[0], value, match["n"], sentence, at, sentence.start + match.end(), int(match["year"]))


def _births(sentence: Sentence, people: People, language: str) -> Iterator[tuple[_Said, bool]]:
    for match in _BORN[language].finditer(sentence.told):
        at = sentence.start + match.start()
        subject = people.subject(sentence, at)
        if subject is None:
            continue
        years = _YEAR_ALONE.findall(match["rest"])
        end = sentence.start + match.end()
        if len(years) == 1:
            yield _Said(subject[0], int(years[0]), years[0], sentence, at, end), False
        where = _WHERE[language].match(match["rest"])
        if where and where[1] not in _WIDE:
            yield _Said(subject[0], 0, where[1], sentence, at, end), True


def _against_time(ages: list[_Said], language: str) -> Iterator[Finding]:
    for first, second in pairwise(ages):
        if first.value == second.value or is_elsewhere(second.sentence, language):
            continue
        if is_elsewhere(first.sentence, language) or heading_year(second.sentence.chapter):
            continue
        gap = between(first.sentence, second.sentence)
        jumps = years_on(gap, language)
        params: dict[str, str | int] = {"name": first.name, "first": first.words, "second": second.words}
        if len(jumps) == 1 and first.value < second.value and (count := number(jumps[0][1])):
            expected = first.value + count
            if abs(expected - second.value) > 1:
                params |= {"count": count, "expected": expected}
                yield _finding(first, second, "age.elapsed", params, 0.8)
        elif second.value < first.value:
            # Far back it is another time of the story, told in its turn.
            if first.value - second.value > _MOST_BACK and not _is_one_scene(first, second):
                continue
            yield _finding(first, second, "age.backwards", params, 0.8)
        elif _is_one_scene(first, second) and not has_lapse(gap, language) and not _is_summary(first, second):
            yield _finding(first, second, "age.same_time", params, 0.8)


def _is_summary(*ages: _Said) -> bool:
    """Whether an age dates something: "he was twelve when", which a summary of years may follow with the next."""
    return any(re.search(r"\b(?:when|until|quand|lorsqu\w*)\b", said.sentence.told) for said in ages)


def _is_one_scene(first: _Said, second: _Said) -> bool:
    return first.sentence.chapter is second.sentence.chapter and first.sentence.scene == second.sentence.scene


def _against_birth(birth: _Said, ages: Sequence[_Said]) -> Iterator[Finding]:
    for age in ages:
        # Of an age in the sentence of the birth it is the birth's year that stands there.
        if not age.year or age.year == birth.value or abs(age.year - birth.value - age.value) <= 1:
            continue
        params: dict[str, str | int] = {
            "name": age.name,
            "born": birth.words,
            "expected": age.year - birth.value,
            "year": age.year,
            "age": age.words,
        }
        first, second = sorted((birth, age), key=lambda said: (said.sentence.chapter.place, said.start))
        yield _finding(first, second, "age.born", params, 0.85)
        return


def _twice(births: list[_Said], kind: str, explanation: str) -> Iterator[Finding]:
    first = births[0]
    for other in births[1:]:
        if other.words != first.words:
            params: dict[str, str | int] = {"name": first.name, "first": first.words, "second": other.words}
            finding = _finding(first, other, explanation, params, 0.85)
            yield Finding(kind, finding.first, finding.second, explanation, params, 0.85)
            return


def _against_codex(
    ages: dict[str, list[_Said]], born: dict[str, list[_Said]], people: People, language: str
) -> Iterator[Finding]:
    pattern = {
        "en": re.compile(rf"\b(?:aged |is |was )?(?P<n>{NUMBER['en']})(?: years old\b|$)"),
        "fr": re.compile(rf"\b(?P<n>{NUMBER['fr']}) ans\b"),
    }[language]
    for name, entry in people.codex.items():
        for fact in entry.facts:
            year = re.search(rf"\b(?:born|née?|naissance)\b.*?\b({_YEAR})\b", fact.text, re.IGNORECASE)
            for birth in born.get(name, ()) if year else ():
                if year and birth.words != year[1]:
                    params = {"name": name, "first": birth.words, "second": year[1]}
                    yield _finding(birth, birth, "age.born_twice", params, 0.8)
                    break
            match = pattern.search(fact.text)
            value = number(match["n"]) if match else None
            for age in ages.get(name, ()) if value and fact.holds_from is not None else ():
                here = age.sentence.chapter.passage.number
                if here == fact.holds_from and age.value != value and not is_elsewhere(age.sentence, language):
                    params = {"name": name, "age": age.words, "fact": fact.text}
                    yield _finding(age, age, "age.codex", params, 0.75)
                    break


def _finding(first: _Said, second: _Said, explanation: str, params: dict[str, str | int], confidence: float) -> Finding:
    return Finding(
        "age",
        first.sentence.quote(first.start, first.end),
        second.sentence.quote(second.start, second.end),
        explanation,
        params,
        confidence,
    )
