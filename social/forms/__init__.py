"""What readers send, and what moderators do."""

from social.forms.comment import CommentForm
from social.forms.library import LENGTHS, LibraryForm
from social.forms.moderation import (
    RULES,
    AppealDecisionForm,
    AppealForm,
    DecisionForm,
    LookForm,
    ReportForm,
    StrangerReportForm,
    UndoForm,
)
from social.forms.news import NewsForm
from social.forms.place import PlaceForm
from social.forms.shelf import ListNoteForm, ReadingForm, ReadingListForm

__all__ = [
    "LENGTHS",
    "RULES",
    "AppealDecisionForm",
    "AppealForm",
    "CommentForm",
    "DecisionForm",
    "LibraryForm",
    "ListNoteForm",
    "LookForm",
    "NewsForm",
    "PlaceForm",
    "ReadingForm",
    "ReadingListForm",
    "ReportForm",
    "StrangerReportForm",
    "UndoForm",
]
