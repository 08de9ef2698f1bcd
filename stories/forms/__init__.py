"""The shape and cleaning of what writers send."""

from stories.forms.asked import DayForm, MonthForm, QuestionForm
from stories.forms.chapter import (
    ChapterForm,
    JoinForm,
    MergeForm,
    MoveForm,
    OrderForm,
    PreviewForm,
    RenameForm,
    SnapshotForm,
    SplitForm,
    StatusForm,
)
from stories.forms.codex import CodexEntryForm, CodexFactForm, CodexRelationForm, CodexSearchForm, QuickEntryForm
from stories.forms.export import ExportForm
from stories.forms.fields import WrittenField
from stories.forms.find import FindForm
from stories.forms.manuscript import ManuscriptForm, TakeInForm
from stories.forms.note import NoteForm
from stories.forms.outline import BeatForm, PremiseForm
from stories.forms.photograph import CaptionForm, PhotographForm
from stories.forms.publishing import PublishForm, ReleaseForm
from stories.forms.scene import SceneForm, TurnForm
from stories.forms.story import StoryForm, VisibilityForm
from stories.forms.wizard import BriefForm, KindForm, OpeningForm

__all__ = [
    "BeatForm",
    "BriefForm",
    "CaptionForm",
    "ChapterForm",
    "CodexEntryForm",
    "CodexFactForm",
    "CodexRelationForm",
    "CodexSearchForm",
    "DayForm",
    "ExportForm",
    "FindForm",
    "JoinForm",
    "KindForm",
    "ManuscriptForm",
    "MergeForm",
    "MonthForm",
    "MoveForm",
    "NoteForm",
    "OpeningForm",
    "OrderForm",
    "PhotographForm",
    "PremiseForm",
    "PreviewForm",
    "PublishForm",
    "QuestionForm",
    "QuickEntryForm",
    "ReleaseForm",
    "RenameForm",
    "SceneForm",
    "SnapshotForm",
    "SplitForm",
    "StatusForm",
    "StoryForm",
    "TakeInForm",
    "TurnForm",
    "VisibilityForm",
    "WrittenField",
]
