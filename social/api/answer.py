"""Likes, comments and follows, for programs. A story one may not see, and somebody one may not meet, do not exist."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.shortcuts import get_object_or_404
from ninja import Query, Router, Status
from pydantic import BaseModel, Field

from accounts.api_auth import ApiRequest, reads, writes
from accounts.models import User
from costory.lib.api import ApiError, Input, Listed, Paging, Single, Text, refusals
from social import services
from social.models import Author, Comment, Listing
from social.selectors.answers import comments_for, seen_by, waiting_for
from social.selectors.people import authors_for
from stories.api.story import ask_grown_up
from stories.models import Chapter, Story

router = Router(tags=["answers"])

AnyUUID = Annotated[UUID, Field(strict=False)]


class CommentIn(Input):
    """A comment on a story, a chapter of it or a passage of that chapter; or an answer to another comment."""

    content: Annotated[Text, Field(min_length=1, max_length=services.MAX_COMMENT_CHARACTERS)]
    chapter_id: AnyUUID | None = None
    parent_id: AnyUUID | None = None
    quote: Annotated[Text, Field(max_length=services.MAX_QUOTE_CHARACTERS)] = ""


class WriterOut(BaseModel):
    """Who wrote a comment. The handle only of those who have a public profile."""

    id: UUID
    name: str
    handle: str | None


class CommentOut(BaseModel):
    """A comment. Others read those whose state is `shown`."""

    id: UUID
    story_id: UUID
    chapter_id: UUID | None
    parent_id: UUID | None
    root_id: UUID | None
    depth: int
    author: WriterOut
    content: str
    quote: str
    state: str
    is_pinned: bool
    is_frozen: bool
    created_at: datetime
    edited_at: datetime | None


class LikeOut(BaseModel):
    """Whether you love the story, and how many do."""

    liked: bool
    like_count: int


class FollowOut(BaseModel):
    """Whether you follow the author, and how many do."""

    following: bool
    follower_count: int


def comment_out(comment: Comment) -> CommentOut:
    """A comment as the API shows it."""
    names = set(CommentOut.model_fields) - {"author"}
    who = comment.author
    writer = WriterOut(id=who.pk, name=who.name, handle=who.handle if who.is_public else None)
    return CommentOut(author=writer, **{name: getattr(comment, name) for name in names})


@router.post(
    "/stories/{uuid:story_id}/like",
    response={200: Single[LikeOut], **refusals(401, 403, 404, 429)},
    auth=writes,
    summary="Love a story",
)
def like_create(request: ApiRequest, story_id: UUID) -> Single[LikeOut]:
    """Repeatable."""
    story = _story(request, story_id)
    services.like_story(user=request.auth.user, story=story)
    return _like_out(story, is_liked=True)


@router.delete(
    "/stories/{uuid:story_id}/like",
    response={200: Single[LikeOut], **refusals(401, 403, 404)},
    auth=writes,
    summary="Take a like back",
)
def like_delete(request: ApiRequest, story_id: UUID) -> Single[LikeOut]:
    """Repeatable."""
    story = _story(request, story_id)
    services.unlike_story(user=request.auth.user, story=story)
    return _like_out(story, is_liked=False)


@router.get(
    "/stories/{uuid:story_id}/comments",
    response={200: Listed[CommentOut], **refusals(401, 403, 404)},
    auth=reads,
    summary="Comments on a story",
)
def comment_list(request: ApiRequest, story_id: UUID, paging: Query[Paging]) -> Listed[CommentOut]:
    """Newest first, answers among them: `parent_id` says to what. Your own that wait are there too."""
    story = _story(request, story_id)
    ask_grown_up(request, story)
    comments = comments_for(story, request.auth.user).select_related("author")
    page = paging.page_of(comments, keys=("-created_at", "-id"))
    return Listed(data=[comment_out(comment) for comment in page.rows], meta=page.meta)


@router.post(
    "/stories/{uuid:story_id}/comments",
    response={201: Single[CommentOut], **refusals(401, 403, 404, 409, 429)},
    auth=writes,
    summary="Comment on a story",
)
def comment_create(request: ApiRequest, story_id: UUID, body: CommentIn) -> Status[Single[CommentOut]]:
    """`state` says whether it is shown, waits for the story's author, or for a moderator."""
    story, user = _story(request, story_id), request.auth.user
    chapter = parent = None
    if body.parent_id is not None:
        parent = get_object_or_404(comments_for(story, user).select_related("chapter"), pk=body.parent_id)
    elif body.chapter_id is not None:
        chapter = get_object_or_404(Chapter.objects.readable_in(story, user).without_text(), pk=body.chapter_id)
    try:
        comment = services.add_comment(
            author=user, story=story, content=body.content, parent=parent, chapter=chapter, quote=body.quote
        )
    except services.TooManyComments as refusal:
        seconds = str(refusal.details["retry_after"])
        raise ApiError(refusal.code, str(refusal), headers={"Retry-After": seconds}) from refusal
    return Status(201, Single(data=comment_out(comment)))


@router.get(
    "/comments/waiting",
    response={200: Listed[CommentOut], **refusals(401, 403)},
    auth=reads,
    summary="Comments that wait for you",
)
def comment_queue(request: ApiRequest, paging: Query[Paging]) -> Listed[CommentOut]:
    """Under all your stories, oldest first. Deleting one refuses it."""
    page = paging.page_of(waiting_for(request.auth.user), keys=("created_at", "id"))
    return Listed(data=[comment_out(comment) for comment in page.rows], meta=page.meta)


@router.post(
    "/comments/{uuid:comment_id}/release",
    response={200: Single[CommentOut], **refusals(401, 403, 404)},
    auth=writes,
    summary="Let a waiting comment through",
)
def comment_release(request: ApiRequest, comment_id: UUID) -> Single[CommentOut]:
    """Under a story of yours. Repeatable."""
    user = request.auth.user
    comments = Comment.objects.filter(seen_by(user), story__owner=user).select_related("author")
    comment = get_object_or_404(comments, pk=comment_id)
    services.release_comment(comment=comment, owner=request.auth.user)
    comment.refresh_from_db(fields=["state"])
    return Single(data=comment_out(comment))


@router.delete(
    "/comments/{uuid:comment_id}",
    response={204: None, **refusals(401, 403, 404)},
    auth=writes,
    summary="Delete a comment",
)
def comment_delete(request: ApiRequest, comment_id: UUID) -> Status[None]:
    """Your own, or one under a story of yours. Answers to it stay."""
    comment = get_object_or_404(Comment.objects.filter(deleted_at=None, story__deleted_at=None), pk=comment_id)
    services.delete_comment(comment=comment, deleter=request.auth.user)
    return Status(204, None)


@router.post(
    "/users/{uuid:user_id}/follow",
    response={200: Single[FollowOut], **refusals(401, 403, 404, 409, 429)},
    auth=writes,
    summary="Follow an author",
)
def follow_create(request: ApiRequest, user_id: UUID) -> Single[FollowOut]:
    """Repeatable; not yourself."""
    author = _author(request, user_id)
    services.follow_author(follower=request.auth.user, author=author)
    return _follow_out(author, is_followed=True)


@router.delete(
    "/users/{uuid:user_id}/follow",
    response={200: Single[FollowOut], **refusals(401, 403, 404)},
    auth=writes,
    summary="Follow an author no longer",
)
def follow_delete(request: ApiRequest, user_id: UUID) -> Single[FollowOut]:
    """Repeatable."""
    author = _author(request, user_id)
    services.unfollow_author(follower=request.auth.user, author=author)
    return _follow_out(author, is_followed=False)


def _story(request: ApiRequest, story_id: UUID) -> Story:
    return get_object_or_404(Story.objects.visible_to(request.auth.user), pk=story_id)


def _author(request: ApiRequest, user_id: UUID) -> User:
    return get_object_or_404(authors_for(request.auth.user), pk=user_id)


def _like_out(story: Story, *, is_liked: bool) -> Single[LikeOut]:
    count = Listing.objects.filter(pk=story.pk).values_list("like_count", flat=True).first()
    return Single(data=LikeOut(liked=is_liked, like_count=count or 0))


def _follow_out(author: User, *, is_followed: bool) -> Single[FollowOut]:
    count = Author.objects.filter(pk=author.pk).values_list("follower_count", flat=True).first()
    return Single(data=FollowOut(following=is_followed, follower_count=count or 0))
