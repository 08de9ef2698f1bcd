"""A reading list, a note in it, and how somebody reads."""

from django import forms
from django.utils.translation import gettext_lazy as _

from stories.forms.fields import WrittenField


class ReadingListForm(forms.Form):
    """What a list is called and who sees it."""

    name = WrittenField(label=_("Name"), max_length=120)
    description = WrittenField(
        label=_("What it is about"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    is_public = forms.BooleanField(
        label=_("Everybody may see it"),
        required=False,
        help_text=_("With your name and your notes. Otherwise it is yours alone."),
    )


class ListNoteForm(forms.Form):
    """What somebody says of a story in a list."""

    note = WrittenField(label=_("Your note"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2}))


class ReadingForm(forms.Form):
    """What is kept of somebody's reading, and what their lists hold."""

    keeps_history = forms.BooleanField(
        label=_("Remember what I read and where I am"),
        required=False,
        help_text=_(
            "So that a story opens where you left it, on any device. Only you see it. Switched off, nothing new is"
            " kept; what is there stays until you empty it."
        ),
    )
    shows_mature = forms.BooleanField(
        label=_("Show me stories for grown-up readers"),
        required=False,
        help_text=_(
            "Their authors rated them so: they may be explicit in violence, sexuality or despair. They then stand among"
            " the others in the library, in search and in lists. Say so only if you are of age where you live."
        ),
    )
