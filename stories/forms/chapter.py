"""How a chapter's text arrives."""

from django import forms
from django.utils.translation import gettext_lazy as _

from stories.forms.fields import WrittenField
from stories.models import Chapter
from stories.services import MAX_TITLE_CHARACTERS


class ChapterForm(forms.Form):
    """A save: the version it started from, and the words. The text may begin and end with white space."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    title = WrittenField(max_length=MAX_TITLE_CHARACTERS, required=False)
    content = WrittenField(required=False, strip=False)

    @classmethod
    def of(cls, chapter: Chapter) -> "ChapterForm":
        """The form as it is first shown."""
        return cls(initial={"version": chapter.version, "title": chapter.title, "content": chapter.content})


class MoveForm(forms.Form):
    """One place up or down."""

    by = forms.TypedChoiceField(choices=[("-1", _("Up")), ("1", _("Down"))], coerce=int)
