"""Finding in a text as it was written the words that somebody copied from a page."""

from typing import Final

# Marks of Markdown that a page does not show, and characters that a copy may have as others.
_UNSEEN: Final = frozenset("*_~`\\#>")
_SAME: Final = {"’": "'", "‘": "'", "“": '"', "”": '"', "«": '"', "»": '"', "—": "-", "–": "-"}


def locate(text: str, quote: str) -> tuple[int, int] | None:
    """From where to where of `text` the words of `quote` stand, whatever marks, spaces and capitals are between."""
    wanted = "".join(character for character, _place in _plain(quote)).strip()
    if not wanted:
        return None
    pairs = _plain(text)
    start = "".join(character for character, _place in pairs).find(wanted)
    if start < 0:
        return None
    return pairs[start][1], pairs[start + len(wanted) - 1][1] + 1


def _plain(text: str) -> list[tuple[str, int]]:
    """The characters that are read, each with its place. Every run of white space is one space."""
    kept: list[tuple[str, int]] = []
    was_space = False
    for place, character in enumerate(text):
        if character in _UNSEEN:
            continue
        if character.isspace():
            if not was_space:
                kept.append((" ", place))
            was_space = True
            continue
        was_space = False
        # One character for one, so that a place is a place (a capital may become two small letters).
        kept.append((_SAME.get(character, character).lower()[:1], place))
    return kept
