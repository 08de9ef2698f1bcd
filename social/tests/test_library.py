"""The library: what it holds, how it is narrowed, and that nothing private is in it."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Mute, User
from events.models import Event
from social.models import Listing, ReaderSettings
from social.services import count_answers, refresh_listings
from social.trend import trend_score
from stories.models import Story
from stories.services import (
    create_chapter,
    create_story,
    delete_story,
    release_chapter,
    revise_story,
    set_tags,
    set_visibility,
    withhold_chapter,
)
from tests.factories import create_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_card_kept() -> None:
    caches["template_fragments"].clear()


def published(title: str = "The lighthouse", *, words: int = 3, tags: tuple[str, ...] = (), **fields: Any) -> Story:
    owner = fields.pop("owner", None) or create_user()
    story = create_story(
        owner=owner, title=title, mode=fields.pop("mode", "fiction"), **{"rating": "everyone", **fields}
    )
    create_chapter(story=story, author=owner, content="word " * words)
    set_tags(story=story, names=tags)
    return set_visibility(story=story, visibility="public")


def titles(client, query: str = "") -> list[str]:
    response = client.get(f"/library/{query}")
    assert response.status_code == 200
    text = response.content.decode()
    return [title for title in ("Ash", "Birch", "Cedar", "Draft", "Elm") if f">{title}</a>" in text]


def test_only_what_is_public_is_in_it(client):
    story = published("Ash")
    private = create_story(owner=create_user(), title="Draft", mode="fiction", rating="everyone")
    create_chapter(story=private, author=private.owner, content="Secret.")
    refresh_listings()
    assert titles(client) == ["Ash"]

    set_visibility(story=story, visibility="link")
    assert titles(client) == []
    listing = Listing.objects.get(pk=story.pk)
    assert (listing.is_listed, listing.words, listing.tags, listing.published_at) == (False, 0, [], None)

    set_visibility(story=story, visibility="public")
    assert titles(client) == ["Ash"]
    delete_story(story=story)
    assert titles(client) == []


@pytest.mark.parametrize("standing", ["restricted", "held", "hidden", "removed"])
def test_moderation_takes_a_story_out_whatever_its_listing_says(client, standing):
    story = published("Ash")
    Story.objects.filter(pk=story.pk).update(standing=standing)

    assert titles(client) == []


def test_a_banned_author_is_in_no_list(client):
    story = published("Ash")
    story.owner.is_active = False
    story.owner.save()

    assert titles(client) == []


def test_a_story_with_nothing_released_waits(client):
    story = published("Ash")
    withhold_chapter(chapter=story.chapters.get())
    assert titles(client) == []

    release_chapter(chapter=story.chapters.get(), at=timezone.now() + timedelta(hours=1))
    assert titles(client) == []
    story.chapters.update(released_at=timezone.now() - timedelta(seconds=1))
    # The minute's sweep finds that its time has come.
    Listing.objects.update(refreshed_at=timezone.now() - timedelta(minutes=1))
    assert refresh_listings() == 1
    assert titles(client) == ["Ash"]
    assert refresh_listings() == 0


def test_drafts_count_for_nothing(client):
    story = published("Ash", words=230)
    create_chapter(story=story, author=story.owner, content="word " * 50_000)
    refresh_listings()

    listing = Listing.objects.get(pk=story.pk)
    assert (listing.words, listing.chapters) == (230, 1)
    assert "1 minute" in client.get("/library/").content.decode()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?mode=journal", ["Birch"]),
        ("?theme=fantasy", ["Cedar"]),
        ("?language=fr", ["Birch"]),
        ("?rating=teen", ["Cedar"]),
        ("?complete=1", ["Cedar"]),
        ("?length=medium", ["Cedar"]),
        ("?length=short", ["Ash", "Birch"]),
        ("?tag=sea", ["Ash", "Birch"]),
        ("?tag=SEA&tag=été", ["Birch"]),
        ("?tag=sea&not=ete", ["Ash"]),
        ("?not=sea", ["Cedar"]),
        ("?tag=nobody", []),
        ("?since=week", ["Ash", "Birch", "Cedar"]),
        ("?sort=loved", ["Ash", "Birch", "Cedar"]),
        ("?mode=x&theme=%00&sort=up&length=&after=nonsense&tag=%00", ["Ash", "Birch", "Cedar"]),
    ],
)
def test_filters(client, query, expected):
    published("Ash", tags=("Sea",))
    published("Birch", mode="journal", language="fr", tags=("sea", "Été"))
    published("Cedar", theme="fantasy", rating="teen", is_complete=True, words=8_000)

    assert titles(client, query) == expected


def test_what_is_for_grown_ups_is_seen_by_those_who_asked(client):
    published("Ash", rating="mature")
    published("Birch", rating="explicit")
    assert titles(client) == titles(client, "?rating=mature") == []

    reader = create_user()
    client.force_login(reader)
    assert titles(client) == []
    ReaderSettings.objects.create(user=reader, shows_mature=True)
    assert titles(client) == ["Ash", "Birch"]
    assert titles(client, "?rating=explicit") == ["Birch"]


def test_somebody_one_would_rather_not_read_is_left_out(client):
    story = published("Ash")
    reader = create_user()
    Mute.objects.create(muter=reader, muted=story.owner)
    assert titles(client) == ["Ash"]
    client.force_login(reader)
    assert titles(client) == []


def test_pages_follow_each_other_and_hold_everything_once(client):
    owner = create_user()
    for number in range(60):
        published(f"Number {number:02}.", owner=owner)
    Listing.objects.update(published_at=timezone.now())

    found: list[str] = []
    address = "/library/?sort=new"
    while address:
        text = client.get(address, headers={"HX-Request": "true", "HX-Target": "more"}).content.decode()
        assert "<html" not in text
        found += [part.split("<")[0] for part in text.split('/">Number ')[1:]]
        address = text.split('hx-get="')[1].split('"')[0].replace("&amp;", "&") if 'hx-get="' in text else ""
    assert sorted(found) == [f"{number:02}." for number in range(60)]


def test_a_list_costs_few_queries_however_long_it_is(client):
    owner = create_user()
    for number in range(30):
        published(f"Number {number}", owner=owner, tags=("sea", "night"))
    client.force_login(create_user())
    client.get("/library/")

    with CaptureQueriesContext(connection) as queries:
        client.get("/library/?tag=sea&not=day&complete=0")
    # Session, person, what they may see, the counts, the page, the name of the tag that nothing found bears.
    assert len(queries) <= 6
    client.logout()
    with CaptureQueriesContext(connection) as queries:
        client.get("/library/")
    assert len(queries) == 2


def test_counts_stop_at_a_thousand(client):
    owner, now = published("Ash").owner, timezone.now()
    told = {"mode": "legacy", "rating": "everyone"}
    stories = [Story(owner=owner, title="x", visibility="public", **told) for _ in range(1_002)]
    Story.objects.bulk_create(stories)
    listed = {"is_listed": True, "published_at": now, "refreshed_at": now, **told}
    Listing.objects.bulk_create(Listing(story=story, **listed) for story in stories)

    text = client.get("/library/").content.decode()
    counts = [part.split("<")[0] for part in text.split('<span class="chip__count">')[1:]]
    assert counts == ["1,000+", "1", "0", "1,000+", "0"]


def options(client, look=""):
    """What the filters' menus offer, by value."""
    found = re.findall(r'<option value="([^"]+)"[^>]*>([^<]+)<', client.get(f"/library/{look}").content.decode())
    return dict(found)


def test_filters_say_how_many_there_are_under_the_others(client):
    reader = create_user()
    published("Ash", theme="horror", language="fr", rating="teen")
    published("Birch", theme="horror", language="en")
    gone = published("Elm", theme="horror", language="fr")
    User.objects.filter(pk=gone.owner_id).update(is_active=False)
    published("Cedar", theme="travel", language="fr", rating="explicit")
    shown = options(client)
    assert (shown["horror"], shown["travel"], shown["fr"], shown["en"]) == (
        *("Horror (2)", "Travel (0)", "Français (1)", "English (1)"),
    )
    # The menu's own filter is left out of its counts, the others are not.
    shown = options(client, "?theme=horror&language=fr")
    assert (shown["horror"], shown["travel"], shown["fr"], shown["en"]) == (
        *("Horror (1)", "Travel (0)", "Français (1)", "English (1)"),
    )
    assert (shown["teen"], shown["everyone"]) == ("From about thirteen (1)", "Everyone (0)")
    # What is in none of a reader's lists is not counted for them either.
    assert "(" not in shown["explicit"]
    ReaderSettings.objects.create(user=reader, shows_mature=True)
    client.force_login(reader)
    assert options(client)["travel"] == "Travel (1)"
    assert "(1)" in options(client)["explicit"]
    # Where words are looked for, nothing is counted but what is found.
    assert options(client, "?q=Ash")["horror"] == "Horror"


def test_what_is_written_anew_is_shown_anew(client):
    story = published("Ash")
    assert titles(client) == ["Ash"]
    revise_story(story=story, title="Birch")
    assert titles(client) == ["Birch"]
    assert Event.objects.filter(name="story.revised").exists()


def test_trend_ages_and_grows():
    now = timezone.now()
    quiet = trend_score(likes=0, comments=0, reads=0, published_at=now)
    loved = trend_score(likes=1, comments=0, reads=10, published_at=now - timedelta(days=2))
    older = trend_score(likes=1, comments=0, reads=10, published_at=now - timedelta(days=6))

    assert older < quiet < loved


def test_what_is_counted_moves_the_trend(client):
    one, two = published("Ash"), published("Birch")
    before = Listing.objects.get(pk=one.pk).trend
    count_answers(story_id=one.pk, likes=2, comments=1)

    listing = Listing.objects.get(pk=one.pk)
    assert (listing.like_count, listing.comment_count) == (2, 1)
    assert listing.trend > before
    assert listing.trend > Listing.objects.get(pk=two.pk).trend


def test_a_cover_goes_with_its_story(client):
    story = published("Ash")
    first = client.get(f"/stories/{story.pk}/cover/")
    assert first["Content-Type"].startswith("image/svg+xml")
    assert b"Ash" in first.content
    # Work that is done in private does not show from outside.
    create_chapter(story=story, author=story.owner)
    assert client.get(f"/stories/{story.pk}/cover/", headers={"If-None-Match": first["ETag"]}).status_code == 304

    set_visibility(story=story, visibility="private")
    assert client.get(f"/stories/{story.pk}/cover/", headers={"If-None-Match": first["ETag"]}).status_code == 404


# --- Words that are looked for ------------------------------------------------------------------------------------


def test_words_are_found_marked_and_corrected(client):
    story = published("Ash", tags=("Sea",), description="A <b>lighthouse</b> keeper & his daughter.")
    create_chapter(story=story, author=story.owner, title="Two", content="The *gannets* came at dawn.")
    set_visibility(story=story, visibility="public", chapter_ids=list(story.chapters.values_list("pk", flat=True)))

    page = client.get("/library/?q=lighthouses").content.decode()
    assert "&lt;b&gt;<mark>lighthouse</mark>&lt;/b&gt; keeper &amp; his daughter" in page
    assert "1 story" in page
    # A word that only the text has is shown where it stands.
    assert "<mark>gannets</mark>" in client.get("/library/?q=gannet").content.decode()
    page = client.get("/library/?q=lihgthouse").content.decode()
    assert "Nothing was found for “lihgthouse”" in page
    assert "<mark>lighthouse</mark>" in page
    assert titles(client, "?q=lighthouse&tag=sea") == ["Ash"]
    assert titles(client, "?q=lighthouse&not=sea") == []
    assert titles(client, "?q=lighthouse&language=fr") == []

    set_visibility(story=story, visibility="private")
    assert titles(client, "?q=lighthouse") == []


@pytest.mark.parametrize(
    "words", ["the", "' OR 1=1 --", "((((", "\u202eab", "%00", "*", "a" * 3000, "-", '"', ":*&|!<>"]
)
def test_nothing_that_is_looked_for_is_an_error(client, words):
    published("Ash")
    for sort in ("", "new", "trending", "loved"):
        assert client.get("/library/", {"q": words, "sort": sort, "after": "x"}).status_code == 200
