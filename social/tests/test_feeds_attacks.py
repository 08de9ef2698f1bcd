"""Whatever stands in titles, names, tags and texts: every document for programs is well-formed, and only says it."""

import json
from urllib.parse import quote

import pytest
from django.core.cache import cache
from django.test import Client
from lxml import etree, html

from accounts.models import User
from costory.lib import markdown
from social.services import refresh_listing
from social.tests.test_feeds import publish
from stories.exporting.xhtml import plain_xml
from stories.models import Chapter, Story, Tag
from stories.services import set_tags, tag_slug
from tests.attacks import ATTACKS, faults_in
from tests.factories import create_user

# What a page or a file says of a row is the same on either database.
pytestmark = [pytest.mark.django_db, pytest.mark.once]

# Of the corpus only what a form would let through; and what no form does, as an import or an old row may hold it.
STORABLE = [markdown.normalise_text(attack) for attack in ATTACKS]
RAW = ["a\x01b\x0bc\x1b", "\ufffe\uffff&<>\"']]>", "\u202eright to left\u2066", "<?xml version='1.0'?><!DOCTYPE x>"]
SIZE = 25
GROUPS = [[*STORABLE, *RAW][start : start + SIZE] for start in range(0, len(STORABLE) + len(RAW), SIZE)]
SPOKEN = {
    "http://www.w3.org/2005/Atom",
    "http://purl.org/dc/terms/",
    "http://a9.com/-/spec/opensearch/1.1/",
    "http://www.sitemaps.org/schemas/sitemap/0.9",
}


def hostile(attack: str, author: User) -> Story:
    """A published story that says this wherever it can."""
    story = publish("Night", owner=author, tags=("sea",))
    set_tags(story=story, names=["sea", *([attack[:40]] if tag_slug(attack[:40]) else [])])
    said = {"title": attack[:200], "description": attack}
    # Held for its links, say, or not: that is another rule's matter.
    Story.objects.filter(pk=story.pk).update(**said, standing="clear")
    Chapter.objects.filter(story=story).update(title=attack[:200], content_html=f"<p>{attack}</p>")
    story.refresh_from_db()
    refresh_listing(story=story)
    return story


@pytest.mark.parametrize("group", GROUPS, ids=range(len(GROUPS)))
def test_every_document_is_well_formed_and_only_says_it(client: Client, group: list[str]) -> None:
    cache.clear()
    author = create_user(is_public=True, display_name="</name><script>&")
    stories = {attack: hostile(attack, author) for attack in group}

    lists = [f"/feeds/@{author.handle}/", "/feeds/tags/sea/", "/opds/stories/", "/sitemaps/stories-1-of-1.xml"]
    searches = [f"/opds/search/?q={quote(attack[:200])}" for attack in group[::5]]
    tags = [f"/feeds/tags/{quote(tag.slug, safe='')}/" for tag in Tag.objects.filter(stories__owner=author).distinct()]
    for address in (*lists, *searches, *tags):
        read(client, address)
    for attack, story in stories.items():
        feed = read(client, f"/feeds/stories/{story.pk}/")
        [shown] = feed.findall("{*}entry/{*}title")
        # A reader of XML takes every line's end for the same.
        assert shown.text == plain_xml(attack[:200]).replace("\r\n", "\n").replace("\r", "\n")

    for attack in group[::4]:
        story = stories[attack]
        for address in (f"/stories/{story.pk}/", f"/stories/{story.pk}/chapters/1/"):
            markup = client.get(address).content.decode()
            page = html.fromstring(markup.replace("\x01", "").replace("\x0b", "").replace("\x1b", ""))
            [document] = page.xpath("//head/script[@type='application/ld+json']")
            assert attack[:20] in json.loads(document.text)["name"] or "\x01" in attack
            if "chapters" not in address:
                # The chapter's own text was put there uncleaned, as nobody can.
                assert faults_in(markup) == []
    assert client.get(f"/stories/{stories[group[-1]].pk}/card.png").content.startswith(b"\x89PNG")


def read(client: Client, address: str) -> etree._Element:
    response = client.get(address)
    assert response.status_code == 200, address
    document = etree.fromstring(response.content)
    assert {etree.QName(element).namespace for element in document.iter()} <= SPOKEN
    for link in document.iter("{*}link"):
        assert link.get("href").startswith("http://testserver/")
    return document
