"""The countries somebody may say they live in, by ISO 3166-1 code: those whose help lines the house knows."""

from typing import Final

from django.utils.translation import gettext_lazy as _

COUNTRIES: Final = (
    ("FR", _("France")),
    ("BE", _("Belgium")),
    ("CH", _("Switzerland")),
    ("LU", _("Luxembourg")),
    ("CA", _("Canada")),
    ("US", _("United States")),
    ("GB", _("United Kingdom")),
    ("IE", _("Ireland")),
    ("DE", _("Germany")),
    ("AT", _("Austria")),
    ("ES", _("Spain")),
    ("IT", _("Italy")),
    ("PT", _("Portugal")),
    ("NL", _("Netherlands")),
    ("AU", _("Australia")),
    ("NZ", _("New Zealand")),
)
