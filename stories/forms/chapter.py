"""How a chapter's text arrives."""

from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from stories.forms.fields import WrittenField
from stories.models import Chapter
from stories.services import MAX_TITLE_CHARACTERS


class ChapterForm(forms.Form):
    """A save: the version it started from, and the words. The text may begin and end with white space."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    title = WrittenField(max_length=MAX_TITLE_CHARACTERS, required=False)
    content = WrittenField(required=False, strip=False)
    # What a writer accepted of two texts brought together.
    is_merged = forms.BooleanField(required=False, widget=forms.HiddenInput)
    # The chapter is taken back from its readers before it is saved.
    is_taken_back = forms.BooleanField(required=False, widget=forms.HiddenInput)

    @classmethod
    def of(cls, chapter: Chapter) -> "ChapterForm":
        """The form as it is first shown."""
        return cls(initial={"version": chapter.version, "title": chapter.title, "content": chapter.content})


class PreviewForm(forms.Form):
    """Words to be shown, not kept."""

    title = WrittenField(max_length=MAX_TITLE_CHARACTERS, required=False)
    content = WrittenField(required=False, strip=False)


class MergeForm(forms.Form):
    """A text that came too late, and the one it grew from: its words, or the version that they were."""

    title = WrittenField(max_length=MAX_TITLE_CHARACTERS, required=False)
    content = WrittenField(required=False, strip=False)
    base = WrittenField(required=False, strip=False)
    base_version = forms.IntegerField(min_value=1, required=False)


class SplitForm(forms.Form):
    """Where a chapter is cut, in code points of the text at this version."""

    version = forms.IntegerField(min_value=1)
    position = forms.IntegerField(min_value=0)
    title = WrittenField(max_length=MAX_TITLE_CHARACTERS, required=False)


class JoinForm(forms.Form):
    """The version of the chapter that takes the next one up."""

    version = forms.IntegerField(min_value=1)


class SnapshotForm(forms.Form):
    """The name under which a version is kept."""

    name = WrittenField(label=_("Name of this version"), max_length=120, required=False)


class MoveForm(forms.Form):
    """One place up or down."""

    by = forms.TypedChoiceField(choices=[("-1", _("Up")), ("1", _("Down"))], coerce=int)


class RenameForm(forms.Form):
    """Another title, or none."""

    title = WrittenField(max_length=MAX_TITLE_CHARACTERS, required=False)


class StatusForm(forms.Form):
    """How far a chapter is."""

    status = forms.ChoiceField(choices=Chapter.Status)


class _OrderField(forms.CharField):
    """The ids of chapters, one after the other."""

    def clean(self, value: Any) -> list[UUID]:
        try:
            return [UUID(word) for word in super().clean(value).split()]
        except ValueError:
            raise ValidationError(_("This is not an order of chapters. Nothing was moved.")) from None


class OrderForm(forms.Form):
    """All of a story's chapters, in one field: there may be more of them than a form may have fields."""

    order = _OrderField(max_length=1_000_000)
