"""What is asked of an index: a small tree of conditions that each database renders in its own tongue.

Nothing a reader typed reaches a database but as the letters and digits of a lexeme, quoted, in a parameter.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Lexeme:
    """A word of a story, or every word that begins so."""

    form: str
    is_prefix: bool = False


@dataclass(frozen=True, slots=True)
class Leading:
    """The same among the words a story is known by: its title, its author, its tags."""

    form: str
    is_prefix: bool = False


@dataclass(frozen=True, slots=True)
class TitleStop:
    """A stop word, which stands in the index for titles only: "The Who"."""

    form: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A fact about a story that a filter asks for."""

    name: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in this order, one after another; None is a stop word, whichever."""

    forms: tuple[str | None, ...]
    is_prefix: bool = False


@dataclass(frozen=True, slots=True)
class AllOf:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Without:
    """What the first part finds and the second does not."""

    wanted: Condition
    unwanted: Condition


Condition = Lexeme | Leading | TitleStop | Mark | Phrase | AllOf | AnyOf | Without


def all_of(*parts: Condition) -> Condition:
    """One condition for several; at least one is given."""
    return parts[0] if len(parts) == 1 else AllOf(parts)


def any_of(*parts: Condition) -> Condition:
    """One condition where one of several is enough; at least one is given."""
    distinct = tuple(dict.fromkeys(parts))
    return distinct[0] if len(distinct) == 1 else AnyOf(distinct)


def loosened(condition: Condition) -> Condition:
    """The same without what an index cannot tell by itself, the order of words: it finds as much or more."""
    match condition:
        case Phrase(forms):
            return all_of(*(Lexeme(form) for form in dict.fromkeys(forms) if form is not None))
        case AllOf(parts):
            return AllOf(tuple(map(loosened, parts)))
        case AnyOf(parts):
            return AnyOf(tuple(map(loosened, parts)))
        case Without(wanted, unwanted):
            # A story with the words is not one with the phrase.
            parts = unwanted.parts if isinstance(unwanted, AnyOf) else (unwanted,)
            certain = [part for part in parts if loosened(part) == part]
            return Without(loosened(wanted), any_of(*certain)) if certain else loosened(wanted)
        case _:
            return condition
