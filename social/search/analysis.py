"""What a text's words are to the search: the same for both databases, for what is indexed, asked and highlighted.

A word is indexed by its folded form (small letters, no accents, œ as oe) and by what the Snowball stemmer of the text's
language makes of it. The folded form lets a beginning be found while it is typed, and a French word by a reader who
asks in English; the stem lets *cheval* find *chevaux*.

Elisions are cut off (l'été, qu'elle) and so are the contractions of English (it's, we'll); any other apostrophe joins
(aujourd'hui, don't). Words that a hyphen ties stand for themselves and, written as one, for the whole: *porte-monnaie*
is found by *porte*, *monnaie* and *portemonnaie*. Characters of Chinese and Japanese are words of their own.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import Stemmer

from social.search.stop_words import STOP_WORDS

LANGUAGES = ("en", "fr")
LONGEST_WORD = 64
LONGEST_COMPOUND = 4

_ALGORITHMS = {"en": "english", "fr": "french"}
# Combining marks of the scripts in use, and what is between letters without being seen: soft hyphen, joiners.
_MARKS = (
    "\u00ad\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u0610-\u061a\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963\u0981-\u0983"
    "\u09bc-\u09cd\u0a01-\u0a03\u0a3c-\u0a51\u0b82\u0bbe-\u0bcd\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u1ab0-\u1aff"
    "\u1dc0-\u1dff\u200b-\u200d\u20d0-\u20f0\u3099\u309a\ufe20-\ufe2f\ufeff"
)
_LETTERS = rf"[^\W_][\w{_MARKS}]*"
# A number with separated thousands is one word; so is what apostrophes join, until it is looked at more closely.
_WORD = re.compile(
    rf"(?P<number>(?<!\d)\d{{1,3}}(?:[,.'\u00a0\u202f]\d{{3}})+(?!\d))|(?P<word>{_LETTERS}(?:'{_LETTERS})*)"
)
# One character for one, so that places in the text stay what they are.
_SAME_LENGTH = str.maketrans("_\u2019\u02bc\uff07\u2018\u2010\u2011", " ''''--")
_ELISION = re.compile(r"(?:l|d|j|m|t|s|n|c|qu|jusqu|lorsqu|puisqu|quoiqu|presqu|entr)'", re.IGNORECASE)
_CONTRACTION = re.compile(r"'(?:s|ll|re|ve|d|m)\Z", re.IGNORECASE)
_IDEOGRAPH = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_LETTERS_OF_TWO = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})


class Token(NamedTuple):
    """A word of a text: where it stands, how it is spelt (small letters, accents kept), and whether a hyphen ties it
    to the one before."""

    start: int
    end: int
    word: str
    is_tied: bool


def tokens(text: str) -> Iterator[Token]:
    """The words of a text, in order. Never an error, whatever the text holds."""
    plain = text.translate(_SAME_LENGTH)
    last_end = -2
    for match in _WORD.finditer(plain):
        start, end = match.span()
        is_tied = start == last_end + 1 and plain[last_end] == "-"
        if match["number"]:
            word = "".join([character for character in match["number"] if character.isdigit()])
            yield Token(start, end, word, is_tied)
        else:
            word = match["word"]
            if "'" in word:
                if elision := _ELISION.match(word):
                    start, word = start + elision.end(), word[elision.end() :]
                if contraction := _CONTRACTION.search(word):
                    end, word = start + contraction.start(), word[: contraction.start()]
            if word.isascii() or not _IDEOGRAPH.search(word):
                yield Token(start, end, spelling(word), is_tied)
            else:
                yield from _characters(start, word, is_tied=is_tied)
        last_end = match.end()


def _characters(start: int, word: str, *, is_tied: bool) -> Iterator[Token]:
    """The characters of a script without blanks, each a word; what else stands between them stays together."""
    for piece in re.finditer(rf"{_IDEOGRAPH.pattern}|(?:(?!{_IDEOGRAPH.pattern}).)+", word):
        if fold(piece[0]):
            yield Token(start + piece.start(), start + piece.end(), spelling(piece[0]), is_tied)
            is_tied = True


@lru_cache(maxsize=65_536)
def spelling(word: str) -> str:
    """A word as the stemmer and the stop words know it: small letters with their accents, in one normal form."""
    lower = unicodedata.normalize("NFKC", word).lower().translate(_LETTERS_OF_TWO)
    return lower[:LONGEST_WORD]


@lru_cache(maxsize=65_536)
def fold(word: str) -> str:
    """A word without case, accents and whatever is no letter or digit. May be empty."""
    if word.isascii():
        letters = word.lower()
    else:
        letters = unicodedata.normalize("NFKD", word).casefold().translate(_LETTERS_OF_TWO)
    if not letters.isalnum():
        letters = "".join([letter for letter in letters if letter.isalnum()])
    # Digits of every script are the same digits.
    if not letters.isascii():
        letters = "".join([str(unicodedata.digit(letter)) if letter.isdecimal() else letter for letter in letters])
    return unicodedata.normalize("NFC", letters)[:LONGEST_WORD]


class _Stemmers(threading.local):
    """A stemmer for each language and thread: they are not made to be shared."""

    def __init__(self) -> None:
        self.of = {language: Stemmer.Stemmer(name) for language, name in _ALGORITHMS.items()}


_stemmers = _Stemmers()


@lru_cache(maxsize=131_072)
def lexemes(word: str, language: str) -> tuple[str, ...]:
    """What a word (as `tokens` spells it) is indexed and asked as: its folded form, then its stems where they differ.

    The French stemmer wants the accents, a reader in a hurry leaves them out: so both spellings are stemmed.
    """
    folded = fold(word)
    if not folded:
        return ()
    stemmer = _stemmers.of.get(language)
    if stemmer is None or folded.isdigit():
        return (folded,)
    stems = [fold(stemmer.stemWord(word.replace("'", ""))), fold(stemmer.stemWord(folded))]
    return tuple(dict.fromkeys([folded, *filter(None, stems)]))


_STOP_FORMS = {language: words | {fold(word) for word in words} for language, words in STOP_WORDS.items()}


def is_stop_word(word: str, language: str) -> bool:
    """Whether a word says nothing about a text of this language. Without its accents it is one as well."""
    return word in _STOP_FORMS.get(language, ())


def compounds(words: list[Token]) -> dict[int, str]:
    """The words that hyphens tie, written as one, by the place of their first: at most four of them."""
    found: dict[int, str] = {}
    first = 0
    for place in range(1, len(words) + 1):
        if place < len(words) and words[place].is_tied:
            continue
        if 2 <= place - first <= LONGEST_COMPOUND:
            found[first] = fold("".join([token.word for token in words[first:place]]))
        first = place
    return found
