"""A style sheet drawn from the writer's own text: what somebody who writes in their voice has to hold to.

Everything is counted, nothing is judged. Where the text is too short to tell, there is no sheet.
"""

import re
from typing import Final

from coaching.offline.measures import Measures, measure
from coaching.prompts import prompt_language

LEAST_WORDS: Final = 120

_FRENCH_DASH: Final = re.compile(r"^\s*[—–] ", re.MULTILINE)
_GUILLEMETS: Final = re.compile(r"«")
_CURLY: Final = re.compile(r"“")
_PAST: Final = {
    "en": re.compile(r"\b(?:was|were|had|said|\w{3,}ed)\b", re.IGNORECASE),
    "fr": re.compile(
        r"\b(?:était|étaient|avait|avaient|fut|furent|eut|\w{2,}(?:ait|aient|èrent|irent))\b", re.IGNORECASE
    ),
}
_PRESENT: Final = {
    "en": re.compile(r"\b(?:is|are|am|has|says|do|does)\b", re.IGNORECASE),
    "fr": re.compile(r"\b(?:est|sont|suis|ai|ont|dit|fait|va|vont)\b", re.IGNORECASE),
}
_WORDS: Final = {
    "en": {
        "head": "Style sheet, counted from the writer’s text:",
        "sentences": "- sentences of {mean} words on average, from {shortest} to {longest}, {spread}",
        "even": "of even length",
        "varied": "long and short in turn",
        "speech": "- speech: {share} % of the words, set with {marks}",
        "no-speech": "- hardly any speech",
        "dash": "a dash at the beginning of the line",
        "guillemets": "guillemets",
        "curly": "quotation marks",
        "first": "- told in the first person",
        "third": "- told in the third person",
        "past": "- told in the past tense",
        "present": "- told in the present tense",
        "paragraphs": "- paragraphs of some {words} words",
        "semicolons": "- semicolons are used",
        "no-semicolons": "- no semicolons",
        "dots": "- sentences trail off in “…”",
        "exclaims": "- exclamation marks are used",
        "no-exclaims": "- no exclamation marks",
        "adverbs": "- few adverbs of manner",
    },
    "fr": {
        "head": "Fiche de style, relevée dans le texte de l’auteur\u00a0:",
        "sentences": "- phrases de {mean} mots en moyenne, de {shortest} à {longest}, {spread}",
        "even": "de longueur égale",
        "varied": "tantôt longues, tantôt brèves",
        "speech": "- paroles\u00a0: {share}\u00a0% des mots, notées avec {marks}",
        "no-speech": "- presque pas de paroles",
        "dash": "un tiret en début de ligne",
        "guillemets": "des guillemets",
        "curly": "des guillemets anglais",
        "first": "- raconté à la première personne",
        "third": "- raconté à la troisième personne",
        "past": "- raconté au passé",
        "present": "- raconté au présent",
        "paragraphs": "- paragraphes d’environ {words} mots",
        "semicolons": "- des points-virgules",
        "no-semicolons": "- pas de points-virgules",
        "dots": "- des phrases qui s’achèvent sur «\u202f…\u202f»",
        "exclaims": "- des points d’exclamation",
        "no-exclaims": "- pas de points d’exclamation",
        "adverbs": "- peu d’adverbes en -ment",
    },
}


def style_sheet(text: str, language: str) -> str:
    """The sheet as lines of a list with a heading, in the language of the prompts; "" for a text too short to tell."""
    of = prompt_language(language)
    found = measure(text, of)
    if found.words < LEAST_WORDS:
        return ""
    said = _WORDS[of]
    spread = said["even" if found.spread < found.mean_length / 2 else "varied"]
    lines = [
        said["head"],
        said["sentences"].format(
            mean=round(found.mean_length), shortest=found.shortest, longest=found.longest, spread=spread
        ),
        _speech(text, found, said),
        said["first" if found.first_person.count * 4 > found.narrated_sentences else "third"],
        _tense(text, of, said),
        said["paragraphs"].format(words=max(1, round(found.words / max(1, found.paragraphs)))),
        said["semicolons" if text.count(";") * 1_500 > found.words else "no-semicolons"],
        said["exclaims" if text.count("!") * 800 > found.words else "no-exclaims"],
        said["dots"] if text.count("…") * 400 > found.words else "",
        said["adverbs"] if found.adverbs.count * 150 < found.words else "",
    ]
    return "\n".join(line for line in lines if line)


def _speech(text: str, found: Measures, said: dict[str, str]) -> str:
    if found.dialogue_share < 0.03:
        return said["no-speech"]
    counts = {
        "dash": len(_FRENCH_DASH.findall(text)),
        "guillemets": len(_GUILLEMETS.findall(text)),
        "curly": len(_CURLY.findall(text)) + text.count('"') // 2,
    }
    marks = said[max(counts, key=lambda mark: counts[mark])]
    return said["speech"].format(share=round(found.dialogue_share * 100), marks=marks)


def _tense(text: str, language: str, said: dict[str, str]) -> str:
    """Said only where it is plain: one tense at least twice as frequent as the other."""
    past, present = len(_PAST[language].findall(text)), len(_PRESENT[language].findall(text))
    if past > 2 * present:
        return said["past"]
    return said["present"] if present > 2 * past else ""
