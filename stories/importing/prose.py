"""From paragraphs with emphasis, wherever they come from, to Markdown that says the same."""

import re
from collections.abc import Iterable

# What Markdown would read as a mark, where a writer meant the character.
_MARKS = re.compile(r"([\\`*_\[\]<]|&(?=#?[A-Za-z0-9]{1,32};))")
_LINE_MARKS = re.compile(r"^(\s*)([#>+-]|\d{1,9}[.)])(?=\s|$)", re.MULTILINE)


def escape(text: str) -> str:
    """The text, with its own asterisks and brackets kept from being marks."""
    return _MARKS.sub(r"\\\1", text)


def emphasise(text: str, *, is_strong: bool, is_emphasised: bool) -> str:
    """The text between its marks; blanks at its ends stay outside, for a mark beside a blank is none."""
    mark = "**" * is_strong + "*" * is_emphasised
    said = text.strip()
    if not mark or not said:
        return text
    start = text.index(said[0])
    return f"{text[:start]}{mark}{said}{mark[::-1]}{text[start + len(said) :]}"


def paragraph(runs: Iterable[tuple[str, bool, bool]]) -> str:
    """A paragraph of runs: text, whether it is strong, whether it is emphasised. Neighbours alike are one."""
    joined: list[tuple[str, bool, bool]] = []
    for text, is_strong, is_emphasised in runs:
        if joined and joined[-1][1:] == (is_strong, is_emphasised):
            joined[-1] = (joined[-1][0] + text, is_strong, is_emphasised)
        elif text:
            joined.append((text, is_strong, is_emphasised))
    words = "".join(
        emphasise(escape(text), is_strong=is_strong, is_emphasised=is_emphasised)
        for text, is_strong, is_emphasised in joined
    )
    lines = [line.strip(" \t") for line in words.split("\n")]
    return _LINE_MARKS.sub(r"\1\\\2", "\n".join(lines)).strip("\n")
