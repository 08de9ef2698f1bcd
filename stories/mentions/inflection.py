"""The other shapes of a word: plurals, and in French the feminine, by regular rule and a short list of exceptions.

Where the rules of a language leave two shapes open (bals, chevaux), both are given: a shape that no text ever holds
costs nothing. Source of the French rules: the Rectifications of 1990 and Grevisse, Le Bon Usage, §§ 488-525.
"""

from collections.abc import Iterator
from typing import Final

_FRENCH_PLURALS: Final = {
    "œil": ("yeux",),
    "ciel": ("cieux", "ciels"),
    "aïeul": ("aïeux", "aïeuls"),
    "monsieur": ("messieurs",),
    "madame": ("mesdames",),
    "mademoiselle": ("mesdemoiselles",),
    "bonhomme": ("bonshommes",),
    "gentilhomme": ("gentilshommes",),
}
# The longest ending that fits decides.
_FRENCH_PLURAL_ENDINGS: Final = (
    ("ail", ("ails", "aux")),
    ("eau", ("eaux",)),
    ("al", ("aux", "als")),
    ("au", ("aux", "aus")),
    ("eu", ("eux", "eus")),
    ("ou", ("oux", "ous")),
    ("s", ("s",)),
    ("x", ("x",)),
    ("z", ("z",)),
)
_FRENCH_FEMININES: Final = {
    "loup": ("louve",),
    "roi": ("reine",),
    "dieu": ("déesse",),
    "héros": ("héroïne",),
    "empereur": ("impératrice",),
    "compagnon": ("compagne",),
    "vieux": ("vieille",),
    "docteur": ("doctoresse",),
    "maître": ("maîtresse",),
    "hôte": ("hôtesse",),
    "prince": ("princesse",),
    "comte": ("comtesse",),
    "prêtre": ("prêtresse",),
    "poète": ("poétesse",),
    "traître": ("traîtresse",),
    "tigre": ("tigresse",),
    "ogre": ("ogresse",),
    "âne": ("ânesse",),
    "diable": ("diablesse",),
    "druide": ("druidesse",),
    "duc": ("duchesse",),
    "abbé": ("abbesse",),
    "serviteur": ("servante",),
    "copain": ("copine",),
    "roux": ("rousse",),
}
_FRENCH_FEMININE_ENDINGS: Final = (
    ("teur", ("trice", "teuse", "teresse")),
    ("deur", ("drice", "deuse", "deresse")),
    ("eur", ("euse", "eure", "eresse")),
    ("eux", ("euse",)),
    ("oux", ("ouse",)),
    ("eau", ("elle",)),
    ("ien", ("ienne",)),
    ("en", ("enne", "ene")),
    ("on", ("onne", "one")),
    ("an", ("anne", "ane")),
    ("er", ("ère",)),
    ("et", ("ette", "ète")),
    ("ot", ("otte", "ote")),
    ("at", ("ate", "atte")),
    ("el", ("elle",)),
    ("il", ("ille", "ile")),
    ("ol", ("ole", "olle")),
    ("ou", ("olle", "oue")),
    ("c", ("que", "che", "cque")),
    ("f", ("ve",)),
    ("s", ("se", "sse")),
    ("x", ("sse", "se")),
    ("e", ()),
)
_ENGLISH_PLURALS: Final = {
    "child": ("children",),
    "foot": ("feet",),
    "tooth": ("teeth",),
    "goose": ("geese",),
    "mouse": ("mice",),
    "louse": ("lice",),
    "ox": ("oxen",),
    "person": ("people", "persons"),
}
_ENGLISH_PLURAL_ENDINGS: Final = (
    ("man", ("men", "mans")),
    ("fe", ("ves", "fes")),
    ("f", ("ves", "fs")),
    ("s", ("ses", "s")),
    ("x", ("xes",)),
    ("z", ("zes", "zzes")),
    ("ch", ("ches",)),
    ("sh", ("shes",)),
    ("o", ("os", "oes")),
    *((f"{consonant}y", (f"{consonant}ies", f"{consonant}ys")) for consonant in "bcdfghjklmnpqrstvwxz"),
)


def plurals(word: str, language: str) -> Iterator[str]:
    """The plurals of a word in small letters, in French ("fr") or else in English."""
    if language == "fr":
        yield from _FRENCH_PLURALS.get(word) or _by_ending(word, _FRENCH_PLURAL_ENDINGS, otherwise="s")
    else:
        yield from _ENGLISH_PLURALS.get(word) or _by_ending(word, _ENGLISH_PLURAL_ENDINGS, otherwise="s")


def feminines(word: str, language: str) -> Iterator[str]:
    """The feminines of a French noun in small letters; English has none by rule."""
    if language == "fr":
        yield from _FRENCH_FEMININES.get(word) or _by_ending(word, _FRENCH_FEMININE_ENDINGS, otherwise="e")


def _by_ending(word: str, endings: tuple[tuple[str, tuple[str, ...]], ...], *, otherwise: str) -> Iterator[str]:
    for ending, others in endings:
        if word.endswith(ending):
            stem = word[: len(word) - len(ending)]
            yield from (stem + other for other in others)
            return
    yield word + otherwise
