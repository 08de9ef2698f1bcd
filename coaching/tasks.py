"""How single pieces of work are put to the model: the last message of the writer's, in both languages of the prompts.

The instructions of each are its prompt (coaching/prompts); here stands what differs from one request to the next.
Passages go between marks, because a text is material and never a voice to obey.
"""

from typing import Final

from coaching.material import neutral
from coaching.models import Proposal
from coaching.prompts import prompt_language

PASSAGE_OPENING: Final = "<passage>\n"
PASSAGE_CLOSING: Final = "\n</passage>"
LENGTH_WORDS: Final = {"short": (60, 120), "medium": (200, 350), "long": (600, 900)}
"""What each length asks for, in words."""
LENGTH_TOKENS: Final = {"short": 400, "medium": 1_000, "long": 2_400}
KIND_TOKENS: Final = {"synopsis": 1_200, "critique": 1_000, "ways": 900, "names": 600, "outline": 3_000}
SUMMARY_TOKENS: Final = 500

_REQUESTS: Final = {
    "en": {
        "continuation": "Carry on from `[cursor]`, in {least} to {most} words.",
        "synopsis": "Write the synopsis of this story.",
        "rewrite": "Rework this passage: {manner}.",
        "critique": "What is wrong here?",
        "ways": "Three ways on from `[cursor]`, please.",
        "names": "I am looking for a name.",
        "summary": "Summarise this chapter.",
        "outline": "Draw up the outline. Place it beside this form: {form}.",
        "about": "About this passage:",
        "instruction": "What the writer asks besides:",
        "findings": "Counted beforehand:",
        "rephrase": "rephrase it",
        "tighten": "tighten it",
        "expand": "expand it",
        "show": "show instead of tell",
        "past": "put it into the past tense",
        "present": "put it into the present tense",
        "first": "put it into the first person",
        "third": "put it into the third person",
    },
    "fr": {
        "continuation": "Poursuis à partir de `[cursor]`, en {least} à {most} mots.",
        "synopsis": "Écris le synopsis de ce récit.",
        "rewrite": "Retravaille ce passage\u00a0: {manner}.",
        "critique": "Qu’est-ce qui ne va pas ici\u202f?",
        "ways": "Trois façons de continuer à partir de `[cursor]`, s’il te plaît.",
        "names": "Je cherche un nom.",
        "summary": "Résume ce chapitre.",
        "outline": "Dresse le plan. Place-le à côté de cette forme\u00a0: {form}.",
        "about": "À propos de ce passage\u00a0:",
        "instruction": "Ce que l’auteur demande en plus\u00a0:",
        "findings": "Relevé d’avance\u00a0:",
        "rephrase": "reformule-le",
        "tighten": "resserre-le",
        "expand": "développe-le",
        "show": "montre au lieu de dire",
        "past": "mets-le au passé",
        "present": "mets-le au présent",
        "first": "mets-le à la première personne",
        "third": "mets-le à la troisième personne",
    },
}


def request_text(
    kind: str,
    language: str,
    *,
    length: str = "",
    manner: str = "",
    form: str = "",
    passage: str = "",
    style: str = "",
    findings: str = "",
    instruction: str = "",
) -> str:
    """What the writer's side says for a piece of work: the request, what belongs to it, and their own words last."""
    said = _REQUESTS[prompt_language(language)]
    least, most = LENGTH_WORDS[length or Proposal.Length.MEDIUM]
    parts = [said[kind].format(least=least, most=most, manner=said.get(manner, ""), form=form)]
    if passage:
        parts.append(f"{PASSAGE_OPENING}{neutral(passage)}{PASSAGE_CLOSING}")
    if style:
        parts.append(style)
    if findings:
        parts.append(f"{said['findings']}\n{findings}")
    if instruction:
        parts.append(f"{said['instruction']} {instruction}")
    return "\n\n".join(parts)


def with_quote(content: str, quote: str, language: str) -> str:
    """A message with the passage of the page it points at before it, between marks."""
    if not quote:
        return content
    said = _REQUESTS[prompt_language(language)]
    return f"{said['about']}\n\n{PASSAGE_OPENING}{neutral(quote)}{PASSAGE_CLOSING}\n\n{content}"
