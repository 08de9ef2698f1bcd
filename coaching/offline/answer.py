"""The offline coach's answer: what it found, in the writer's language, each finding handed back as a question."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from zlib import crc32

from coaching.offline import danger
from coaching.offline.findings import LISTENED_FOR
from coaching.offline.findings import Finding as Place
from coaching.offline.findings import find as find_places
from coaching.offline.measures import Measures, measure
from coaching.offline.phrases import Phrases, phrases
from coaching.offline.reading import LONGEST_READ
from coaching.offline.topics import MANY, Finding, find

_ENOUGH_WORDS: Final = 40
_REMARKS: Final = 3
_QUOTE: Final = 200
_SCENES: Final = 8

_MARKS: Final = re.compile(r"([\\`*_\[\]<>#~|!&])")
_LINE_START: Final = re.compile(r"^(\d{1,9})?([.)+\-=:])")
_EMPHASIS: Final = re.compile(r"\*+|(?<!\w)_+|_+(?!\w)")
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})

# What a question is about, in either language, whatever language the page is in.
_TOPICS: Final = {
    "dialogue": r"dialog|répliqu|conversation|\btirets?\b|guillemets|\bspeech|\bquotes?\b",
    "rhythm": r"rythm|rhythm|cadenc|monoton|\bpac(?:e|ing)\b|\bsentences?\b|\bphrases?\b|\bsouffle\b|\bslow|\blent",
    "echo": r"répét|repet|redite|\bechoe?s?\b|\bécho|same words?|mêmes? mots?",
    "adverbs": r"adverb",
    "passive": r"passi(?:f|ve)|\bactive voice|voix active",
    "pov": r"points? of view|\bpov\b|points? de vue|narrat(?:or|eur|rice|ion)|focalis|qui raconte|who tells",
    "opening": r"\bdébut|\bbegin|\bopening|first (?:line|sentence|page)|incipit|\bhook\b|premières? (?:ligne|phrase)",
    "ending": r"\bfin\b|\bend(?:s|ing)?\b|\bchute\b|last (?:line|sentence)|cliff|conclu|dernières? (?:ligne|phrase)",
    "structure": r"structur|\bscènes?\b|\bscenes?\b|\bplan\b|\bact(?:e|es|s)?\b|\bbeats?\b|synopsis|outline",
    "next": r"\bsuite\b|continu|what (?:comes |happens )?next|\bstuck\b|bloqu|\bidées?\b|\bideas?\b|what now|et après",
}
_ASKED: Final = {topic: re.compile(pattern, re.IGNORECASE) for topic, pattern in _TOPICS.items()}
_ABOUT_CRAFT: Final = re.compile(
    r"\bstyle|corrig|correct|amélior|improve|bien écrit|well written|better written|orthograph|spelling|gramma"
    + "".join(f"|{pattern}" for topic, pattern in _TOPICS.items() if topic != "next"),
    re.IGNORECASE,
)
_FIRST_IN_MODE: Final = {"structural": ["structure"], "coauthor": ["next"]}


def answer(
    *,
    chapter_text: str,
    question: str,
    mode: str,
    language: str,
    pov: str | None = None,
    story_mode: str = "",
) -> str:
    """The offline coach's reply, as Markdown. The same input gives the same words.

    With the listening coach, and in a journal (`story_mode`), nothing is said of style: feelings are not weighed.
    """
    voice = _Voice.speaking(language, seed=f"{question}\0{chapter_text[-400:]}")
    gentle = mode == "therapeutic" or story_mode == "journal"
    if danger.is_heard(question, of_a_true_life=gentle):
        return voice.phrases.danger
    heard = gentle and danger.is_heard(chapter_text[-LONGEST_READ:], of_a_true_life=False)
    measures = measure(chapter_text, language)
    if gentle:
        return _gentle(voice, measures, question, is_heard=heard)
    if not measures.words:
        empty = voice.phrases.empty.get(mode, voice.phrases.empty["narrative"])
        return "\n\n".join([voice.phrases.notice, empty])
    heard_first = next(
        (
            place
            for place in find_places(chapter_text, language=language, point_of_view=pov or "").findings
            if place.kind in LISTENED_FOR
        ),
        None,
    )
    return _craft(voice, measures, question, mode, pov, heard_first)


@dataclass(frozen=True, slots=True)
class _Voice:
    """One language's phrases, and the choice among them, which the question and the page decide."""

    phrases: Phrases
    seed: int

    @classmethod
    def speaking(cls, language: str, *, seed: str) -> "_Voice":
        return cls(phrases(language), crc32(seed.encode(errors="replace")))

    def say(self, phrase: str, **facts: int | float | str) -> str:
        return phrase.format(**{name: self._shown(value) for name, value in facts.items()})

    def pick(self, options: Sequence[str], salt: int = 0) -> str:
        return options[(self.seed + salt) % len(options)]

    def quote(self, text: str) -> str:
        return f"> {quoted(text)}"

    def in_quotes(self, words: Sequence[str]) -> str:
        """Words in a row, each in this language's quotation marks."""
        opening, closing = self.phrases.quote_marks
        return ", ".join(f"{opening}{word}{closing}" for word in words)

    def remark(self, finding: Finding, salt: int, shown: str = "") -> list[str]:
        """A finding's paragraphs: what was seen, what shows it, and a question."""
        remark = self.phrases.remarks[finding.remark]
        seen = self.say(remark.seen, words=self.in_quotes(finding.words), **finding.facts)
        parts = [f"**{remark.title}** · {seen}"]
        if finding.quote:
            parts.append(self.quote(finding.quote))
        if shown:
            parts.append(shown)
        return [*parts, self.pick(remark.questions, salt)]

    def place(self, place: Place) -> list[str]:
        """One thing heard in the text, in its own words, and a question."""
        remark = place.remark(self.phrases.language)
        seen = remark.seen.format(quote=quoted(place.quote, 80), **place.facts)
        return [f"**{remark.title}** · {seen}", self.pick(remark.questions)]

    def _shown(self, value: float | str) -> str:
        return value if isinstance(value, str) else self.phrases.number(value)


def _craft(voice: _Voice, measures: Measures, question: str, mode: str, pov: str | None, place: Place | None) -> str:
    phrases = voice.phrases
    parts = [phrases.notice]
    asked = [topic for topic, pattern in _ASKED.items() if pattern.search(question[:4_000])]
    if mode == "coauthor":
        parts.append(phrases.cannot_write)
    elif question.strip() and not asked:
        parts.append(phrases.cannot_answer)
    findings = find(measures, pov)
    first = [topic for topic in dict.fromkeys([*asked[:2], *_FIRST_IN_MODE.get(mode, [])]) if topic in findings]
    if measures.words < _ENOUGH_WORDS:
        parts.append(phrases.short)
        chosen = ["next"]
    else:
        parts.append(_overview(voice, measures))
        worth = [topic for topic, finding in findings.items() if finding.weight >= MANY and topic not in first]
        worth.sort(key=lambda topic: -findings[topic].weight)
        chosen = (first + worth)[:_REMARKS]
    for salt, topic in enumerate(chosen):
        shown = _scenes(voice, measures) if findings[topic].remark == "structure.many" else ""
        parts += voice.remark(findings[topic], salt, shown)
        if topic == "next":
            parts.append("\n".join(f"- {door}" for door in phrases.doors))
    if place is not None and measures.words >= _ENOUGH_WORDS:
        parts += voice.place(place)
    if len(chosen) > 1:
        parts.append(voice.pick(phrases.closing))
    return "\n\n".join(parts)


def _overview(voice: _Voice, measures: Measures) -> str:
    phrases, words = voice.phrases, _about(measures.words)
    share = round(100 * measures.dialogue_share)
    if measures.sentences == 1:
        overview = voice.say(phrases.one_sentence, words=words)
    elif share:
        overview = voice.say(phrases.overview_spoken, words=words, sentences=measures.sentences, share=share)
    else:
        overview = voice.say(phrases.overview, words=words, sentences=measures.sentences)
    if measures.is_cut:
        overview += " " + voice.say(phrases.cut, words=words)
    if measures.language is None:
        overview += "\n\n" + phrases.other_language
    return overview


def _scenes(voice: _Voice, measures: Measures) -> str:
    shown = measures.scenes if len(measures.scenes) <= _SCENES + 1 else measures.scenes[:_SCENES]
    lines = [
        f"{number}. " + voice.say(voice.phrases.scene, words=_about(words), quote=quoted(opening, 70))
        for number, (words, opening) in enumerate(shown, start=1)
    ]
    if more := len(measures.scenes) - len(shown):
        lines.append("\n" + voice.say(voice.phrases.more_scenes, count=more))
    return "\n".join(lines)


def _gentle(voice: _Voice, measures: Measures, question: str, *, is_heard: bool) -> str:
    """What may be said beside a journal: where it stopped, what comes back, an open question. Nothing of style."""
    phrases = voice.phrases
    parts = [phrases.danger] if is_heard else []
    parts.append(phrases.notice_gentle)
    if not measures.words:
        parts.append(phrases.empty["therapeutic"])
    else:
        if measures.words < _ENOUGH_WORDS:
            parts.append(phrases.gentle_received_few)
        else:
            parts.append(voice.say(phrases.gentle_received, words=_about(measures.words)))
        if _ABOUT_CRAFT.search(question[:4_000]):
            parts.append(phrases.gentle_no_craft)
        if not is_heard:
            parts += [voice.pick(phrases.gentle_close), voice.quote(measures.closing)]
            parts.append(voice.pick(phrases.gentle_questions))
            if word := measures.recurring:
                parts.append(voice.say(voice.pick(phrases.gentle_word, 1), word=word.word, count=word.count))
    if not is_heard:
        parts.append(phrases.gentle_end)
    return "\n\n".join(parts)


def _about(words: int) -> int:
    """A count as people say it: exact while small, then in tens."""
    return words if words < 100 else round(words, -1)


def shortened(text: str, characters: int) -> str:
    """A text cut at a word, with an ellipsis where something is missing. No line breaks, nothing invisible."""
    seen = "".join(" " if c.isspace() and c not in "\u00a0\u202f" else c for c in text[: 4 * characters])
    seen = "".join(c for c in seen if unicodedata.category(c) not in _UNSEEN or c == "\u200d")
    seen = re.sub(r" +", " ", _EMPHASIS.sub("", seen)).strip()
    if len(seen) <= characters:
        return seen
    head = seen[:characters]
    return (head[: head.rfind(" ")] if " " in head[characters // 2 :] else head).rstrip(" ,;:—–-") + "…"


def quoted(text: str, characters: int = _QUOTE) -> str:
    """The writer's words for a line of Markdown: shortened, and every mark in them made plain."""
    plain = _MARKS.sub(r"\\\1", shortened(text, characters))
    return _LINE_START.sub(lambda match: f"{match[1] or ''}\\{match[2]}", plain)
