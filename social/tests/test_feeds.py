"""Atom feeds: what is in them, who is not, and that they go with the story."""

import re
from datetime import timedelta
from typing import Any

import feedparser
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Block, User
from social.feeds.excerpts import opening
from social.services import refresh_listing
from stories.models import Chapter, Story
from stories.services import create_chapter, release_chapter, set_tags, set_visibility, withhold_chapter
from tests.factories import create_story, create_user

pytestmark = pytest.mark.django_db

WORDS = " ".join(f"word{number}" for number in range(300))


def publish(*titles: str, rating: str = "everyone", tags: tuple[str, ...] = ("Sea",), **fields: Any) -> Story:
    """A published story with these chapters, each released an hour after the one before."""
    fields.setdefault("owner", None)
    owner = fields.pop("owner") or create_user(is_public=True, display_name="Ada Keeper")
    story = create_story(owner=owner, description="A keeper.", **fields)
    set_tags(story=story, names=tags)
    for title in titles or ("Night",):
        create_chapter(story=story, author=owner, title=title, content=f"*{title}* & all.\n\n{WORDS}")
    story = set_visibility(story=story, visibility="public", rating=rating)
    for number, chapter in enumerate(story.chapters.order_by("position")):
        released_at = timezone.now() - timedelta(hours=len(titles) - number)
        Chapter.objects.filter(pk=chapter.pk).update(released_at=released_at)
    refresh_listing(story=story)
    return story


def addresses(story: Story) -> list[str]:
    return [f"/feeds/stories/{story.pk}/", f"/feeds/@{story.owner.handle}/", "/feeds/tags/sea/"]


def read(client: Client, address: str) -> Any:
    response = client.get(address)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert response["Cache-Control"] == "no-cache"
    feed = feedparser.parse(response.content)
    assert not feed.bozo
    assert feed.version == "atom10"
    for told in (feed.feed, *feed.entries):
        assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", told.id)
        assert told.title
        assert told.updated_parsed
        assert told.get("author") or feed.feed.author
        if told is not feed.feed:
            assert told.link.startswith("http://testserver/")
    assert len({entry.id for entry in feed.entries}) == len(feed.entries)
    assert [link.href for link in feed.feed.links if link.rel == "self"] == [f"http://testserver{address}"]
    return feed


def test_a_story_s_feed_tells_of_its_chapters_and_not_the_whole_text(client: Client) -> None:
    story = publish("Night", "Dawn", "Day", language="fr")
    withhold_chapter(chapter=story.chapters.get(title="Dawn"))
    later = story.chapters.get(title="Day")
    Chapter.objects.filter(pk=later.pk).update(released_at=timezone.now() + timedelta(hours=1))
    silent = create_chapter(story=story, author=story.owner, title="Whispered", content=WORDS)
    release_chapter(chapter=silent, is_silent=True)
    new = create_chapter(story=story, author=story.owner, title="", content=f"Short and **strong**.\n\n{WORDS}")
    release_chapter(chapter=new)

    with CaptureQueriesContext(
        connection,
    ) as queries:
        feed = read(client, f"/feeds/stories/{story.pk}/")

    assert len(queries) == 2
    assert feed.feed.title == story.title
    assert feed.feed.language == "fr"
    assert [entry.title for entry in feed.entries] == ["Chapitre 5", "Night"]
    night = feed.entries[1]
    assert night.id == story.chapters.get(title="Night").pk.urn
    assert night.link == f"http://testserver/stories/{story.pk}/chapters/1/"
    assert night.summary.startswith("Night & all. word0 word1")
    assert night.summary.endswith("word96 …")
    assert "strong. word0" in feed.entries[0].summary
    assert story.pk.urn != feed.feed.id == read(client, f"/feeds/stories/{story.pk}/").feed.id


def test_an_author_s_feed_and_a_tag_s_leave_out_what_is_for_grown_up_readers(client: Client) -> None:
    author = create_user(is_public=True)
    tame = publish("Night", owner=author, title="Tame")
    wild = publish("Fire", owner=author, title="Wild", rating="explicit")
    publish("Storm", title="Other author", tags=("sea", "storm"))

    with CaptureQueriesContext(connection) as queries:
        feed = read(client, f"/feeds/@{author.handle}/")
    assert len(queries) == 2
    assert [entry.title for entry in feed.entries] == ["Tame: Night"]
    assert feed.feed.link == f"http://testserver/@{author.handle}/"
    assert f'/feeds/@{author.handle}/"'.encode() in client.get(f"/@{author.handle}/").content
    assert b'href="/feeds/tags/sea/"' in client.get("/library/?tag=sea").content

    with CaptureQueriesContext(connection) as queries:
        feed = read(client, "/feeds/tags/sea/")
    assert len(queries) == 2
    assert [entry.title for entry in feed.entries] == ["Other author", "Tame"]
    assert feed.entries[1].id == tame.pk.urn
    assert feed.entries[0].tags[1].label == "storm"
    assert [entry.title for entry in read(client, "/feeds/tags/storm/").entries] == ["Other author"]

    [fire] = read(client, f"/feeds/stories/{wild.pk}/").entries
    assert (fire.title, "summary" in fire) == ("Fire", False)


@pytest.mark.parametrize("now", ["private", "link", "held", "restricted", "binned", "banned"])
def test_what_is_withdrawn_is_in_no_feed_at_the_next_request(client: Client, now: str) -> None:
    story = publish("Night")
    etags = {address: client.get(address)["ETag"] for address in addresses(story)}
    for address, etag in etags.items():
        same = client.get(address, headers={"If-None-Match": etag})
        assert (same.status_code, same.content, same["ETag"]) == (304, b"", etag)
        assert "Last-Modified" in client.get(address)

    if now in ("private", "link"):
        set_visibility(story=story, visibility=now)
    elif now == "binned":
        Story.objects.filter(pk=story.pk).update(deleted_at=timezone.now())
    elif now == "banned":
        User.objects.filter(pk=story.owner_id).update(is_active=False)
    else:
        Story.objects.filter(pk=story.pk).update(standing=now)

    for address, etag in etags.items():
        answer = client.get(address, headers={"If-None-Match": etag})
        if "@" in address and now != "banned":
            assert (answer.status_code, story.pk.hex in answer.content.decode().replace("-", "")) == (200, False)
        else:
            assert answer.status_code == 404
        assert b"Night" not in answer.content


def test_a_chapter_taken_back_is_gone_for_whoever_asks_with_an_old_date(client: Client) -> None:
    story = publish("Night", "Dawn")
    address = f"/feeds/stories/{story.pk}/"
    seen = client.get(address)
    withhold_chapter(chapter=story.chapters.get(title="Dawn"))
    for headers in ({"If-Modified-Since": seen["Last-Modified"]}, {"If-None-Match": seen["ETag"]}):
        answer = client.get(address, headers=headers)
        assert (answer.status_code, b"Dawn" in answer.content) == (200, False)


def test_nobody_has_a_feed_who_has_no_public_page(client: Client) -> None:
    story = publish("Night", owner=create_user(is_public=False))
    address = f"/feeds/@{story.owner.handle}/"
    assert client.get(address).status_code == 404
    client.force_login(story.owner)
    assert client.get(address).status_code == 404
    hidden_from = create_user()
    open_one = publish("Night")
    Block.objects.create(blocker=open_one.owner, blocked=hidden_from)
    assert client.get(f"/feeds/@{open_one.owner.handle}/").status_code == 200
    client.force_login(hidden_from)
    assert client.get(f"/feeds/@{open_one.owner.handle}/").status_code == 404
    for unknown in ("/feeds/@nobody/", "/feeds/tags/unknown/", "/feeds/tags/%00/"):
        assert client.get(unknown).status_code == 404


def test_of_a_short_chapter_half_is_shown() -> None:
    assert opening("<p>One two <em>th</em>ree</p><p>four</p>", words=4) == "One two …"
    assert opening("<p>Alone</p>", words=1) == ""
    assert opening("<p>a &amp; b</p><p>c <stro", words=200) == "a & b c"
    assert opening("<p>a &am", words=200) == "a"
