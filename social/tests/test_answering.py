"""Who may say what, where: the policy of likes, comments, follows and of keeping away, line by line."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import Block, Mute, User
from costory.leaving import ask_for_erasure, erase_person, keep_account
from costory.lib import plain_text
from events.models import Event
from social import services
from social.models import Author, Case, Comment, Follow, Like, Listing
from social.selectors.answers import ANSWERS, THREADS, Place, comments_for, converse
from stories.models import Chapter, Story
from stories.services import release_chapter, set_visibility, withhold_chapter
from tests.factories import create_chapter, create_story, create_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_counted_yet() -> None:
    cache.clear()


@pytest.fixture
def story() -> Story:
    story = create_story(title="The Lighthouse")
    content = "It was *never* dark.\n\nThe keeper slept."
    create_chapter(
        story=story, content=content, content_html="<p>It was <em>never</em> dark.</p><p>The keeper slept.</p>"
    )
    set_visibility(story=story, visibility="public")
    story.refresh_from_db()
    return story


@pytest.fixture
def reader() -> User:
    return create_user(display_name="Reader")


def counts(story: Story) -> tuple[int, int]:
    listing = Listing.objects.get(pk=story.pk)
    return listing.like_count, listing.comment_count


def threads_of(story: Story, viewer: User) -> list[Place]:
    return converse(story, viewer).threads


def say(author: User, story: Story, content: str = "How good!", **more: object) -> Comment:
    return services.add_comment(author=author, story=story, content=content, **more)  # type: ignore[arg-type]  # Passed on as it is.


def test_liking_and_taking_it_back_are_each_said_once(story, reader):
    assert services.like_story(user=reader, story=story)
    assert not services.like_story(user=reader, story=story)
    assert counts(story) == (1, 0)
    assert services.unlike_story(user=reader, story=story)
    assert not services.unlike_story(user=reader, story=story)
    assert counts(story) == (0, 0)
    names = Event.objects.filter(name__startswith="story.").values_list("name", flat=True)
    assert sorted(names) == ["story.liked", "story.published", "story.unliked"]


def test_what_is_loved_is_read_now(story, reader):
    before = Listing.objects.get(pk=story.pk).trend
    services.like_story(user=reader, story=story)
    assert Listing.objects.get(pk=story.pk).trend > before


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"visibility": "private"}, services.AnswersClosed),
        ({"comment_policy": "closed"}, services.AnswersClosed),
    ],
)
def test_where_nobody_answers(story, reader, change, refusal):
    Story.objects.filter(pk=story.pk).update(**change)
    story.refresh_from_db()
    with pytest.raises(refusal):
        say(story.owner, story)
    with pytest.raises(refusal):
        say(reader, story)
    assert Comment.objects.count() == 0


@pytest.mark.parametrize("who_blocks", ["owner", "reader"])
def test_those_who_keep_apart_answer_nothing_of_each_other_and_closed_is_all_that_is_said(story, reader, who_blocks):
    said = say(reader, story)
    services.like_story(user=reader, story=story)
    services.follow_author(follower=reader, author=story.owner)
    services.follow_author(follower=story.owner, author=reader)
    blocker, blocked = (story.owner, reader) if who_blocks == "owner" else (reader, story.owner)
    assert services.block_person(blocker=blocker, blocked=blocked)
    assert not services.block_person(blocker=blocker, blocked=blocked)

    assert Follow.objects.count() == 0
    assert list(Author.objects.values_list("follower_count", flat=True)) == [0, 0]
    words = []
    for refused in (
        lambda: say(reader, story),
        lambda: say(reader, story, parent=said),
        lambda: services.like_story(user=reader, story=story),
        lambda: services.edit_comment(comment=said, editor=reader, content="Better!"),
    ):
        with pytest.raises(services.AnswersClosed) as caught:
            refused()
        words.append(str(caught.value))
    with pytest.raises(services.NobodyThere):
        services.follow_author(follower=reader, author=story.owner)
    # The same words as where nobody answers at all.
    services.unblock_person(blocker=blocker, blocked=blocked)
    Story.objects.filter(pk=story.pk).update(comment_policy="closed")
    with pytest.raises(services.AnswersClosed) as caught:
        say(reader, Story.objects.get(pk=story.pk))
    assert set(words) == {str(caught.value)}
    # What they gave before stays, and can be taken back.
    assert services.unlike_story(user=reader, story=story)
    assert services.delete_comment(comment=said, deleter=reader)


def test_a_commenter_who_keeps_somebody_away_is_not_answered_by_them_but_the_story_is(story, reader):
    other = create_user()
    first = say(reader, story)
    services.block_person(blocker=reader, blocked=other)
    with pytest.raises(services.AnswersClosed):
        say(other, story, parent=first)
    assert say(other, story, "Something else").state == "shown"


def test_whoever_is_suspended_answers_nothing_and_is_told_so(story, reader):
    reader.suspended_until_at = timezone.now() + timedelta(days=1)
    for refused in (lambda: say(reader, story), lambda: services.like_story(user=reader, story=story)):
        with pytest.raises(services.AnswererSuspended, match="suspended"):
            refused()


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        ("", services.EmptyComment),
        (" \r\n\x00\u00a0", services.EmptyComment),
        ("x" * 10_001, services.CommentTooLong),
    ],
)
def test_words_that_are_none_or_too_many(story, reader, content, refusal):
    with pytest.raises(refusal):
        say(reader, story, content)
    assert say(reader, story, "x" * 10_000).state == "shown"


def test_a_passage_is_one_of_the_chapter_as_it_is_read(story, reader):
    chapter = story.chapters.get()
    assert (
        say(reader, story, chapter=chapter, quote="was never\n dark. The keeper").quote == "was never dark. The keeper"
    )
    for quote in ("was *never* dark", "is never dark", "x" * 501):
        with pytest.raises(services.NotInTheText):
            say(reader, story, chapter=chapter, quote=quote)
    with pytest.raises(services.NotInTheText):
        say(reader, story, quote="never dark")
    draft = create_chapter(story=story, content="Secret.", released_at=None)
    other = create_chapter(content="Elsewhere.")
    for hidden in (draft, other):
        with pytest.raises(services.NothingToAnswer):
            say(reader, story, chapter=hidden)


def test_a_thread_is_five_deep_and_an_answer_to_the_fifth_stays_beside_it(story, reader):
    chapter = story.chapters.get()
    comment = first = say(reader, story, chapter=chapter)
    depths: list[int] = []
    story.owner.created_at -= timedelta(days=30)
    for _ in range(6):
        comment = say(story.owner, story, f"Yes {len(depths)}", parent=comment)
        depths.append(comment.depth)
        assert (comment.root_id, comment.chapter_id) == (first.pk, chapter.pk)
    assert depths == [2, 3, 4, 5, 5, 5]
    assert counts(story)[1] == 7
    with pytest.raises(services.NothingToAnswer):
        say(reader, create_story(visibility="public", rating="teen"), parent=first)


def test_where_the_author_looks_first_a_comment_waits_and_counts_when_it_is_let_through(story, reader):
    Story.objects.filter(pk=story.pk).update(comment_policy="moderated")
    story.refresh_from_db()
    stranger = create_user()
    mine, other = say(reader, story), say(reader, story, "And more")
    assert say(story.owner, story, "Welcome").state == "shown"
    assert {mine.state, other.state} == {"waiting"}
    assert counts(story)[1] == 1
    for viewer, seen in ((reader, 3), (story.owner, 3), (stranger, 1)):
        assert comments_for(story, viewer).count() == seen
    with pytest.raises(services.NotYours):
        services.release_comment(comment=mine, owner=reader)
    with pytest.raises(services.NothingToAnswer):
        say(stranger, story, parent=mine)

    assert services.release_comment(comment=mine, owner=story.owner)
    assert not services.release_comment(comment=mine, owner=story.owner)
    assert services.refuse_comment(comment=other, owner=story.owner)
    assert counts(story)[1] == 2
    assert comments_for(story, reader).count() == 2
    # What was let through is looked at again when it says something else.
    assert services.edit_comment(comment=mine, editor=reader, content="Buy this").state == "waiting"
    assert counts(story)[1] == 1


def test_fifteen_minutes_to_say_it_better(story, reader):
    comment = say(reader, story)
    edited = services.edit_comment(comment=comment, editor=reader, content="Better")
    assert (edited.content, edited.edited_at is not None) == ("Better", True)
    with pytest.raises(services.NotYours):
        services.edit_comment(comment=comment, editor=story.owner, content="I agree")
    Comment.objects.filter(pk=comment.pk).update(created_at=timezone.now() - timedelta(minutes=15))
    with pytest.raises(services.TooLate):
        services.edit_comment(comment=comment, editor=reader, content="Later")
    assert Comment.objects.get().content == "Better"


def test_what_is_deleted_leaves_its_answers_below_an_empty_place(story, reader):
    first = say(reader, story)
    answer = say(story.owner, story, "Thanks", parent=first)
    with pytest.raises(services.NotYours):
        services.delete_comment(comment=first, deleter=create_user())
    assert services.delete_comment(comment=first, deleter=story.owner)
    assert not services.delete_comment(comment=first, deleter=reader)
    assert counts(story)[1] == 1
    (thread,) = threads_of(story, reader)
    assert [(place.comment.pk, place.is_seen) for place in thread.places] == [(first.pk, False), (answer.pk, True)]
    with pytest.raises(services.NothingToAnswer):
        say(reader, story, parent=first)
    services.delete_comment(comment=answer, deleter=story.owner)
    assert threads_of(story, reader) == []
    assert services.restore_comment(comment=first, restorer=reader)
    assert counts(story)[1] == 1


def test_a_frozen_thread_is_answered_by_nobody_and_only_the_author_freezes_and_pins(story, reader):
    comments = [say(reader, story, f"One {number}") for number in range(4)]
    answer = say(story.owner, story, "Thanks", parent=comments[0])
    for act in (services.pin_comment, services.freeze_thread):
        with pytest.raises(services.NotYours):
            act(comment=comments[0], owner=reader)
        with pytest.raises(services.NotYours):
            act(comment=answer, owner=story.owner)
    assert services.freeze_thread(comment=comments[0], owner=story.owner)
    for author, parent in ((reader, answer), (story.owner, comments[0])):
        with pytest.raises(services.AnswersClosed):
            say(author, story, parent=parent)
    for comment in comments[:3]:
        services.pin_comment(comment=comment, owner=story.owner)
    with pytest.raises(services.TooManyPinned):
        services.pin_comment(comment=comments[3], owner=story.owner)
    threads = threads_of(story, reader)
    assert [thread.comment for thread in threads] == [*reversed(comments[:3]), comments[3]]


@pytest.mark.parametrize(("age", "most"), [(timedelta(days=6), 5), (timedelta(days=8), 20)])
def test_young_accounts_say_less_at_once(story, reader, age, most):
    reader.created_at = timezone.now() - age
    for number in range(most):
        say(reader, story, f"Number {number}")
    with pytest.raises(services.TooManyComments) as caught:
        say(reader, story, "One more")
    assert caught.value.details == {"retry_after": 600}
    assert counts(story)[1] == most


def test_floods_wait_for_a_look_and_nothing_is_lost(story, reader):
    links = "Look: https://a.example, www.b.example and HTTP://c.example"
    assert say(reader, story, links).state == "held"
    assert [say(reader, story, text).state for text in ("Buy it", "buy  it", "Buy\nit")] == ["shown", "shown", "held"]
    # An author thanks as often as they like.
    first = say(reader, story, "Mine")
    assert {say(story.owner, story, "Thank you", parent=first).state for _ in range(4)} == {"shown"}
    edited = services.edit_comment(comment=first, editor=reader, content=links)
    assert edited.state == "held"
    assert counts(story)[1] == 6
    assert comments_for(story, story.owner).filter(state="held").count() == 0
    assert comments_for(story, reader).filter(state="held").count() == 3
    assert list(services.count_differences()) == []


def test_nobody_follows_blocks_or_mutes_themselves_and_everything_else_is_said_once(story, reader):
    owner = story.owner
    for act, roles in (
        (services.follow_author, ("follower", "author")),
        (services.block_person, ("blocker", "blocked")),
        (services.mute_person, ("muter", "muted")),
    ):
        with pytest.raises(services.NotOneself):
            act(**dict.fromkeys(roles, owner))
    assert services.follow_author(follower=reader, author=owner)
    assert not services.follow_author(follower=reader, author=owner)
    assert Author.objects.get(pk=owner.pk).follower_count == 1
    assert services.unfollow_author(follower=reader, author=owner)
    assert not services.unfollow_author(follower=reader, author=owner)
    assert Author.objects.get(pk=owner.pk).follower_count == 0
    assert services.mute_person(muter=reader, muted=owner)
    assert not services.mute_person(muter=reader, muted=owner)
    assert services.unmute_person(muter=reader, muted=owner)
    assert not services.unmute_person(muter=reader, muted=owner)
    assert not Block.objects.exists()
    assert not Mute.objects.exists()
    names = Event.objects.filter(person_id=reader.pk).values_list("name", flat=True)
    assert sorted(names) == ["author.followed", "author.unfollowed", "person.muted", "person.unmuted"]


def test_whom_one_would_rather_not_read_one_does_not_and_others_do(story, reader):
    loud = create_user()
    said = say(loud, story, "LOUD")
    services.mute_person(muter=reader, muted=loud)
    assert comments_for(story, reader).count() == 0
    assert comments_for(story, loud).count() == comments_for(story, story.owner).count() == 1
    # What others answer stays readable, below an empty place.
    say(story.owner, story, "Softly", parent=said)
    (thread,) = threads_of(story, reader)
    assert [place.is_seen for place in thread.places] == [False, True]


def test_threads_come_by_pages_and_a_long_one_is_cut(story, reader):
    Comment.objects.bulk_create(
        Comment(story=story, author=reader, content=str(number), created_at=timezone.now() - timedelta(hours=number))
        for number in range(THREADS + 2)
    )
    root = Comment.objects.order_by("-created_at").first()
    Comment.objects.bulk_create(
        Comment(story=story, author=reader, content="Yes", root=root, parent=root, depth=2) for _ in range(ANSWERS + 1)
    )
    talk = converse(story, story.owner)
    assert [thread.is_cut for thread in talk.threads] == [True] + [False] * (THREADS - 1)
    assert len(talk.threads[0].answers) == ANSWERS
    more = converse(story, story.owner, cursor=talk.following or "")
    assert [thread.comment.content for thread in more.threads] == [str(THREADS), str(THREADS + 1)]
    assert more.following is None


def test_counts_are_proven_and_set_right(story, reader):
    services.like_story(user=reader, story=story)
    services.follow_author(follower=reader, author=story.owner)
    call_command("recount", "--check", stdout=StringIO())
    Listing.objects.filter(pk=story.pk).update(like_count=7, comment_count=2)
    Author.objects.filter(pk=story.owner_id).update(follower_count=0)
    said = StringIO()
    with pytest.raises(CommandError):
        call_command("recount", "--check", stdout=said)
    assert said.getvalue().count("says") == 3
    call_command("recount", stdout=said)
    assert counts(story) == (1, 0)
    assert Author.objects.get(pk=story.owner_id).follower_count == 1
    call_command("recount", "--check", stdout=said)


def test_comments_are_counted_where_they_are_read(story, reader):
    other = create_user()
    chapter = create_chapter(story=story)
    say(reader, story)
    on_chapter = say(other, story, chapter=chapter)
    assert counts(story) == (0, 2)

    withhold_chapter(chapter=chapter)
    assert counts(story) == (0, 1)
    # Nor does it count what happens to a comment that nobody reads.
    services.delete_comment(comment=on_chapter, deleter=other)
    services.restore_comment(comment=on_chapter, restorer=other)
    assert counts(story) == (0, 1)
    release_chapter(chapter=chapter)
    assert counts(story) == (0, 2)

    ask_for_erasure(person=other)
    assert counts(story) == (0, 1)
    keep_account(person=other)
    assert counts(story) == (0, 2)
    assert list(services.count_differences()) == []


def test_whoever_is_erased_takes_their_answers_along_and_leaves_those_of_others(story, reader):
    other = create_user()
    services.like_story(user=reader, story=story)
    services.follow_author(follower=reader, author=story.owner)
    first, alone = say(reader, story, "First"), say(reader, story, "Alone")
    answer = say(other, story, "Indeed", parent=first)
    erase_person(person=reader)
    assert counts(story) == (0, 1)
    assert Author.objects.get(pk=story.owner_id).follower_count == 0
    assert not Comment.objects.filter(pk=alone.pk).exists()
    place = Comment.objects.get(pk=first.pk)
    assert (place.content, place.deleted_at is None) == ("", False)
    assert Comment.objects.get(pk=answer.pk).content == "Indeed"
    assert not Like.objects.exists()
    assert list(services.count_differences()) == []


def test_a_comment_is_text_with_line_breaks_and_links_that_vouch_for_nothing():
    said = '<b>x</b> & https://a.example/?q=1&b="2. See (https://b.example/a_(b)).\nTwo\n\nThree javascript:alert(1)'
    rel = plain_text.LINK_REL
    assert plain_text.html_of(said) == (
        "<p>&lt;b&gt;x&lt;/b&gt; &amp; "
        f'<a href="https://a.example/?q=1&amp;b=" rel="{rel}">https://a.example/?q=1&amp;b=</a>&quot;2. See ('
        f'<a href="https://b.example/a_(b)" rel="{rel}">https://b.example/a_(b)</a>).<br>Two</p>'
        "<p>Three javascript:alert(1)</p>"
    )


def test_chapters_of_others_are_no_place_for_a_comment_on_this_story(story, reader):
    hidden = Chapter.objects.get(story=story)
    Chapter.objects.filter(pk=hidden.pk).update(deleted_at=timezone.now())
    with pytest.raises(services.NothingToAnswer):
        say(reader, story, chapter=hidden)


def test_what_was_deleted_is_forgotten_after_thirty_days_and_its_place_stays(story, reader):
    first, kept = say(reader, story, "Gone"), say(reader, story, "Reported")
    answer = say(story.owner, story, "Indeed", parent=first)
    Case.objects.create(kind=Case.Kind.COMMENT, target_id=kept.pk, person_id=reader.pk, is_open=True)
    for comment in (first, kept):
        services.delete_comment(comment=comment, deleter=reader)
    assert services.forget_comments() == 0
    Comment.objects.exclude(deleted_at=None).update(deleted_at=timezone.now() - timedelta(days=31))
    assert services.forget_comments() == 1
    assert sorted(Comment.objects.values_list("content", flat=True)) == ["", "Indeed", "Reported"]
    assert [place.comment.pk for place in threads_of(story, reader)[0].places] == [first.pk, answer.pk]
    assert not services.restore_comment(comment=first, restorer=reader)
