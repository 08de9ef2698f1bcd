"""What readers send."""

from social.forms.library import LENGTHS, LibraryForm

__all__ = ["LENGTHS", "LibraryForm"]
