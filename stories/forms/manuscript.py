"""A manuscript to be read, and what is to be taken of it."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from stories.forms.fields import WrittenField
from stories.importing import MAX_FILE_BYTES
from stories.models import Story
from stories.services import MAX_TITLE_CHARACTERS


class ManuscriptForm(forms.Form):
    """A file, or pasted text."""

    file = forms.FileField(
        label=_("File"),
        required=False,
        help_text=_("Text, Markdown, Word (.docx), OpenDocument (.odt) or EPUB; at most 20 MB."),
        widget=forms.ClearableFileInput(
            attrs={"accept": ".md,.markdown,.txt,.docx,.odt,.epub,text/plain,text/markdown,application/epub+zip"}
        ),
    )
    text = WrittenField(
        label=_("Or paste it here"), required=False, max_length=5_000_000, widget=forms.Textarea(attrs={"rows": 8})
    )

    def clean(self) -> dict[str, Any]:
        """One of the two, of a size that is read."""
        said = super().clean() or self.cleaned_data
        file = said.get("file")
        if not file and not said.get("text", "").strip() and not self.errors:
            raise ValidationError(_("Choose a file, or paste a text."))
        if file and file.size > MAX_FILE_BYTES:
            self.add_error("file", _("This file is larger than 20 MB."))
        return said


class TakeInForm(forms.Form):
    """What the new story is called, and what it is."""

    title = WrittenField(label=_("Title"), max_length=MAX_TITLE_CHARACTERS)
    mode = forms.ChoiceField(label=_("Kind"), choices=Story.Mode)
    language = forms.ChoiceField(label=_("Language"), choices=Story.Language)
