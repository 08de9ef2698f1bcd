"""What readers see, answer and keep."""

from social.models.answer import MAX_DEPTH, Comment, Follow, Like, on_what_is_read
from social.models.listing import Author, Listing
from social.models.moderation import (
    APPEAL_TIME,
    MAX_EXPLANATION,
    MAX_QUOTE,
    Appeal,
    Case,
    Decision,
    Letter,
    ModeratorReading,
    Report,
)
from social.models.news import Notification, NotificationChoice
from social.models.read import LONGEST_HOST, ReadChapter, ReadDay, ReadKey, ReadSource, ReadToday
from social.models.search import SearchDocument, SearchTypo, SearchWord
from social.models.shelf import ReaderSettings, Reading, ReadingList, ReadingListItem

__all__ = [
    "APPEAL_TIME",
    "LONGEST_HOST",
    "MAX_DEPTH",
    "MAX_EXPLANATION",
    "MAX_QUOTE",
    "Appeal",
    "Author",
    "Case",
    "Comment",
    "Decision",
    "Follow",
    "Letter",
    "Like",
    "Listing",
    "ModeratorReading",
    "Notification",
    "NotificationChoice",
    "ReadChapter",
    "ReadDay",
    "ReadKey",
    "ReadSource",
    "ReadToday",
    "ReaderSettings",
    "Reading",
    "ReadingList",
    "ReadingListItem",
    "Report",
    "SearchDocument",
    "SearchTypo",
    "SearchWord",
    "on_what_is_read",
]
