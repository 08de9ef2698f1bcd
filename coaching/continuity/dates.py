"""Dates that no calendar has, days of the week that do not fit, spans that do not add up, clocks that run backwards."""

import datetime
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from coaching.continuity.findings import Finding, Quote
from coaching.continuity.numbers import NUMBER, number, words
from coaching.continuity.people import People
from coaching.continuity.reading import Chapter, Sentence
from coaching.continuity.times import is_elsewhere

# Before, one country wrote by another calendar than the next.
_FIRST_SURE_YEAR: Final = 1753
_MONTHS: Final = {
    "en": words("""january february march april may june july august september october november december"""),
    "fr": words("""janvier février mars avril mai juin juillet août septembre octobre novembre décembre"""),
}
_DAYS: Final = {
    "en": words("""monday tuesday wednesday thursday friday saturday sunday"""),
    "fr": words("""lundi mardi mercredi jeudi vendredi samedi dimanche"""),
}
_YEAR: Final = r"(?P<year>(?:1[0-9]|20)\d\d)"
_DATE: Final = {
    "en": (
        re.compile(
            rf"\b(?:(?P<weekday>{'|'.join(_DAYS['en'])}),?\s+(?:the\s+)?)?(?P<day>\d{{1,2}})(?:st|nd|rd|"
            rf"th)?\s+(?:of\s+)?"
            rf"(?P<month>{'|'.join(_MONTHS['en'])})\b(?:,?\s+{_YEAR}\b)?",
            re.IGNORECASE,
        ),
        re.compile(
            rf"\b(?:(?P<weekday>{'|'.join(_DAYS['en'])}),?\s+)?(?P<month>{'|'.join(_MONTHS['en'])})\s+"
            rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?!:)(?:,?\s+{_YEAR}\b)?",
            re.IGNORECASE,
        ),
    ),
    "fr": (
        re.compile(
            rf"\b(?:(?P<weekday>{'|'.join(_DAYS['fr'])}),?\s+(?:le\s+)?)?(?P<day>\d{{1,2}}|1er|premier|"
            rf"trente et un|trente)\s+"
            rf"(?P<month>{'|'.join(_MONTHS['fr'])})\b(?:\s+{_YEAR}\b)?",
            re.IGNORECASE,
        ),
    ),
}
_DAY_WORDS: Final = {"1er": 1, "premier": 1, "trente": 30, "trente et un": 31}
# "On the thirtieth of February" is how two languages say never.
_NEVER: Final = {
    "en": re.compile(r"\b(?:never|no such|joke\w*|calendar|exist\w*|impossible|as likely|leap)\b", re.IGNORECASE),
    "fr": re.compile(
        r"\b(?:jamais|plaisant\w+|blague|calendrier|exist\w+|impossible|autant dire|bissextile)\b", re.IGNORECASE
    ),
}
_LATER: Final = {
    "en": re.compile(
        rf"\b(?P<n>{NUMBER['en']})\s+years?\s+(?:later|after),\s+(?:\w+\s+){{0,2}}?in\s+(?:\w+\s+)?{_YEAR}\b",
        re.IGNORECASE,
    ),
    "fr": re.compile(
        rf"\b(?P<n>{NUMBER['fr']})\s+ans\s+(?:plus\s+tard|après),\s+(?:\w+\s+){{0,2}}?en\s+(?:\w+\s+)?{_YEAR}\b",
        re.IGNORECASE,
    ),
}
_FROM_TO: Final = {
    "en": re.compile(
        r"\bfrom\s+(?P<from>(?:1[0-9]|20)\d\d)\s+(?:to|until)\s+(?P<to>(?:1[0-9]|20)\d\d),\s+(?:for\s+|exactly\s+|"
        r"all\s+of\s+)?"
        rf"(?P<n>{NUMBER['en']})\s+(?:\w+\s+)?years\b",
        re.IGNORECASE,
    ),
    "fr": re.compile(
        r"\bde\s+(?P<from>(?:1[0-9]|20)\d\d)\s+à\s+(?P<to>(?:1[0-9]|20)\d\d),\s+(?:pendant\s+|soit\s+|exactement\s+)?"
        rf"(?P<n>{NUMBER['fr']})\s+ans\b",
        re.IGNORECASE,
    ),
}
_ANY_YEAR: Final = re.compile(r"\b(?:1[0-9]|20)\d\d\b")
_NEXT_DAY: Final = {
    "en": re.compile(
        rf"\b(?:the\s+(?:next|following)\s+(?:day|morning|evening)|tomorrow),?\s+(?:was\s+)?(?:an?\s+)?"
        rf"(?P<day>{'|'.join(_DAYS['en'])})\b",
        re.IGNORECASE,
    ),
    "fr": re.compile(
        rf"\ble\s+lendemain(?:\s+(?:matin|soir))?,?\s+(?:était\s+|fut\s+)?(?:un\s+)?(?P<day>{'|'.join(_DAYS['fr'])})\b",
        re.IGNORECASE,
    ),
}
_THIS_DAY: Final = {
    "en": re.compile(
        rf"\b(?:it\s+was\s+(?:an?\s+)?|on\s+(?:that\s+|the\s+)?|that\s+)(?P<day>{'|'.join(_DAYS['en'])})\b(?!s)",
        re.IGNORECASE,
    ),
    "fr": re.compile(
        rf"\b(?:c[’']était\s+(?:un\s+|le\s+)?|ce\s+|(?<!tous )le\s+)(?P<day>{'|'.join(_DAYS['fr'])})\b", re.IGNORECASE
    ),
}
_CLOCK: Final = {
    "en": re.compile(
        r"\b(?:it\s+was\s+(?:already\s+|just\s+|now\s+)?|(?:clock|bell|church)\s+(?:struck|chimed|said|showed)\s+)"
        r"(?P<half>half\s+past\s+)?(?P<n>noon|midnight|\d{1,2}|[a-z]+)"
        r"(?P<unit>\s+o[’']clock)?(?P<day>\s+(?:in\s+the\s+(?:morning|afternoon|evening)|at\s+night))?",
        re.IGNORECASE,
    ),
    "fr": re.compile(
        rf"\b(?:il\s+était\s+(?:déjà\s+|à\s+peine\s+)?|(?:horloge|clocher|église|pendule|montre)\s+(?:sonna|"
        rf"sonnait|indiquait|"
        rf"marquait)\s+)(?P<n>midi|minuit|"
        rf"{NUMBER['fr']}(?=\s+heures?\b))(?P<unit>\s+heures?)?(?P<half>\s+et\s+demie)?"
        rf"(?P<day>\s+(?:du\s+(?:matin|soir)|de\s+l[’']après-midi))?",
        re.IGNORECASE,
    ),
}
_PASSES: Final = {
    "en": re.compile(
        r"\b(?:next|tomorrow|day|days|morning|night|later|earlier|before|yesterday|week|slept|woke|last|since|"
        r"again|ago|until|"
        r"would|meet|train|appointment)\b",
        re.IGNORECASE,
    ),
    "fr": re.compile(
        r"\b(?:lendemain|demain|jours?|matin|nuit|plus tard|plus tôt|avant|hier|veille|semaine|dormi\w*|réveill\w+|"
        r"dernier|depuis|encore|jusqu|rendez-vous|train|devai\w+|dès|avait été)\b",
        re.IGNORECASE,
    ),
}
# From eleven to one is two hours on; what goes back by less than this is no turn of the dial.
_MOST_BACK: Final = 6


def check_dates(chapters: Sequence[Chapter], _people: People, language: str) -> Iterator[Finding]:
    """Dates the calendar does not have or gives another weekday, and years that do not add up."""
    named: dict[tuple[int, int, int], tuple[str, Quote]] = {}
    for chapter in chapters:
        last_year: tuple[int, Quote, int] | None = None
        for sentence in chapter.sentences:
            told = sentence.told
            if _ANY_YEAR.search(told) or any(sign.isdigit() for sign in told) or "trente" in told:
                yield from _dates(sentence, named, language)
                yield from _spans(sentence, last_year, language)
            years = list(_ANY_YEAR.finditer(told))
            if years:
                at = sentence.start + years[-1].start()
                last_year = (int(years[-1][0]), sentence.quote(at, at + 4), sentence.paragraph)


def _dates(
    sentence: Sentence, named: dict[tuple[int, int, int], tuple[str, Quote]], language: str
) -> Iterator[Finding]:
    for pattern in _DATE[language]:
        for match in pattern.finditer(sentence.told):
            start, end = sentence.start + match.start(), sentence.start + match.end()
            called = match["day"].lower()
            day = int(called) if called.isdigit() else _DAY_WORDS[called]
            month = _MONTHS[language].index(match["month"].lower()) + 1
            year = int(match["year"]) if match["year"] else 0
            quote = sentence.quote(start, end)
            try:
                # A year with a 29th of February, where none is given.
                date = datetime.date(year or 2000, month, day)
            except ValueError:
                if day <= 31 and not _NEVER[language].search(sentence.text):
                    yield Finding("date", quote, quote, "date.impossible", {"date": match[0]}, 0.95)
                continue
            if not match["weekday"] or year < _FIRST_SURE_YEAR:
                continue
            weekday = match["weekday"].lower()
            expected = _DAYS[language][date.weekday()]
            params: dict[str, str | int] = {"weekday": weekday}
            if weekday != expected:
                before = named.get((year, month, day))
                date_words = match[0][match.end("weekday") - match.start() :].strip(" ,")
                if before and before[0] != weekday:
                    params = {"date": date_words, "first": before[0], "second": weekday}
                    yield Finding("weekday", before[1], quote, "weekday.two", params, 0.95)
                else:
                    params |= {"date": date_words, "expected": expected}
                    yield Finding("weekday", quote, quote, "weekday.date", params, 0.85)
            named.setdefault((year, month, day), (weekday, quote))


def _spans(sentence: Sentence, last_year: tuple[int, Quote, int] | None, language: str) -> Iterator[Finding]:
    for match in _FROM_TO[language].finditer(sentence.told):
        expected, count = int(match["to"]) - int(match["from"]), number(match["n"])
        if count is not None and abs(expected - count) > 1 and count > 1:
            quote = sentence.quote(sentence.start + match.start(), sentence.start + match.end())
            params: dict[str, str | int] = {
                "first": match["from"],
                "second": match["to"],
                "count": count,
                "expected": expected,
            }
            yield Finding("date", quote, quote, "date.duration", params, 0.9)
    for match in _LATER[language].finditer(sentence.told):
        before = _ANY_YEAR.findall(sentence.told[: match.start()])
        base = (int(before[-1]), sentence.quote(sentence.start, sentence.end)) if before else None
        if base is None and last_year is not None and sentence.paragraph - last_year[2] <= 2:
            base = last_year[:2]
        count = number(match["n"])
        if base is None or count is None or abs(base[0] + count - int(match["year"])) <= 1:
            continue
        quote = sentence.quote(sentence.start + match.start(), sentence.start + match.end())
        params = {"first": base[0], "count": count, "expected": base[0] + count, "second": match["year"]}
        yield Finding("date", base[1], quote, "date.span", params, 0.8)


def check_days(chapters: Sequence[Chapter], _people: People, language: str) -> Iterator[Finding]:
    """A morrow that has the wrong day of the week, and a clock that goes back within a scene."""
    for chapter in chapters:
        for scene in chapter.scenes():
            yield from _morrows(scene, language)
            yield from _clocks(scene, language)


def _morrows(scene: list[Sentence], language: str) -> Iterator[Finding]:
    today: tuple[str, Quote] | None = None
    for sentence in scene:
        if morrow := _NEXT_DAY[language].search(sentence.told):
            quote = sentence.quote(sentence.start + morrow.start(), sentence.start + morrow.end())
            if today is not None and not is_elsewhere(sentence, language):
                days = _DAYS[language]
                if (days.index(today[0]) + 1) % 7 != days.index(morrow["day"].lower()):
                    params = {"first": today[0], "second": morrow["day"].lower()}
                    yield Finding("weekday", today[1], quote, "weekday.next", params, 0.8)
            today = (morrow["day"].lower(), quote)
            continue
        if any(day in sentence.text.lower() for day in _DAYS[language]):
            said = list(_THIS_DAY[language].finditer(sentence.told))
            # Of two days in a sentence nobody can say which is today.
            today = None
            if len(said) == 1:
                start, end = sentence.start + said[0].start(), sentence.start + said[0].end()
                today = (said[0]["day"].lower(), sentence.quote(start, end))
        elif _is_another_day(sentence, language):
            today = None


def _is_another_day(sentence: Sentence, language: str) -> bool:
    pattern = {
        "en": r"\b(?:next day|following day|tomorrow|days later|days passed|week|month)\b",
        "fr": r"\b(?:lendemain|jours plus tard|jours passèrent|semaine|mois)\b",
    }[language]
    return bool(re.search(pattern, sentence.told, re.IGNORECASE))


def _clocks(scene: list[Sentence], language: str) -> Iterator[Finding]:
    hours: list[tuple[float, str, Sentence, int, int]] = []
    for sentence in scene:
        for match in _CLOCK[language].finditer(sentence.told):
            hour = _hour(match, language)
            if hour is not None:
                start, end = sentence.start + match.start(), sentence.start + match.end()
                hours.append((hour, match[0], sentence, start, end))
    for (hour, said, sentence, start, end), (next_hour, next_words, following, at, until) in pairwise(hours):
        if not 0 < hour - next_hour <= _MOST_BACK:
            continue
        gap = sentence.chapter.passage.text[end : min(following.end, until + 30)]
        if _PASSES[language].search(gap) or is_elsewhere(following, language):
            continue
        params = {"first": said, "second": next_words}
        yield Finding("time", sentence.quote(start, end), following.quote(at, until), "time.backwards", params, 0.7)
        return


def _hour(match: re.Match[str], language: str) -> float | None:
    called = match["n"].lower()
    if called in {"noon", "midi"}:
        hour: float = 12
    elif called in {"midnight", "minuit"}:
        hour = 24
    else:
        value = number(called)
        # "It was two" may be anything; the hour says so itself.
        is_struck = re.match(r"(?:clock|bell|church|horloge|clocher|église|pendule)\b", match[0], re.IGNORECASE)
        if value is None or not 1 <= value <= 24 or not (match["unit"] or match["day"] or match["half"] or is_struck):
            return None
        hour = value
        part = (match["day"] or "").lower()
        if hour < 12 and ("afternoon" in part or "evening" in part or "soir" in part or "après-midi" in part):
            hour += 12
    return hour + (0.5 if match["half"] else 0)
