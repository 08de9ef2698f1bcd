"""A photograph, and what is said of it."""

from django import forms
from django.utils.translation import gettext_lazy as _

from costory.lib.pictures import PictureField
from stories.forms.fields import WrittenField


class CaptionForm(forms.Form):
    """What stands below a photograph, and what it shows."""

    caption = WrittenField(label=_("Caption"), max_length=500, required=False)
    description = WrittenField(
        label=_("What can be seen"),
        max_length=500,
        required=False,
        help_text=_("For those who cannot see it."),
    )


class PhotographForm(CaptionForm):
    """A photograph that is added."""

    image = PictureField(label=_("Photograph"))

    field_order = ("image", "caption", "description")
