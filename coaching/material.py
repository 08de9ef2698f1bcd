"""How the story is laid before the model: the words around the excerpts, in both languages of the prompts."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

CURSOR_MARK: Final = "[cursor]"
OPENING: Final = "<material>\n"
CLOSING: Final = "</material>"

_BREAKS: Final = re.compile(r"[^\S\u00a0\u202f]+")  # white space but for the no-break spaces of French
_TAG: Final = re.compile(r"<(?=\s*+/?\s*+(?:material|passage)\b)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class StoryBrief:
    """What the writer said the story is. Values of choices are the stored ones ("slice-of-life"); "" means not said."""

    title: str
    mode: str = ""
    description: str = ""
    theme: str = ""
    era: str = ""
    writing_style: str = ""
    pov: str = ""
    purpose: str = ""
    is_real: bool | None = None
    language: str = ""


@dataclass(frozen=True, slots=True)
class CodexEntry:
    """What the writer noted about somebody or something that this passage touches.

    `kind` and `played_by` are the stored values. `facts` are those that hold at the chapter being written, `relations`
    whole phrases ("sister of Claire").
    """

    name: str
    text: str
    kind: str = ""
    aliases: tuple[str, ...] = ()
    played_by: str = ""
    facts: tuple[str, ...] = ()
    relations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CodexRest:
    """What of the codex is not sent: the names kept back, and how many entries and facts have no bearing here."""

    kept_back: tuple[str, ...] = ()
    not_named: int = 0
    facts_elsewhere: int = 0


@dataclass(frozen=True, slots=True)
class Headings:
    """The labels of the material in one language."""

    colon: str
    story: str
    codex: str
    character: str
    place: str
    thing: str
    fact: str
    aliases: str
    played_by_writer: str
    played_by_coach: str
    earlier: str
    current: str
    counted: str
    chapter: str
    later: str
    excerpt: str
    summary: str
    summary_close: str
    omitted: str
    before: str
    after: str
    message: str
    title: str
    mode: str
    theme: str
    era: str
    writing_style: str
    pov: str
    purpose: str
    language: str
    nature: str
    true: str
    invented: str
    description: str


HEADINGS: Final = {
    "en": Headings(
        colon=": ",
        story="## The story",
        codex="## What the writer’s codex says",
        character="Character",
        place="Place",
        thing="Thing",
        fact="Fact",
        aliases="also called {names}",
        played_by_writer="played by the writer",
        played_by_coach="played by you",
        earlier="## Earlier chapters",
        current="## The chapter being written",
        counted="## Counted in it beforehand (figures to trust; speak only of those that matter)",
        chapter="Chapter {number}",
        later="## Later chapters (to keep things consistent; what happens in them is not to be told or hinted at)",
        excerpt="(opening and close only; no summary exists)",
        summary="(summary)",
        summary_close="(summary and close)",
        omitted="[… the middle is left out …]",
        before="[… the text before this is left out …]",
        after="[… the text after this is left out …]",
        message="The writer says:",
        title="Title",
        mode="Kind",
        theme="Theme",
        era="Era",
        writing_style="Style",
        pov="Point of view",
        purpose="Purpose",
        language="Language",
        nature="Nature",
        true="true: it happened, to real people",
        invented="invented",
        description="Description",
    ),
    "fr": Headings(
        colon="\u00a0: ",
        story="## Le récit",
        codex="## Ce que dit le codex de l’auteur",
        character="Personnage",
        place="Lieu",
        thing="Objet",
        fact="Fait",
        aliases="aussi nommé {names}",
        played_by_writer="joué par l’auteur",
        played_by_coach="joué par vous",
        earlier="## Chapitres précédents",
        current="## Le chapitre en cours",
        counted="## Relevé d’avance dans ce chapitre (chiffres fiables\u202f; ne parler que de ceux qui comptent)",
        chapter="Chapitre {number}",
        later="## Chapitres suivants (pour la cohérence\u202f; ne rien en dire ni en laisser deviner)",
        excerpt="(le début et la fin seulement\u202f; il n’existe pas de résumé)",
        summary="(résumé)",
        summary_close="(résumé et fin)",
        omitted="[… le milieu n’est pas reproduit …]",
        before="[… ce qui précède n’est pas reproduit …]",
        after="[… ce qui suit n’est pas reproduit …]",
        message="L’auteur dit\u00a0:",
        title="Titre",
        mode="Genre",
        theme="Thème",
        era="Époque",
        writing_style="Ton",
        pov="Point de vue",
        purpose="But",
        language="Langue",
        nature="Nature",
        true="vrai\u00a0: cela a eu lieu, ces gens existent",
        invented="inventé",
        description="Description",
    ),
}


def neutral(text: str) -> str:
    """The text with nothing in it that could be taken for the end of the material, or for a passage."""
    return _TAG.sub("‹", text)


def one_line(text: str) -> str:
    """A title or a choice without line breaks, so that it cannot pass for a heading of ours."""
    return _BREAKS.sub(" ", text).strip()


def brief_lines(brief: StoryBrief, headings: Headings) -> Iterator[str]:
    """The brief but for its description, a line for each thing the writer has said."""
    nature = {None: "", True: headings.true, False: headings.invented}[brief.is_real]
    for label, value in (
        (headings.title, brief.title),
        (headings.mode, brief.mode),
        (headings.nature, nature),
        (headings.theme, brief.theme),
        (headings.era, brief.era),
        (headings.writing_style, brief.writing_style),
        (headings.pov, brief.pov),
        (headings.purpose, brief.purpose),
        (headings.language, brief.language),
    ):
        if value := one_line(value):
            yield f"{label}{headings.colon}{value}"


def codex_block(entry: CodexEntry, headings: Headings, *, text: str) -> str:
    """An entry as the model reads it, with this much of its description."""
    kinds = {
        "character": headings.character,
        "place": headings.place,
        "thing": headings.thing,
        "fact": headings.fact,
    }
    players = {"writer": headings.played_by_writer, "coach": headings.played_by_coach}
    names = ", ".join(one_line(alias) for alias in entry.aliases)
    about = [
        kinds.get(entry.kind, ""),
        headings.aliases.format(names=names) if names else "",
        players.get(entry.played_by, ""),
    ]
    lines = [
        f"### {one_line(entry.name)}",
        " · ".join(part for part in about if part),
        text,
        *(f"- {one_line(line)}" for line in (*entry.facts, *entry.relations)),
    ]
    return "\n".join(line for line in lines if line) + "\n\n"


def ranges(numbers: Iterable[int]) -> str:
    """Numbers in order with runs drawn together: "1–4, 7"."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1] = [runs[-1][0], number]
        else:
            runs.append([number])
    return ", ".join("–".join(map(str, run)) for run in runs)
