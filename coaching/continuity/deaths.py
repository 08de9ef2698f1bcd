"""The dead who speak or act later on, outside memories, dreams and what is told of them."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from coaching.continuity.findings import Finding
from coaching.continuity.numbers import words
from coaching.continuity.people import Mention, People
from coaching.continuity.reading import Chapter, Sentence
from coaching.continuity.times import is_elsewhere

_DIES: Final = {
    "en": re.compile(
        r"\b(?:died|was dead|lay dead|was buried|passed away|was killed|drowned|breathed (?:his|her) last|had died|"
        r"was (?:shot|stabbed|hanged) dead|had been (?:killed|buried)|was cremated)\b"
    ),
    "fr": re.compile(
        r"\b(?:mourut|est mort|est morte|était mort|était morte|était enterrée?|fut enterrée?|fut tuée?|décéda|"
        r"succomba|se noya|"
        r"s[’']était noyée?|rendit l[’']âme|rendit son dernier (?:souffle|soupir)|poussa son dernier (?:souffle|"
        r"soupir)|"
        r"s[’']éteignit|avait été (?:tuée?|enterrée?|inhumée?))\b"
    ),
}
_NOT_DEATH: Final = {
    "en": re.compile(
        r"\b(?:not|never|nearly|almost|if|would|might|could|thought|believed|supposed|pretend\w*|feared|"
        r"as good as|half|"
        r"laugh\w*|laughter|boredom|shame|embarrass\w*|dead (?:tired|drunk|asleep|to|on|set|certain|wrong|calm)|asleep|"
        r"tired|hunger|one day|later|inside|wished|said to be|reported|rumou?r\w*|phone|battery|engine|"
        r"sorrows?)\b|n[’']t\b",
        re.IGNORECASE,
    ),
    "fr": re.compile(
        r"\b(?:pas|jamais|presque|faillit|si|croya\w+|crut|cru|pensai\w*|disait-on|on (?:le|la|les) (?:disait|croyait)|"
        r"feign\w+|rire|rires|honte|ennui|fatigue|peur|inquiétude|faim|soif|sommeil|froid|un jour|plus tard|comme|"
        r"téléphone|batterie|moteur|rumeur|chagrins?|joie|trouille)\b",
        re.IGNORECASE,
    ),
}
_ACTS: Final = {
    "en": words("""said asked replied answered whispered murmured shouted cried laughed smiled nodded stood sat
        walked opened closed came went ran turned looked took put picked poured climbed sighed shook
        shrugged called added leaned lit grinned handed stepped waved crossed entered knocked drank"""),
    "fr": words("""dit répondit demanda murmura cria souffla reprit ajouta lança répliqua déclara chuchota
        grogna sourit rit hocha haussa entra sortit ouvrit ferma marcha courut prit posa versa leva
        s’assit s’approcha regarda tourna traversa descendit monta tendit alluma but frappa salua
        soupira s’arrêta s’exclama s’écria"""),
}
_SPEECH: Final = {
    "en": re.compile(r"\b(?:said|asked|replied|answered|whispered|murmured|shouted|cried|called|added)\s+$"),
    "fr": re.compile(
        r"\b(?:dit|répondit|demanda|murmura|cria|souffla|reprit|ajouta|lança|répliqua|déclara|chuchota|grogna|fit|"
        r"s[’']exclama|s[’']écria)\s+$"
    ),
}
_AFTER: Final = {
    "en": re.compile(
        r"^\s+(?:then |just |only |slowly |quickly |quietly |softly )?(?P<verb>[a-z]+)\b(?!\s+(?:is|was) (?:dead|"
        r"buried))"
    ),
    "fr": re.compile(r"^\s+(?:se |lui |leur |la |le |les |nous |me )?(?P<verb>(?:s[’'])?[a-zéèêàâîû]+)\b"),
}
_ANCHOR: Final = {
    "en": re.compile(
        r"\b(?:the (?:next|following) (?:day|morning|evening|week)|after the (?:funeral|burial|death)|that same)\b",
        re.I,
    ),
    "fr": re.compile(
        r"\b(?:le lendemain|le jour suivant|la semaine suivante|après (?:l[’']enterrement|les obsèques|la mort))\b",
        re.I,
    ),
}
_FIRST_PERSON: Final = {
    "en": re.compile(r"\b(?:I|my|me)\b"),
    "fr": re.compile(r"\b(?:je|mon|ma|mes|me|nous)\b|\bj[’']", re.I),
}
_YOUNGER: Final = re.compile(
    r",? (?:the (?:younger|elder|old|young|first|second|third)|[Jj]unior|[Ss]enior|[JS]r\b|I{1,3}\b|le jeune|le vieux|"
    r"l[’']aîné|le cadet|père|mère|fils)\b"
)
_ELDER: Final = re.compile(
    r"\b(?:old|young|late|elder|younger|first|second|première?|seconde?|vieux|vieille|jeune|feu|feue)\s+$",
    re.IGNORECASE,
)
_NEAR: Final = 12
_YEAR: Final = re.compile(r"\b(?:1[0-9]|20)\d\d\b")


def check_deaths(chapters: Sequence[Chapter], people: People, language: str) -> Iterator[Finding]:
    """Who dies in the narration and speaks or acts in it afterwards; one finding for each of them."""
    dead: dict[str, tuple[Sentence, int, int]] = {}
    told = _namesakes(chapters, people)
    acts = frozenset(_ACTS[language])
    for chapter in chapters:
        is_first_person = _is_first_person(chapter, language)
        for sentence in chapter.sentences:
            mentions = people.told(sentence)
            for mention in mentions:
                name = mention.name
                if name in told or (name not in dead and name not in people.codex):
                    continue
                if not _acts(sentence, mention, acts, language) or is_elsewhere(sentence, language):
                    continue
                start, end = mention.start, min(sentence.end, mention.end + 30)
                if name in dead:
                    death, at, until = dead[name]
                    # Memoirs go to and fro; in them only a scene that says it comes after does.
                    if is_first_person and not _comes_after(sentence, language):
                        continue
                    told.add(name)
                    quotes = death.quote(at, until), sentence.quote(start, end)
                    yield Finding("death", *quotes, "death.acts", {"name": name}, 0.85)
                elif fact := _dead_by_codex(people, name, chapter, language):
                    told.add(name)
                    quote = sentence.quote(start, end)
                    yield Finding("death", quote, quote, "death.codex", {"name": name, "fact": fact}, 0.85)
            if found := _death(sentence, people, language):
                dead.setdefault(found[0], (sentence, *found[1:]))


def _namesakes(chapters: Sequence[Chapter], people: People) -> set[str]:
    """Names that more than one person bears, as far as the text tells them apart: one may die and the other speak."""
    return {
        mention.name
        for chapter in chapters
        for mention in people.within(chapter, 0, len(chapter.passage.text))
        if _YOUNGER.match(chapter.passage.text, mention.end)
        or _ELDER.search(chapter.passage.text[max(0, mention.start - 12) : mention.start])
    }


def _comes_after(sentence: Sentence, language: str) -> bool:
    nearby = sentence.chapter.sentences[max(0, sentence.index - _NEAR) : sentence.index + 1]
    return any(_ANCHOR[language].search(other.text) for other in nearby)


def _death(sentence: Sentence, people: People, language: str) -> tuple[str, int, int] | None:
    """Who dies in this sentence and in which words, unless it is not said as a fact of the story's present."""
    match = _DIES[language].search(sentence.told)
    if match is None or _NOT_DEATH[language].search(sentence.text) or _YEAR.search(sentence.text):
        return None
    if is_elsewhere(sentence, language):
        return None
    at = sentence.start + match.start()
    subject = people.subject(sentence, at)
    return (subject[0], subject[1], sentence.start + match.end()) if subject else None


def _acts(sentence: Sentence, mention: Mention, acts: frozenset[str], language: str) -> bool:
    """Whether a verb of speech or of doing, in the narration, has this name for its subject."""
    before = sentence.told[max(0, mention.start - sentence.start - 20) : mention.start - sentence.start]
    if _SPEECH[language].search(before):
        return True
    if re.search(r"\b(?:as if|as though|like|comme si?|si)\b", before):
        return False
    if re.search(r"\b(?:de|du|of|by|par|to|à|for|pour|with|avec|and|et|that|que|where|où)\s+$|d[’']$|qu[’']$", before):
        return False
    after = _AFTER[language].match(sentence.told[mention.end - sentence.start :])
    return bool(after) and after is not None and after["verb"].replace("'", "’") in acts


def _dead_by_codex(people: People, name: str, chapter: Chapter, language: str) -> str:
    """The codex's fact by which somebody is dead in this chapter already; what holds from it on happens in it."""
    entry = people.codex.get(name)
    sign = {
        "en": r"\b(?:dead|died|dies|killed|buried|deceased)\b",
        "fr": r"\b(?:morte?|meurt|décédée?|tuée?|enterrée?)\b",
    }
    for fact in entry.facts if entry else ():
        starts = fact.holds_from
        is_plain = not _NOT_DEATH[language].search(fact.text)
        if starts is None or starts >= chapter.passage.number or not fact.holds_in(chapter.passage.number):
            continue
        if is_plain and re.search(sign[language], fact.text, re.IGNORECASE):
            return fact.text
    return ""


def _is_first_person(chapter: Chapter, language: str) -> bool:
    told = sum(sentence.is_told for sentence in chapter.sentences)
    first = sum(bool(_FIRST_PERSON[language].search(sentence.told)) for sentence in chapter.sentences)
    return first * 8 > told
