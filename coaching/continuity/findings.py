"""What goes into a check and what comes out of it, and how a finding reads on a page."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Passage:
    """A chapter as it stands: `text` is what offsets count in, in code points."""

    chapter_id: UUID
    number: int
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class KnownFact:
    """What the codex says of an entry, from a chapter's number on and until one; None leaves that side open."""

    text: str
    holds_from: int | None = None
    holds_until: int | None = None

    def holds_in(self, number: int) -> bool:
        """Whether it is true in this chapter."""
        return (self.holds_from or number) <= number <= (self.holds_until or number)


@dataclass(frozen=True, slots=True)
class Known:
    """A codex entry. `kind` is the stored value (character, place, thing, fact)."""

    name: str
    aliases: tuple[str, ...] = ()
    kind: str = "character"
    facts: tuple[KnownFact, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Everything a text may call it by."""
        return (self.name, *self.aliases)


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of a chapter, verbatim: `text` is what stands there from `start` to `end`, in code points."""

    chapter_id: UUID
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Two passages that do not fit together; where one contradicts itself or the codex, both are the same place.

    `explanation` is a key of EXPLANATIONS with its `params`, or, where a model speaks, its own words and no params.
    `confidence` lies between 0 and 1.
    """

    kind: str
    first: Quote
    second: Quote
    explanation: str
    params: Mapping[str, str | int] = field(default_factory=dict)
    confidence: float = 0.8


KINDS: Final[Mapping[str, Promise]] = {
    "name": _("Name"),
    "age": _("Age"),
    "date": _("Date"),
    "weekday": _("Day of the week"),
    "time": _("Time of day"),
    "place": _("Place"),
    "object": _("Object"),
    "eyes": _("Eyes"),
    "hair": _("Hair"),
    "body": _("Body"),
    "death": _("Death"),
    "family": _("Family"),
    "point_of_view": _("Point of view"),
    "tense": _("Tense"),
    "other": _("Something else"),
}

# No sentence sets a name behind a French "de", which would have to know how the name begins.
EXPLANATIONS: Final[Mapping[str, Promise]] = {
    "date.impossible": _("No calendar has this date: %(date)s."),
    "date.span": _("%(first)s, then %(count)s years later: that would be %(expected)s, and the text says %(second)s."),
    "date.duration": _("From %(first)s to %(second)s there are %(expected)s years, and the text says %(count)s."),
    "weekday.date": _("The date %(date)s fell on another day: %(expected)s, where the text says %(weekday)s."),
    "weekday.two": _("The same date, %(date)s, falls on two days of the week: %(first)s and %(second)s."),
    "weekday.next": _("The day after %(first)s cannot be %(second)s."),
    "age.backwards": _("%(name)s is %(first)s years old here and %(second)s later on: time runs backwards."),
    "age.same_time": _("%(name)s is %(first)s years old here and %(second)s there, with no time between the two."),
    "age.elapsed": _(
        "%(name)s is %(first)s years old; %(count)s years later the text says %(second)s and not %(expected)s."
    ),
    "age.born": _(
        "%(name)s, born in %(born)s, would be %(expected)s years old in %(year)s, and the text says %(age)s."
    ),
    "age.born_twice": _("%(name)s is born in %(first)s here and in %(second)s there."),
    "age.codex": _("%(name)s: the text says %(age)s years old, and the codex “%(fact)s”."),
    "place.born": _("%(name)s is born in two places: %(first)s and %(second)s."),
    "eyes.changed": _("%(name)s: the eyes are %(first)s here and %(second)s there."),
    "eyes.codex": _("%(name)s: the eyes are %(second)s here, and the codex says “%(fact)s”."),
    "hair.changed": _("%(name)s: the hair is %(first)s here and %(second)s there."),
    "hair.codex": _("%(name)s: the hair is %(second)s here, and the codex says “%(fact)s”."),
    "object.changed": _("%(name)s: the %(thing)s is %(first)s here and %(second)s there."),
    "body.side": _("%(name)s: it is the %(first)s side here and the %(second)s side there."),
    "body.handed": _("%(name)s is %(first)s here and %(second)s there."),
    "death.acts": _("%(name)s is dead, and speaks or acts later on."),
    "death.codex": _("%(name)s speaks or acts here, and the codex says “%(fact)s”."),
    "name.spelled": _("Two spellings of what looks like one name: %(first)s and %(second)s."),
    "family.count": _("%(name)s: the number does not stay the same, %(first)s and then %(second)s."),
    "family.only": _("%(name)s is an only child here and has a brother or a sister there."),
    "time.backwards": _("In one scene it is %(first)s, and then %(second)s."),
    "pov.first_in_third": _("The scene is told in the third person, and here the narrator says “I”."),
    "tense.present_in_past": _("The scene is told in the past, and here the verbs are in the present."),
}


def explain(explanation: str, params: Mapping[str, str | int]) -> str:
    """A finding's explanation in the language of the moment; a model's own words come back as they are."""
    template = EXPLANATIONS.get(explanation)
    if template is None:
        return explanation
    try:
        return str(template) % params
    except (KeyError, TypeError, ValueError):
        # A row kept from before a sentence changed: better plain words than no page.
        return str(KINDS.get(explanation.partition(".")[0], explanation))
