"""Questions to write from, each language's own: one for each day of a journal, and those that a life is asked."""

import tomllib
from collections.abc import Container
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from uuid import UUID

HERE = Path(__file__).parent
LANGUAGES = ("en", "fr")


@dataclass(frozen=True)
class LifeChapter:
    """A part of a life, with what can be asked about it."""

    name: str
    questions: tuple[str, ...]


@cache
def journal_prompts(language: str) -> tuple[str, ...]:
    """Every question for a journal in this language, or in English."""
    return tuple(_file("journal", language, "txt").read_text(encoding="utf-8").splitlines())


def prompt_for(*, story_id: UUID, language: str, day: date, skipped: int = 0) -> str:
    """A day's question: the same all day, another tomorrow, and another one for each time it is passed over."""
    prompts = journal_prompts(language)
    return prompts[(story_id.int + day.toordinal() + skipped) % len(prompts)]


def prompt_after(*, prompt: str, language: str) -> str:
    """The question that follows this one."""
    prompts = journal_prompts(language)
    place = prompts.index(prompt) + 1 if prompt in prompts else 0
    return prompts[place % len(prompts)]


@cache
def life_chapters(language: str) -> tuple[LifeChapter, ...]:
    """The parts of a life in their order, with their questions, in this language or in English."""
    parts = tomllib.loads(_file("legacy", language, "toml").read_text(encoding="utf-8"))["chapter"]
    return tuple(LifeChapter(name=part["name"], questions=tuple(part["questions"])) for part in parts)


def question_after(*, prompt: str, language: str, answered: Container[str]) -> str:
    """The next question of a life that has no answer yet, from the one at hand on and round; nothing when all have."""
    questions = [question for part in life_chapters(language) for question in part.questions]
    place = questions.index(prompt) + 1 if prompt in questions else 0
    return next((one for one in questions[place:] + questions[:place] if one not in answered), "")


def _file(kind: str, language: str, ending: str) -> Path:
    return HERE / f"{kind}.{language if language in LANGUAGES else 'en'}.{ending}"
