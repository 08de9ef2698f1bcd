"""What of the library is asked for. Everything lives in the address; what makes no sense in it is passed over."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, cast
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from stories.models import Story
from stories.services import tag_slug

MAX_TAGS = 8
# Words from and up to which a story counts as one of a length.
LENGTHS: Final = {"short": (0, 7_500), "medium": (7_500, 40_000), "long": (40_000, None)}
SINCE: Final = {"week": 7, "month": 30, "year": 365}
SORTS: Final = ("new", "trending", "loved")
NAMES: Final = ("q", "mode", "theme", "language", "rating", "length", "since", "sort")
NOT_SAID: Final = [("", _("Any"))]


@dataclass(frozen=True)
class Filters:
    """One look at the library."""

    q: str = ""
    mode: str = ""
    theme: str = ""
    language: str = ""
    rating: str = ""
    length: str = ""
    since: str = ""
    is_complete: bool = False
    tags: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    sort: str = ""

    @property
    def is_narrowed(self) -> bool:
        """Whether anything is left out."""
        return replace(self, sort="") != Filters()

    @property
    def narrowings(self) -> int:
        """How many filters are set in the form."""
        named = ("theme", "language", "rating", "length", "since", "is_complete")
        return sum(bool(getattr(self, name)) for name in named) + len(self.tags) + len(self.without)

    @property
    def order(self) -> str:
        """How it is sorted: as asked, else by relevance where words are looked for, else the newest first."""
        return self.sort or ("relevance" if self.q else "new")

    @property
    def updated_since(self) -> datetime | None:
        """From when on a chapter must have come."""
        return timezone.now() - timedelta(days=SINCE[self.since]) if self.since else None

    def address(self, **changes: Any) -> str:
        """The query of this look with changes, `?mode=…`, in one order; empty where nothing is asked."""
        pairs = replace(self, **changes).pairs()
        return f"?{urlencode(pairs)}" if pairs else ""

    def pairs(self) -> list[tuple[str, str]]:
        """What the address says, name by name."""
        said = [(name, getattr(self, name)) for name in NAMES if getattr(self, name)]
        if self.is_complete:
            said.append(("complete", "1"))
        return said + [("tag", slug) for slug in self.tags] + [("not", slug) for slug in self.without]

    def following(self, cursor: str | None) -> str:
        """The address of the page that a cursor leads to, empty without one."""
        return f"?{urlencode([*self.pairs(), ('after', cursor)])}" if cursor else ""

    def without_tag(self, slug: str) -> str:
        """The address of this look when a tag is no longer asked for or against."""
        return self.address(
            tags=tuple(tag for tag in self.tags if tag != slug),
            without=tuple(tag for tag in self.without if tag != slug),
        )


class LibraryForm(forms.Form):
    """The library's filters as fields."""

    q = forms.CharField(
        label=_("Search the library"),
        required=False,
        widget=forms.TextInput(
            attrs={"type": "search", "autocomplete": "off", "enterkeyhint": "search", "maxlength": "200"}
        ),
    )
    mode = forms.ChoiceField(label=_("Kind"), choices=[*NOT_SAID, *Story.Mode.choices], required=False)
    theme = forms.ChoiceField(label=_("Theme"), choices=[*NOT_SAID, *Story.Theme.choices], required=False)
    language = forms.ChoiceField(label=_("Language"), choices=[*NOT_SAID, *Story.Language.choices], required=False)
    rating = forms.ChoiceField(label=_("For whom"), choices=[*NOT_SAID, *Story.Rating.choices], required=False)
    length = forms.ChoiceField(
        label=_("Length"),
        choices=[
            *NOT_SAID,
            ("short", _("Short: up to half an hour")),
            ("medium", _("An evening or two")),
            ("long", _("A long one")),
        ],
        required=False,
    )
    since = forms.ChoiceField(
        label=_("New chapter"),
        choices=[*NOT_SAID, ("week", _("This week")), ("month", _("This month")), ("year", _("This year"))],
        required=False,
    )
    complete = forms.BooleanField(label=_("Complete ones only"), required=False)
    tag = forms.CharField(label=_("With the tag"), required=False, widget=forms.TextInput(attrs={"maxlength": "40"}))
    without = forms.CharField(
        label=_("Without the tag"), required=False, widget=forms.TextInput(attrs={"name": "not", "maxlength": "40"})
    )
    sort = forms.ChoiceField(
        label=_("Sorted by"),
        choices=[
            ("new", _("New")),
            ("trending", _("Read now")),
            ("loved", _("Most loved")),
        ],
        required=False,
    )

    @classmethod
    def read(cls, query: QueryDict) -> "Filters":
        """The filters an address asks for. Whatever it says that is unknown is as if it were not said."""
        choices = {name: dict(field.choices) for name, field in cls.base_fields.items() if hasattr(field, "choices")}

        def known(name: str) -> str:
            value = query.get(name, "")
            return value if value in choices[name] else ""

        words = " ".join(query.get("q", "").replace("\x00", " ").split())[:200]
        return Filters(
            q=words,
            **{name: known(name) for name in ("mode", "theme", "language", "rating", "length", "since", "sort")},
            is_complete=query.get("complete", "") in ("1", "on", "true"),
            tags=_slugs(query.getlist("tag")),
            without=_slugs(query.getlist("not")),
        )

    @classmethod
    def of(cls, filters: Filters, counts: Mapping[str, Mapping[str, str]]) -> "LibraryForm":
        """The form that shows these filters, with how many stories each value has where that was counted.

        Tags are chips of their own; their fields add another.
        """
        said = {name: getattr(filters, name) for name in NAMES}
        form = cls(initial={**said, "complete": filters.is_complete}, use_required_attribute=False)
        for shown in form.fields.values():
            # Nothing of a filter is asked for: to say so beside each would be noise.
            shown.required = True
        for name, told in counts.items():
            field = cast("forms.ChoiceField", form.fields[name])
            choices = cast("list[tuple[str, Any]]", field.choices)
            field.choices = [
                (value, f"{label} ({told[value]})" if value in told else label) for value, label in choices
            ]
        return form


def _slugs(names: list[str]) -> tuple[str, ...]:
    slugs = (tag_slug(part.replace("\x00", "")[:100]) for name in names[: 2 * MAX_TAGS] for part in name.split(","))
    return tuple(dict.fromkeys(slug for slug in slugs if slug))[:MAX_TAGS]
