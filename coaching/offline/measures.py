"""What can be counted in a chapter: rhythm, echoes, speech, adverbs, passives, who says "I". No judgement here."""

from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean, pstdev
from typing import Final

from coaching.offline.intensity import intensity
from coaching.offline.lexicon import LEXICONS, Lexicon
from coaching.offline.reading import Sentence, read

_NEAR: Final = 40
_ADJACENT: Final = 8
_STEP: Final = 4  # Sentences whose lengths lie this close together keep the same step.
_ECHOES: Final = 3
_SHORTEST_ECHO: Final = 4


@dataclass(frozen=True, slots=True)
class Echo:
    """A word that comes back close to itself: how often, within how many words, and where."""

    word: str
    count: int
    span: int
    quote: str


@dataclass(frozen=True, slots=True)
class Run:
    """Sentences in a row that are alike: in length (`low` to `high` words), or in their first word."""

    count: int
    quote: str
    low: int = 0
    high: int = 0
    word: str = ""


@dataclass(frozen=True, slots=True)
class Count:
    """Something found so many times, with examples and a sentence that shows it."""

    count: int
    quote: str = ""
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Measures:
    """The figures of one chapter. What needs word lists is empty where `language` is None."""

    language: str | None
    words: int
    paragraphs: int
    sentences: int
    mean_length: float
    spread: float
    shortest: int
    longest: int
    longest_sentence: str
    even_run: Run | None
    same_start: Run | None
    dialogue_share: float
    longest_speech: str
    echoes: tuple[Echo, ...]
    recurring: Echo | None
    adverbs: Count
    passives: Count
    narrated_sentences: int
    first_person: Count
    second_person: Count
    opening: str
    closing: str
    scenes: tuple[tuple[int, str], ...]
    intensity: int | None
    is_cut: bool


def measure(text: str, language: str | None) -> Measures:
    """Measure a chapter. `language` is what a text too short to tell is taken for; lists exist for en and fr."""
    reading = read(text, language)
    sentences = reading.sentences
    lengths = [sentence.length for sentence in sentences]
    longest = max(sentences, key=lambda sentence: sentence.length, default=None)
    speech = max((s for s in sentences if s.is_spoken), key=lambda sentence: sentence.spoken, default=None)
    narrated = [sentence for sentence in sentences if len(sentence.narrated) > 1]
    lexicon = LEXICONS.get(reading.language or "")
    echoes, recurring = _echoes(sentences, lexicon) if lexicon else ([], None)
    return Measures(
        language=reading.language,
        words=reading.words,
        paragraphs=reading.paragraphs,
        sentences=len(sentences),
        mean_length=fmean(lengths) if lengths else 0.0,
        spread=pstdev(lengths) if lengths else 0.0,
        shortest=min(lengths, default=0),
        longest=max(lengths, default=0),
        longest_sentence=longest.text if longest else "",
        even_run=_even_run(sentences),
        same_start=_same_start(sentences),
        dialogue_share=reading.spoken / reading.words if reading.words else 0.0,
        longest_speech=speech.text if speech else "",
        echoes=tuple(echoes),
        recurring=recurring,
        adverbs=_adverbs(sentences, lexicon) if lexicon else Count(0),
        passives=_passives(sentences, lexicon) if lexicon else Count(0),
        narrated_sentences=len(narrated),
        first_person=_persons(narrated, lexicon.first_person) if lexicon else Count(0),
        second_person=_persons(narrated, lexicon.second_person) if lexicon else Count(0),
        opening=sentences[0].text if sentences else "",
        closing=sentences[-1].text if sentences else "",
        scenes=tuple((scene.words, scene.opening) for scene in reading.scenes),
        intensity=intensity(reading),
        is_cut=reading.is_cut,
    )


def _even_run(sentences: Sequence[Sentence]) -> Run | None:
    """The longest run of narrated sentences of nearly one length: two pointers, with the window's extremes beside."""
    best = (0, 0)
    start = 0
    lows: deque[int] = deque()
    highs: deque[int] = deque()
    for index, sentence in enumerate(sentences):
        if sentence.is_spoken:
            start = index + 1
            lows.clear()
            highs.clear()
            continue
        while lows and sentences[lows[-1]].length >= sentence.length:
            lows.pop()
        while highs and sentences[highs[-1]].length <= sentence.length:
            highs.pop()
        lows.append(index)
        highs.append(index)
        while sentences[highs[0]].length - sentences[lows[0]].length > _STEP:
            start += 1
            if lows[0] < start:
                lows.popleft()
            if highs[0] < start:
                highs.popleft()
        if index + 1 - start > best[1] - best[0]:
            best = (start, index + 1)
    run = [sentence.length for sentence in sentences[best[0] : best[1]]]
    if not run:
        return None
    return Run(count=len(run), quote=sentences[best[0]].text, low=min(run), high=max(run))


def _same_start(sentences: Sequence[Sentence]) -> Run | None:
    """The longest run of narrated sentences that begin with the same word."""
    best, start = (0, 0), 0
    for index, sentence in enumerate(sentences):
        if sentence.is_spoken:
            start = index + 1
            continue
        if index > start and sentence.words[0] != sentences[index - 1].words[0]:
            start = index
        if index + 1 - start > best[1] - best[0]:
            best = (start, index + 1)
    if best == (0, 0):
        return None
    first = sentences[best[0]]
    return Run(count=best[1] - best[0], quote=first.text, word=first.words[0].rstrip("'"))


def _echoes(sentences: Sequence[Sentence], lexicon: Lexicon) -> tuple[list[Echo], Echo | None]:
    """The words that come back nearest to themselves, and the one that comes back most in the whole chapter.

    Names are left out: a character must be called something.
    """
    names = Counter(name for sentence in sentences for name in sentence.names)
    places: dict[str, list[tuple[int, int]]] = {}
    position = 0
    for number, sentence in enumerate(sentences):
        for word in sentence.words:
            position += 1
            if len(word) >= _SHORTEST_ECHO and word not in lexicon.common and not word.endswith("'"):
                places.setdefault(_stem(word, lexicon), []).append((position, number))
    ranked: list[tuple[float, Echo]] = []
    recurring: Echo | None = None
    for stem, spots in places.items():
        if len(spots) < 2 or 2 * _name_count(names, stem, lexicon) > len(spots):
            continue
        word = next(w for w in sentences[spots[0][1]].words if _stem(w, lexicon) == stem)
        first, last = _densest(spots)
        span, count = spots[last][0] - spots[first][0] + 1, last - first + 1
        if count > 2 or (count == 2 and span <= _ADJACENT and len(word) > _SHORTEST_ECHO + 1):
            echo = Echo(word, count, span, sentences[spots[first][1]].text)
            ranked.append((count - 1 - span / 50, echo))
        if len(spots) > 2 and (recurring is None or len(spots) > recurring.count):
            recurring = Echo(word, len(spots), spots[-1][0] - spots[0][0] + 1, sentences[spots[-1][1]].text)
    ranked.sort(key=lambda pair: (-pair[0], pair[1].word))
    return [echo for score, echo in ranked[:_ECHOES] if score > 0.6], recurring


def _densest(spots: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """The longest run of places that follow each other within _NEAR words, as indexes of its first and last."""
    best, start = (0, 0), 0
    for index, (before, here) in enumerate(pairwise(spots), start=1):
        if here[0] - before[0] > _NEAR:
            start = index
        if index - start > best[1] - best[0]:
            best = (start, index)
    return best


def _stem(word: str, lexicon: Lexicon) -> str:
    """A word without its plural mark: enough to hear "window" in "windows"."""
    if len(word) > _SHORTEST_ECHO and word[-1] in lexicon.plural_marks and word[-2] != word[-1]:
        return word[:-1]
    return word


def _name_count(names: Counter[str], stem: str, lexicon: Lexicon) -> int:
    return names[stem] + sum(names[stem + mark] for mark in lexicon.plural_marks)


def _adverbs(sentences: Sequence[Sentence], lexicon: Lexicon) -> Count:
    found: Counter[str] = Counter()
    quote, most = "", 0
    for sentence in sentences:
        here = 0
        for before, word in pairwise(["", *sentence.words]):
            if is_adverb(before, word, lexicon):
                found[word] += 1
                here += 1
        if here > most:
            quote, most = sentence.text, here
    return Count(found.total(), quote, tuple(word for word, _ in found.most_common(3)))


def _passives(sentences: Sequence[Sentence], lexicon: Lexicon) -> Count:
    """Passive sentences. The one shown names who acts, if there is one: it is the surest."""
    found = [sentence for sentence in sentences if passive_at(sentence.words, lexicon)]
    shown = next((sentence for sentence in found if lexicon.agent in sentence.words), found[0] if found else None)
    return Count(len(found), shown.text if shown else "")


def passive_at(words: Sequence[str], lexicon: Lexicon) -> tuple[int, int] | None:
    """Where a passive form begins and ends: the places of "to be" and of the participle; None where there is none."""
    for index, word in enumerate(words):
        if word not in lexicon.to_be:
            continue
        before = words[index - 1] if index else ""
        if before in lexicon.reflexive or before == "peut":  # "s’est levé" is active, "peut-être" no verb at all
            continue
        for place, following in enumerate(words[index + 1 : index + 4], start=index + 1):
            if following in lexicon.between or following.endswith(lexicon.adverb_ending):
                continue
            if following not in lexicon.not_participles and (
                following in lexicon.participles
                or (len(following) > 3 and following.endswith(lexicon.participle_endings))
            ):
                return index, place
            break
    return None


def is_adverb(before: str, word: str, lexicon: Lexicon) -> bool:
    """Whether a word is an adverb of manner, by its ending and the word before it."""
    return (
        word.endswith(lexicon.adverb_ending)
        and len(word) > len(lexicon.adverb_ending) + 2
        and word not in lexicon.not_adverbs
        and before not in lexicon.determiners
    )


def _persons(narrated: Sequence[Sentence], pronouns: frozenset[str]) -> Count:
    found = [sentence.text for sentence in narrated if not pronouns.isdisjoint(sentence.narrated)]
    return Count(len(found), found[0] if found else "")
