"""Who finds what of a story: every address there is, asked by everybody, in every state a story can be in.

The addresses come from the URL configuration itself, pages, fragments, feeds, files and API alike. One whose parameters
cannot be filled fails the test, so a new one is asked from its first day. The story goes from state to state within one
test while every cache stays warm: what was shown a moment ago must be gone at the next request.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.cache import caches
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from accounts.models import ApiToken, Block, User
from coaching.models import Finding, Message, Proposal, Reply, Session
from costory.leaving.tests.conftest import create_rich_person
from social.models import Comment, Decision, Follow, Listing, Notification, ReadingList
from social.services import appoint_moderator, refresh_listing
from stories.models import (
    Beat,
    Chapter,
    CodexEntry,
    CodexFact,
    CodexRelation,
    ImportDraft,
    Note,
    Photograph,
    Revision,
    Story,
)
from stories.services import create_chapter, delete_story, set_visibility
from tests.factories import create_user

pytestmark = [pytest.mark.django_db, pytest.mark.once]

# The title, what is released, and what is nobody's but the writer's.
TITLE, TEXT, CLOSED = "Quillon Marrow", "zephyrine", "obsidiane"

PARAMETER = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>")
# What a `pk` is of, by the word before it in the address.
MODELS: dict[str, Callable[["World"], Any]] = {
    "studio": lambda world: world.story.pk,
    "stories": lambda world: world.story.pk,
    "story": lambda world: world.story.pk,
    "chapters": lambda world: world.chapter.pk,
    "revisions": lambda world: world.first(Revision),
    "codex": lambda world: world.first(CodexEntry),
    "facts": lambda world: world.first(CodexFact),
    "relations": lambda world: world.first(CodexRelation),
    "photographs": lambda world: world.first(Photograph),
    "notes": lambda world: world.first(Note),
    "beats": lambda world: world.first(Beat),
    "import": lambda world: world.first(ImportDraft),
    "tokens": lambda world: world.first(ApiToken),
    "avatars": lambda world: world.owner.pk,
    "people": lambda world: world.owner.pk,
    "users": lambda world: world.owner.pk,
    "profile": lambda world: world.owner.pk,
    "findings": lambda world: world.first(Finding),
    "proposals": lambda world: world.first(Proposal),
    "sessions": lambda world: world.first(Session),
    "messages": lambda world: world.first(Message),
    "replies": lambda world: world.first(Reply),
    "lists": lambda world: world.first(ReadingList),
    "reading-lists": lambda world: world.first(ReadingList),
    # `report/<kind>/…` is asked about the story.
    "report/<slug:kind>": lambda world: world.story.pk,
    "decisions": lambda world: world.first(Decision),
    "comments": lambda world: world.first(Comment),
    "comment": lambda world: world.first(Comment),
    "notifications": lambda world: world.first(Notification),
}
# Parameters that say by their name what they are of.
NAMED: dict[str, Callable[["World"], Any]] = {
    "story_pk": MODELS["stories"],
    "story_id": MODELS["stories"],
    "story": MODELS["stories"],
    "part": lambda world: 1,
    "parts": lambda world: 1,
    "chapter_pk": MODELS["chapters"],
    "chapter_id": MODELS["chapters"],
    "other_pk": lambda world: world.chapter.pk,
    "last_picture": lambda world: 0,
    "photograph_pk": MODELS["photographs"],
    "photograph_id": MODELS["photographs"],
    "entry_pk": MODELS["codex"],
    "entry_id": MODELS["codex"],
    "revision_id": MODELS["revisions"],
    "beat_id": MODELS["beats"],
    "fact_id": MODELS["facts"],
    "relation_id": MODELS["relations"],
    "note_id": MODELS["notes"],
    "list_id": MODELS["lists"],
    "session_id": MODELS["sessions"],
    "reply_id": MODELS["replies"],
    "proposal_id": MODELS["proposals"],
    "finding_id": MODELS["findings"],
    "comment_id": MODELS["comments"],
    "user_id": MODELS["users"],
    "person_pk": MODELS["users"],
    "token": lambda world: world.token,
    "handle": lambda world: world.owner.handle,
    "number": lambda world: 1,
    "version": lambda world: 1,
    "position": lambda world: 1,
    "page": lambda world: 1,
    "day": lambda world: "2026-11-01",
    "slug": lambda world: "sea",
    "name": lambda world: "search",
}
# About no story: allauth, the admin (social/tests/test_moderation.py asks it), the API's own description.
NOT_ASKED = re.compile(r"^(?:accounts/|admin/|api/v1/(?:docs|openapi)|\^)")


@dataclass
class World:
    """A story with something of everything, and everybody who might ask for it."""

    owner: User
    story: Story
    chapter: Chapter
    token: str
    viewers: dict[str, Client] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)

    def first(self, model: Any) -> Any:
        return model._base_manager.order_by("pk").values_list("pk", flat=True).first() or uuid4()


def routes(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, Callable[..., Any]]]:
    for entry in resolver.url_patterns:
        address = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry, address)
        elif isinstance(entry, URLPattern):
            yield address, entry.callback


def can_be_asked(route: str, view: Callable[..., Any]) -> bool:
    """Whether something answers a GET here. What takes a POST only shows nobody anything."""
    if route.startswith("api/"):
        return True
    request = RequestFactory().generic("BREW", "/")
    request.user = AnonymousUser()
    response = view(request, **{found["name"]: None for found in PARAMETER.finditer(route)})
    return response.status_code != 405 or "GET" in response["Allow"]


def fill(world: World, route: str) -> str:
    """The route's address in this world; remembered as unknown where a parameter says nothing to us."""

    def value(found: re.Match[str]) -> str:
        name, before = found["name"], route[: found.start()].rstrip("/")
        before = before if before in MODELS else before.rpartition("/")[2]
        if name == "kind":
            return "story" if route.startswith("report/") else "epub"
        known = NAMED.get(name) or (MODELS.get(before) if name == "pk" else None)
        if known is None:
            world.unknown.append(route)
            return "unknown"
        return str(known(world))

    return "/" + PARAMETER.sub(value, route)


@pytest.fixture
def world() -> World:
    for cache in caches.all():
        cache.clear()
    owner = create_rich_person(handle="marrow", display_name="A writer", bio=TEXT[:0], is_public=True)
    story = Story.objects.get(owner=owner)
    Story.objects.filter(pk=story.pk).update(title=TITLE, description=f"About {TEXT}.", rating="everyone")
    chapter = story.chapters.get(position=1)
    Chapter.objects.filter(pk=chapter.pk).update(
        title=f"{TITLE} begins",
        content=f"It was {TEXT}.",
        content_html=f"<p>It was {TEXT}.</p>",
        prompt=CLOSED,
        setting=CLOSED,
        provenance=[],
    )
    for rows, fields in (
        (Note.objects, {"body": CLOSED}),
        (Beat.objects, {"title": CLOSED, "summary": CLOSED}),
        (CodexEntry.objects, {"description": CLOSED}),
        (Message.objects, {"content": CLOSED}),
        (Reply.objects, {"content": CLOSED, "content_html": CLOSED}),
        (Revision.objects, {"content": CLOSED, "title": CLOSED}),
        (Finding.objects, {"explanation": CLOSED}),
    ):
        rows.update(**fields)
    create_chapter(story=story, author=owner, title=CLOSED, content=f"Not yet: {CLOSED}.")
    world = World(owner, story, chapter, str(story.share_token))
    people = {name: create_user() for name in ("stranger", "blocked", "follower", "moderator")}
    Block.objects.create(blocker=owner, blocked=people["blocked"])
    Follow.objects.create(follower=people["follower"], author=owner)
    # Somebody who once was told of it, keeps it in a list, and commented.
    Notification.objects.create(
        user=people["follower"], kind="chapter", actor=owner, story=story, chapter=chapter, cause="x"
    )
    later = ReadingList.objects.create(owner=people["follower"], name="Later", kind="later")
    later.items.create(story=story, position=1)
    people["follower"].readings.create(story=story, chapter=chapter, read_at=timezone.now())
    Comment.objects.create(story=story, author=people["follower"], content=f"On {TEXT}.")
    appoint_moderator(person=people["moderator"])
    world.viewers = {"anonymous": Client(), "owner": Client()}
    world.viewers["owner"].force_login(owner)
    for name, person in people.items():
        world.viewers[name] = Client()
        world.viewers[name].force_login(person)
    for route, view in dict(routes(get_resolver())).items():
        if not NOT_ASKED.match(route) and "(?P" not in route and can_be_asked(route, view):
            world.addresses[route] = fill(world, route)
    ImportDraft.objects.update(
        contents={"title": TITLE, "author": "", "language": "en", "parts": [], "left_out": {}, "notices": []}
    )
    return world


def shown(client: Client, address: str) -> tuple[int, set[str]]:
    """What an address answers and which of the marks are in it, compressed or not."""
    response = client.get(address)
    text = b"".join(response).decode(errors="replace") + str(dict(response.items()))
    return response.status_code, {mark for mark in (TITLE, TEXT, CLOSED) if mark in text or mark.lower() in text}


def is_private(route: str) -> bool:
    """Whether an address is of the desk, where only its writer sits."""
    return route.startswith(("studio/", "coach/", "settings/", "api/v1/ai/", "billing/"))


def leaks(world: World, state: str) -> list[str]:
    """Everything that somebody is shown who is not to see it."""
    found = []
    for route, address in world.addresses.items():
        for name, client in world.viewers.items():
            # At the desk nobody but the owner is known: it is enough that one asks in most states.
            if name == "owner" or (is_private(route) and state != "private" and name != "follower"):
                continue
            status, marks = shown(client, address)
            assert status < 500, (state, name, route)
            if not is_private(route) and (state == "public" or (state == "link" and "<slug:token>" in route)):
                marks &= {CLOSED}
            if marks:
                found.append(f"{state}: {name} is shown {sorted(marks)} by {route}")
    return found


def readers_see(world: World) -> set[str]:
    """The routes that show a stranger the story's title or text."""
    client = world.viewers["anonymous"]
    readable = {route: address for route, address in world.addresses.items() if not is_private(route)}
    return {route for route, address in readable.items() if shown(client, address)[1]}


def hide(story: Story) -> None:
    Story.objects.filter(pk=story.pk).update(standing="hidden")
    story.refresh_from_db()
    refresh_listing(story=story)


def show_again(story: Story) -> None:
    Story.objects.filter(pk=story.pk).update(standing="clear")
    refresh_listing(story=story)


def ban(story: Story) -> None:
    User.objects.filter(pk=story.owner_id).update(is_active=False)


def unban(story: Story) -> None:
    User.objects.filter(pk=story.owner_id).update(is_active=True)


READ = {"library/", "stories/<uuid:pk>/", "stories/<uuid:pk>/chapters/<int:number>/", "stories/<uuid:pk>/whole/"}
SHARED = {"s/<slug:token>/", "s/<slug:token>/chapters/<int:number>/", "s/<slug:token>/whole/"}


def test_everybody_at_every_address_in_every_state(world: World) -> None:
    assert world.unknown == [], "say in MODELS or NAMED what these parameters are of"
    story, found = world.story, []
    create_states: list[tuple[str, Callable[[], object]]] = [
        ("public", lambda: refresh_listing(story=story)),
        ("link", lambda: set_visibility(story=story, visibility="link")),
        ("public", lambda: set_visibility(story=story, visibility="public")),
        ("private", lambda: set_visibility(story=story, visibility="private")),
        ("public", lambda: set_visibility(story=story, visibility="public")),
        ("hidden", lambda: hide(story)),
        ("public", lambda: show_again(story)),
        ("banned", lambda: ban(story)),
        ("public", lambda: unban(story)),
        ("binned", lambda: delete_story(story=story)),
    ]
    for number, (state, enter) in enumerate(create_states):
        enter()
        seen = readers_see(world)
        if state == "public":
            # What readers are to see they see: otherwise nothing here could fail.
            assert seen >= READ, number
            if number:
                continue
        elif state == "link":
            assert seen >= SHARED
            assert not seen & READ
        else:
            assert seen == set(), state
        found += leaks(world, state)
    assert found == []
    assert not Listing.objects.get(pk=story.pk).is_listed


def test_the_owner_finds_everything_but_what_is_in_the_bin(world: World) -> None:
    client = world.viewers["owner"]
    set_visibility(story=world.story, visibility="private")
    assert shown(client, f"/studio/{world.story.pk}/")[1] >= {TITLE, CLOSED}
    assert shown(client, f"/stories/{world.story.pk}/whole/")[1] >= {TITLE, TEXT, CLOSED}

    delete_story(story=world.story)
    for route, address in world.addresses.items():
        status, marks = shown(client, address)
        if route not in {"studio/bin/", "api/v1/stories/bin"} and not route.startswith(("settings/data", "coach/")):
            assert TEXT not in marks, route
        if route.startswith(("stories/", "s/")):
            assert status in {404, 405}, route
