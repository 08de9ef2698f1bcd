"""What is heard sentence by sentence: adverbs, passives, filters, worn phrases, tags of speech, who is looking.

A false alarm costs more trust than a miss, so whatever is in doubt is let pass.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from coaching.offline.lexicon import Lexicon, listed
from coaching.offline.measures import is_adverb, passive_at
from coaching.offline.passages import Passage, Word
from coaching.offline.repetition import Mark
from coaching.offline.wordlists import Wordlists

_MANY_ADVERBS: Final = 2.0
_NOUN_BEFORE: Final = listed("de d' sans en avec ils elles se s' un une plusieurs quelques autre premier")
_TITLES: Final = listed("chapter act part book scene king pope henry charles volume chapitre acte tome")
_ABLE: Final = listed("could pouvait pouvais pouvaient put")
_ABLE_TO: Final = listed("see hear feel smell voir entendre sentir apercevoir")
# A state, unless somebody brought it about: "was closed", "was closed by a stranger".
_STATES: Final = listed(
    """opened closed finished left ouvert ouverte ouverts ouvertes fermé fermée fermés fermées réveillé réveillée
    invité invitée invités invitées"""
)
_ENOUGH_TOLD: Final = 20
_AGENT_WITHIN: Final = 6


def adverbs(sentences: Sequence[Passage], lexicon: Lexicon) -> Iterator[Mark]:
    """Two in one sentence, or any where the whole chapter is full of them."""
    heard: list[tuple[int, list[Word]]] = []
    told = 0
    for number, sentence in enumerate(sentences):
        words = sentence.words
        told += sum(not word.is_spoken for word in words)
        here = [
            word
            for index, word in enumerate(words)
            if not word.is_spoken
            and not (index and word.is_capital)
            and is_adverb(words[index - 1].text if index else "", word.text, lexicon)
            and (index == 0 or lexicon.adverb_ending == "ly" or words[index - 1].text not in _NOUN_BEFORE)
        ]
        if here:
            heard.append((number, here))
    count = sum(len(here) for _, here in heard)
    is_full = count >= 4 and 100 * count >= _MANY_ADVERBS * told
    for number, here in heard:
        places = tuple((word.start, word.end) for word in here)
        if len(here) > 1:
            yield Mark("adverbs", *places[0], number, 44 + 6 * len(here), {"count": len(here)}, places)
        elif is_full:
            yield Mark("adverb", *places[0], number, 40)


def passives(sentences: Sequence[Passage], lexicon: Lexicon) -> Iterator[Mark]:
    """Passive forms in the narration; those that name who acts weigh more."""
    for number, sentence in enumerate(sentences):
        told = sentence.told
        words = [word.text for word in told]
        if (found := passive_at(words, lexicon) or _brought_about(words, lexicon)) is None:
            continue
        first, last = found
        has_agent = lexicon.agent in words[last + 1 : last + 1 + _AGENT_WITHIN]
        kind, severity = ("passive.agent", 52) if has_agent else ("passive", 34)
        yield Mark(kind, told[first].start, told[last].end, number, severity)


def _brought_about(words: Sequence[str], lexicon: Lexicon) -> tuple[int, int] | None:
    for index in range(len(words) - 2):
        if words[index] in lexicon.to_be and words[index + 1] in _STATES and words[index + 2] == lexicon.agent:
            return index, index + 1
    return None


def filters(sentences: Sequence[Passage], lists: Wordlists) -> Iterator[Mark]:
    """Somebody sees, hears or feels, where the thing itself could be on the page."""
    for number, sentence in enumerate(sentences):
        words = sentence.words
        for index in range(1, len(words)):
            verb = words[index]
            is_able = verb.text in _ABLE_TO and words[index - 1].text in _ABLE
            if verb.is_spoken or not (is_able or verb.text in lists.filters):
                continue
            back = index - 1
            while back > 0 and index - back < 3 and (words[back].text in lists.between or words[back].text in _ABLE):
                back -= 1
            subject = words[back]
            is_subject = subject.text in lists.filter_subjects or subject.text == "j'"
            is_name = back == index - 1 and subject.is_capital and subject.text not in lists.between and back > 0
            after = words[index + 1].text if index + 1 < len(words) else ""
            if subject.is_spoken or not (is_subject or is_name) or not after or after in lists.not_after_filter:
                continue
            yield Mark("filter", subject.start, verb.end, number, 46)


def cliches(sentences: Sequence[Passage], lists: Wordlists) -> Iterator[Mark]:
    """Phrases that have been said before; the longest that begins at a word."""
    for number, sentence in enumerate(sentences):
        words = sentence.words
        texts = tuple([word.text for word in words])
        for index, word in enumerate(words):
            best = 0
            for phrase in lists.cliches.get(word.text, ()):
                size = len(phrase)
                if size > best and texts[index : index + size] == phrase:
                    best = size
            if best:
                severity = 50 if word.is_spoken else 62
                yield Mark("cliche", word.start, words[index + best - 1].end, number, severity)


def tags(text: str, sentences: Sequence[Passage], lexicon: Lexicon, lists: Wordlists, language: str) -> Iterator[Mark]:
    """Verbs of speech that are louder than "said", and adverbs beside a verb of speech."""
    for number, sentence in enumerate(sentences):
        words = sentence.words
        for index, word in enumerate(words):
            if word.text not in lists.loud and word.text not in lists.said:
                continue
            in_place = _tagged_fr if language == "fr" else _tagged_en
            if not in_place(text, words, index, lists):
                continue
            if word.text in lists.loud:
                yield Mark("tag", word.start, word.end, number, 42)
            window = range(index + 1, min(index + 4, len(words)))
            for place in window:
                if is_adverb(words[place - 1].text, words[place].text, lexicon) and not words[place].is_capital:
                    yield Mark("tag.adverb", word.start, words[place].end, number, 56)
                    break


def _tagged_en(text: str, words: tuple[Word, ...], index: int, lists: Wordlists) -> bool:
    """“Come!” she growled; “Come,” growled old Tom. A full stop inside the marks begins a sentence, not a tag."""
    if words[index].is_spoken:
        return False
    first = index
    while first > 0 and index - first < 2 and not words[first - 1].is_spoken:
        first -= 1
    if first == 0 or not words[first - 1].is_spoken:
        return False
    closing = text[words[first - 1].end : words[first].start]
    if not any(mark in closing for mark in '”"’') or "." in closing or "*" in closing or "_" in closing:
        return False
    subject = words[first]
    return first == index or subject.text in lists.tag_subjects or (index - first == 1 and subject.is_capital)


def _tagged_fr(text: str, words: tuple[Word, ...], index: int, lists: Wordlists) -> bool:
    """« Viens ! » grogna-t-il ; — Viens, grogna Paul. The verb comes first, the one who speaks after it."""
    word = words[index]
    first = index - 1 if index and words[index - 1].text in {"s'", "m'"} else index
    if first == 0 or index + 1 >= len(words) or not (words[first - 1].is_spoken):
        return False
    before = text[words[first - 1].end : words[first].start]
    if not before.rstrip().endswith((",", "!", "?", "…", "»", "—", "–", "”")):
        return False
    if text[word.end : word.end + 1] == "-":
        following = words[index + 1].text
        if following == "t" and index + 2 < len(words):
            following = words[index + 2].text
        return following in lists.tag_subjects
    return words[index + 1].is_capital and text[word.end : words[index + 1].start].isspace()


def slips(sentences: Sequence[Passage], lexicon: Lexicon, language: str, pov: str) -> Iterator[Mark]:
    """The first person in a chapter told from outside, away from speech and italics.

    Where the story declares no point of view, only if nearly the whole narration does without it.
    """
    told = [sentence for sentence in sentences if len(sentence.told) > 1]
    found: list[tuple[int, Word]] = []
    for number, sentence in enumerate(sentences):
        words = sentence.told
        if len(words) < 2:
            continue
        for index, word in enumerate(words):
            before = words[index - 1] if index else None
            after = words[index + 1].text if index + 1 < len(words) else ""
            if word.text not in lexicon.first_person or after in {"dieu", "god", "sieur"}:
                continue
            if language == "en" and word.text[0] == "i" and not word.is_capital:
                continue
            if word.text == "i" and before and (before.text in _TITLES or (before.is_capital and index > 1)):
                continue  # Charles I, Chapter I
            found.append((number, word))
            break
    if not found:
        return
    is_declared = pov in ("third", "omniscient")
    if is_declared and 2 * len(found) >= len(told) >= 5:
        number, word = found[0]
        yield Mark("pov.other", word.start, word.end, number, 88, {"count": len(found)})
    elif is_declared or (not pov and len(told) >= _ENOUGH_TOLD and 10 * len(found) <= len(told)):
        for number, word in found:
            yield Mark("pov.slip", word.start, word.end, number, 90 if is_declared else 60)


def heads(sentences: Sequence[Passage], lists: Wordlists, pov: str) -> Iterator[Mark]:
    """Two named people think within one paragraph of a story told from one head at a time."""
    if pov != "third":
        return
    numbered = enumerate(sentences)
    for _, paragraph in groupby(numbered, key=lambda pair: pair[1].paragraph):
        first = ""
        for number, sentence in paragraph:
            words = sentence.told
            for index in range(1, len(words)):
                name, verb = words[index - 1], words[index]
                if verb.text not in lists.minds or not name.is_capital or name.text in lists.filter_subjects:
                    continue
                if len(name.text) < 3 or name.text.endswith("'"):
                    continue
                if first and name.text != first:
                    yield Mark("pov.heads", name.start, verb.end, number, 64)
                first = first or name.text
