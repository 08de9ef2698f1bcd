"""A story as a reader opens it: the story with what is theirs in it, and its contents, in two queries."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, Q, Subquery, UUIDField
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse

from accounts.models import Block
from social.models import Follow, Like, Listing, ReaderSettings, Reading, ReadingList, ReadingListItem
from stories.models import Chapter, Photograph, Story

if TYPE_CHECKING:
    from accounts.models import User

# For these a reader is asked whether they are grown up.
GROWN_UP = (Story.Rating.MATURE, Story.Rating.EXPLICIT)


@dataclass(frozen=True)
class Entry:
    """A chapter and where it is read."""

    chapter: Chapter
    address: str


@dataclass
class Book:
    """A story somebody has opened, by its address or by the link it is shared with."""

    story: Story
    user: "User | AnonymousUser"
    token: str = ""
    entries: list[Entry] = field(default_factory=list)

    def __post_init__(self) -> None:
        chapters = Chapter.objects.readable_in(self.story, self.user).without_text().order_by("position")
        self.entries = [Entry(chapter, self.chapter_address(chapter.position)) for chapter in chapters]

    @property
    def is_own(self) -> bool:
        """Whether it is its author who reads."""
        return self.user.is_authenticated and self.story.owner_id == self.user.pk

    @property
    def address(self) -> str:
        """The title page."""
        return self._to("story", ())

    @property
    def cover_address(self) -> str:
        """The cover, another one when something of it has changed."""
        if self.token:
            return reverse("social:cover-shared", args=[self.token])
        return f"{reverse('social:story-cover', args=[self.story.pk])}?v={self.story.cover_version}"

    @property
    def whole_address(self) -> str:
        """All chapters on one page."""
        return self._to("whole", ())

    def chapter_address(self, number: int) -> str:
        """A chapter."""
        return self._to("chapter", (number,))

    def photograph_address(self, photograph: Photograph) -> str:
        """A photograph beside a chapter."""
        return self._to("photograph", (photograph.pk,))

    def _to(self, what: str, arguments: tuple[Any, ...]) -> str:
        if self.token:
            return reverse(f"social:{what}-shared", args=[self.token, *arguments])
        return reverse(f"social:{what}-read", args=[self.story.pk, *arguments])

    @property
    def comments_address(self) -> str:
        """What is said of it."""
        if self.token:
            return reverse("social:comments-shared", args=[self.token])
        return reverse("social:comment-list", args=[self.story.pk])

    @property
    def like_address(self) -> str:
        """Where one says that one loves it."""
        if self.token:
            return reverse("social:like-shared", args=[self.token])
        return reverse("social:story-like", args=[self.story.pk])

    @property
    def words(self) -> int:
        """How many words there are to read."""
        return sum(entry.chapter.word_count for entry in self.entries)

    @property
    def listing(self) -> Listing | None:
        """What the story was given, where it is or was shown."""
        return getattr(self.story, "listing", None)

    @property
    def is_liked(self) -> bool:
        """Whether whoever reads loves it."""
        return bool(getattr(self.story, "is_liked", False))

    @property
    def may_answer(self) -> bool:
        """Whether whoever reads and this story's author do not keep apart. Strangers log in first."""
        return not getattr(self.story, "is_apart", False)

    @property
    def is_followed(self) -> bool:
        """Whether whoever reads follows its author."""
        return bool(getattr(self.story, "is_followed", False))

    @property
    def is_later(self) -> bool:
        """Whether whoever reads has put it by to read later."""
        return bool(getattr(self.story, "is_later", False))

    @property
    def place(self) -> Entry | None:
        """Where they left off, if that can still be read."""
        chapter_id = getattr(self.story, "place_chapter", None)
        return next((entry for entry in self.entries if entry.chapter.pk == chapter_id), None)

    @property
    def place_address(self) -> str:
        """The address of the line where they left off."""
        paragraph = getattr(self.story, "place_paragraph", None) or 0
        place = self.place
        if place is None:
            return ""
        return f"{place.address}#at-{paragraph}" if paragraph else place.address

    def around(self, number: int) -> tuple[Entry, Entry | None, Entry | None]:
        """A chapter's entry and its neighbours. Raises Http404 where it is not to be read."""
        for at, entry in enumerate(self.entries):
            if entry.chapter.position == number:
                following = self.entries[at + 1] if at + 1 < len(self.entries) else None
                return entry, self.entries[at - 1] if at else None, following
        raise Http404


@dataclass
class ClosedBook(Book):
    """A story somebody has opened whose contents need not be asked for: the page with them is at hand."""

    has_photographs: bool = False
    # The chapter this person is at.
    place_id: UUID | None = None

    def __post_init__(self) -> None:
        self.entries = []


def open_story(user: "User | AnonymousUser", pk: UUID) -> Book:
    """A story by its address. Raises Http404 unless this person may see it."""
    return Book(get_object_or_404(with_mine(Story.objects.visible_to(user), user), pk=pk), user)


def open_shared(user: "User | AnonymousUser", token: str) -> Book:
    """A story by its link. Raises Http404 unless the link is good.

    Whoever holds the link sees what anybody would see with it: the owner too, who wants to know what that is.
    """
    stories = Story.objects.visible_to(AnonymousUser(), share_token=token)
    story = get_object_or_404(with_mine(stories, user), share_token=token)
    return Book(story, user, "" if story.is_public else token)


def shared_story(token: str) -> Story:
    """A story by its link, as the link shows it. Raises Http404 unless the link is good."""
    stories = Story.objects.visible_to(AnonymousUser(), share_token=token).select_related("owner", "listing")
    return get_object_or_404(stories, share_token=token)


def with_mine(stories: Any, user: "User | AnonymousUser") -> Any:
    """The stories, each with what is this person's in it."""
    stories = stories.select_related("owner", "listing")
    if not user.is_authenticated:
        return stories
    place = Reading.objects.filter(reader=user, story=OuterRef("pk"))
    mature = ReaderSettings.objects.filter(user=user, shows_mature=True)
    later = ReadingListItem.objects.filter(reading_list__owner=user, reading_list__kind=ReadingList.Kind.LATER)
    return stories.annotate(
        is_later=Exists(later.filter(story=OuterRef("pk"))),
        is_liked=Exists(Like.objects.filter(user=user, story=OuterRef("pk"))),
        is_apart=Exists(
            Block.objects.filter(
                Q(blocker=user, blocked=OuterRef("owner_id")) | Q(blocker=OuterRef("owner_id"), blocked=user)
            )
        ),
        is_followed=Exists(Follow.objects.filter(follower=user, author=OuterRef("owner_id"))),
        place_chapter=Subquery(place.values("chapter_id")[:1], output_field=UUIDField()),
        place_paragraph=Subquery(place.values("paragraph")[:1]),
        reader_is_grown_up=Exists(mature),
    )
