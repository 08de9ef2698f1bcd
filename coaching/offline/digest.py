"""What was counted in a text, in a few lines for a model: it judges better than it counts."""

from typing import Final

from coaching.offline.findings import listen
from coaching.offline.measures import Measures, measure
from coaching.prompts import prompt_language

LEAST_WORDS: Final = 80
_ECHOES: Final = 5
_EXAMPLES: Final = 4
_PLACES: Final = 5

_SAID: Final = {
    "en": {
        "length": "- {words} words, {sentences} sentences, {mean} words each on average (from {shortest} to {longest})",
        "even": "- {count} sentences in a row of nearly the same length, from “{quote}”",
        "start": "- {count} sentences in a row begin with “{word}”, from “{quote}”",
        "speech": "- {share} % of the words are speech",
        "echo": "- “{word}” {count} times within {span} words, near “{quote}”",
        "adverbs": "- {count} adverbs of manner ({examples})",
        "passives": "- {count} passive forms, for example “{quote}”",
        "person": "- “I” in the narration {count} times, for example “{quote}”",
        "place": "- {title}: “{quote}”",
    },
    "fr": {
        "length": "- {words} mots, {sentences} phrases de {mean} mots en moyenne (de {shortest} à {longest})",
        "even": "- {count} phrases de suite presque de même longueur, à partir de «\u202f{quote}\u202f»",
        "start": "- {count} phrases de suite commencent par «\u202f{word}\u202f», à partir de «\u202f{quote}\u202f»",
        "speech": "- {share}\u00a0% des mots sont des paroles",
        "echo": "- «\u202f{word}\u202f» {count} fois en {span} mots, près de «\u202f{quote}\u202f»",
        "adverbs": "- {count} adverbes en -ment ({examples})",
        "passives": "- {count} formes passives, par exemple «\u202f{quote}\u202f»",
        "person": "- «\u202fje\u202f» dans la narration {count} fois, par exemple «\u202f{quote}\u202f»",
        "place": "- {title}\u00a0: «\u202f{quote}\u202f»",
    },
}


def digest(text: str, language: str) -> str:
    """The figures as a list in the language of the prompts; "" for a text too short to count."""
    of = prompt_language(language)
    found = measure(text, of)
    if found.words < LEAST_WORDS:
        return ""
    heard = listen(text, language=of)[:_PLACES]
    places = [_SAID[of]["place"].format(title=one.remark(of).title, quote=one.quote) for one in heard]
    return "\n".join([*_lines(found, _SAID[of]), *places])


def _lines(found: Measures, said: dict[str, str]) -> list[str]:
    lines = [
        said["length"].format(
            words=found.words,
            sentences=found.sentences,
            mean=round(found.mean_length),
            shortest=found.shortest,
            longest=found.longest,
        ),
        said["speech"].format(share=round(found.dialogue_share * 100)),
    ]
    if found.even_run is not None:
        lines.append(said["even"].format(count=found.even_run.count, quote=found.even_run.quote))
    if (run := found.same_start) is not None:
        lines.append(said["start"].format(count=run.count, word=run.word, quote=run.quote))
    lines += [
        said["echo"].format(word=echo.word, count=echo.count, span=echo.span, quote=echo.quote)
        for echo in found.echoes[:_ECHOES]
    ]
    if found.adverbs.count:
        examples = ", ".join(found.adverbs.examples[:_EXAMPLES])
        lines.append(said["adverbs"].format(count=found.adverbs.count, examples=examples))
    if found.passives.count:
        lines.append(said["passives"].format(count=found.passives.count, quote=found.passives.quote))
    if found.first_person.count:
        lines.append(said["person"].format(count=found.first_person.count, quote=found.first_person.quote))
    return lines
