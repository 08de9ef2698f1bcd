"""The one thing a stranger is asked for."""

from django import forms
from django.utils.translation import gettext_lazy as _

from costory.lib import markdown

MOST_CHARACTERS = 5_000


class ParagraphForm(forms.Form):
    """A paragraph to be looked at."""

    text = forms.CharField(
        label=_("A paragraph of yours"),
        strip=False,
        widget=forms.Textarea(attrs={"rows": 9, "maxlength": MOST_CHARACTERS, "autocomplete": "off"}),
        error_messages={"required": _("There is nothing here yet. Write or paste a few sentences first.")},
    )

    def clean_text(self) -> str:
        """The text as a chapter would keep it: a line break is one character, as in the browser's own count."""
        text = markdown.normalise_text(self.cleaned_data["text"]).strip()
        if not text:
            raise forms.ValidationError(self.fields["text"].error_messages["required"])
        if len(text) > MOST_CHARACTERS:
            raise forms.ValidationError(_("That is more than 5,000 characters: take one passage of it."))
        return text
