"""What somebody is told: once, as they chose, and never of what they may not see at that moment."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Block, Mute, User
from social import services
from social.models import Comment, Follow, Notification, NotificationChoice
from stories.models import Chapter, Story
from stories.services import create_chapter as write_chapter
from stories.services import delete_story, release_chapter, set_visibility, withhold_chapter
from tests.factories import create_chapter, create_story, create_user

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
Kind = Notification.Kind


@pytest.fixture
def author(client: Client) -> User:
    author = create_user(display_name="Ada Author")
    client.force_login(author)
    return author


@pytest.fixture
def story(author: User) -> Story:
    story = create_story(owner=author, title="The lamp", visibility="public")
    create_chapter(story=story, content="It burned.", announced_at=timezone.now())
    return story


def reader(name: str = "Rosa Reader") -> User:
    return create_user(display_name=name)


def told(user: User) -> list[tuple[str, str]]:
    return [(row.kind, row.cause.partition(":")[0]) for row in Notification.objects.filter(user=user).order_by("pk")]


def test_each_thing_is_told_once_and_nobody_of_themselves(author, story):
    fan = reader()
    for _time in range(2):
        services.like_story(user=fan, story=story)
        services.unlike_story(user=fan, story=story)
        services.follow_author(follower=fan, author=author)
        services.unfollow_author(follower=fan, author=author)
    services.like_story(user=author, story=story)
    comment = services.add_comment(author=fan, story=story, content="Oh.")
    services.add_comment(author=author, story=story, content="Thank you.", parent=comment)
    services.add_comment(author=author, story=story, content="Myself.")

    assert told(author) == [("like", "like"), ("follow", "follow"), ("comment", "comment")]
    assert told(fan) == [("answer", "comment")]


def test_an_author_who_is_answered_is_told_of_an_answer_and_not_twice(author, story):
    own = services.add_comment(author=author, story=story, content="What do you think?")
    services.add_comment(author=reader(), story=story, content="Well.", parent=own)

    assert told(author) == [("answer", "comment")]


def test_who_waits_is_told_when_it_is_let_through(client, author, story):
    Story.objects.filter(pk=story.pk).update(comment_policy="moderated")
    story.refresh_from_db()
    one, two = reader("One"), reader("Two")
    first = services.add_comment(author=one, story=story, content="First.")
    services.release_comment(comment=first, owner=author)
    first.refresh_from_db()
    answer = services.add_comment(author=two, story=story, content="Second.", parent=first)
    assert told(one) == []
    assert "A comment by Two on “The lamp” waits for you" in client.get("/notifications/").text

    services.release_comment(comment=answer, owner=author)
    assert told(one) == [("answer", "comment")]
    assert len(told(author)) == 2


@pytest.mark.parametrize("away", ["blocked", "blocker", "muted"])
def test_nothing_of_those_one_keeps_away_from(client, author, story, away):
    fan = reader()
    services.notify(user=author, kind=Kind.COMMENT, cause="before", actor=fan)
    if away == "muted":
        Mute.objects.create(muter=author, muted=fan)
    else:
        Block.objects.create(blocker=author if away == "blocked" else fan, blocked=fan if away == "blocked" else author)
    services.notify(user=author, kind=Kind.COMMENT, cause="after", actor=fan)

    assert [row.cause for row in Notification.objects.filter(user=author)] == ["before"]
    assert "Rosa" not in client.get("/notifications/").text
    assert "news-badge__count" not in client.get("/notifications/badge/").text


def test_as_one_chose(client, author, story):
    page = client.get("/settings/notifications/").text
    assert page.count("checked") == 9
    sent = {f"{kind}-{place}": "on" for kind in ("chapter", "comment") for place in ("in_page", "by_mail")}
    client.post("/settings/notifications/", {**sent, "like-by_mail": "on"})
    assert NotificationChoice.objects.count() == 5
    services.like_story(user=reader("Lea"), story=story)
    services.follow_author(follower=reader("Finn"), author=author)
    services.add_comment(author=reader("Cora"), story=story, content="Oh.")

    assert told(author) == [("like", "like"), ("comment", "comment")]
    page = client.get("/notifications/").text
    assert "Cora" in page
    assert "Lea" not in page
    assert ">1</span>" in client.get("/notifications/badge/").text


def test_the_page_leads_to_the_place_and_forgets_that_it_was_new(client, author, story):
    likers = [reader(f"Fan {number}") for number in range(3)]
    for fan in likers:
        services.like_story(user=fan, story=story)
    services.add_comment(author=reader("<b>Cora</b>"), story=story, content="Oh.")
    Notification.objects.filter(kind="like").update(created_at=timezone.now() - timedelta(days=2))

    page = client.get("/notifications/")
    assert "Fan 2 and 2 others love “The lamp”" in page.text
    assert "&lt;b&gt;Cora&lt;/b&gt; has commented" in page.text
    assert page.text.count('class="news__day"') == 2
    assert page.text.index("Today") < page.text.index("Fan 2")
    assert ">4</span>" in client.get("/notifications/badge/").text
    assert "Cora" not in client.get("/notifications/badge/").text
    commented = Notification.objects.get(kind="comment")
    opened = client.get(f"/notifications/{commented.pk}/")
    assert opened["Location"] == f"/comments/{commented.comment_id}/"
    assert client.get(opened["Location"]).status_code == 302
    assert ">3</span>" in client.get("/notifications/badge/").text
    stranger = Client()
    stranger.force_login(reader())
    assert stranger.get(f"/notifications/{commented.pk}/").status_code == 404

    decision = uuid.uuid4()
    Notification.objects.create(user=author, kind="moderation", cause=f"decision:{decision}:appeal", story=story)
    assert "A decision about your story “The lamp”" in client.get("/notifications/").text
    judged = Notification.objects.get(kind="moderation")
    assert client.get(f"/notifications/{judged.pk}/")["Location"] == f"/moderation/decisions/{decision}/"

    until = client.get("/notifications/").context["newest"]
    services.like_story(user=reader("Late"), story=story)
    client.post("/notifications/read/", {"until": until})
    assert ">1</span>" in client.get("/notifications/badge/").text
    client.post("/notifications/read/", {"until": "no time"})
    assert "news-badge__count" not in client.get("/notifications/badge/").text
    assert "<html" not in client.get("/notifications/", headers=HTMX).text


def test_what_is_withdrawn_is_not_spoken_of_until_it_is_back(client, author):
    other = create_story(title="Withdrawn", visibility="public")
    chapter = create_chapter(story=other, title="Secret chapter", content="x")
    services.follow_author(follower=author, author=other.owner)
    services.announce_chapters()
    own = services.add_comment(author=author, story=other, content="Oh.")
    answer = services.add_comment(author=reader("Rosa"), story=other, content="Yes.", parent=own)
    rows = list(Notification.objects.filter(user=author))
    assert [row.kind for row in rows] == ["answer", "chapter"]

    def seen() -> tuple[int, list[int]]:
        page = client.get("/notifications/").text
        count = page.count("news__line ") + page.count('news__line"')
        assert (f">{count}</span>" in client.get("/notifications/badge/").text) == bool(count)
        return count, [client.get(f"/notifications/{row.pk}/").status_code for row in rows]

    def unsee() -> None:
        Notification.objects.update(seen_at=None)

    for hide, shown in (
        (lambda: set_visibility(story=other, visibility="private"), 0),
        (lambda: set_visibility(story=other, visibility="link"), 0),
        (lambda: Story.objects.filter(pk=other.pk).update(visibility="public", standing="hidden"), 0),
        (lambda: Story.objects.filter(pk=other.pk).update(standing="clear"), 2),
        (lambda: withhold_chapter(chapter=chapter), 1),
        (lambda: release_chapter(chapter=chapter), 2),
        (lambda: services.delete_comment(comment=answer, deleter=answer.author), 1),
        (lambda: Comment.objects.filter(pk=answer.pk).update(deleted_at=None, state="held"), 1),
        (lambda: services.unfollow_author(follower=author, author=other.owner), 0),
        (lambda: Comment.objects.filter(pk=answer.pk).update(state="shown"), 1),
        (lambda: User.objects.filter(pk=answer.author_id).update(erasure_requested_at=timezone.now()), 0),
        (lambda: User.objects.filter(pk=answer.author_id).update(erasure_requested_at=None), 1),
        (lambda: delete_story(story=other), 0),
    ):
        hide()
        unsee()
        count, opened = seen()
        assert count == shown
        assert opened.count(302) == shown
        if not shown:
            assert "Withdrawn" not in client.get("/notifications/").text


def test_the_queries_of_the_page_and_the_badge(client, author, story):
    for number in range(50):
        chapter = create_chapter(story=create_story(visibility="public", title=f"S {number}"), content="x" * 5000)
        actor = chapter.story.owner
        Follow.objects.create(follower=author, author=actor)
        Notification.objects.create(
            user=author, kind="chapter", cause=str(number), actor=actor, story=chapter.story, chapter=chapter
        )
    with CaptureQueriesContext(connection) as queries:
        page = client.get("/notifications/")
    # Session, person, what is told.
    assert len(queries) == 3
    assert "content_html" not in queries[-1]["sql"]
    with CaptureQueriesContext(connection) as queries:
        client.get("/notifications/badge/")
    assert len(queries) == 3
    further = client.get("/notifications/", {"after": page.context["earlier"]}, headers=HTMX).text
    assert "S 9”" in further
    assert "S 49”" not in further


# --- Followers ----------------------------------------------------------------------------------------------------


def following(author: User, count: int = 1) -> list[User]:
    people = [reader(f"Follower {number}") for number in range(count)]
    Follow.objects.bulk_create(Follow(follower=person, author=author) for person in people)
    return people


def chapter_by(author: User, story: Story, title: str = "") -> Chapter:
    return write_chapter(story=story, author=author, content="More.", title=title)


def test_followers_hear_of_a_chapter_when_its_time_has_come(author, story):
    fan, muter = following(author, 2)
    Mute.objects.create(muter=muter, muted=author)
    planned, silent, draft = (chapter_by(author, story, title=name) for name in ("Planned", "Silent", "Draft"))
    release_chapter(chapter=planned, at=timezone.now() + timedelta(hours=1))
    release_chapter(chapter=silent, is_silent=True)
    services.announce_chapters()
    assert told(fan) == []

    Chapter.objects.filter(pk=planned.pk).update(released_at=timezone.now() - timedelta(seconds=1))
    assert services.announce_chapters() == 1
    assert services.announce_chapters() == 0
    assert [row.chapter_id for row in Notification.objects.filter(user=fan)] == [planned.pk]
    assert told(muter) == told(author) == []
    follower = Client()
    follower.force_login(fan)
    assert "Ada Author has published a new chapter of “The lamp”: Planned" in follower.get("/notifications/").text
    address = follower.get(f"/notifications/{Notification.objects.get(user=fan).pk}/")["Location"]
    assert address == f"/stories/{story.pk}/chapters/{planned.position}/"
    # Taken back and released again: not told twice. One of a story that is by its link alone: not told at all.
    withhold_chapter(chapter=planned)
    release_chapter(chapter=planned)
    set_visibility(story=story, visibility="link")
    release_chapter(chapter=draft)
    services.announce_chapters()
    assert len(told(fan)) == 1


def test_a_new_story_is_told_of_by_its_first_chapter_and_none_is_told_of_late(author):
    fan = following(author)[0]
    story = create_story(owner=author, title="New")
    for number in range(3):
        create_chapter(story=story, title=f"Chapter {number}", released_at=None)
    set_visibility(story=story, visibility="link")
    late = chapter_by(author, story, title="Released by link")
    release_chapter(chapter=late)
    set_visibility(story=story, visibility="public")
    services.announce_chapters()
    assert list(Notification.objects.filter(user=fan).values_list("chapter__title", flat=True)) == ["Chapter 0"]

    set_visibility(story=story, visibility="private")
    set_visibility(story=story, visibility="public")
    old = chapter_by(author, story, title="Old")
    Chapter.objects.filter(pk=old.pk).update(released_at=timezone.now() - timedelta(days=30))
    services.announce_chapters()
    assert len(told(fan)) == 1
    assert not Chapter.objects.filter(story=story, announced_at=None).exists()


def test_many_followers_are_told_in_batches(author, story, django_assert_max_num_queries):
    people = User.objects.bulk_create(User(email=f"f{n}@example.org", handle=f"follower-{n}") for n in range(1100))
    Follow.objects.bulk_create(Follow(follower=person, author=author) for person in people)
    release_chapter(chapter=chapter_by(author, story))
    with django_assert_max_num_queries(30):
        assert services.announce_chapters() == 1
    assert Notification.objects.count() == 1100


def test_what_was_told_long_ago_is_forgotten(author: User) -> None:
    now = timezone.now()
    kept = []
    for days, is_seen in ((89, True), (91, True), (364, False), (366, False)):
        row = Notification.objects.create(
            user=author, kind=Kind.LIKE, cause=f"like:{days}", seen_at=now if is_seen else None
        )
        Notification.objects.filter(pk=row.pk).update(created_at=now - timedelta(days=days))
        kept += [row.pk] if days in (89, 364) else []

    assert services.forget_notifications() == 2
    assert set(Notification.objects.values_list("pk", flat=True)) == set(kept)
    assert services.forget_notifications() == 0
