"""Parts of a page that are the same for many but for a few words: drawn once, kept with holes where the words go."""

import re
import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import uuid4

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from costory.lib.kept import Kept

SECONDS: Final = 86_400
MOST: Final = 500


class Frame:
    """A template that is told nothing but what it is kept by, and the names of its holes.

    So what it keeps can hold nothing of a person: neither a request, nor a user, nor a token is there to be drawn.
    """

    def __init__(self, template: str, *, holes: Sequence[str], keys: Sequence[str] = ()) -> None:
        self._template = template
        # Nobody who writes a word of a page knows these.
        self._marks = {name: f"{secrets.token_hex(16)}x{place}" for place, name in enumerate(holes)}
        # Holes that an address is made of have the form of a key.
        self._marks |= {name: str(uuid4()) for name in keys}
        self._names = {mark: name for name, mark in self._marks.items()}
        self._drawn: Kept[tuple[str, ...]] = Kept(most=MOST, seconds=SECONDS)

    def fill(self, words: Mapping[str, str], **key: Any) -> SafeString:
        """The part as it is for this key, these words in its holes. They are escaped as a template would."""
        kept_by = tuple(key.values())
        parts = self._drawn.get(kept_by)
        if parts is None:
            parts = self._draw(key)
            # While somebody works on the templates nothing is kept.
            if not settings.DEBUG:
                self._drawn.put(kept_by, parts)
        escaped = {name: str(conditional_escape(word)) for name, word in words.items()}
        # Text and holes take turns.
        pieces = list(parts)
        for place in range(1, len(pieces), 2):
            pieces[place] = escaped[pieces[place]]
        return mark_safe("".join(pieces))  # noqa: S308  A template's, and escaped words.

    def _draw(self, key: Mapping[str, Any]) -> tuple[str, ...]:
        text = render_to_string(self._template, {**key, **self._marks})
        pieces = re.split("(" + "|".join(self._names) + ")", text)
        return tuple(self._names.get(piece, piece) for piece in pieces)
