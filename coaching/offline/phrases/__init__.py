"""What the offline coach can say: one file per language, each written by ear and not translated from the other."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from coaching.prompts import prompt_language

_THOUSANDS: Final = {"en": ",", "fr": "\u202f"}
_DECIMAL: Final = {"en": ".", "fr": ","}


@dataclass(frozen=True, slots=True)
class Remark:
    """A title, what was seen, and questions to choose one from. All may hold {facts}."""

    title: str
    seen: str
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Phrases:
    """Everything the offline coach says in one language. `empty` is by coach mode, `remarks` by finding."""

    language: str
    notice: str
    notice_gentle: str
    danger: str
    short: str
    overview: str
    overview_spoken: str
    one_sentence: str
    cut: str
    other_language: str
    cannot_answer: str
    cannot_write: str
    scene: str
    more_scenes: str
    doors: tuple[str, ...]
    closing: tuple[str, ...]
    gentle_received: str
    gentle_received_few: str
    gentle_no_craft: str
    gentle_close: tuple[str, ...]
    gentle_word: tuple[str, ...]
    gentle_questions: tuple[str, ...]
    gentle_end: str
    quote_marks: tuple[str, str]
    empty: Mapping[str, str]
    remarks: Mapping[str, Remark]

    def number(self, value: float) -> str:
        """A figure as this language writes it; a tenth where there is one."""
        whole, _, tenth = f"{value:,.1f}".partition(".")
        rest = "" if tenth == "0" else _DECIMAL[self.language] + tenth
        return whole.replace(",", _THOUSANDS[self.language]) + rest


def phrases(language: str) -> Phrases:
    """The phrases of a language; of English where there are none."""
    return _read(prompt_language(language))


@cache
def _read(language: str) -> Phrases:
    text = (Path(__file__).parent / f"{language}.toml").read_text(encoding="utf-8")
    said: dict[str, Any] = tomllib.loads(_typeset(text) if language == "fr" else text)
    remarks = {
        key: Remark(remark["title"], remark["seen"], tuple(remark["questions"]))
        for key, remark in said.pop("remarks").items()
    }
    lists: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in said.items()}
    return Phrases(language=language, remarks=remarks, **lists)


@cache
def craft_phrases(language: str) -> Mapping[str, Remark]:
    """What is said of each kind of finding in a language, or in English where there is nothing."""
    spoken = prompt_language(language)
    text = (Path(__file__).parent / f"craft.{spoken}.toml").read_text(encoding="utf-8")
    said = tomllib.loads(_typeset(text) if spoken == "fr" else text)
    return {key: Remark(one["title"], one["seen"], tuple(one["questions"])) for key, one in said.items()}


def _typeset(text: str) -> str:
    """French with its no-break spaces: narrow inside « » and before ; ! ? %, full before a colon."""
    text = text.replace("« ", "«\u202f").replace(" »", "\u202f»").replace(" :", "\u00a0:")
    return re.sub(r" (?=[;!?%])", "\u202f", text)
