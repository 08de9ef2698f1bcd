"""What readers send."""

from social.forms.library import LENGTHS, LibraryForm
from social.forms.place import PlaceForm
from social.forms.shelf import ListNoteForm, ReadingForm, ReadingListForm

__all__ = [
    "LENGTHS",
    "LibraryForm",
    "ListNoteForm",
    "PlaceForm",
    "ReadingForm",
    "ReadingListForm",
]
