"""Comments in pages: read by everybody who reads the story, written with and without scripts, kept by its author."""

import re
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Block, Mute, User
from social import services
from social.models import Comment, Follow, Like
from stories.models import Story
from stories.services import set_visibility
from tests.factories import create_chapter, create_story, create_user

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/stories/x/chapters/1/"}


@pytest.fixture(autouse=True)
def _nothing_counted_yet() -> None:
    cache.clear()


@pytest.fixture
def story() -> Story:
    story = create_story(owner=create_user(display_name="Ada", is_public=True, handle="ada"))
    create_chapter(story=story, content="A light.", content_html="<p>A light.</p>")
    set_visibility(story=story, visibility="public")
    story.refresh_from_db()
    return story


@pytest.fixture
def reader(client: Client) -> User:
    reader = create_user(display_name="Bea", is_public=True)
    client.force_login(reader)
    return reader


def say(author: User, story: Story, content: str = "How good!", **more: Any) -> Comment:
    return services.add_comment(author=author, story=story, content=content, **more)


def listed(story: Story) -> str:
    return f"/stories/{story.pk}/comments/"


def test_a_reading_page_holds_the_way_to_the_comments_and_they_come_as_a_fragment(client, story):
    say(create_user(display_name="Bea"), story, chapter=story.chapters.get(), quote="A light.")
    for page in (f"/stories/{story.pk}/", f"/stories/{story.pk}/chapters/1/"):
        text = client.get(page).content.decode()
        assert listed(story) in text
        assert "How good!" not in text
    fragment = client.get(listed(story), headers=HTMX).content.decode()
    assert fragment.lstrip().startswith('<section class="comments')
    assert "How good!" in fragment
    assert '<blockquote class="comment__quote" lang="en">A light.</blockquote>' in fragment
    # A stranger is invited, and comes back to the page they read.
    assert "/accounts/login/?next=/stories/x/chapters/1/%23comments" in fragment
    assert "<form" not in fragment
    whole = client.get(listed(story)).content.decode()
    assert "<h1" in whole
    assert "How good!" in whole


def test_one_writes_and_answers_without_scripts(client, story, reader):
    sent = client.post(f"{listed(story)}new/", {"content": "First\n\nhttps://a.example"})
    comment = Comment.objects.get()
    assert sent["Location"] == f"{listed(story)}?thread={comment.pk}#comment-{comment.pk}"
    page = client.get(sent["Location"]).content.decode()
    assert '<a href="https://a.example" rel="nofollow ugc noopener noreferrer">' in page
    sent = client.post(f"{listed(story)}new/", {"content": "Second", "parent": comment.pk}, follow=True)
    assert sent.status_code == 200
    assert "Second" in sent.content.decode()
    refused = client.post(f"{listed(story)}new/", {"content": " ", "parent": comment.pk})
    assert (refused.status_code, "There is nothing in it yet." in refused.content.decode()) == (422, True)
    edited = client.post(f"/comments/{comment.pk}/edit/", {"content": "Better"}, follow=True).content.decode()
    assert "Better" in edited
    assert "edited" in edited


def test_with_htmx_the_thread_or_the_list_comes_back_and_a_refusal_keeps_what_was_written(client, story, reader):
    whole = client.post(f"{listed(story)}new/", {"content": "First"}, headers=HTMX)
    assert whole.content.decode().lstrip().startswith('<section class="comments')
    comment = Comment.objects.get()
    thread = client.post(f"{listed(story)}new/", {"content": "Second", "parent": comment.pk}, headers=HTMX)
    assert thread.content.decode().lstrip().startswith(f'<li class="thread" id="thread-{comment.pk}">')
    refused = client.post(f"{listed(story)}new/", {"content": "x" * 10_001, "parent": comment.pk}, headers=HTMX)
    assert (refused.status_code, refused["HX-Retarget"]) == (422, f"#answer-{comment.pk}")
    assert "x" * 10_001 in refused.content.decode()
    # Whoever wrote it goes on from there, with the keyboard as well.
    said = Comment.objects.get(content="Second")
    assert re.findall(r'id="comment-([^"]+)"[^>]*autofocus', thread.content.decode()) == [str(said.pk)]
    assert refused.content.decode().count(" autofocus") == 1
    Story.objects.filter(pk=story.pk).update(comment_policy="moderated")
    waits = client.post(f"{listed(story)}new/", {"content": "Third"}, headers=HTMX)
    assert "Waits for the author" in waits.content.decode()
    assert "once they have let it through" in waits["HX-Trigger"]


def test_what_waits_is_seen_by_its_writer_and_the_author_who_lets_it_through_or_not(client, story, reader):
    Story.objects.filter(pk=story.pk).update(comment_policy="moderated")
    story.refresh_from_db()
    first, second = say(reader, story, "First one"), say(reader, story, "Second one")
    assert "Waits for the author" in client.get(listed(story)).content.decode()
    assert "First one" not in Client().get(listed(story)).content.decode()
    assert client.get("/studio/comments/").content.decode().count("First one") == 0
    assert client.post(f"/comments/{first.pk}/release/").status_code == 404

    client.force_login(story.owner)
    queue = client.get("/studio/comments/").content.decode()
    assert queue.index("First one") < queue.index("Second one")
    assert (
        client.post(f"/comments/{first.pk}/release/", {"next": "/studio/comments/"})["Location"] == "/studio/comments/"
    )
    refused = client.post(f"/comments/{second.pk}/refuse/", {"next": "/studio/comments/"}, follow=True)
    assert "Second one" not in refused.content.decode()
    assert "First one" in Client().get(listed(story)).content.decode()
    # The message takes it back.
    undo = str(next(iter(refused.context["messages"])).extra_tags)
    client.post(undo)
    assert "Second one" in client.get("/studio/comments/").content.decode()
    assert "Nothing waits for you" in client_of(reader).get("/studio/comments/").content.decode()


def plain(response: Any) -> str:
    """A page without its address and its token."""
    return re.sub(r"[A-Za-z0-9]{64}|@[a-z-]+/", "", response.content.decode())


def client_of(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_only_who_deleted_a_comment_takes_that_back(client, story, reader):
    comment = say(reader, story)
    deleted = client.post(f"/comments/{comment.pk}/delete/", follow=True)
    undo = str(next(iter(deleted.context["messages"])).extra_tags)
    assert client.post(undo).status_code == 302
    assert Comment.objects.shown().exists()
    owner = client_of(story.owner)
    by_owner = str(
        next(iter(owner.post(f"/comments/{comment.pk}/delete/", follow=True).context["messages"])).extra_tags
    )
    # Neither the way back of before nor the author's is the writer's.
    for address in (undo, by_owner):
        assert client.post(address).status_code == 404
    assert owner.post(by_owner).status_code == 302
    assert client_of(create_user()).post(f"/comments/{comment.pk}/delete/").status_code == 404


def test_an_author_pins_and_freezes(client, story, reader):
    old, new = say(reader, story, "Old"), say(reader, story, "New")
    owner = client_of(story.owner)
    assert client.post(f"/comments/{old.pk}/pin/").status_code == 404
    owner.post(f"/comments/{old.pk}/pin/")
    owner.post(f"/comments/{new.pk}/freeze/")
    page = client.get(listed(story)).content.decode()
    assert page.index(f"thread-{old.pk}") < page.index(f"thread-{new.pk}")
    assert f'id="answer-{old.pk}"' in page
    assert f'id="answer-{new.pk}"' not in page
    owner.post(f"/comments/{new.pk}/freeze/", {"on": "0"})
    assert f'id="answer-{new.pk}"' in client.get(listed(story)).content.decode()


def test_a_story_shared_by_its_link_is_answered_by_its_link(client, story, reader):
    story = set_visibility(story=story, visibility="link")
    assert client.get(listed(story)).status_code == 404
    shared = f"/s/{story.share_token}/comments/"
    assert client.get(shared).status_code == 200
    sent = client.post(f"{shared}new/", {"content": "By the link"})
    assert sent["Location"].startswith(f"{shared}?thread=")
    page = client.get(sent["Location"])
    assert page["Referrer-Policy"] == "same-origin"
    assert str(story.pk) not in page.content.decode()
    comment = Comment.objects.get()
    token = {"token": story.share_token}
    edited = client.post(f"/comments/{comment.pk}/edit/", {"content": "Better", **token}, follow=True)
    assert "Better" in edited.content.decode()
    assert client.get(f"/comments/{comment.pk}/", token)["Location"].startswith(shared)
    assert client.get(f"/comments/{comment.pk}/").status_code == 404
    client.post(f"/s/{story.share_token}/like/")
    assert Like.objects.filter(user=reader).exists()
    other = create_story(visibility="link", rating="teen", share_token="other")
    assert client.post(f"/comments/{comment.pk}/edit/", {"content": "x", "token": other.share_token}).status_code == 404
    story = set_visibility(story=story, visibility="private")
    for address in (shared, listed(story), f"/comments/{comment.pk}/"):
        assert client.get(address).status_code == 404


def test_a_like_is_a_button_and_a_form(client, story, reader):
    like = f"/stories/{story.pk}/like/"
    assert client.post(like, {"liked": "1", "next": "/library/"})["Location"] == "/library/"
    assert client.post(like, {"next": "https://evil.example/"})["Location"] == f"/stories/{story.pk}/"
    fragment = client.post(like, {"liked": "0"}, headers=HTMX).content.decode()
    assert 'aria-pressed="false"' in fragment
    assert not Like.objects.exists()
    assert Client().post(like).status_code == 302


def test_an_author_has_a_page_unless_they_have_none_or_keep_whoever_looks_away(client, story, reader):
    page = client.get("/@ada/").content.decode()
    assert story.title in page
    assert client.get("/@ADA/")["Location"] == "/@ada/"
    client.post(f"/people/{story.owner_id}/follow/", {"followed": "1"})
    assert 'aria-pressed="true"' in client.get("/@ada/").content.decode()
    assert "noindex" not in Client().get("/@ada/").content.decode()

    services.block_person(blocker=story.owner, blocked=reader)
    nobody = client.get("/@nobody-at-all/")
    blocked = client.get("/@ada/")
    assert (blocked.status_code, plain(blocked)) == (404, plain(nobody))
    assert not Follow.objects.exists()
    assert client.post(f"/people/{story.owner_id}/follow/").status_code == 404
    # The story is there to be read, and closed: no more is said.
    read = client.get(f"/stories/{story.pk}/").content.decode()
    assert "/like/" not in read
    comments = client.get(listed(story)).content.decode()
    assert "This is not open to answers." in comments
    User.objects.filter(pk=story.owner_id).update(is_public=False)
    assert Client().get("/@ada/").status_code == 404
    assert client_of(story.owner).get("/@ada/").status_code == 200


def test_blocking_and_muting_are_taken_back_from_their_message_or_in_the_settings(client, story, reader):
    owner = story.owner
    for act, model in (("block", Block), ("mute", Mute)):
        done = client.post(f"/people/{owner.pk}/{act}/", {"next": "/library/"}, follow=True)
        assert done.redirect_chain == [("/library/", 302)]
        assert model.objects.count() == 1
        assert "Ada" in client.get("/settings/people/").content.decode()
        undo = str(next(iter(done.context["messages"])).extra_tags)
        assert client.post(undo)["Location"] == "/settings/people/"
        assert model.objects.count() == 0
    assert client.post(f"/people/{reader.pk}/block/").status_code == 404


@pytest.mark.parametrize("address", ["list", "author", "queue", "people"])
def test_pages_ask_the_same_however_much_there_is(client, story, reader, address):
    Story.objects.filter(pk=story.pk).update(comment_policy="moderated")
    client.force_login(story.owner)
    path = {"list": listed(story), "author": "/@ada/", "queue": "/studio/comments/", "people": "/settings/people/"}
    most = {"list": 6, "author": 6, "queue": 3, "people": 4}

    def add() -> None:
        for _ in range(3):
            person = create_user()
            first = Comment.objects.create(story=story, author=person, content="x")
            Comment.objects.create(story=story, author=person, content="y", parent=first, root=first, depth=2)
            Comment.objects.create(
                story=story, author=person, content="z", state="waiting", chapter=story.chapters.get()
            )
            services.mute_person(muter=story.owner, muted=person)
            set_visibility(story=create_story(owner=story.owner), visibility="public")

    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(path[address]).status_code == 200
        return len(queries)

    add()
    asked()
    few = asked()
    add()
    assert asked() == few
    assert few <= most[address]
