"""What readers have said of a story, as one of them may read it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.db.models import BooleanField, Exists, ExpressionWrapper, F, OuterRef, Q, Window
from django.db.models.functions import RowNumber
from django.urls import reverse

from accounts.models import Block, Mute, User
from costory.lib.api import Paging
from social.models import Comment, on_what_is_read
from social.services.comment import is_editable
from social.services.openness import are_apart
from stories.models import Chapter, Story

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from social.models.answer import CommentQuerySet

THREADS: Final = 20
# Of a thread in a list; its own page shows all of it but a crowd's.
ANSWERS: Final = 12
ANSWERS_ALONE: Final = 500


@dataclass
class Conversation:
    """What is said of a story, or of a chapter of it, before somebody who reads it."""

    story: Story
    viewer: "User | AnonymousUser"
    # The link by which the story was opened, if it was.
    token: str = ""
    chapter: Chapter | None = None
    threads: "list[Place]" = field(default_factory=list)
    # The cursor of the threads that follow.
    following: str | None = None
    # Whether anybody may comment, and whether this person may.
    is_open: bool = False
    may_comment: bool = False

    @property
    def is_own(self) -> bool:
        """Whether it is the story's author who reads."""
        return self.viewer.is_authenticated and self.story.owner_id == self.viewer.pk

    @property
    def address(self) -> str:
        """Where it is read."""
        if self.token:
            return reverse("social:comments-shared", args=[self.token])
        return reverse("social:comment-list", args=[self.story.pk])

    @property
    def writing_address(self) -> str:
        """Where a comment is sent."""
        if self.token:
            return reverse("social:comment-create-shared", args=[self.token])
        return reverse("social:comment-create", args=[self.story.pk])

    @property
    def story_address(self) -> str:
        """The title page of the story."""
        if self.token:
            return reverse("social:story-shared", args=[self.token])
        return reverse("social:story-read", args=[self.story.pk])

    @property
    def is_looked_at(self) -> bool:
        """Whether the story's author lets each comment through first."""
        return self.story.comment_policy == Story.CommentPolicy.MODERATED


@dataclass
class Place:
    """A comment where it stands, with the answers to it. What is not to be read leaves an empty place."""

    comment: Comment
    is_seen: bool
    answers: "list[Place]" = field(default_factory=list)
    # Of a thread's first comment: whether there is more than is shown.
    is_cut: bool = False
    # What whoever reads may do with it.
    is_own: bool = False
    is_editable: bool = False
    may_answer: bool = False
    # Of the thread, by the author of the story.
    is_kept: bool = False

    @property
    def answer_id(self) -> str:
        """The name of the form in which it is answered."""
        return f"answer-{self.comment.pk}"

    @property
    def edit_id(self) -> str:
        """The name of the form in which it is changed."""
        return f"edit-{self.comment.pk}"

    def walk(self) -> "Iterator[Place]":
        """This one and what follows it, in the order in which one reads."""
        yield self
        for answer in self.answers:
            yield from answer.walk()

    @property
    def places(self) -> "list[Place]":
        """The whole thread, in the order in which one reads."""
        return list(self.walk())


def seen_by(viewer: "User | AnonymousUser") -> Q:
    """Which comments of a story they may see somebody reads.

    Those that are shown, not by people they would rather not read, nor by those who are about to go; one's own in any
    state; and those that wait for the author of the story, if it is they who read. What was said of a chapter that was
    taken back is read by its writer and by the author of the story.
    """
    shown = Q(
        state=Comment.State.SHOWN,
        deleted_at=None,
        author__is_active=True,
        author__erasure_requested_at=None,
    )
    if not viewer.is_authenticated:
        return shown & on_what_is_read()
    shown &= on_what_is_read() | Q(story__owner=viewer)
    muted = Q(Exists(Mute.objects.filter(muter=viewer, muted=OuterRef("author_id"))))
    blocked = Q(Exists(Block.objects.filter(blocker=viewer, blocked=OuterRef("author_id"))))
    own = Q(author=viewer, deleted_at=None)
    waiting = Q(story__owner=viewer, state=Comment.State.WAITING, deleted_at=None)
    return (shown & ~muted & ~blocked) | own | waiting


def comments_for(story: Story, viewer: "User | AnonymousUser") -> "CommentQuerySet":
    """The comments of a story that somebody who may see it reads."""
    return Comment.objects.filter(seen_by(viewer), story=story)


def converse(
    story: Story, viewer: "User | AnonymousUser", *, token: str = "", chapter: Chapter | None = None, cursor: str = ""
) -> Conversation:
    """A page of a story's threads, or of those about a chapter: pinned ones before all others, then newest first.

    Raises ApiError for a cursor that is none of this list. At most four queries.
    """
    talk = _begin(story, viewer, token, chapter)
    roots = _roots(story, viewer)
    if chapter is not None:
        roots = roots.filter(chapter=chapter)
    pinned = [] if cursor else list(roots.filter(is_pinned=True).order_by("-created_at", "-id"))
    paging = Paging(limit=THREADS, cursor=cursor[:1000] or None)
    page = paging.page_of(roots.filter(is_pinned=False), keys=("-created_at", "-id"))
    talk.following = page.meta.next
    _fill(talk, [*pinned, *page.rows], most=ANSWERS)
    return talk


def converse_in_thread(story: Story, viewer: "User | AnonymousUser", root_id: UUID, *, token: str = "") -> Conversation:
    """One thread with all that was answered; no thread where there is nothing in it to read."""
    talk = _begin(story, viewer, token, None)
    _fill(talk, list(_roots(story, viewer).filter(pk=root_id)), most=ANSWERS_ALONE)
    return talk


def waiting_for(owner: User) -> "CommentQuerySet":
    """What waits for an author to let it through, under all their stories."""
    return Comment.objects.filter(
        story__owner=owner, story__deleted_at=None, state=Comment.State.WAITING, deleted_at=None
    ).select_related("author", "story", "chapter", "parent__author")


def _begin(story: Story, viewer: "User | AnonymousUser", token: str, chapter: Chapter | None) -> Conversation:
    talk = Conversation(story, viewer, token, chapter)
    is_shown = story.visibility != Story.Visibility.PRIVATE
    talk.is_open = is_shown and story.comment_policy != Story.CommentPolicy.CLOSED
    if talk.is_open and viewer.is_authenticated:
        # Whoever keeps apart finds a story that nobody comments on.
        talk.is_open = talk.is_own or not are_apart(viewer, story.owner_id)
        talk.may_comment = talk.is_open and not viewer.is_suspended
    return talk


def _fill(talk: Conversation, roots: list[Comment], *, most: int) -> None:
    talk.threads = _threads(roots, talk.viewer, most=most)
    for thread in talk.threads:
        for place in thread.walk():
            is_shown = place.is_seen and place.comment.state == Comment.State.SHOWN
            if talk.viewer.is_authenticated:
                place.is_own = place.is_seen and place.comment.author_id == talk.viewer.pk
                place.is_editable = talk.may_comment and place.is_seen and is_editable(place.comment, talk.viewer)
            place.may_answer = talk.may_comment and is_shown and not thread.comment.is_frozen
            place.is_kept = talk.is_own and is_shown and place is thread


def _marked(rows: "CommentQuerySet", viewer: "User | AnonymousUser") -> "CommentQuerySet":
    is_seen = ExpressionWrapper(seen_by(viewer), output_field=BooleanField())
    return rows.annotate(is_seen=is_seen).select_related("author", "chapter").defer(*_UNREAD)


# A chapter is named beside a comment, not read there.
_UNREAD: Final = ("chapter__content", "chapter__content_html", "chapter__provenance")


def _roots(story: Story, viewer: "User | AnonymousUser") -> "CommentQuerySet":
    """First comments of threads in which there is something to read."""
    answered = Exists(Comment.objects.filter(seen_by(viewer), root=OuterRef("pk")))
    return _marked(Comment.objects.filter(story=story, parent=None), viewer).filter(Q(is_seen=True) | answered)


def _threads(roots: list[Comment], viewer: "User | AnonymousUser", *, most: int) -> list[Place]:
    if not roots:
        return []
    number = Window(RowNumber(), partition_by=F("root_id"), order_by=("created_at", "id"))
    answers = _marked(Comment.objects.filter(root__in=[root.pk for root in roots]), viewer)
    answers = answers.alias(at=number).filter(Q(at__lte=most + 1)).order_by("created_at", "id")
    counted: Counter[UUID | None] = Counter()
    places = {root.pk: Place(root, is_seen=bool(getattr(root, "is_seen", False))) for root in roots}
    for answer in answers:
        root = places[answer.root_id or answer.pk]
        counted[root.comment.pk] += 1
        if counted[root.comment.pk] > most:
            root.is_cut = True
            continue
        place = places[answer.pk] = Place(answer, is_seen=bool(getattr(answer, "is_seen", False)))
        places.get(answer.parent_id or root.comment.pk, root).answers.append(place)
    threads = [places[root.pk] for root in roots]
    for thread in threads:
        _prune(thread)
    return threads


def _prune(place: Place) -> bool:
    """Leave out empty places below which there is nothing to read. Returns whether there is anything here."""
    place.answers = [answer for answer in place.answers if _prune(answer)]
    return place.is_seen or bool(place.answers)
