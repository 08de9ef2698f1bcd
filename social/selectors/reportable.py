"""What somebody sees and may therefore report."""

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q

from accounts.models import User
from social.models import Case, Comment, on_what_is_read
from stories.models import Chapter, Story

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


@dataclass(frozen=True)
class Reportable:
    """Something that may be reported: what it is, whose, and the chapter it is read in."""

    kind: Case.Kind
    id: UUID
    person_id: UUID
    story: Story | None = None
    chapter: Chapter | None = None
    comment: Comment | None = None
    person: User | None = None


def reportable(
    *,
    kind: str,
    target_id: UUID,
    viewer: "User | AnonymousUser",
    token: str = "",
    chapter_id: UUID | None = None,
) -> Reportable | None:
    """The thing of this kind and id, if `viewer`, with the share token they give, sees it; else None.

    One policy, that of reading: a story's visible_to, a comment shown in such a story (or, for the story's author,
    waiting there), a profile that is shown to them. A chapter that they do not see is as good as none.
    """
    if kind == Case.Kind.STORY:
        return _story(target_id, viewer, token, chapter_id)
    if kind == Case.Kind.COMMENT:
        return _comment(target_id, viewer, token)
    if kind == Case.Kind.PROFILE:
        person = User.objects.with_profile_visible_to(viewer).filter(pk=target_id).first()
        return Reportable(Case.Kind.PROFILE, person.pk, person.pk, person=person) if person else None
    return None


def _story(target_id: UUID, viewer: "User | AnonymousUser", token: str, chapter_id: UUID | None) -> Reportable | None:
    story = Story.objects.visible_to(viewer, share_token=token).select_related("owner").filter(pk=target_id).first()
    if story is None:
        return None
    chapter = None
    if chapter_id is not None:
        chapter = Chapter.objects.readable_in(story, viewer).without_text().filter(pk=chapter_id).first()
        if chapter is None:
            return None
    return Reportable(Case.Kind.STORY, story.pk, story.owner_id, story=story, chapter=chapter)


def _comment(target_id: UUID, viewer: "User | AnonymousUser", token: str) -> Reportable | None:
    seen = Q(state=Comment.State.SHOWN) & on_what_is_read()
    if viewer.is_authenticated:
        seen |= Q(state__in=[Comment.State.SHOWN, Comment.State.WAITING], story__owner=viewer)
    stories = Story.objects.visible_to(viewer, share_token=token)
    comments = Comment.objects.filter(seen, pk=target_id, deleted_at=None, story__in=stories)
    comment = comments.select_related("author", "story").first()
    if comment is None:
        return None
    return Reportable(Case.Kind.COMMENT, comment.pk, comment.author_id, story=comment.story, comment=comment)
