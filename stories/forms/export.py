"""What of a story is to be taken along, and as what."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from stories.exporting import Format
from stories.models import Chapter, Story

if TYPE_CHECKING:
    ChapterChoice = forms.ModelChoiceField[Chapter]
else:
    # Generic for the type checker only.
    ChapterChoice = forms.ModelChoiceField


class _ChapterField(ChapterChoice):
    def label_from_instance(self, obj: Chapter) -> str:
        return f"{obj.position}. {obj}"


class ExportForm(forms.Form):
    """A format, and one chapter or the whole story."""

    format = forms.ChoiceField(label=_("As"), choices=Format, widget=forms.RadioSelect)
    chapter = _ChapterField(
        label=_("What"), queryset=Chapter.objects.none(), required=False, empty_label=_("The whole story")
    )

    def __init__(self, *args: Any, story: Story, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        present = Chapter.objects.present().filter(story=story).without_text().order_by("position")
        chapter = self.fields["chapter"]
        if isinstance(chapter, forms.ModelChoiceField):
            chapter.queryset = present
