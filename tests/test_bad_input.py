"""Whatever is sent to any address of the house: an answer, never a fault of ours, and nothing stored that cannot be."""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest
from django import forms
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

import accounts.services
from coaching.models import Reply, Session
from costory.archive.story import export_story as export_archive
from costory.archive.story import import_story
from costory.lib import markdown
from social.models import ReadingList
from stories.exporting import Format, export_story
from stories.models import Beat, CodexEntry, CodexFact, CodexRelation, ImportDraft, Note, Photograph
from stories.services import create_chapter
from tests.factories import create_chapter as make_chapter
from tests.factories import create_story
from tests.test_attacks import hostile_story

pytestmark = pytest.mark.django_db

STRANGE = "a\x00b\ud800c\u202ed\u2066👩‍👩‍👧‍👦\r\ne\rf\u2028\ufffe\U000e0001 %s %(x)s {0} {{ x }} ' OR 1=1 --"
SENT = {
    "strange": STRANGE,
    "ten thousand": "t" * 10_000,
    "a large number": "9" * 40,
    "no number": "-1e309²١",
    "nobody's": str(UUID(int=0)),
}
# Where there is nothing to be learnt: they belong to others, or take what the next request needs.
LEFT_OUT = ("accounts/", "admin/", "api/", "^api", "i18n/", "static/", "styleguide/")
# What has to be right for the rest to be looked at.
RIGHT = {"mode": "journal", "language": "en", "kind": "character", "act": "1", "version": "1", "inclusion": "named"}


def addresses(resolver: Any, before: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern, route)
        elif isinstance(pattern, URLPattern) and not route.startswith(LEFT_OUT):
            yield route


def field_names(base: type[forms.BaseForm] = forms.BaseForm) -> set[str]:
    """What every form of the house asks for."""
    names = (
        set(getattr(base, "base_fields", {})) if base.__module__.split(".")[0] not in {"django", "allauth"} else set()
    )
    return names.union(*(field_names(form) for form in base.__subclasses__()))


def filled(route: str, rows: dict[str, Any]) -> str:
    """The address of something that is there."""

    def value(named: re.Match[str]) -> str:
        name = named[1].rpartition(":")[2]
        if name in {"pk", "photograph_pk"}:
            inner = next((key for key in rows if "<" in key and key in route), "")
            return str(rows[inner].pk if inner else rows["story_pk"].pk)
        return str(getattr(rows.get(name), "pk", rows.get(name, 1)))

    return "/" + re.sub(r"<([^>]+)>", value, route)


@pytest.fixture
def rows() -> dict[str, Any]:
    """What addresses name, the innermost first."""
    story = hostile_story(["x"], "journal")
    chapter = story.chapters.get(position=1)
    draft = {"title": "x", "parts": [{"title": "a", "content": "b"}], "left_out": {}, "notices": []}
    return {
        "facts/<": CodexFact.objects.get(),
        "relations/<": CodexRelation.objects.get(),
        "notes/<": Note.objects.get(),
        "photographs/<": Photograph.objects.get(),
        "revisions/<": chapter.revisions.all()[0],
        "beats/<": Beat.objects.get(),
        "codex/<": CodexEntry.objects.get(kind="character"),
        "chapters/<uuid:pk>": chapter,
        "import/<": ImportDraft.objects.create(owner=story.owner, contents=draft),
        "replies/<": Reply.objects.get(),
        "sessions/<": Session.objects.get(),
        "lists/<": ReadingList.objects.get(),
        "story_pk": story,
        "chapter_pk": chapter,
        "entry_pk": CodexEntry.objects.get(kind="character"),
        "token": story.share_token,
    }


@pytest.mark.parametrize("sent", SENT)
def test_nothing_that_is_sent_to_any_page_is_too_much_for_it(client: Client, rows: dict[str, Any], sent: str):
    routes = list(addresses(get_resolver()))
    names = field_names() | {
        "after",
        "before",
        "show",
        "named",
        "step",
        "go",
        "at",
        "by",
        "take-0",
        "title-0",
        "done",
        "way",
        "keep",
    }
    names |= {"list", "shown", "new_name"}
    assert {"title", "content", "needle", "caption", "aliases", "bio"} <= names
    value = quote(SENT[sent].encode("utf-8", "surrogatepass"))
    query = "&".join(f"{name}={value}" for name in sorted(names))
    body = "&".join([*(f"{name}={value}" for name in sorted(names - set(RIGHT))), *map("=".join, RIGHT.items())])
    client.force_login(rows["story_pk"].owner)
    statuses: dict[int, int] = {}
    for route in routes:
        for method in ("GET", "POST"):
            mark = transaction.savepoint()
            address = filled(route, rows)
            try:
                if method == "GET":
                    response = client.get(f"{address}?{query}")
                else:
                    response = client.post(address, body, content_type="application/x-www-form-urlencoded")
            except Exception as error:
                raise AssertionError(f"{method} {route}: {error!r}") from error
            if response.streaming:
                response.getvalue()
            assert response.status_code < 500, (method, route)
            statuses[response.status_code] = statuses.get(response.status_code, 0) + 1
            transaction.savepoint_rollback(mark)
    # The pages were reached, and most of what was posted was looked at.
    assert statuses[200] > 30
    assert statuses.get(422, 0) + statuses.get(302, 0) > 15


def test_a_program_is_told_what_no_database_takes_and_the_rest_is_stored(client: Client):
    """In JSON a lone surrogate comes as \\ud800, NUL as \\u0000: both are refused by name."""
    story = create_story()
    secret = accounts.services.issue_token(user=story.owner, name="test", scopes=("read", "write"))[1]

    def send(path: str, **body: Any) -> int:
        answer = client.post(
            f"/api/v1/{path}",
            json.dumps(body),
            content_type="application/json",
            headers={"Authorization": f"Bearer {secret}"},
        )
        return answer.status_code

    fit = STRANGE.replace("\x00", "").replace("\ud800", "")
    for text, status in ((STRANGE, 422), (STRANGE.replace("\x00", ""), 422), (fit, 201)):
        assert send(f"stories/{story.pk}/chapters", title=text[:80], content=text) == status
        assert send("stories", title=text[:80], mode="fiction", description=text) == status
        assert send(f"stories/{story.pk}/codex", name=text[:80], kind="place", aliases=[text[:80]]) == status
        assert send(f"stories/{story.pk}/chapters/order", chapter_ids=[text]) == 422

    chapter = story.chapters.get()
    assert chapter.content == fit.replace("\r\n", "\n").replace("\r", "\n")
    for kept in (chapter.title, *story.owner.stories.values_list("title", flat=True)):
        assert kept == markdown.normalise_text(kept)


def test_five_hundred_chapters_with_the_longest_titles(client: Client):
    story = create_story()
    titles = [f"{number} \u202e👩‍👩‍👧‍👦 {'שלום ' * 40}"[:200].strip() for number in range(500)]
    create_chapter(story=story, author=story.owner, title=titles[0], content="Word.")
    for position, title in enumerate(titles[1:], start=2):
        make_chapter(story=story, title=title, content="Word.", content_html="<p>Word.</p>\n", position=position)
    client.force_login(story.owner)
    chapter = story.chapters.get(position=250)
    for address in (f"/studio/{story.pk}/", chapter.get_absolute_url(), f"/stories/{story.pk}/chapters/500/"):
        response = client.get(address)
        assert response.status_code == 200, address
        assert titles[-1] in response.content.decode()
    for kind in (Format.EPUB, Format.DOCX, Format.MARKDOWN):
        with export_story(story=story, kind=kind).file as file:
            assert file.read(1)
    with export_archive(story) as file:
        copy = import_story(owner=story.owner, content=file.read())
    assert list(copy.chapters.order_by("position").values_list("title", flat=True)) == titles
