"""Finding names in a text, in time that grows with the text alone.

A text is read once, word by word; the names of a codex stand in a tree of words. From each word the tree is followed
as far as the text agrees, at most MOST_WORDS deep, and the longest name that ends there is taken: so the work is
bounded by the length of the text, however many names there are.

What counts as naming:

- **Case.** A word of a name that holds a capital needs one in the text: "Rose" is a person, "rose" a flower. A name
  in small letters is found in any case. An article that begins a name ("The Queen", "l’Ombre") may be either.
- **Accents.** Names with a capital are found without their accents and with others (Éléna, Elena). Words in small
  letters need theirs, or marché would be found in marche; capitals may go without, as printers have it (École, ECOLE).
- **Elision and possessive.** l’, d’, qu’ and their like before a name and ’s, ’ll, ’d after it do not hide it.
- **Hyphens** make longer names: "Anna" is not named by "Anna-Maria", nor "porte" by "porte-clés"; it is by
  "Anna-like", and "cheval" by "ce cheval-là".
- **Articles.** A name that begins with one is found contracted (le Phare, au Phare) and without it (cette Ombre).
- **Number and gender.** Plurals of both languages; the French feminine for people whose name is in small letters
  (voisin, voisine): of Martin and Martine one must not be taken for the other.

Where several entries share a name, all of them are named, up to MOST_NAMESAKES; the one that is written exactly so
goes before those that are only so by accent, case or inflection.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Final, NamedTuple
from uuid import UUID

from stories.mentions.inflection import feminines, plurals

MOST_WORDS: Final = 12
MOST_NAMESAKES: Final = 4
# Of one place in the tree, namesakes and their inflections together; and of one name, the words that inflect.
MOST_SHAPES: Final = 12
MOST_INFLECTED: Final = 2

# A letter or digit with the marks that stand upon it; an underscore is Markdown's.
_WORD: Final = re.compile(r"(?:[^\W_][\u0300-\u036f]*)+")
_MARK: Final = re.compile(r"[\u0300-\u036f]")
_EMPHASIS: Final = re.compile(r"[*_~]+")
_SPACES: Final = re.compile(r"[^\S\n]*\n[^\S\n]*|[^\S\n]+")
_CHANGED: Final = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ı": "i"})
_SEPARATORS: Final = str.maketrans({"’": "'", "ʼ": "'", "‘": "'", "‐": "-", "‑": "-"})

ELIDED: Final = frozenset({*"cdjlmnst", "qu", "jusqu", "lorsqu", "puisqu", "quoiqu"})
_CONTRACTED: Final = frozenset({"s", "ll", "d", "ve", "re", "m"})
_AFTER_HYPHEN: Final = frozenset({"ci", "là", "la"})
_ARTICLES: Final = {"le": ("le", "du", "au"), "les": ("les", "des", "aux"), "la": ("la",), "l": ("l",), "the": ("the",)}
# What begins sentences is no name without its article: The One, L’Autre.
_NEVER_BARE: Final = frozenset(
    {*("one", "other", "others", "first", "last", "second", "many", "few", "all", "man", "end")}
    | {*("un", "une", "autre", "autres", "bon", "premier", "tout", "tous", "même", "fin", "homme")}
)
_LINKS: Final = frozenset({*("de", "du", "des", "d", "à", "au", "aux", "en", "of", "the", "la", "le", "les", "l")})
_TITLES: Final = frozenset({*("mr", "mrs", "ms", "dr", "st", "prof", "m", "mme", "mlle", "me", "pr", "capt", "sgt")})

# How well a place in a text fits a name; the smaller, the better.
Fit = tuple[bool, bool, bool]


@dataclass(frozen=True, slots=True)
class Named:
    """An entry as a text may name it. `is_person` lets a name in small letters have a feminine."""

    id: UUID
    names: tuple[str, ...]
    is_person: bool = False


class Mention(NamedTuple):
    """An entry is named from `start` to `end`, in code points."""

    start: int
    end: int
    entry_id: UUID


class _Shape(NamedTuple):
    """One way to write a name: its words in small letters, which of them need a capital, whether they are inflected."""

    words: tuple[str, ...]
    has_capitals: tuple[bool, ...]
    is_inflected: bool
    entry_id: UUID


@dataclass(slots=True)
class _Node:
    """A place in the tree: where the next word leads, and the names that end here."""

    onward: "dict[str, _Node]" = field(default_factory=dict)
    shapes: list[_Shape] = field(default_factory=list)


def fold(word: str) -> str:
    """A word without case and accents, under which everything that may be the same is found."""
    if word.isascii():
        return word.lower()
    decomposed = unicodedata.normalize("NFD", word.casefold())
    return _MARK.sub("", decomposed).translate(_CHANGED)


def key_of(name: str) -> str:
    """What two names have in common that a text cannot tell apart but by case or accent."""
    words, between = _split(name)
    return "".join(separator + fold(word) for separator, word in zip(["", *between], words, strict=True))


def find_mentions(text: str, entries: Iterable[Named], *, language: str) -> list[Mention]:
    """Where a text names these entries, in its order; one place belongs to one name. See the module for the rules."""
    return list(Lexicon(entries, language=language).find(text))


class Lexicon:
    """The names of a codex, ready to be found in one text after the other."""

    def __init__(self, entries: Iterable[Named], *, language: str) -> None:
        self._root = _Node()
        for entry in entries:
            for name in dict.fromkeys(entry.names):
                self._add(entry, name, language)

    def find(self, text: str) -> Iterator[Mention]:
        """Each mention in the text's order. Those of namesakes share their place; no others overlap."""
        root = self._root.onward
        folds: dict[str, str] = {}
        reader = _Reader(text)
        last = len(reader.words) - 1
        index = 0
        while index <= last:
            word = reader.words[index]
            if (folded := folds.get(word)) is None:
                folded = folds[word] = fold(word)
            node = root.get(folded)
            found = self._longest(reader, index, node) if node is not None else None
            if found is None:
                index += 1
                continue
            end, entry_ids = found
            for entry_id in entry_ids:
                yield Mention(reader.starts[index], reader.ends[end], entry_id)
            index = end + 1

    @staticmethod
    def _longest(reader: "_Reader", index: int, node: _Node) -> tuple[int, list[UUID]] | None:
        """The last word of the longest name that begins at this word, and whose name it is."""
        path = [node]
        end = index
        while node.onward and end + 1 < len(reader.words):
            following = node.onward.get(reader.between(end) + fold(reader.words[end + 1]))
            if following is None:
                break
            node = following
            path.append(node)
            end += 1
        for node in reversed(path):
            if node.shapes:
                words = reader.words[index : end + 1]
                fitting = [(fit, shape.entry_id) for shape in node.shapes if (fit := _fit(shape, words)) is not None]
                if fitting and reader.is_whole(index, end):
                    best = min(fit for fit, _entry_id in fitting)
                    named = dict.fromkeys(entry_id for fit, entry_id in fitting if fit == best)
                    return end, list(named)[:MOST_NAMESAKES]
            end -= 1
        return None

    def _add(self, entry: Named, name: str, language: str) -> None:
        words, between = _split(name)
        if not words or len(words) > MOST_WORDS:
            return
        capitals = tuple(word != word.lower() for word in words)
        has_gender = entry.is_person and not any(capitals)
        singular = tuple(word.lower() for word in words)
        if articles := _ARTICLES.get(singular[0], ()) if len(words) > 1 else ():
            for article in articles:
                self._place((article, *singular[1:]), (False, *capitals[1:]), between, entry.id)
            if len(words) == 2 and singular[1] in _NEVER_BARE:
                return
            singular, capitals, between = singular[1:], capitals[1:], between[1:]
            self._place(singular, capitals, between, entry.id, is_inflected=True)
        else:
            for separators in _spellings(singular[0], between):
                self._place(singular, capitals, separators, entry.id)
        for inflected in _inflections(singular, language, has_gender=has_gender):
            self._place(inflected, capitals, between, entry.id, is_inflected=True)

    def _place(
        self,
        words: tuple[str, ...],
        has_capitals: tuple[bool, ...],
        between: tuple[str, ...],
        entry_id: UUID,
        *,
        is_inflected: bool = False,
    ) -> None:
        node = self._root
        for separator, word in zip(("", *between), words, strict=True):
            key = separator + fold(word)
            following = node.onward.get(key)
            if following is None:
                following = node.onward[key] = _Node()
            node = following
        if len(node.shapes) < MOST_SHAPES:
            node.shapes.append(_Shape(words, has_capitals, is_inflected, entry_id))


class _Reader:
    """A text as words with what stands between them."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.words: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        for match in _WORD.finditer(text):
            self.words.append(match[0])
            self.starts.append(match.start())
            self.ends.append(match.end())

    def between(self, index: int) -> str:
        """What stands between this word and the next, brought to one form."""
        return _separator(self.text[self.ends[index] : self.starts[index + 1]])

    def is_whole(self, first: int, last: int) -> bool:
        """Whether these words are a name by themselves and no part of a longer word."""
        is_capital = self._is_capital(first) or self._is_capital(last)
        if first > 0:
            before = self.between(first - 1)
            if before == "'" and self.words[first - 1].lower() not in ELIDED:
                return False
            if before == "-" and (not is_capital or self._is_capital(first - 1)):
                return False
        if last + 1 < len(self.words):
            after = self.between(last)
            if after == "'" and self.words[last + 1].lower() not in _CONTRACTED:
                return False
            if after == "-" and self.words[last + 1].lower() not in _AFTER_HYPHEN:
                return is_capital and not self._is_capital(last + 1)
        return True

    def _is_capital(self, index: int) -> bool:
        """Whether a word begins with a capital or a digit, as a part of a name does."""
        return not self.words[index][0].islower()


def _separator(between: str) -> str:
    """Emphasis left out, one kind of space, hyphen and apostrophe; a paragraph's end is never within a name."""
    if between in {" ", "-", "'"}:
        return between
    return _SPACES.sub(" ", _EMPHASIS.sub("", between).translate(_SEPARATORS))


def _split(name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """A name's words, and what stands between them."""
    reader = _Reader(unicodedata.normalize("NFC", name))
    return tuple(reader.words), tuple(reader.between(index) for index in range(len(reader.words) - 1))


def _fit(shape: _Shape, words: list[str]) -> Fit | None:
    """How well these words of a text, the same but for case and accents, fit a name; None if they do not."""
    is_other_accent = is_other_case = False
    for wanted, has_capital, word in zip(shape.words, shape.has_capitals, words, strict=True):
        lower = word.lower()
        if has_capital:
            if lower == word and word.upper() != word:
                return None
        elif lower != word:
            is_other_case = True
        if wanted != (lower if lower.isascii() else unicodedata.normalize("NFC", lower)):
            if not has_capital and not _leaves_accents_out(word, lower, wanted):
                return None
            is_other_accent = True
    return shape.is_inflected, is_other_accent, is_other_case


def _leaves_accents_out(word: str, lower: str, wanted: str) -> bool:
    """Whether a word lacks only the accents that capitals may go without."""
    if word == word.upper():
        return lower == fold(wanted)
    return word[0] != lower[0] and lower == fold(wanted[0]) + wanted[1:]


def _inflections(words: tuple[str, ...], language: str, *, has_gender: bool) -> Iterator[tuple[str, ...]]:
    """A name's words with their plurals, and with their feminines where it has them.

    In a name of several words those before the first link inflect (gardiens de phare), together or one of them alone.
    """
    links = (index for index, word in enumerate(words) if index > 0 and word in _LINKS)
    group = words[: min(next(links, len(words)), MOST_INFLECTED)]
    rest = words[len(group) :]
    changes = [[list(plurals(word, language)) for word in group]]
    if has_gender:
        women = [list(feminines(word, language)) for word in group]
        changes += [women, [[form for woman in each for form in plurals(woman, language)] for each in women]]
    for forms in changes:
        together = (each or [word] for word, each in zip(group, forms, strict=True))
        for chosen in product(*together):
            if chosen != group:
                yield (*chosen, *rest)
        if len(group) > 1:
            for index, each in enumerate(forms):
                for form in each:
                    yield (*group[:index], form, *group[index + 1 :], *rest)


def _spellings(first: str, between: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """What stands between a name's words, with and without the full stop of a title: Mr. Darcy, Mr Darcy."""
    yield between
    if between and first in _TITLES:
        if between[0] == " ":
            yield (". ", *between[1:])
        elif between[0] == ". ":
            yield (" ", *between[1:])
