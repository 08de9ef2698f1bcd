"""A proposal as a page shows it: its words, or word against word with the passage; and the log of all."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final
from uuid import UUID

from accounts.models import User
from coaching.exchanges import Exchange
from coaching.models import Proposal
from stories import comparison
from stories.comparison import Piece
from stories.models import Story

PAGE: Final = 10
FOR_THE_PAGE: Final = frozenset({Proposal.Kind.CONTINUATION, Proposal.Kind.REWRITE})


@dataclass(frozen=True)
class Card:
    """One proposal with its reply."""

    proposal: Proposal

    @cached_property
    def exchange(self) -> Exchange:
        """Its reply, with price and receipt in words."""
        return Exchange(self.proposal.reply)

    @property
    def is_finished(self) -> bool:
        return self.proposal.reply.is_finished

    @property
    def is_open(self) -> bool:
        """Whether the writer has yet to decide."""
        return self.proposal.verdict == Proposal.Verdict.OPEN

    @property
    def has_words(self) -> bool:
        return self.is_finished and bool(self.proposal.reply.content.strip())

    @property
    def goes_into_the_page(self) -> bool:
        """Whether all of it is meant for the page; of the others, what is selected of them can go there too."""
        return self.proposal.kind in FOR_THE_PAGE

    @property
    def replaces(self) -> bool:
        return bool(self.proposal.passage) and self.proposal.kind == Proposal.Kind.REWRITE

    @cached_property
    def pieces(self) -> list[Piece]:
        """The passage and what would take its place, word by word."""
        return comparison.compare(self.proposal.passage, self.proposal.reply.content.strip())


@dataclass(frozen=True)
class Log:
    """Proposals of a story, the newest first, and where the older ones begin."""

    cards: list[Card]
    older: str


def log(story: Story, user: User, *, before: UUID | None = None) -> Log:
    """A page of them; one query, or two."""
    rows = Proposal.objects.of(user).filter(story=story).select_related("reply__session__story", "story", "chapter")
    rows = rows.defer("reply__request", "chapter__content", "chapter__content_html").order_by("-created_at", "-pk")
    if before and (edge := rows.filter(pk=before).values_list("created_at", flat=True).first()):
        rows = rows.filter(created_at__lt=edge)
    found = list(rows[: PAGE + 1])
    older = str(found[PAGE - 1].pk) if len(found) > PAGE else ""
    return Log([Card(proposal) for proposal in found[:PAGE]], older)
