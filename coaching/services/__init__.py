"""Every write of the coach, by what it is about."""

from coaching.context import MessageTooLong
from coaching.services.asking import Prepared, Quote, UnknownModel
from coaching.services.catalogue import sync_models
from coaching.services.conversation import (
    EmptyMessage,
    clean_message,
    open_session,
    post_message,
    quote_message,
    request_stop,
    start_session,
)
from coaching.services.passages import NotThatPassage, take_passage
from coaching.services.permits import permit_opens, stream_path
from coaching.services.settlement import Outcome, end_reply
from coaching.services.sweep import sweep_replies

__all__ = [
    "EmptyMessage",
    "MessageTooLong",
    "NotThatPassage",
    "Outcome",
    "Prepared",
    "Quote",
    "UnknownModel",
    "clean_message",
    "end_reply",
    "open_session",
    "permit_opens",
    "post_message",
    "quote_message",
    "request_stop",
    "start_session",
    "stream_path",
    "sweep_replies",
    "sync_models",
    "take_passage",
]
