"""What people and their things look like: eyes, hair, the colour of a car, the side of a scar, the writing hand."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from coaching.continuity.findings import Finding, Known
from coaching.continuity.people import NARRATOR, People
from coaching.continuity.reading import Chapter, Sentence
from coaching.continuity.times import between, is_unreal

_COLOURS: Final = {
    "en": {
        **dict.fromkeys(("blue", "azure", "sapphire"), "blue"),
        **dict.fromkeys(("green", "emerald"), "green"),
        **dict.fromkeys(("brown", "chestnut", "chocolate"), "brown"),
        **dict.fromkeys(("grey", "gray"), "grey"),
        **dict.fromkeys(("blond", "blonde", "golden", "flaxen"), "blond"),
        **dict.fromkeys(("red", "ginger", "copper", "auburn"), "red"),
        **{colour: colour for colour in ("black", "hazel", "amber", "violet", "white", "yellow", "orange")},
    },
    "fr": {
        **dict.fromkeys(("bleu", "bleus", "bleue", "bleues", "azur"), "blue"),
        **dict.fromkeys(("vert", "verts", "verte", "vertes", "émeraude"), "green"),
        **dict.fromkeys(("brun", "bruns", "brune", "marron", "châtain", "châtains"), "brown"),
        **dict.fromkeys(("gris", "grise"), "grey"),
        **dict.fromkeys(("blond", "blonds", "dorés"), "blond"),
        **dict.fromkeys(("roux", "rouge", "rouges", "cuivrés"), "red"),
        **dict.fromkeys(("noir", "noirs", "noire", "noires"), "black"),
        **dict.fromkeys(("blanc", "blancs", "blanche"), "white"),
        **dict.fromkeys(("jaune", "jaunes"), "yellow"),
        **{colour: colour for colour in ("noisette", "violet", "orange")},
    },
}


@dataclass(frozen=True, slots=True)
class _Feature:
    """Something that has a colour. `counts` are the colours it is known by, `alike` those an editor lets pass."""

    kind: str
    nouns: Mapping[str, str]
    counts: frozenset[str]
    alike: frozenset[frozenset[str]]
    excused: Mapping[str, re.Pattern[str]]


def _pairs(*pairs: str) -> frozenset[frozenset[str]]:
    return frozenset(frozenset(pair.split()) for pair in pairs)


_FEATURES: Final = (
    _Feature(
        "eyes",
        {"en": "eyes", "fr": "yeux"},
        frozenset({"blue", "green", "brown", "grey", "black", "hazel", "noisette", "amber", "violet"}),
        _pairs(
            "blue grey",
            "green grey",
            "green hazel",
            "brown hazel",
            "grey hazel",
            "brown black",
            "brown amber",
            "hazel amber",
            "green noisette",
            "brown noisette",
            "grey noisette",
        ),
        {
            "en": re.compile(
                r"\b(?:lens\w*|contacts|in (?:the|that|this|certain) \w*\s?light|disguise\w*|glass eye)\b"
            ),
            "fr": re.compile(r"\b(?:lentilles?|déguis\w+|selon la lumière|œil de verre)\b"),
        },
    ),
    _Feature(
        "hair",
        {"en": "hair", "fr": "cheveux"},
        frozenset({"blond", "brown", "black", "red"}),
        _pairs("brown black", "brown red", "brown blond"),
        {
            "en": re.compile(r"\b(?:dy(?:e|ed|eing)|wigs?|bleach\w*|highlights|hairdresser\w*|disguise\w*|tinted)\b"),
            "fr": re.compile(
                r"\b(?:tein(?:t|te|ts|tes|ture|dre|drait|gnait)|perruque|décolor\w+|coiffeu\w+|déguis\w+)\b"
            ),
        },
    ),
    _Feature(
        "object",
        {
            "en": "car|truck|van|bicycle|bike|boat|suitcase|front door|motorbike|umbrella",
            "fr": "voiture|camion|camionnette|vélo|barque|valise|moto|porte d’entrée|parapluie",
        },
        frozenset({"blue", "green", "brown", "grey", "red", "black", "white", "yellow", "orange"}),
        frozenset(),
        {
            "en": re.compile(
                r"\b(?:new|another|second|other|paint\w*|bought|sold|borrow\w*|rent\w*|spare|replac\w*)\b"
            ),
            "fr": re.compile(
                r"\b(?:nou(?:veau|vel|velle)|autre|second\w*|repein\w+|pein(?:t|te|dre|ture|dait|gnit)|achet\w+|vend\w+|emprunt\w+|lou\w+|"
                r"remplac\w+)\b"
            ),
        },
    ),
)
# Whose eyes one looks into is another's.
_OTHERS: Final = {
    "en": re.compile(
        r"\b(?:into|in|at|from|of|to|toward|towards|by|saw|met|noticed|watched|admired|remembered|caught|loved|like|"
        r"behind|than|for|and|or)\s*$",
        re.IGNORECASE,
    ),
    "fr": re.compile(
        r"\b(?:dans|regard\w+|vi?t|voyait|crois\w+|fix\w+|sur|vers|de|par|à|admir\w+|aim\w+|remarqu\w+|comme|que|et|ou|"
        r"pour|devant|derrière)\s*$",
        re.IGNORECASE,
    ),
}
_NEGATED: Final = re.compile(r"\b(?:not|never|ne|pas|jamais)\b|n[’'](?:t\b|a|é)")
_NOT: Final = re.compile(r"\b(?:not|never|no|n’t|n't|ne|pas|jamais|plus|like|comme|half|almost|presque)\b")


@dataclass(frozen=True, slots=True)
class Claim:
    """Somebody's feature has a value, in these words."""

    name: str
    value: str
    words: str
    sentence: Sentence
    start: int
    end: int


def check_colours(chapters: Sequence[Chapter], people: People, language: str) -> Iterator[Finding]:
    """Eyes, hair and things that change colour, from one passage to the other or from what the codex says."""
    for feature in _FEATURES:
        patterns = _patterns(feature, language)
        claims: dict[tuple[str, str], list[Claim]] = defaultdict(list)
        needles = [noun.split()[-1] for noun in feature.nouns[language].split("|")]
        for chapter in chapters:
            for sentence in chapter.sentences:
                if not any(needle in sentence.told for needle in needles):
                    continue
                for noun, claim in _claims(sentence, feature, patterns, people, language):
                    # An "I" may be somebody else in another chapter.
                    whose = f"{claim.name}/{chapter.place}" if claim.name == NARRATOR[language] else claim.name
                    claims[whose, noun].append(claim)
        for (_whose, noun), said in claims.items():
            yield from _changes(feature, noun, said, language)
            if feature.kind != "object":
                yield from _against_codex(feature, said, people, language)


def _patterns(feature: _Feature, language: str) -> list[re.Pattern[str]]:
    nouns = feature.nouns[language]
    colours = "|".join(sorted(_COLOURS[language], key=len, reverse=True))
    if language == "en":
        filler = rf"(?:(?!(?:{colours})\b)[\w-]+,?\s+){{0,3}}?"
        before = (
            rf"(?P<whose>[’']s|\b(?:her|his|my|had|has))\s+{filler}(?P<colour>{colours})\b(?![- ]*(?:-|and|or|\w+ed\b))"
        )
        return [
            re.compile(rf"{before}(?:\s+(?!eyes|hair)[\w-]+)?\s+(?P<noun>{nouns})\b", re.IGNORECASE),
            re.compile(
                rf"(?P<whose>[’']s|\b(?:her|his|my))\s+(?P<noun>{nouns})\s+(?:was|were|is|are)\s+(?:[\w-]+\s+){{0,2}}?"
                rf"(?P<colour>{colours})\b(?!\s+(?:with|from|as)\b|-)",
                re.IGNORECASE,
            ),
        ]
    gap = r"(?:[^\W\d_]+,?\s+){0,2}?"
    colour = rf"(?P<colour>{colours})\b(?!-|\s+(?:ou|à|vert|clair de)\b)"
    of = r"(?P<of>(?:\s+(?:de|du|des)\b|\s+d[’'])\s*)?"
    return [
        re.compile(
            rf"(?P<whose>\b(?:ses|mes|les|des|sa|son|ma|mon|la|le)|\b(?:avait|a)\s+de)\s+(?:grands\s+|petits\s+|"
            rf"longs\s+|"
            rf"beaux\s+|vieille\s+|vieux\s+|petite\s+)?(?P<noun>{nouns})\s+{gap}{colour}{of}",
            re.IGNORECASE,
        ),
        re.compile(
            rf"(?P<whose>\b(?:ses|mes|sa|son|ma|mon))\s+(?P<noun>{nouns})\s+(?:étai(?:en)?t|sont|est)\s+(?:d[’']un\s+)?"
            rf"{gap}{colour}(?P<of>\s+de\b)?",
            re.IGNORECASE,
        ),
        re.compile(
            rf"\b(?:les|la|le)\s+(?P<noun>{nouns})\s+(?:de\s+|d[’'])(?P<who>[^\W\d_][\w’'-]*)(?:\s+[A-Z][\w’'-]*)?\s+"
            rf"(?:étai(?:en)?t|sont|est)\s+(?:d[’']un\s+)?{gap}{colour}(?P<of>\s+de\b)?(?P<whose>)",
            re.IGNORECASE,
        ),
    ]


def _claims(
    sentence: Sentence, feature: _Feature, patterns: list[re.Pattern[str]], people: People, language: str
) -> Iterator[tuple[str, Claim]]:
    for pattern in patterns:
        for match in pattern.finditer(sentence.told):
            colour = _COLOURS[language][match["colour"].lower()]
            if colour not in feature.counts or _NOT.search(match[0]) or is_unreal(sentence):
                continue
            name = _owner(sentence, match, people, language)
            if name:
                start = sentence.start
                yield (
                    match["noun"].lower(),
                    Claim(name, colour, match["colour"], sentence, start + match.start(), start + match.end()),
                )


def _owner(sentence: Sentence, match: re.Match[str], people: People, language: str) -> str | None:
    """Whose feature it is: the one named as its owner, else the only one it can be."""
    groups = match.groupdict()
    at = sentence.start + match.start()
    whose = match["whose"].lower().split()[0] if match["whose"] else ""
    if groups.get("who"):
        named = people.beginning(sentence, sentence.start + match.start("who"))
        return None if groups.get("of") or named is None else named.name
    has = match.start() if whose in {"avait", "a"} else _has(sentence.told[: match.start()])
    if has is not None and whose in {"les", "des", "avait", "a"}:
        # Eyes "noirs de colère" are of no colour; those "de sa tante" are.
        if groups.get("of") and not re.match(r"\s*(?:sa|son|ses)\b", sentence.told[match.end() :]):
            return None
        subject = people.subject(sentence, sentence.start + has)
        return subject[0] if subject else None
    if groups.get("of"):
        named = people.beginning(sentence, sentence.start + match.end("of"))
        return named.name if named and whose in {"les", "la", "le"} else None
    if whose in {"’s", "'s"}:
        named = people.ending(sentence, at)
        return named.name if named else None
    if whose in {"my", "mes", "ma", "mon"}:
        return NARRATOR[language]
    if whose in {"had", "has"}:
        subject = people.subject(sentence, at)
        return subject[0] if subject else None
    if whose in {"les", "des", "la", "le"} or _OTHERS[language].search(sentence.told[: match.start()]):
        return None
    name = people.only(sentence)
    if name is not None:
        return name if people.agrees(name, whose) and people.told(sentence)[0].start < at else None
    return None if people.told(sentence) else people.antecedent(sentence, at, whose)


def _has(before: str) -> int | None:
    """Where the "avait" begins that ends these words."""
    verb = re.search(r"\b(?:avait|a)\s+$", before)
    return verb.start() if verb else None


def _changes(feature: _Feature, noun: str, said: list[Claim], language: str) -> Iterator[Finding]:
    """The first passage that differs from the first of all; the same change is not told twice."""
    first = said[0]
    for claim in said[1:]:
        if claim.value == first.value or frozenset((claim.value, first.value)) in feature.alike:
            continue
        gap = f"{first.sentence.text} {between(first.sentence, claim.sentence)}"
        if feature.excused[language].search(gap):
            # Dyed, repainted: from here on it is so.
            first = claim
            continue
        key = f"{feature.kind}.changed"
        params = {"name": first.name, "first": first.words, "second": claim.words, "thing": noun}
        yield Finding(
            feature.kind,
            first.sentence.quote(first.start, first.end),
            claim.sentence.quote(claim.start, claim.end),
            key,
            params,
            0.85 if feature.kind != "object" else 0.7,
        )
        return


def _against_codex(feature: _Feature, said: list[Claim], people: People, language: str) -> Iterator[Finding]:
    known: Known | None = people.codex.get(said[0].name)
    if known is None:
        return
    noun = feature.nouns[language]
    for fact in known.facts:
        if not re.search(rf"\b{noun}\b", fact.text, re.IGNORECASE):
            continue
        words = re.findall(r"[^\W\d_]+", fact.text.lower())
        colours = {_COLOURS[language][word] for word in words if word in _COLOURS[language]} & feature.counts
        if len(colours) != 1 or _NEGATED.search(fact.text.lower()):
            continue
        colour = colours.pop()
        for claim in said:
            number = claim.sentence.chapter.passage.number
            if claim.value == colour or frozenset((claim.value, colour)) in feature.alike or not fact.holds_in(number):
                continue
            quote = claim.sentence.quote(claim.start, claim.end)
            params = {"name": claim.name, "second": claim.words, "fact": fact.text}
            yield Finding(feature.kind, quote, quote, f"{feature.kind}.codex", params, 0.85)
            return


# --- Sides -------------------------------------------------------------------------------------------------------

_LIMBS: Final = {
    "en": "arm|leg|hand|foot|knee|ankle|wrist|shoulder|eye|cheek|ear|thigh|elbow|eyebrow|hip",
    "fr": "bras|jambe|main|pied|genou|cheville|poignet|épaule|œil|joue|oreille|cuisse|coude|sourcil|hanche",
}
_WOUNDS: Final = {
    "en": {
        "scar": r"\bscar\w*",
        "break": r"\b(?:broke|broken|fractur\w+|cast|plaster|sling|splint)\b",
        "limp": r"\b(?:limp\w*|lame|dragg\w+)\b",
        "blind": r"\b(?:blind|patch|glass)\b",
        "loss": r"\b(?:amputat\w+|missing|stump|wooden|prosthe\w+|lost)\b",
        "wound": r"\b(?:bandag\w+|wound\w*|sprain\w*|twisted|burn(?:t|ed)|bullet|dressing)\b",
        "ink": r"\b(?:tattoo\w*|birthmark)\b",
    },
    "fr": {
        "scar": r"\b(?:cicatrice|balafr\w+)\b",
        "break": r"\b(?:cass\w+|fractur\w+|plâtr\w+|écharpe|attelle|brisé\w*)\b",
        "limp": r"\b(?:boit\w+|traîn\w+)\b",
        "blind": r"\b(?:aveugle|borgne|bandeau|de verre)\b",
        "loss": r"\b(?:amput\w+|manqu\w+|moignon|de bois|prothèse|perdu\w*)\b",
        "wound": r"\b(?:bandag\w+|bless\w+|foul\w+|entorse|brûl\w+|balle|pansement|pansé\w*)\b",
        "ink": r"\b(?:tatou\w+|tache de naissance)\b",
    },
}
_SIDE: Final = {
    "en": re.compile(rf"\b(?P<side>left|right)\s+(?P<limb>{_LIMBS['en']})\b", re.IGNORECASE),
    "fr": re.compile(rf"\b(?P<limb>{_LIMBS['fr']})\s+(?P<side>gauche|droite?)\b", re.IGNORECASE),
}
_HANDED: Final = {
    "en": re.compile(r"\b(?P<side>left|right)-handed\b", re.IGNORECASE),
    "fr": re.compile(r"\b(?P<side>gauch(?:er|ère)|droiti(?:er|ère))\b", re.IGNORECASE),
}


def check_sides(chapters: Sequence[Chapter], people: People, language: str) -> Iterator[Finding]:
    """A scar, a cast or a limp that changes sides, and people who change the hand they write with."""
    seen: dict[tuple[str, str, str], Claim] = {}
    told: set[tuple[str, str, str]] = set()
    for chapter in chapters:
        for sentence in chapter.sentences:
            for key, claim in _sides(sentence, people, language):
                first = seen.setdefault(key, claim)
                if first.value == claim.value or key in told:
                    continue
                told.add(key)
                yield Finding(
                    "body",
                    first.sentence.quote(first.start, first.end),
                    claim.sentence.quote(claim.start, claim.end),
                    "body.handed" if key[1] == "handed" else "body.side",
                    {"name": claim.name, "first": first.words, "second": claim.words},
                    0.8,
                )


def _sides(sentence: Sentence, people: People, language: str) -> Iterator[tuple[tuple[str, str, str], Claim]]:
    told = sentence.told
    for pattern in (_SIDE[language], _HANDED[language]):
        matches = list(pattern.finditer(told))
        # "His left arm, then his right one" is about both.
        if len(matches) != 1 or is_unreal(sentence) or _NEGATED.search(told):
            continue
        match = matches[0]
        name = _whose_body(sentence, match.start(), people, language)
        if name is None:
            continue
        if name == NARRATOR[language]:
            name = f"{name}/{sentence.chapter.place}"
        side = "left" if match["side"].lower()[0] in "lg" else "right"
        start, end = sentence.start + match.start(), sentence.start + match.end()
        claim = Claim(name.partition("/")[0], side, match["side"], sentence, start, end)
        if "limb" not in match.groupdict():
            yield (name, "handed", ""), claim
            continue
        for wound, sign in _WOUNDS[language].items():
            if re.search(sign, told, re.IGNORECASE):
                yield (name, wound, match["limb"].lower()), claim


def _whose_body(sentence: Sentence, at: int, people: People, language: str) -> str | None:
    """The only one named, or, where nobody is, the one the sentence's first pronoun stands for."""
    name = people.only(sentence)
    if name is not None or people.told(sentence):
        return name
    first = {"en": r"\b(?:my|I|me)\b", "fr": r"\b(?:mon|ma|je|me|m[’'])"}[language]
    if re.search(first, sentence.told[: at + 1]):
        return NARRATOR[language]
    pronoun = re.search(r"\b(he|she|his|her|il|elle|son|sa|lui)\b", sentence.told, re.IGNORECASE)
    return people.antecedent(sentence, sentence.start + pronoun.start(), pronoun[1].lower()) if pronoun else None
