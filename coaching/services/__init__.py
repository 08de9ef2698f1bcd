"""Every write of the coach, by what it is about."""

from coaching.context import MessageTooLong
from coaching.services.asking import Prepared, Quote, RequestKeyTaken, TooManyReplies, UnknownModel
from coaching.services.catalogue import sync_models
from coaching.services.continuity import ask_continuity, check_continuity, quote_continuity, waive_finding
from coaching.services.conversation import (
    EmptyMessage,
    ask_again,
    clean_message,
    post_message,
    preview_message,
    quote_message,
    request_stop,
    show_branch,
    start_session,
)
from coaching.services.passages import NotThatPassage, take_passage
from coaching.services.permits import permit_opens, stream_path
from coaching.services.proposal import (
    NeedsModel,
    NotAskable,
    PassageMoved,
    Work,
    accept_proposal,
    decide_proposal,
    propose,
    quote_proposal,
)
from coaching.services.session import (
    archive_session,
    delete_session,
    open_session,
    rate_reply,
    restore_session,
    revise_session,
)
from coaching.services.settlement import Outcome, end_reply
from coaching.services.structure import UnknownBeat, place_beat
from coaching.services.summary import forget_summary, quote_summary, revise_summary, summarise
from coaching.services.sweep import sweep_replies
from coaching.services.verification import verify_costs

__all__ = [
    "EmptyMessage",
    "MessageTooLong",
    "NeedsModel",
    "NotAskable",
    "NotThatPassage",
    "Outcome",
    "PassageMoved",
    "Prepared",
    "Quote",
    "RequestKeyTaken",
    "TooManyReplies",
    "UnknownBeat",
    "UnknownModel",
    "Work",
    "accept_proposal",
    "archive_session",
    "ask_again",
    "ask_continuity",
    "check_continuity",
    "clean_message",
    "decide_proposal",
    "delete_session",
    "end_reply",
    "forget_summary",
    "open_session",
    "permit_opens",
    "place_beat",
    "post_message",
    "preview_message",
    "propose",
    "quote_continuity",
    "quote_message",
    "quote_proposal",
    "quote_summary",
    "rate_reply",
    "request_stop",
    "restore_session",
    "revise_session",
    "revise_summary",
    "show_branch",
    "start_session",
    "stream_path",
    "summarise",
    "sweep_replies",
    "sync_models",
    "take_passage",
    "verify_costs",
    "waive_finding",
]
