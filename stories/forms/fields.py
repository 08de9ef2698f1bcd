"""Fields that forms of several nouns share."""

from typing import Any

from django import forms

from costory.lib import markdown


class WrittenField(forms.CharField):
    """Somebody's words: what no database can store is dropped, not refused."""

    def to_python(self, value: Any) -> str:
        return str(super().to_python(markdown.normalise_text(value or "")))
