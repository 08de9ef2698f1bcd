"""What is asked before somebody goes."""

from django import forms
from django.utils.translation import gettext_lazy as _


class ErasureForm(forms.Form):
    """That it is meant; that it is oneself was asked before (allauth's re-authentication)."""

    is_meant = forms.BooleanField(label=_("I have understood that all of this will be gone and cannot be had back."))
