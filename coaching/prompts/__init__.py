"""The coach's standing instructions: one file per mode or task and language, and the house rules they share."""

from functools import cache
from pathlib import Path
from typing import Final

MODES: Final = ("narrative", "therapeutic", "coauthor", "structural")
TASKS: Final = ("continuation", "synopsis", "rewrite", "critique", "ways", "names", "summary", "outline")
LANGUAGES: Final = ("en", "fr")
DEFAULT_LANGUAGE: Final = "en"

_FOLDER: Final = Path(__file__).parent


def prompt_language(language: str) -> str:
    """The language a prompt exists in for this tag: "fr-CA" finds French, an unknown one English."""
    primary = language.replace("_", "-").split("-", 1)[0].lower()
    return primary if primary in LANGUAGES else DEFAULT_LANGUAGE


def load(mode: str, language: str) -> str:
    """The instructions of a mode or a task, the house rules after them. They hold nothing of the writer or the story.

    Raises ValueError for one that does not exist.
    """
    if mode not in MODES and mode not in TASKS:
        raise ValueError(f"unknown coach mode: {mode!r}")
    return _read(mode, prompt_language(language))


@cache
def _read(mode: str, language: str) -> str:
    parts = [(_FOLDER / f"{name}.{language}.md").read_text(encoding="utf-8").strip() for name in (mode, "house")]
    return "\n\n".join(parts) + "\n"
