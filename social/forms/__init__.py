"""What readers send."""

from social.forms.library import LENGTHS, LibraryForm
from social.forms.place import PlaceForm

__all__ = ["LENGTHS", "LibraryForm", "PlaceForm"]
