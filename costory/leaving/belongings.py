"""What is somebody's: every table with a way to a person, in an order in which each row finds what it names.

A test holds this list against the models, so that none is forgotten when somebody asks for all they have.
"""

from dataclasses import dataclass, field
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.core.files.storage import Storage
from django.db import models

from accounts.models import ApiToken, Block, Mute, User
from billing.models import Entry, Hold, Wallet
from coaching.models import BeatPlace, Dispatch, Finding, Message, Proposal, Reply, Session, Summary
from events.models import Event
from social.models import (
    Appeal,
    Author,
    Comment,
    Decision,
    Follow,
    Like,
    ModeratorReading,
    Notification,
    NotificationChoice,
    ReadChapter,
    ReadDay,
    ReaderSettings,
    Reading,
    ReadingList,
    ReadingListItem,
    ReadSource,
    Report,
)
from stories.models import (
    Beat,
    Chapter,
    CodexEntry,
    CodexFact,
    CodexRelation,
    ImportDraft,
    Insertion,
    Note,
    Photograph,
    Revision,
    Story,
    StoryDraft,
    StoryTag,
)


@dataclass(frozen=True)
class Belonging:
    """A table, the way from it to its person, and what of it opens something and is told to nobody.

    `is_in_story` says that its rows travel in the archive of a story (costory.archive.story).
    """

    model: type[models.Model]
    owner: str
    is_in_story: bool = False
    secrets: frozenset[str] = frozenset()
    files: tuple[str, ...] = field(default=(), init=False)

    def __post_init__(self) -> None:
        named = tuple(f.name for f in self.model._meta.concrete_fields if isinstance(f, models.FileField))
        object.__setattr__(self, "files", named)

    @property
    def label(self) -> str:
        return self.model._meta.label_lower

    def of(self, person: User) -> "models.QuerySet[Any]":
        """This person's rows, what they threw away too, always in the same order."""
        return self.model._base_manager.filter(**{self.owner: person.pk}).order_by("pk")


BELONGINGS: tuple[Belonging, ...] = (
    Belonging(User, "pk", secrets=frozenset({"password", "totp_step"})),
    Belonging(EmailAddress, "user"),
    Belonging(ApiToken, "user", secrets=frozenset({"digest"})),
    Belonging(Authenticator, "user", secrets=frozenset({"data"})),
    Belonging(SocialAccount, "user"),
    Belonging(UserSession, "user", secrets=frozenset({"session_key"})),
    Belonging(Event, "person_id"),
    Belonging(Wallet, "user"),
    Belonging(Entry, "wallet__user"),
    Belonging(Hold, "wallet__user"),
    Belonging(Story, "owner", is_in_story=True),
    Belonging(Chapter, "story__owner", is_in_story=True),
    Belonging(Revision, "chapter__story__owner", is_in_story=True),
    Belonging(Note, "chapter__story__owner", is_in_story=True),
    Belonging(Beat, "story__owner", is_in_story=True),
    Belonging(Photograph, "chapter__story__owner", is_in_story=True),
    Belonging(CodexEntry, "story__owner", is_in_story=True),
    Belonging(CodexFact, "entry__story__owner", is_in_story=True),
    Belonging(CodexRelation, "entry__story__owner", is_in_story=True),
    Belonging(StoryDraft, "owner"),
    Belonging(ImportDraft, "owner"),
    Belonging(Session, "user", is_in_story=True),
    Belonging(Message, "session__user", is_in_story=True),
    Belonging(Reply, "session__user", is_in_story=True),
    Belonging(Proposal, "user", is_in_story=True),
    Belonging(Summary, "chapter__story__owner", is_in_story=True),
    Belonging(Finding, "story__owner", is_in_story=True),
    Belonging(BeatPlace, "story__owner", is_in_story=True),
    Belonging(Dispatch, "reply__session__user"),
    Belonging(Insertion, "story__owner", is_in_story=True),
    Belonging(StoryTag, "story__owner", is_in_story=True),
    Belonging(Block, "blocker"),
    Belonging(Mute, "muter"),
    Belonging(Author, "user"),
    Belonging(Like, "user"),
    Belonging(Follow, "follower"),
    Belonging(Comment, "author"),
    Belonging(Reading, "reader"),
    Belonging(ReaderSettings, "user"),
    Belonging(ReadingList, "owner"),
    Belonging(ReadingListItem, "reading_list__owner"),
    Belonging(Notification, "user"),
    Belonging(NotificationChoice, "user"),
    # Erasing somebody takes them from their reports (SET NULL). What was decided of them names them by an id that then
    # leads nowhere. Who decided, and who opened their text, is the house's to know.
    Belonging(Report, "reporter"),
    Belonging(Decision, "person_id", secrets=frozenset({"moderator_id"})),
    Belonging(Appeal, "person_id", secrets=frozenset({"moderator_id"})),
    Belonging(ModeratorReading, "person_id", secrets=frozenset({"moderator_id", "report"})),
    # Their stories' numbers; a source is in none of a day with few readers.
    Belonging(ReadDay, "story__owner"),
    Belonging(ReadSource, "story__owner"),
    Belonging(ReadChapter, "story__owner"),
)
# Tables with a way to a person that are nobody's belongings, each with its reason.
NOT_BELONGINGS = {
    "accounts.idempotencykey": "answers to a program, kept for a day against repetition",
    "accounts.user_groups": "rights that the house gave",
    "accounts.user_user_permissions": "rights that the house gave",
    "admin.logentry": "what staff did for the house",
    "account.emailconfirmation": "a link that opens an account, for a few days",
    "billing.signupgrant": "a digest against a second gift; no name, no address",
    "coaching.summaryrequest": "a piece of work under way; what comes of it is a summary",
    "coaching.continuitycheck": "that the story was read for contradictions; what was found is listed",
    "socialaccount.socialtoken": "never stored (SOCIALACCOUNT_STORE_TOKENS)",
    "social.listing": "what lists show of a story, at any time again from it",
    "social.readtoday": "digests of a day’s readers, numbers when the day is over; they belong to no author",
    "social.searchdocument": "what the search finds a published story by, at any time again from it",
    "stories.chaptermentions": "counted from the text and the codex, at any time again",
}


def files_of(person: User) -> list[tuple[Storage, str]]:
    """Every stored file that is theirs, by the fields of what they own."""
    found = []
    for belonging in BELONGINGS:
        for name in belonging.files:
            stored = belonging.of(person).exclude(**{name: ""}).values_list(name, flat=True)
            storage = belonging.model._meta.get_field(name).storage  # type: ignore[union-attr]  # They are files.
            found += [(storage, file) for file in stored if file]
    return found
