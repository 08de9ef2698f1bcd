"""A comment that is being written."""

from django import forms
from django.utils.translation import gettext_lazy as _

from stories.forms.fields import WrittenField


class CommentForm(forms.Form):
    """What is said, and of what. How much of it, and of what, is the service's to refuse."""

    content = WrittenField(label=_("Your comment"), required=False, strip=False)
    parent = forms.UUIDField(required=False)
    chapter = forms.UUIDField(required=False)
    quote = WrittenField(label=_("A passage"), required=False)
