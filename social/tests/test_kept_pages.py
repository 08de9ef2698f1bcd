"""Pages kept ready for strangers: the same page, and never one that is no longer true, in any process."""

import re
from datetime import timedelta
from http.cookies import SimpleCookie

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from costory.lib.kept import Kept
from social.models import Follow, Listing, ReaderSettings, Reading
from social.selectors.stamps import story_stamp
from social.services import like_story, refresh_listing
from social.views import library, reading
from stories.models import Chapter, Story
from stories.services import delete_story, revise_chapter, set_visibility, withhold_chapter
from tests.factories import create_chapter, create_story, create_user

pytestmark = pytest.mark.django_db

BROWSER = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"


@pytest.fixture(autouse=True)
def keeping(settings):
    settings.KEEPS_PAGES = True
    forget()
    yield
    forget()


def forget():
    library.forget_looks()
    reading.forget_leaves()


class Process:
    """A server with pages of its own: each client builds its middlewares anew."""

    def __init__(self):
        self.client = Client()

    def read(self, path, *, cookies=None, address="127.0.0.1", **headers):
        """The page as a stranger gets it who has never been here, or who brings these cookies."""
        self.client.cookies = SimpleCookie(cookies or {})
        return self.client.get(path, headers={"user-agent": BROWSER, **headers}, REMOTE_ADDR=address)


@pytest.fixture
def here():
    return Process()


def published(title="Ash"):
    story = create_story(title=title, visibility="public", rating="everyone")
    create_chapter(story=story, position=1, title="One", content_html="<p>The first words.</p>")
    create_chapter(story=story, position=2, title="Two", content_html="<p>The second words.</p>")
    refresh_listing(story=story)
    return story


def chapter_address(story, number=1):
    return reverse("social:chapter-read", args=[story.pk, number])


def read(path, client):
    """The page as somebody who is signed in gets it."""
    return client.get(path, headers={"user-agent": BROWSER})


def asked(process, path):
    """How often a stranger's page asks the database."""
    with CaptureQueriesContext(connection) as queries:
        assert process.read(path).status_code == 200
    return len(queries)


def token_of(response):
    return re.findall(r'"X-CSRFToken": "(\w{64})"', response.content.decode())[0]


# --- The same page -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["library", "chapter"])
def test_the_second_stranger_costs_one_statement_and_gets_the_same_page(here, page):
    story = published()
    path = reverse("social:library") if page == "library" else chapter_address(story)
    first = here.read(path)
    assert asked(here, path) == 1

    again = here.read(path)
    assert again.content.replace(token_of(again).encode(), b"") == first.content.replace(token_of(first).encode(), b"")
    headers = [{name: value for name, value in each.items() if name != "X-Request-ID"} for each in (first, again)]
    assert headers[0] == headers[1]
    assert headers[0]["Content-Length"] == str(len(first.content))


def test_each_stranger_has_a_token_of_their_own(here):
    path = chapter_address(published())
    here.read(path)
    secrets, tokens = [], []
    for _ in range(2):
        response = here.read(path)
        cookie = response.cookies["costory-csrf"]
        assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
        secrets.append(cookie.value)
        tokens.append(token_of(response))
    assert secrets[0] != secrets[1]
    for number, token in enumerate(tokens):
        # It opens this stranger's form, and no other's.
        for secret in secrets:
            visitor = Client(enforce_csrf_checks=True, headers={"cookie": f"costory-csrf={secret}"})
            chosen = {"size": "l", "face": "sans", "width": "m", "leading": "m", "paper": "auto", "next": path}
            answer = visitor.post(reverse("social:page-setup"), {"csrfmiddlewaretoken": token, **chosen})
            assert answer.status_code == (302 if secret == secrets[number] else 403)


def test_a_stranger_keeps_the_secret_they_have(here):
    path = chapter_address(published())
    secret = here.read(path).cookies["costory-csrf"].value
    again = here.read(path, cookies={"costory-csrf": secret})
    assert again.cookies["costory-csrf"].value == secret
    assert secret.encode() not in again.content


def test_language_and_page_setup_have_pages_of_their_own(here):
    path = chapter_address(published())
    for _ in range(2):
        assert b'lang="en"' in here.read(path).content[:200]
        assert b'lang="fr"' in here.read(path, **{"accept-language": "fr"}).content[:200]
        assert b"reader--xl" in here.read(path, cookies={"costory-page": "size:xl"}).content
        assert b"reader--xl" not in here.read(path).content


def test_somebody_signed_in_gets_their_own_page(here):
    path = chapter_address(published())
    here.read(path)
    here.client.force_login(create_user(display_name="Nadia Reads"))
    assert b"Nadia Reads" in read(path, here.client).content
    assert b"Nadia Reads" not in here.read(path).content


def test_a_kept_page_counts_its_reader(here):
    story = published()
    path = chapter_address(story)
    for number in (1, 2, 3):
        here.read(path, address=f"192.0.2.{number}")
        assert Listing.objects.get(pk=story.pk).read_count == number


def test_nothing_is_kept_for_whoever_has_a_session_or_asks_for_a_part(here):
    story = published()
    path, shelf = chapter_address(story), reverse("social:library")
    here.read(path), here.read(shelf)
    with CaptureQueriesContext(connection) as queries:
        here.read(path, cookies={"costory-session": "something"})
    assert len(queries) > 1
    assert b"<html" not in here.read(shelf, **{"hx-request": "true"}).content
    assert b"<html" in here.read(shelf).content


def test_a_page_that_might_hold_another_token_is_not_kept(here):
    story = published()
    story.chapters.filter(position=1).update(content_html=f"<p>{'a1' * 32}</p>")
    path = chapter_address(story)
    here.read(path)
    assert asked(here, path) > 1


def test_a_cursor_is_not_taken_for_a_token(here):
    """By chance a signature has 32 letters between two strokes; for as long the library would not be kept."""
    story = published()
    cursor = "?after=W1sic29jaWFs%3ADcuC8bvo4zM0riEpaXQ8KdhPm13ZZ4_tVUqpGwKCxIs"
    story.chapters.filter(position=1).update(content_html=f'<p><a href="/library/{cursor}">more</a></p>')
    here.read(chapter_address(story))
    assert asked(here, chapter_address(story)) == 1


def test_what_somebody_mutes_or_asks_for_is_in_their_own_list(here, client):
    story = published()
    grown_up = published("Birch")
    Story.objects.filter(pk=grown_up.pk).update(rating="mature")
    refresh_listing(story=Story.objects.get(pk=grown_up.pk))
    reader = create_user()
    client.force_login(reader)
    shelf = reverse("social:library")
    assert b"Ash" in read(shelf, client).content
    assert b"Birch" not in read(shelf, client).content

    ReaderSettings.objects.create(user=reader, shows_mature=True)
    assert b"Birch" in read(shelf, client).content
    reader.mutes_made.create(muted=story.owner)
    assert b"Ash" not in read(shelf, client).content
    assert b"Birch" not in here.read(shelf).content
    assert b"Ash" in here.read(shelf).content


# --- Never stale ---------------------------------------------------------------------------------------------------


def private(story):
    set_visibility(story=story, visibility="private")


def binned(story):
    delete_story(story=story)


def hidden(story):
    Story.objects.filter(pk=story.pk).update(standing=Story.Standing.HIDDEN)


def banned(story):
    User.objects.filter(pk=story.owner_id).update(is_active=False)


def erased(story):
    User.objects.filter(pk=story.owner_id).update(erasure_requested_at=timezone.now())


@pytest.mark.parametrize("gone", [private, binned, hidden, banned, erased])
def test_what_is_no_longer_to_be_seen_is_gone_at_the_next_request_in_every_process(gone):
    story = published()
    shelf, path = reverse("social:library"), chapter_address(story)
    processes = [Process(), Process()]
    for process in processes:
        for page in (shelf, path):
            assert story.title.encode() in process.read(page).content
            assert asked(process, page) == 1

    gone(story)
    for process in processes:
        assert story.title.encode() not in process.read(shelf).content
        assert process.read(path).status_code == 404


def test_a_chapter_that_is_withheld_is_gone_and_out_of_the_contents():
    story = published()
    processes = [Process(), Process()]
    for process in processes:
        for number in (1, 2):
            assert b"Two" in process.read(chapter_address(story, number)).content

    withhold_chapter(chapter=story.chapters.get(position=2))
    for process in processes:
        assert b"Two" not in process.read(chapter_address(story, 1)).content
        assert process.read(chapter_address(story, 2)).status_code == 404


def test_a_planned_chapter_comes_when_its_time_has(here):
    story = published()
    soon = timezone.now() + timedelta(hours=1)
    Chapter.objects.filter(story=story, position=2).update(released_at=soon)
    assert b"Two" not in here.read(chapter_address(story, 1)).content
    Chapter.objects.filter(story=story, position=2).update(released_at=timezone.now())
    assert b"Two" in here.read(chapter_address(story, 1)).content


def test_words_names_and_ratings_follow(here):
    story = published()
    path, shelf = chapter_address(story), reverse("social:library")
    here.read(path), here.read(shelf)
    revise_chapter(
        chapter=story.chapters.get(position=1), author=story.owner, title="One", content="Other words.", version=1
    )
    assert b"Other words." in here.read(path).content

    author = User.objects.get(pk=story.owner_id)
    author.display_name = "Somebody Else"
    author.save()
    assert b"Somebody Else" in here.read(path).content
    assert b"Somebody Else" in here.read(shelf).content

    Story.objects.filter(pk=story.pk).update(rating="mature")
    assert here.read(path).status_code == 302


def test_a_page_made_while_a_chapter_was_open_for_a_moment_is_not_kept():
    """The stamp was read before it opened, and is read the same after it closed."""
    story = published()
    story.chapters.filter(position=2).update(released_at=None)
    before = story_stamp(story.pk)
    one, two = story.chapters.order_by("position")

    assert before is not None
    assert before.holds([one.pk])
    assert not before.holds([one.pk, two.pk])


# --- Signed in -----------------------------------------------------------------------------------------------------


def test_readers_share_a_chapter_and_nothing_else(client):
    story = published()
    path = chapter_address(story, 2)
    one, other = create_user(display_name="Ada Reads"), create_user(display_name="Béa Reads")
    like_story(user=one, story=story)
    pages = []
    for person in (one, other):
        client.force_login(person)
        pages += [read(path, client).content.decode() for _ in range(2)]
        assert Reading.objects.get(reader=person).chapter == story.chapters.get(position=2)
    for page in pages:
        assert "The second words." in page
        assert set(map(len, re.findall(r'csrfmiddlewaretoken" value="(\w+)"', page))) == {64}
    assert ['aria-pressed="true"' in re.findall(r'id="like-button"[^>]*', page)[0] for page in pages] == [
        True, True, False, False,
    ]  # fmt: skip
    assert [("Ada Reads" in page, "Béa Reads" in page) for page in pages] == [(True, False)] * 2 + [(False, True)] * 2
    tokens = [set(re.findall(r'csrfmiddlewaretoken" value="(\w+)"', page)) for page in pages]
    assert not (tokens[0] | tokens[1]) & (tokens[2] | tokens[3])
    # Whoever follows the author reads another page than whoever does not.
    Follow.objects.create(follower=other, author=story.owner)
    assert 'name="followed" value="0"' in read(path, client).content.decode()
    client.force_login(one)
    assert 'name="followed" value="1"' in read(path, client).content.decode()
    assert Listing.objects.get(pk=story.pk).read_count == 2


def test_a_reader_finds_what_is_gone_gone(client):
    story = published()
    client.force_login(create_user())
    for number in (1, 2):
        assert b"Two" in read(chapter_address(story, number), client).content
    withhold_chapter(chapter=story.chapters.get(position=2))
    assert b"Two" not in read(chapter_address(story, 1), client).content
    assert read(chapter_address(story, 2), client).status_code == 404

    set_visibility(story=story, visibility="private")
    assert read(chapter_address(story, 1), client).status_code == 404
    assert b"Ash" not in read(reverse("social:library"), client).content
    client.force_login(story.owner)
    assert read(chapter_address(story, 1), client).status_code == 200


def test_a_chapter_for_grown_ups_is_asked_about_before_it_is_kept_and_after(client):
    story = published()
    reader = create_user()
    client.force_login(reader)
    read(chapter_address(story), client)
    Story.objects.filter(pk=story.pk).update(rating="mature")
    assert read(chapter_address(story), client).status_code == 302
    ReaderSettings.objects.create(user=reader, shows_mature=True)
    assert read(chapter_address(story), client).status_code == 200


# --- What it asks --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["library", "chapter"])
@pytest.mark.parametrize("who", ["stranger", "reader"])
def test_no_page_asks_more_than_six_times_even_before_it_is_kept(here, client, who, page):
    stories = [published(f"Story {number}") for number in range(6)]
    path = reverse("social:library") if page == "library" else chapter_address(stories[0])
    if who == "stranger":
        here.read(path)
        forget()
        assert asked(Process(), path) <= 6
        return
    client.force_login(create_user())
    read(path, client)
    forget()
    with CaptureQueriesContext(connection) as queries:
        read(path, client)
    assert len(queries) <= 6


def test_keeping_forgets_the_oldest_and_what_is_over():
    kept: Kept[int] = Kept(most=2, seconds=60)
    for number in range(3):
        kept.put(number, number)
    assert [kept.get(number) for number in range(3)] == [None, 1, 2]
    over: Kept[int] = Kept(most=2, seconds=-1)
    assert over.put("a", 1) == 1
    assert over.get("a") is None
