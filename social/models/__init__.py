"""What readers see, answer and keep."""

from social.models.answer import MAX_DEPTH, Comment, Follow, Like
from social.models.listing import Author, Listing
from social.models.news import Notification, NotificationChoice
from social.models.search import SearchDocument, SearchTypo, SearchWord
from social.models.shelf import ReaderSettings, Reading, ReadingList, ReadingListItem

__all__ = [
    "MAX_DEPTH",
    "Author",
    "Comment",
    "Follow",
    "Like",
    "Listing",
    "Notification",
    "NotificationChoice",
    "ReaderSettings",
    "Reading",
    "ReadingList",
    "ReadingListItem",
    "SearchDocument",
    "SearchTypo",
    "SearchWord",
]
