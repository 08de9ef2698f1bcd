"""What pages say of themselves to search engines and networks, and the sitemap; nothing where nobody may look."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from lxml import etree, html

from social.feeds import sitemap
from social.tests.test_feeds import publish
from stories.models import Story
from stories.services import set_visibility
from tests.factories import create_story, create_user

pytestmark = pytest.mark.django_db


def head(client: Client, address: str) -> dict[str, Any]:
    """What the page's head says: meta and links by their name, and the JSON-LD."""
    page = html.fromstring(client.get(address).content)
    said: dict[str, Any] = {
        meta.get("property") or meta.get("name"): meta.get("content") for meta in page.findall(".//head/meta")
    }
    said |= {f"link:{link.get('rel')}": link.get("href") for link in page.findall(".//head/link")}
    said["feeds"] = [link.get("href") for link in page.xpath("//head/link[@type='application/atom+xml']")]
    said["ld"] = [json.loads(each.text) for each in page.xpath("//head/script[@type='application/ld+json']")]
    return said


def test_a_published_story_introduces_itself(client: Client) -> None:
    story = publish("Night", "Dawn", title="The keeper’s <log> & more", language="fr", theme="family", mode="legacy")
    here = f"http://testserver/stories/{story.pk}/"

    said = head(client, f"/stories/{story.pk}/")
    assert said["link:canonical"] == said["og:url"] == here
    assert (said["og:title"], said["og:type"], said["og:locale"]) == (story.title, "book", "fr_FR")
    assert said["og:image"].startswith(f"{here}card.png?v=")
    assert said["twitter:card"] == "summary_large_image"
    assert said["feeds"] == [f"/feeds/stories/{story.pk}/", f"/feeds/@{story.owner.handle}/"]
    assert "robots" not in said
    [book] = said["ld"]
    assert (book["@type"], book["name"], book["author"]["name"]) == ("Book", story.title, "Ada Keeper")
    assert (book["inLanguage"], book["isAccessibleForFree"]) == ("fr", True)
    assert book["datePublished"] == f"{story.published_at:%Y-%m-%d}"
    assert book["genre"][1] == "Famille"

    said = head(client, f"/stories/{story.pk}/chapters/2/")
    assert said["link:canonical"] == f"{here}chapters/2/"
    assert (said["og:type"], said["og:title"]) == ("article", f"Dawn · {story.title}")
    [chapter] = said["ld"]
    assert (chapter["@type"], chapter["position"], chapter["isPartOf"]["@id"]) == ("Chapter", 2, here)

    assert head(client, f"/stories/{publish('One').pk}/")["ld"][0]["@type"] == "ShortStory"


@pytest.mark.parametrize("now", ["link", "private", "restricted"])
def test_what_not_everybody_may_find_says_nothing(client: Client, now: str) -> None:
    story = publish("Night", "Dawn")
    if now == "restricted":
        Story.objects.filter(pk=story.pk).update(standing=now)
        home = f"/stories/{story.pk}/"
    else:
        story = set_visibility(story=set_visibility(story=story, visibility="link"), visibility=now)
        client.force_login(story.owner)
        home = f"/s/{story.share_token}/" if now == "link" else f"/stories/{story.pk}/"
    for address in (home, f"{home}chapters/1/", f"{home}whole/"):
        said = head(client, address)
        assert not [name for name in said if str(name).startswith(("og:", "twitter:", "link:canonical"))]
        assert (said["feeds"], said["ld"]) == ([], [])


def urls(written: bytes) -> list[str]:
    document = etree.fromstring(written)
    return [str(loc.text) for loc in document.iter("{*}loc")]


def test_the_sitemap_has_every_story_for_everyone_once(client: Client) -> None:
    stories = [publish("Night", rating=rating) for rating in ("everyone", "teen", "mature", "explicit")]
    publish("Night").delete()
    wanted = {f"http://testserver/stories/{story.pk}/" for story in stories[:2]}

    with CaptureQueriesContext(connection) as queries:
        index = client.get("/sitemap.xml")
    assert len(queries) == 2
    assert urls(index.content) == [f"http://testserver/sitemaps/{kind}-1-of-1.xml" for kind in ("stories", "authors")]
    with CaptureQueriesContext(connection) as queries:
        part = client.get("/sitemaps/stories-1-of-1.xml")
    assert len(queries) == 1
    assert "OFFSET" not in queries[0]["sql"]
    assert set(urls(part.content)) == wanted
    assert b"<lastmod>20" in part.content
    assert client.get("/sitemaps/stories-1-of-1.xml", headers={"If-None-Match": part["ETag"]}).status_code == 304

    # Parted among sixteen it is the same.
    spread = [
        url for number in range(1, 17) for url in urls(client.get(f"/sitemaps/stories-{number}-of-16.xml").content)
    ]
    assert sorted(spread) == sorted(wanted)

    set_visibility(story=stories[0], visibility="private")
    answer = client.get("/sitemaps/stories-1-of-1.xml", headers={"If-None-Match": part["ETag"]})
    assert (answer.status_code, urls(answer.content)) == (200, [f"http://testserver/stories/{stories[1].pk}/"])
    for unknown in ("0-of-1", "2-of-1", "1-of-17", "1-of-99999999999999999999"):
        assert client.get(f"/sitemaps/stories-{unknown}.xml").status_code == 404


def test_a_library_that_grows_is_mapped_in_more_parts() -> None:
    story = publish("Night")
    assert len(urls(sitemap.index(full=1))) == 2
    # Of a single story the first part that is small enough is the first without it, or the smallest there is.
    first, second = (
        next((parts for parts in sitemap.PARTS if pk.int >= (1 << 128) // parts), sitemap.PARTS[-1])
        for pk in (story.pk, story.owner_id)
    )
    assert len(urls(sitemap.index(full=0))) == first + second


def test_the_sitemap_has_every_author_with_a_page_and_something_on_it(client: Client) -> None:
    read, quiet, unread, adult = (create_user(is_public=is_public) for is_public in (True, False, True, True))
    stories = [publish("Night", owner=owner) for owner in (read, quiet)]
    publish("Night", owner=adult, rating="mature")
    create_story(owner=unread)

    with CaptureQueriesContext(connection) as queries:
        part = client.get("/sitemaps/authors-1-of-1.xml")
    assert len(queries) == 1
    assert urls(part.content) == [f"http://testserver/@{read.handle}/"]
    set_visibility(story=stories[0], visibility="private")
    assert urls(client.get("/sitemaps/authors-1-of-1.xml").content) == []
    assert client.get("/sitemaps/authors-2-of-1.xml").status_code == 404
