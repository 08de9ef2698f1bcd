"""A journal's day and a question, as they are sent."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from stories.forms.fields import WrittenField


class MonthForm(forms.Form):
    """Which month of a journal, and how many questions were passed over; what cannot be read is left aside."""

    month = forms.RegexField(r"^(?:19|20)\d\d-(?:0[1-9]|1[0-2])$", required=False)
    skip = forms.IntegerField(min_value=0, max_value=10_000, required=False)

    def first_day(self, today: date) -> date:
        """The first day of the month that is asked for, or of this one."""
        chosen: Any = self.cleaned_data.get("month")
        year, month = map(int, chosen.split("-")) if chosen else (today.year, today.month)
        return date(year, month, 1)


class DayForm(forms.Form):
    """A day to write on, with the question it answers."""

    day = forms.DateField(required=False)
    prompt = WrittenField(required=False, max_length=500)


class QuestionForm(forms.Form):
    """A question to answer."""

    question = WrittenField(label=_("A question of your own"), max_length=500)
