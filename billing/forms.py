"""What people say about their money."""

from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

MICROS = 1_000_000
MOST = Decimal(10_000)


class BudgetForm(forms.Form):
    """What the coach may cost in a month, in the wallet's currency; empty is no limit."""

    amount = forms.DecimalField(
        label=_("At most in a month"),
        min_value=0,
        max_value=MOST,
        max_digits=7,
        decimal_places=2,
        required=False,
        localize=True,
    )

    @property
    def micros(self) -> int | None:
        """The amount in micros."""
        amount: Decimal | None = self.cleaned_data["amount"]
        return None if amount is None else int(amount * MICROS)
