"""Who is meant: the names of a story, from its codex and from the text itself, and whom a pronoun stands for.

Where it is not plain who is meant, nobody is. A finding about the wrong person is worse than none.
"""

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple
from uuid import UUID

from coaching.continuity.findings import Known
from coaching.continuity.numbers import words
from coaching.continuity.reading import Chapter, Sentence
from stories.mentions import Lexicon, Named, fold

NARRATOR: Final = {"en": "I", "fr": "je"}
_KIN: Final = {
    "en": "my mother|my father|my grandmother|my grandfather|my husband|my wife|my uncle|my aunt",
    "fr": "ma mère|mon père|ma grand-mère|mon grand-père|mon mari|ma femme|mon oncle|ma tante",
}
_CAPITALISED: Final = re.compile(r"(?<![\w’'-])(?:[dlDL][’'])?([A-ZÀ-ÖØ-Þ][a-zà-öø-ÿ]{2,})(?![\w-])")
_WITHIN: Final = re.compile(r"[\w,;][ \n]$|[dlsntcDLSNTC]u?[’']$|qu[’']$")
_PLACE: Final = re.compile(r"(?:^|\W)(?:in|at|à|en|near|au|aux|du|de la|la|le|les|the)[ \n]$", re.IGNORECASE)
_TITLE: Final = re.compile(
    r"(?:^|\W)((?:M|Mr|Mrs|Ms|Miss|Mme|Mlle|Madame|Monsieur|Mademoiselle|Dr|Doctor|Docteur|Father|Sister|Uncle|Aunt|"
    r"Captain|Père|Mère|Sœur|Frère|Oncle|Tante|Saint|Sainte|St)\.?)[ \u00a0\u202f]$"
)
_NEVER: Final = frozenset(
    words("""Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May
        June July August September October November December God Lord Christmas Easter English
        French German Spanish Italian American British Dieu Seigneur Noël Pâques Monsieur Madame
        Mademoiselle Mister Doctor Docteur Captain Father Mother Mum Dad Papa Maman Mamie Papi
        Chapter Chapitre Paris London The And But She They Then When There That This With Not Les
        Des Une Elle Elles Ils Mais Puis Alors Quand Dans Pour Avec Sur Cette Son Ses Leur Nous Vous""")
)
_PRONOUN: Final = {
    "en": re.compile(r"(?:^|[^\w’'])(he|she|i)(?:\s+(?:\w+ly|never|still|just|only|now))?\s*$", re.IGNORECASE),
    "fr": re.compile(r"(?:^|[^\w’'])(il|elle|je|j[’'])\s*$", re.IGNORECASE),
}
_SHE: Final = frozenset({"she", "her", "elle"})
_HE: Final = frozenset({"he", "his", "il"})
_OPENS: Final = re.compile(r"\s*(he|she|il|elle)\b", re.IGNORECASE)
_STEPS_BACK: Final = 4


class Mention(NamedTuple):
    """Somebody or something is named from `start` to `end`; `name` is the same however it is inflected."""

    start: int
    end: int
    name: str


class People:
    """The names of a story and where they stand."""

    def __init__(self, chapters: Sequence[Chapter], codex: Sequence[Known], language: str) -> None:
        self.language = language
        self.codex: dict[str, Known] = {}
        self.capitalised, self.found, self.certain = _discover(chapters)
        lexicon, names = self._lexicon(codex)
        self._mentions = [_merged(chapter, lexicon, names) for chapter in chapters]
        self._starts = [[mention.start for mention in mentions] for mentions in self._mentions]
        self._told: dict[tuple[int, int], list[Mention]] = {}
        for chapter in chapters:
            for sentence in chapter.sentences:
                self._told[chapter.place, sentence.index] = [
                    mention
                    for mention in self.within(chapter, sentence.start, sentence.end)
                    if chapter.told[mention.start] == chapter.passage.text[mention.start]
                ]
        self._genders = self._vote(chapters)

    def within(self, chapter: Chapter, start: int, end: int) -> list[Mention]:
        """Who is named between two places, speech included."""
        starts = self._starts[chapter.place]
        return self._mentions[chapter.place][bisect_left(starts, start) : bisect_left(starts, end)]

    def told(self, sentence: Sentence) -> list[Mention]:
        """Whom the narration of a sentence names."""
        return self._told[sentence.chapter.place, sentence.index]

    def only(self, sentence: Sentence) -> str | None:
        """The one person the sentence names, if it is one."""
        names = {mention.name for mention in self.told(sentence)}
        return names.pop() if len(names) == 1 else None

    def ending(self, sentence: Sentence, at: int) -> Mention | None:
        """The name that ends where this place begins, white space aside."""
        text = sentence.chapter.passage.text
        for mention in self.told(sentence):
            if mention.end <= at and not text[mention.end : at].strip():
                return mention
        return None

    def beginning(self, sentence: Sentence, at: int) -> Mention | None:
        """The name that begins at this place."""
        return next((mention for mention in self.told(sentence) if mention.start == at), None)

    def subject(self, sentence: Sentence, at: int) -> tuple[str, int] | None:
        """Whose verb begins at this place, and where the words for them begin: a name or a pronoun just before it."""
        if mention := self.ending(sentence, at):
            before = sentence.chapter.told[max(sentence.start, mention.start - 6) : mention.start]
            if re.search(r"(?:\b(?:and|et|de|of|to|à|by|par|with|avec)\s+|\bd[’'])$", before, re.IGNORECASE):
                return None
            return mention.name, mention.start
        pronoun = _PRONOUN[self.language].search(sentence.chapter.told[sentence.start : at])
        if pronoun is None:
            return None
        start = sentence.start + pronoun.start(1)
        if pronoun[1].lower()[0] in "ij" and pronoun[1].lower() != "il":
            return NARRATOR[self.language], start
        name = self.antecedent(sentence, start, pronoun[1].lower())
        return (name, start) if name else None

    def antecedent(self, sentence: Sentence, at: int, pronoun: str) -> str | None:
        """Whom a pronoun here stands for: the only one named before it nearby, of the right gender if known."""
        here = {mention.name for mention in self.told(sentence) if mention.start < at}
        if len(here) > 1 or any(mention.start >= at for mention in self.told(sentence) if not here):
            return None
        sentences = sentence.chapter.sentences
        step = 0
        while not here and step < _STEPS_BACK and sentence.index > step:
            step += 1
            earlier = sentences[sentence.index - step]
            if earlier.scene != sentence.scene:
                return None
            here = {mention.name for mention in self.told(earlier)}
        if len(here) != 1:
            return None
        name = here.pop()
        return name if self.agrees(name, pronoun) else None

    def agrees(self, name: str, pronoun: str) -> bool:
        """Whether nothing speaks against this pronoun for this name."""
        gender = self._genders.get(name)
        wanted = "f" if pronoun in _SHE else "m" if pronoun in _HE else gender
        return gender is None or gender == wanted

    def _lexicon(self, codex: Sequence[Known]) -> tuple[Lexicon, dict[UUID, str]]:
        names: dict[UUID, str] = {}
        entries = []
        firsts = Counter(entry.name.split()[0] for entry in codex if entry.name.split())
        taken = {fold(name) for entry in codex for name in entry.names}
        for entry in codex:
            if entry.kind != "character" or not entry.name.strip():
                continue
            called = list(entry.names)
            first, *others = entry.name.split()
            if others and firsts[first] == 1 and first in self.found and fold(first) not in taken:
                called.append(first)
                taken.add(fold(first))
            self.codex[entry.name] = entry
            entries.append(Named(UUID(int=len(names)), tuple(called)))
            names[UUID(int=len(names))] = entry.name
        for name in (*self.found, *_KIN[self.language].split("|")):
            if fold(name) not in taken:
                entries.append(Named(UUID(int=len(names)), (name,)))
                names[UUID(int=len(names))] = name
        return Lexicon(entries, language=self.language), names

    def _vote(self, chapters: Sequence[Chapter]) -> Mapping[str, str]:
        """The gender of names, by the pronoun that begins the sentence after one that names nobody else."""
        votes: dict[str, Counter[str]] = defaultdict(Counter)
        for chapter in chapters:
            for sentence, following in zip(chapter.sentences, chapter.sentences[1:], strict=False):
                name = self.only(sentence)
                opens = _OPENS.match(following.told) if name and following.paragraph == sentence.paragraph else None
                if name and opens:
                    votes[name]["f" if opens[1].lower() in _SHE else "m"] += 1
        return {
            name: counts.most_common(1)[0][0]
            for name, counts in votes.items()
            if len(counts) == 1 or counts.most_common(2)[0][1] > 2 * counts.most_common(2)[1][1]
        }


def _discover(chapters: Sequence[Chapter]) -> tuple[dict[str, int], dict[str, int], frozenset[str]]:
    """Words never seen without a capital; names; and of these the ones seen with a capital where none is due."""
    total: Counter[str] = Counter()
    inside: Counter[str] = Counter()
    places: Counter[str] = Counter()
    for chapter in chapters:
        text = chapter.passage.text
        for match in _CAPITALISED.finditer(text):
            before = text[max(0, match.start(1) - 10) : match.start(1)]
            total[match[1]] += 1
            inside[match[1]] += bool(_WITHIN.search(before))
            places[match[1]] += bool(_PLACE.search(before))
    small = Counter(word for chapter in chapters for word in re.findall(r"\b[a-zà-öø-ÿ]{3,}\b", chapter.passage.text))
    capitalised = {word: count for word, count in total.items() if word not in _NEVER and not small[word.lower()]}
    found = {
        word: count
        for word, count in total.items()
        if word not in _NEVER
        and (inside[word] or count > 1)
        and places[word] < count
        and small[word.lower()] * 4 <= (count if inside[word] else 0)
    }
    return capitalised, found, frozenset(word for word in found if inside[word])


def _merged(chapter: Chapter, lexicon: Lexicon, names: Mapping[UUID, str]) -> list[Mention]:
    """The mentions of a chapter: first name and surname are one, and so are a title and its name."""
    text = chapter.passage.text
    merged: list[Mention] = []
    for start, end, entry_id in lexicon.find(text):
        name = names[entry_id]
        if merged and start < merged[-1].end:
            continue
        if merged and text[merged[-1].end : start] == " " and name[0].isupper():
            merged[-1] = merged[-1]._replace(end=end)
            continue
        if title := _TITLE.search(text[max(0, start - 14) : start]):
            begin = max(0, start - 14) + title.start(1)
            merged.append(Mention(begin, end, f"{title[1]} {name}"))
            continue
        merged.append(Mention(start, end, name))
    return merged
