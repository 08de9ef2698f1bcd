"""Likes, comments and follows hammered in parallel: what is counted is what is there."""

from collections.abc import Iterator
from functools import partial

import pytest

from social import services
from social.models import Author, Comment, Follow, Like, Listing
from stories.services import set_visibility
from tests.crowds import a_connection_for_each, at_once
from tests.factories import create_chapter, create_story, create_user

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _a_connection_for_each(transactional_db: None) -> Iterator[None]:
    with a_connection_for_each():
        yield


def test_every_count_is_exact_whatever_happens_at_once():
    story = create_story()
    create_chapter(story=story, content="A light.")
    set_visibility(story=story, visibility="public")
    story.refresh_from_db()
    readers = [create_user() for _ in range(12)]
    first = services.add_comment(author=readers[0], story=story, content="First")
    like = [partial(services.like_story, user=reader, story=story) for reader in readers for _twice in range(2)]
    follow = [partial(services.follow_author, follower=reader, author=story.owner) for reader in readers]
    say = [partial(services.add_comment, author=reader, story=story, content="Yes", parent=first) for reader in readers]

    outcomes = at_once([*like, *follow, *say])

    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    listing = Listing.objects.get(pk=story.pk)
    assert (listing.like_count, listing.comment_count) == (12, 13)
    assert Author.objects.get(pk=story.owner_id).follower_count == 12
    assert list(services.count_differences()) == []

    # And everything taken back at once, some of it twice, by its writers, by the author and by a block.
    comments = list(Comment.objects.all())
    away: list[partial[bool]] = [
        partial(services.delete_comment, comment=comment, deleter=comment.author) for comment in comments
    ]
    away += [partial(services.delete_comment, comment=comment, deleter=story.owner) for comment in comments]
    away += [partial(services.unlike_story, user=reader, story=story) for reader in readers[:6]]
    away += [partial(services.block_person, blocker=story.owner, blocked=reader) for reader in readers]
    away += [partial(services.unfollow_author, follower=reader, author=story.owner) for reader in readers]
    outcomes = at_once(away)

    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    listing.refresh_from_db()
    assert (listing.like_count, listing.comment_count) == (6, 0)
    assert Like.objects.count() == 6
    assert Author.objects.get(pk=story.owner_id).follower_count == Follow.objects.count() == 0
    assert list(services.count_differences()) == []


def test_a_block_and_a_follow_in_the_same_moment_leave_no_follower_behind():
    author = create_user()
    for _ in range(10):
        reader = create_user()
        at_once(
            [
                partial(services.follow_author, follower=reader, author=author),
                partial(services.block_person, blocker=author, blocked=reader),
            ]
        )
    assert Follow.objects.count() == 0
    assert Author.objects.get(pk=author.pk).follower_count == 0
