"""What a writer notes in the codex."""

import re
from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from costory.lib.pictures import ACCEPTED, PictureField
from stories.forms.fields import WrittenField
from stories.models import Chapter, CodexEntry, CodexFact, Story
from stories.services.codex import (
    MAX_ALIASES,
    MAX_DESCRIPTION_CHARACTERS,
    MAX_FACT_CHARACTERS,
    MAX_NAME_CHARACTERS,
    EntryWords,
)

INCLUSIONS = [
    (CodexEntry.Inclusion.ALWAYS, _("Always, whatever you ask")),
    (CodexEntry.Inclusion.NAMED, _("When it is named: in the chapter you are writing, or in your question")),
    (CodexEntry.Inclusion.NEVER, _("Never: it stays between you and the codex")),
]


class AliasesField(WrittenField):
    """Other names, between commas or on lines of their own."""

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]  # Several names are written as one text.
        names = (" ".join(name.split()) for name in re.split(r"[,;\n]", super().to_python(value)))
        return list(dict.fromkeys(name for name in names if name))

    def validate(self, value: Any) -> None:
        if len(value) > MAX_ALIASES:
            raise forms.ValidationError(
                _("These are %(count)d names; there is room for %(most)d."),
                params={
                    "count": len(value),
                    "most": MAX_ALIASES,
                },
            )
        if any(len(name) > MAX_NAME_CHARACTERS for name in value):
            raise forms.ValidationError(
                _("A name has at most %(most)d characters."),
                params={
                    "most": MAX_NAME_CHARACTERS,
                },
            )

    def run_validators(self, value: Any) -> None:
        """Those of a single text mean nothing here."""


class CodexEntryForm(forms.Form):
    """Who or what it is, how a text may call it, and when the coach is told."""

    name = WrittenField(label=_("Name"), max_length=MAX_NAME_CHARACTERS)
    kind = forms.ChoiceField(label=_("Kind"), choices=CodexEntry.Kind, initial=CodexEntry.Kind.CHARACTER)
    aliases = AliasesField(
        label=_("Also called"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_(
            "Nicknames, titles, a maiden name: between commas, or a line each. Plurals, l’, d’ and ’s are understood. "
            "A name with a capital is found only with its capital; one in small letters, always."
        ),
    )
    description = WrittenField(
        label=_("Description"),
        max_length=MAX_DESCRIPTION_CHARACTERS,
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    played_by = forms.ChoiceField(
        label=_("Who plays"), choices=[("", _("Nobody yet")), *CodexEntry.Player.choices], required=False
    )
    inclusion = forms.ChoiceField(
        label=_("The coach is told"),
        choices=INCLUSIONS,
        initial=CodexEntry.Inclusion.NAMED,
        widget=forms.RadioSelect,
        help_text=_(
            "It is given the names, the description, the relations, and the facts that hold at the chapter you are "
            "writing. Facts of later chapters are never given."
        ),
    )

    picture = PictureField(
        label=_("Picture"),
        required=False,
        max_side=1200,
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
        help_text=_("Only you can see it. At most 5 MB."),
    )
    is_picture_removed = forms.BooleanField(label=_("Take the picture away"), required=False)

    def __init__(self, *args: Any, story: Story, entry: CodexEntry | None = None, **kwargs: Any) -> None:
        if entry is not None:
            words = {name: getattr(entry, name) for name in ("name", "kind", "description", "played_by", "inclusion")}
            kwargs["initial"] = {**words, "aliases": "\n".join(entry.aliases)}
        super().__init__(*args, **kwargs)
        if story.mode != Story.Mode.ROLEPLAY:
            del self.fields["played_by"]
        if entry is None or not entry.picture:
            del self.fields["is_picture_removed"]

    def words(self) -> EntryWords:
        """What was said, for the service; the picture goes its own way."""
        said = {name: value for name, value in self.cleaned_data.items() if name in EntryWords.__annotations__}
        return cast("EntryWords", said)


class QuickEntryForm(forms.Form):
    """A new entry from beside the page: its name and kind, the rest when there is time."""

    name = WrittenField(label=_("Name"), max_length=MAX_NAME_CHARACTERS)
    kind = forms.ChoiceField(label=_("Kind"), choices=CodexEntry.Kind, initial=CodexEntry.Kind.CHARACTER)


class CodexFactForm(forms.Form):
    """What is true, from one chapter to another."""

    text = WrittenField(
        label=_("What is true"), max_length=MAX_FACT_CHARACTERS, widget=forms.Textarea(attrs={"rows": 2})
    )
    holds_from = forms.ChoiceField(label=_("From chapter"), required=False)
    holds_until = forms.ChoiceField(label=_("Until chapter, this one included"), required=False)

    def __init__(self, *args: Any, chapters: Iterable[Chapter], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._chapters = {str(chapter.pk): chapter for chapter in chapters}
        named = [
            (pk, f"{chapter.position} · {chapter}" if chapter.title else str(chapter))
            for pk, chapter in self._chapters.items()
        ]
        self.fields["holds_from"].choices = [("", _("The beginning")), *named]  # type: ignore[attr-defined]  # It is a ChoiceField.
        self.fields["holds_until"].choices = [("", _("The end")), *named]  # type: ignore[attr-defined]  # The same.

    @classmethod
    def of(cls, fact: CodexFact, *, chapters: Iterable[Chapter]) -> "CodexFactForm":
        """The form of a fact that is there already."""
        initial = {"text": fact.text, "holds_from": fact.holds_from_id, "holds_until": fact.holds_until_id}
        return cls(initial=initial, chapters=cls.choice(fact, chapters=chapters))

    @staticmethod
    def choice(fact: CodexFact, *, chapters: Iterable[Chapter]) -> list[Chapter]:
        """The chapters to choose from; one in the bin stays the fact's chapter until another is chosen."""
        own = [chapter for chapter in (fact.holds_from, fact.holds_until) if chapter is not None]
        return list({chapter.pk: chapter for chapter in [*chapters, *own]}.values())

    def clean_holds_from(self) -> Chapter | None:
        return self._chapters.get(self.cleaned_data["holds_from"])

    def clean_holds_until(self) -> Chapter | None:
        return self._chapters.get(self.cleaned_data["holds_until"])


class CodexRelationForm(forms.Form):
    """How this entry stands to another."""

    label = WrittenField(
        label=_("Relation"),
        max_length=MAX_NAME_CHARACTERS,
        widget=forms.TextInput(attrs={"placeholder": _("sister of")}),
    )
    other = forms.ChoiceField(label=_("To whom or what"))

    def __init__(self, *args: Any, others: Iterable[CodexEntry], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._others = {str(other.pk): other for other in others}
        self.fields["other"].choices = [("", _("Choose")), *((pk, other.name) for pk, other in self._others.items())]  # type: ignore[attr-defined]  # It is a ChoiceField.

    def clean_other(self) -> CodexEntry:
        return self._others[self.cleaned_data["other"]]


class CodexSearchForm(forms.Form):
    """Words to look for in the codex."""

    q = WrittenField(label=_("Search"), max_length=200, required=False)

    def terms(self) -> str:
        """What is looked for; nothing where it cannot be."""
        return str(self.cleaned_data["q"]) if self.is_valid() else ""
