"""Atom 1.0 (RFC 4287), with what OPDS 1.2 and OpenSearch add to it, from plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5

from django.conf import settings

from social.feeds.xml import Document

ATOM: Final = "application/atom+xml"
NAMESPACES: Final = {
    "xmlns": "http://www.w3.org/2005/Atom",
    "xmlns:dc": "http://purl.org/dc/terms/",
    "xmlns:opds": "http://opds-spec.org/2010/catalog",
    "xmlns:opensearch": "http://a9.com/-/spec/opensearch/1.1/",
}


@dataclass(frozen=True)
class Link:
    """A way from a feed or an entry; `href` is a path of this house."""

    rel: str
    href: str
    type: str = "text/html"
    title: str = ""


@dataclass(frozen=True)
class Person:
    """An author, with the path of their page where they have one."""

    name: str
    href: str = ""


@dataclass(frozen=True)
class Category:
    """What an entry is about: a word for programs, and one for people."""

    term: str
    label: str
    scheme: str = ""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One story, chapter or part of a catalogue."""

    id: UUID
    title: str
    updated_at: datetime
    links: Sequence[Link]
    published_at: datetime | None = None
    author: Person | None = None
    summary: str = ""
    # Said of a part of a catalogue, where Atom wants content rather than a summary.
    content: str = ""
    language: str = ""
    issued_on: date | None = None
    categories: Sequence[Category] = ()


@dataclass(frozen=True, kw_only=True)
class Feed:
    """A list of entries; `href` is its own path."""

    id: UUID
    title: str
    href: str
    updated_at: datetime
    entries: Sequence[Entry]
    type: str = ATOM
    links: Sequence[Link] = ()
    author: Person | None = None
    subtitle: str = ""
    language: str = ""
    # Of a search: how many were found in all, where that is known.
    total: int | None = None


def absolute(href: str) -> str:
    """A path of this house as an address."""
    return f"{settings.APP_URL}{href}"


def house_id(href: str) -> UUID:
    """The lasting id of a list that is nobody's but the house's."""
    return uuid5(NAMESPACE_URL, absolute(href))


def write(feed: Feed) -> bytes:
    """The feed as a document."""
    document = Document("feed", {**NAMESPACES, "xml:lang": feed.language})
    document.add("id", feed.id.urn)
    document.add("title", feed.title)
    if feed.subtitle:
        document.add("subtitle", feed.subtitle)
    document.add("updated", _moment(feed.updated_at))
    _person(document, feed.author)
    for link in (Link("self", feed.href, feed.type), *feed.links):
        _link(document, link)
    if feed.total is not None:
        document.add("opensearch:totalResults", str(feed.total))
    for entry in feed.entries:
        _entry(document, entry)
    return document.finish()


def _entry(document: Document, entry: Entry) -> None:
    document.open("entry", {"xml:lang": entry.language})
    document.add("id", entry.id.urn)
    document.add("title", entry.title)
    document.add("updated", _moment(entry.updated_at))
    if entry.published_at is not None:
        document.add("published", _moment(entry.published_at))
    _person(document, entry.author)
    if entry.language:
        document.add("dc:language", entry.language)
    if entry.issued_on is not None:
        document.add("dc:issued", entry.issued_on.isoformat())
    for category in entry.categories:
        said = {"term": category.term, "label": category.label, "scheme": category.scheme}
        document.add("category", attributes=said)
    if entry.summary:
        document.add("summary", entry.summary, {"type": "text"})
    if entry.content:
        document.add("content", entry.content, {"type": "text"})
    for link in entry.links:
        _link(document, link)
    document.close("entry")


def _link(document: Document, link: Link) -> None:
    said = {"rel": link.rel, "href": absolute(link.href), "type": link.type, "title": link.title}
    document.add("link", attributes=said)


def _person(document: Document, person: Person | None) -> None:
    if person is None:
        return
    document.open("author")
    document.add("name", person.name)
    if person.href:
        document.add("uri", absolute(person.href))
    document.close("author")


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
