"""What somebody wants to hear of."""

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from social.models import Notification
from social.selectors.news import CHOSEN, Choice

PLACES = {"in_page": _("In the page"), "by_mail": _("By e-mail")}


class NewsForm(forms.Form):
    """Two boxes for each kind of news: one for the page, one for the day's e-mail."""

    def __init__(self, *args: Any, choices: Mapping[str, Choice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in CHOSEN:
            for place, label in PLACES.items():
                self.fields[f"{kind}-{place}"] = forms.BooleanField(
                    label=label, required=False, initial=getattr(choices[kind], place)
                )

    def rows(self) -> Iterator[tuple[str, list[BoundField]]]:
        """Each kind in words, with its boxes."""
        for kind in CHOSEN:
            yield str(kind.label), [self[f"{kind}-{place}"] for place in PLACES]

    def choices(self) -> dict[Notification.Kind, dict[str, bool]]:
        """What was chosen of each kind."""
        return {kind: {place: self.cleaned_data[f"{kind}-{place}"] for place in PLACES} for kind in CHOSEN}
