"""What takes a sentence out of the story's present: memories, dreams, ghosts, suppositions; and time that passes."""

import re
from typing import Final

from coaching.continuity.reading import Chapter, Sentence

_ELSEWHERE: Final = {
    "en": re.compile(
        r"\b(?:years? (?:before|earlier|ago)|months? (?:before|earlier|ago)|remember\w*|recall\w*|memor(?:y|ies)|"
        r"dream\w*|dreamt|nightmare|ghosts?|spirit|apparition|phantom|haunt\w*|resurrect\w*|vampires?|"
        r"in those days|back then|long ago|once upon|used to|"
        r"when (?:he|she|I|they|[A-Z]\w+) (?:was|were|had been) (?:\w+ )?(?:a |an |still |alive|young|little|"
        r"small|\w+teen|"
        r"five|six|seven|eight|nine|ten|eleven|twelve)|as a (?:child|boy|girl)|imagin\w*|"
        r"would have|letters?|diary|diaries|journal|notebook|photographs?|photo|recording|tape|video|film|portrait|"
        r"voicemail|answering machine|legend|flashback|before the (?:war|accident|fire)|the (?:previous|last) "
        r"(?:summer|winter|spring|autumn|year)|still alive|not dead|wasn[’']t dead|namesake|twins?|in (?:1[0-9]|"
        r"20)\d\d)\b"
    ),
    "fr": re.compile(
        r"\b(?:ans (?:plus tôt|auparavant|avant)|il y (?:a|avait) (?:\w+ ){1,3}ans|mois plus tôt|"
        r"souv(?:en|in|ien)\w*|se rappel\w+|rappelait|rappela|revoyait|revit|mémoire|rêv\w+|cauchemars?|songes?|"
        r"fantômes?|"
        r"spectres?|revenants?|apparition|hant\w+|ressuscit\w+|vampires?|autrefois|jadis|naguère|à l[’']époque|"
        r"en ce temps|dans le temps|quand (?:il|elle|j|ils|[A-Z]\w+)[’' ](?:\w+ )?(?:étai\w+|avai\w+)|enfant, |"
        r"imagin\w+|aurai\w+|lettres?|journal intime|carnets?|cahier|photographies?|photos?|"
        r"enregistrement|cassette|"
        r"bande|vidéo|film|portrait|répondeur|légende|de son vivant|avant la guerre|avant l[’']accident|"
        r"l[’']été d[’']avant|"
        r"encore en vie|pas mort\w*|vivante?|homonyme|jum\w+|en (?:1[0-9]|20)\d\d)\b"
    ),
}
_YEARS_ON: Final = {
    "en": re.compile(r"\b([A-Za-z]+(?:-[a-z]+)?|\d{1,3}) years? (?:later|after|passed|had passed|went by|on)\b"),
    "fr": re.compile(
        r"\b([A-Za-zéè]+(?:[- ](?:et[- ])?[a-zéè]+){0,2}?|\d{1,3}) ans?,? (?:plus tard|après|passèrent|avaient passé|"
        r"s[’']étaient écoulés|s[’']écoulèrent)\b"
    ),
}
_LAPSE: Final = {
    "en": re.compile(
        r"\b(?:later|years?(?! old)|birthday|passed|next (?:year|spring|summer|autumn|winter)|since then|by then|"
        r"turned|grew|now|(?:1[0-9]|20)\d\d)\b",
        re.IGNORECASE,
    ),
    "fr": re.compile(
        r"\b(?:plus tard|années?|anniversaire|pass(?:a|èrent|é)|(?:printemps|été|automne|hiver) suivant|depuis|"
        r"désormais|grandi\w*|maintenant|après|fêta\w*|(?:1[0-9]|20)\d\d)\b",
        re.IGNORECASE,
    ),
}


# A memory that runs on for longer has a scene of its own.
_PARAGRAPHS_BACK: Final = 8
_SENTENCES_BACK: Final = 60

_UNREAL: Final = re.compile(
    r"\b(?:dream\w*|imagin\w*|pictured|disguise\w*|masks?|paint(?:ed|ing)|portrait|photo\w*|doll|statue|"
    r"rêv\w+|déguis\w+|masques?|peint\w*|tableau|poupée)\b"
)


def is_unreal(sentence: Sentence) -> bool:
    """Whether a sentence speaks of a picture, a dream or a disguise, in which people look as they do not."""
    return bool(_UNREAL.search(sentence.text))


def is_elsewhere(sentence: Sentence, language: str) -> bool:
    """Whether a sentence may speak of another time or of nothing real: so it says, or its scene did shortly before."""
    pattern = _ELSEWHERE[language]
    if pattern.search(sentence.chapter.passage.title):
        return True
    nearby = sentence.chapter.sentences[max(0, sentence.index - _SENTENCES_BACK) : sentence.index + 1]
    return any(
        other.scene == sentence.scene
        and sentence.paragraph - other.paragraph <= _PARAGRAPHS_BACK
        and pattern.search(other.text)
        for other in reversed(nearby)
    )


def years_on(text: str, language: str) -> list[re.Match[str]]:
    """Every "seven years later"."""
    return list(_YEARS_ON[language].finditer(text))


def has_lapse(text: str, language: str) -> bool:
    """Whether these words let time pass, as far as they say."""
    return bool(_LAPSE[language].search(text))


def between(first: Sentence, second: Sentence) -> str:
    """The text from one sentence to the end of the other within a chapter; across chapters what lies at their edges."""
    if first.chapter is second.chapter:
        return first.chapter.passage.text[first.end : second.end]
    return f"{first.chapter.passage.text[first.end :]}\n{second.chapter.passage.text[: second.end]}"


def heading_year(chapter: Chapter) -> str:
    """The year a chapter's title names, if it does."""
    year = re.search(r"\b(?:1[0-9]|20)\d\d\b", chapter.passage.title)
    return year[0] if year else ""
