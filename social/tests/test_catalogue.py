"""The OPDS catalogue, walked as an e-reader walks it: from its root, by nothing but what links say.

No OPDS client that reads 1.2 is among Python's packages; feedparser reads the Atom in it, and what OPDS asks beyond
that is checked here by its own rules (https://specs.opds.io/opds-1.2). By hand, on 2026-11-21, two clients of Node's
walked the demo catalogue whole and fetched EPUBs: opds-feed-parser 0.1.0 (NYPL) and r2-opds-js 1.0.46 (Readium).
"""

import io
import re
import zipfile
from typing import Any
from urllib.parse import quote, urlsplit

import feedparser
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from lxml import etree

from accounts.models import User
from social.feeds import catalogue
from social.tests.test_feeds import publish
from stories.models import Story
from stories.services import set_visibility
from tests.factories import create_user

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"
DC = "{http://purl.org/dc/terms/}"
REL = "http://opds-spec.org/"


class EReader:
    """What an e-reader does: it follows links by their relation and type, and knows no address but the first."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def get(self, address: str) -> Any:
        parts = urlsplit(address)
        assert parts.netloc in ("", "testserver")
        return self.client.get(parts.path + (f"?{parts.query}" if parts.query else ""))

    def open(self, address: str, kind: str) -> Any:
        response = self.get(address)
        assert response.status_code == 200, address
        assert response["Content-Type"] == f"application/atom+xml;profile=opds-catalog;kind={kind}; charset=utf-8"
        self.check(etree.fromstring(response.content), kind)
        feed = feedparser.parse(response.content)
        assert not feed.bozo
        return feed

    def check(self, feed: Any, kind: str) -> None:
        """What the specification asks of a feed of this kind."""
        assert {link.get("rel") for link in feed.findall(f"{ATOM}link")} >= {"self", "start", "search"}
        for part in (feed, *feed.findall(f"{ATOM}entry")):
            for name in ("id", "title", "updated"):
                assert len(part.findall(f"{ATOM}{name}")) == 1
            for link in part.findall(f"{ATOM}link"):
                assert link.get("href").startswith("http://testserver/")
                assert link.get("type")
        for entry in feed.findall(f"{ATOM}entry"):
            acquired = [
                link for link in entry.findall(f"{ATOM}link") if link.get("rel").startswith(f"{REL}acquisition")
            ]
            assert bool(acquired) == (kind == "acquisition")
            if kind == "acquisition":
                assert re.fullmatch(r"\d{4}-\d\d-\d\d", entry.findtext(f"{DC}issued"))
                assert entry.findtext(f"{DC}language") in ("en", "fr")
            pictures = [link.get("type") for link in entry.findall(f"{ATOM}link") if f"{REL}image" in link.get("rel")]
            assert not pictures or {"image/png", "image/jpeg"} & set(pictures)

    def way(self, links: Any, rel: str) -> Any:
        [found] = [link for link in links if link.rel == rel]
        return found


@pytest.fixture
def reader(client: Client) -> EReader:
    return EReader(client)


def titles(feed: Any) -> list[str]:
    return [entry.title for entry in feed.entries]


def test_an_e_reader_finds_a_book_and_takes_it_home(reader: EReader) -> None:
    publish("One", title="Kept here", may_download=False)
    story = publish("Night", title="To take", may_download=True, mode="journal", language="fr", theme="family")
    publish("Fire", title="Wild", rating="mature", may_download=True)

    root = reader.open("/opds/", "navigation")
    ways = {entry.title: entry.links[0] for entry in root.entries}
    assert [way.rel for way in ways.values()] == [f"{REL}sort/new", f"{REL}sort/popular", "subsection", "subsection"]
    new = reader.open(ways["New"].href, "acquisition")
    assert titles(new) == ["To take", "Kept here"]
    assert set(titles(reader.open(ways["Most loved"].href, "acquisition"))) == set(titles(new))
    for shelf, wanted in (("By kind", "Journal"), ("By language", "Français")):
        below = reader.open(ways[shelf].href, "navigation")
        [entry] = [entry for entry in below.entries if entry.title == wanted]
        assert titles(reader.open(entry.links[0].href, "acquisition")) == ["To take"]

    taken, kept = new.entries
    assert (taken.id, taken.author, taken.title_detail.language) == (story.pk.urn, "Ada Keeper", "fr")
    assert {tag.term for tag in taken.tags} == {"journal", "family", "sea"}
    book = reader.get(reader.way(taken.links, f"{REL}acquisition/open-access").href)
    assert book["Content-Type"] == "application/epub+zip"
    assert "EPUB/package.opf" in zipfile.ZipFile(io.BytesIO(b"".join(book))).namelist()
    assert not [link for link in kept.links if link.type == "application/epub+zip"]
    assert b"word0" in reader.get(reader.way(kept.links, f"{REL}acquisition").href).content
    for link in taken.links:
        if f"{REL}image" in link.rel:
            assert reader.get(link.href)["Content-Type"].partition(";")[0] == link.type


def test_every_page_of_a_long_shelf_is_reached_and_costs_the_same(reader: EReader) -> None:
    author = create_user()
    for number in range(catalogue.PAGE + 2):
        publish("One", owner=author, title=f"Story {number}", tags=("sea", f"tag {number}"))
    seen: list[str] = []
    costs = set()
    address = "/opds/stories/"
    while address:
        with CaptureQueriesContext(connection) as queries:
            feed = reader.open(address, "acquisition")
        costs.add(len(queries))
        seen += titles(feed)
        address = next((link.href for link in feed.feed.links if link.rel == "next"), "")
    assert len(seen) == len(set(seen)) == catalogue.PAGE + 2
    assert costs == {1}
    assert titles(reader.open("/opds/stories/?after=nonsense&mode=nonsense", "acquisition")) == seen[: catalogue.PAGE]


def test_a_search_is_asked_as_its_description_says(reader: EReader) -> None:
    publish("Night", title="The Éclair of the Lighthouse")
    publish("Night", title="Wild lighthouse", rating="explicit")
    described = reader.get(reader.way(reader.open("/opds/", "navigation").feed.links, "search").href)
    assert described["Content-Type"] == "application/opensearchdescription+xml; charset=utf-8"
    urls = etree.fromstring(described.content).findall("{*}Url")
    template = next(url.get("template") for url in urls if "kind=acquisition" in url.get("type"))

    def ask(words: str) -> list[str]:
        return titles(reader.open(template.replace("{searchTerms}", quote(words)), "acquisition"))

    with CaptureQueriesContext(connection) as queries:
        assert ask("eclair lighthouse") == ["The Éclair of the Lighthouse"]
    assert len(queries) <= 6
    assert ask("nothing of the kind") == []
    for words in ("", '"*():^-', "x" * 10_000, "the", "\x00\ud83d".encode("utf-8", "surrogatepass").decode("latin-1")):
        ask(words)


@pytest.mark.parametrize("now", ["private", "hidden"])
def test_what_is_withdrawn_is_on_no_shelf(reader: EReader, now: str) -> None:
    story = publish("Night", title="Lighthouse")
    shelves = ["/opds/stories/", "/opds/stories/?tag=sea", "/opds/search/?q=lighthouse"]
    etags = {}
    for shelf in shelves:
        answer = reader.get(shelf)
        assert b"Lighthouse" in answer.content
        etags[shelf] = answer["ETag"]
    if now == "private":
        set_visibility(story=story, visibility="private")
    else:
        Story.objects.filter(pk=story.pk).update(standing="hidden")
    for shelf in shelves:
        answer = reader.client.get(shelf, headers={"If-None-Match": etags[shelf]})
        assert (answer.status_code, b"Lighthouse" in answer.content) == (200, False)


def test_the_catalogue_is_the_same_for_everybody(reader: EReader) -> None:
    publish("Night", title="Wild", rating="explicit")
    person = User.objects.get()
    reader.client.force_login(person)
    assert titles(reader.open("/opds/stories/?rating=explicit", "acquisition")) == []
