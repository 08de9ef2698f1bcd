"""The one considered step by which a story is shown to others, and when a chapter is."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from costory.lib.errors import DomainError
from costory.lib.pictures import PictureField
from stories.forms.fields import WrittenField
from stories.models import Chapter, Story
from stories.services import clean_tags, opens_journal

TOLD = ("description", "language", "rating", "warnings", "is_complete", "comment_policy", "disclosure", "may_download")


class PublishForm(forms.Form):
    """Who may read a story, what they are told of it first, and which chapters they find."""

    visibility = forms.ChoiceField(label=_("Who may read"), choices=Story.Visibility, widget=forms.RadioSelect)
    rating = forms.ChoiceField(
        label=_("For whom it is"), choices=Story.Rating, widget=forms.RadioSelect, required=False
    )
    warnings = forms.MultipleChoiceField(
        label=_("What readers may want to know beforehand"),
        choices=Story.ContentWarning,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    description = WrittenField(
        label=_("A few lines that make one want to read it"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    language = forms.ChoiceField(label=_("Language"), choices=Story.Language)
    tags = WrittenField(
        label=_("Tags"), max_length=600, required=False, help_text=_("Separated by commas, twelve at most.")
    )
    cover = PictureField(label=_("Cover"), max_side=1600, required=False)
    drops_cover = forms.BooleanField(label=_("Use the drawn cover instead"), required=False)
    is_complete = forms.BooleanField(label=_("The story is complete"), required=False)
    comment_policy = forms.ChoiceField(label=_("Comments"), choices=Story.CommentPolicy, widget=forms.RadioSelect)
    disclosure = forms.ChoiceField(
        label=_("How the coach’s share is told"), choices=Story.Disclosure, widget=forms.RadioSelect
    )
    may_download = forms.BooleanField(label=_("Readers may download it as EPUB and PDF"), required=False)
    chapters = forms.MultipleChoiceField(
        label=_("Chapters that readers find"), widget=forms.CheckboxSelectMultiple, required=False
    )
    is_confirmed = forms.BooleanField(label=_("Yes, others may read this journal"), required=False)

    def __init__(self, data: Any = None, files: Any = None, *, story: Story, chapters: list[Chapter]) -> None:
        self.story = story
        is_shown = story.visibility != Story.Visibility.PRIVATE
        # Shown for the first time a story shows what is written; afterwards what was released.
        chosen = [
            str(chapter.pk)
            for chapter in chapters
            if (chapter.is_released if is_shown else not chapter.is_planned and chapter.word_count)
        ]
        initial = {
            "visibility": story.visibility,
            "tags": ", ".join(each.tag.name for each in story.story_tags.select_related("tag")),
            "chapters": chosen,
            **{name: getattr(story, name) for name in TOLD},
        }
        super().__init__(data, files, initial=initial, use_required_attribute=False)
        self.fields["rating"].help_text = _("Needed as soon as somebody else reads.")
        field = self.fields["chapters"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101  For the type checker.
        field.choices = [(str(chapter.pk), str(chapter)) for chapter in chapters if not chapter.is_planned]

    def clean_tags(self) -> list[str]:
        names = self.cleaned_data["tags"].split(",")
        try:
            return list(clean_tags(names).values())
        except DomainError as refusal:
            raise forms.ValidationError(str(refusal), code=refusal.code) from refusal

    def clean_warnings(self) -> list[str]:
        warnings = self.cleaned_data["warnings"]
        if Story.ContentWarning.UNSAID in warnings and len(warnings) > 1:
            raise forms.ValidationError(_("Either you say what there is, or you choose not to say."), code="both")
        return list(warnings)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        visibility = said.get("visibility", Story.Visibility.PRIVATE)
        if visibility != Story.Visibility.PRIVATE:
            if not said.get("rating"):
                self.add_error("rating", _("Say for whom it is: readers count on that."))
            if opens_journal(story=self.story, visibility=visibility) and not said.get("is_confirmed"):
                self.add_error(
                    "is_confirmed", _("A journal is opened only when that is said twice: tick this as well.")
                )
        return said

    @property
    def changes(self) -> dict[str, Any]:
        """What readers are told, by name."""
        return {name: self.cleaned_data[name] for name in TOLD}

    @property
    def chapter_ids(self) -> list[UUID]:
        """The chapters that readers are to find now."""
        return [UUID(each) for each in self.cleaned_data["chapters"]]


class ReleaseForm(forms.Form):
    """When readers find a chapter: at once without a time, and with or without a word to followers."""

    at = forms.CharField(label=_("On"), required=False, widget=forms.DateTimeInput(attrs={"type": "datetime-local"}))
    is_silent = forms.BooleanField(label=_("Without telling anybody"), required=False)

    def __init__(self, *args: Any, zone: ZoneInfo | None = None, **kwargs: Any) -> None:
        self.zone = zone
        super().__init__(*args, **kwargs)

    def clean_at(self) -> datetime | None:
        said = self.cleaned_data["at"].strip()
        if not said:
            return None
        try:
            at = datetime.fromisoformat(said)
        except ValueError as error:
            raise forms.ValidationError(_("This is no day and hour."), code="invalid") from error
        at = at if at.tzinfo else at.replace(tzinfo=self.zone or timezone.get_current_timezone())
        if not timezone.now() < at < timezone.now() + timedelta(days=366):
            raise forms.ValidationError(_("Choose a time to come, within a year."), code="range")
        return at
