"""The codex's own pages: the list, an entry, its facts and relations."""

import io
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from stories import services
from stories.models import CodexEntry, CodexFact, CodexRelation, Story
from tests.factories import create_chapter, create_codex_entry, create_story, create_user

pytestmark = pytest.mark.django_db
LEAST = {"name": "Anna", "kind": "character", "inclusion": "named"}
XSS = '"><script>alert(1)</script><img src=x onerror=alert(1)>'


@pytest.fixture
def story(client: Client) -> Story:
    story = create_story(title="The lighthouse")
    client.force_login(story.owner)
    return story


@pytest.fixture
def anna(story: Story) -> CodexEntry:
    return create_codex_entry(story=story, name="Anna", aliases=["Nan"], description="The keeper.")


def url(story: Story, rest: str = "") -> str:
    return f"/studio/{story.pk}/codex/{rest}"


def text_of(response) -> str:
    return str(response.content.decode())


def picture() -> SimpleUploadedFile:
    written = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(written, "PNG")
    return SimpleUploadedFile("../../anna.png", written.getvalue(), content_type="image/png")


# --- The list ---


def test_entries_stand_by_kind_with_the_chapters_that_name_them(client, story, anna):
    create_codex_entry(story=story, name="The Skerry", kind="place")
    create_chapter(story=story, title="Night", content="Anna, Anna and Nan.")
    create_chapter(story=story, content="Anna.")

    text = text_of(client.get(url(story)))

    assert text.index("Characters") < text.index("Anna") < text.index("Places") < text.index("The Skerry")
    assert "named 4 times" in text
    assert "1 · Night" in text
    assert "Things" not in text


def test_a_codex_without_entries_says_what_it_is_for(client, story):
    assert "Nobody is in it yet" in text_of(client.get(url(story)))


@pytest.mark.parametrize(
    ("words", "is_found"), [("anna", True), ("NAN keeper", True), ("annä", True), ("claire", False)]
)
def test_it_is_searched_in_names_and_descriptions(client, story, anna, words, is_found):
    text = text_of(client.get(url(story), {"q": words}))

    assert ("The keeper." in text) is is_found
    assert ("Nothing in the codex has these words." in text) is not is_found


def test_a_search_brings_the_list_alone(client, story, anna):
    response = client.get(url(story), {"q": "anna"}, headers={"HX-Request": "true"})

    text = text_of(response)
    assert "<h1" not in text
    assert '<div id="codex-entries"' in text
    assert "1 entry found" in text
    assert "HX-Request" in response["Vary"]


def test_the_number_of_queries_does_not_grow(client, story):
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(url(story))
        return len([query for query in queries if "SAVEPOINT" not in query["sql"]])

    create_codex_entry(story=story)
    create_chapter(story=story, content="Anna")
    count()
    before = count()
    for _ in range(20):
        create_codex_entry(story=story, name="Anna")
        create_chapter(story=story, content="Anna")

    assert count() == before + 2, "the names are counted again"
    assert count() == before == 7


# --- An entry ---


def test_an_entry_is_written(client, story):
    response = client.post(
        url(story, "new/"), {**LEAST, "aliases": "Nan, the Keeper\nMiss K; ", "description": "Tall.\r\nVery."}
    )

    entry = story.codex_entries.get()
    assert response["Location"] == entry.get_absolute_url()
    assert entry.aliases == ["Nan", "the Keeper", "Miss K"]
    assert entry.description == "Tall.\nVery."
    assert "the Keeper" in text_of(client.get(entry.get_absolute_url()))


def test_a_name_may_come_with_the_address(client, story):
    assert 'value="Claire"' in text_of(client.get(url(story, "new/"), {"name": "Claire"}))


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "},
        {"name": "n" * 121},
        {"kind": "dragon"},
        {"inclusion": "sometimes"},
        {"aliases": "a" * 121},
        {"aliases": ",".join(map(str, range(51)))},
        {"description": "d" * 10_001},
    ],
)
def test_what_cannot_be_kept_is_said_and_changes_nothing(client, story, anna, wrong):
    created = client.post(url(story, "new/"), {**LEAST, **wrong})
    changed = client.post(anna.get_absolute_url(), {**LEAST, "description": "Other", **wrong})

    assert created.status_code == changed.status_code == 422
    assert "errorlist" in text_of(created)
    assert "errorlist" in text_of(changed)
    assert "<h1" in text_of(changed)
    anna.refresh_from_db()
    assert (anna.name, anna.description) == ("Anna", "The keeper.")
    assert story.codex_entries.count() == 1


def test_a_full_codex_says_so(client, story):
    CodexEntry.objects.bulk_create([CodexEntry(story=story, name=f"Name {n}") for n in range(services.MAX_ENTRIES)])

    response = client.post(url(story, "new/"), LEAST)

    assert response.status_code == 422
    assert "There is room for 500" in text_of(response)


def test_an_entry_is_changed(client, anna):
    client.post(anna.get_absolute_url(), {**LEAST, "name": "Anna K.", "inclusion": "never"})

    anna.refresh_from_db()
    assert (anna.name, anna.aliases, anna.inclusion) == ("Anna K.", [], "never")


def test_a_name_that_another_has_is_said_and_not_forbidden(client, story, anna):
    other = create_codex_entry(story=story, name="Nan")

    text = text_of(client.get(anna.get_absolute_url()))

    assert "Another entry has one of these names" in text
    assert other.get_absolute_url() in text


def test_who_plays_is_asked_in_a_role_play_alone(client, story, anna):
    assert "played_by" not in text_of(client.get(anna.get_absolute_url()))

    Story.objects.filter(pk=story.pk).update(mode="roleplay")
    client.post(anna.get_absolute_url(), {**LEAST, "played_by": "coach"})

    anna.refresh_from_db()
    assert anna.played_by == "coach"


def test_deleted_and_undone(client, story, anna):
    response = client.post(f"{anna.get_absolute_url()}delete/")

    text = text_of(client.get(response["Location"]))
    assert "“Anna” is no longer in the codex." in text
    assert client.get(anna.get_absolute_url()).status_code == 404

    assert client.post(f"{anna.get_absolute_url()}restore/")["Location"] == anna.get_absolute_url()
    assert client.get(anna.get_absolute_url()).status_code == 200
    assert client.post(f"{anna.get_absolute_url()}restore/").status_code == 404


def test_the_number_of_queries_of_an_entry_does_not_grow(client, story, anna):
    def count() -> int:
        client.get(anna.get_absolute_url())
        with CaptureQueriesContext(connection) as queries:
            client.get(anna.get_absolute_url())
        return len(queries)

    create_chapter(story=story, content="Anna")
    before = count()
    for _ in range(10):
        other = create_codex_entry(story=story)
        chapter = create_chapter(story=story, content="Anna")
        services.add_codex_fact(entry=anna, text="A fact", holds_from=chapter)
        services.relate_codex_entries(entry=anna, other=other, label="knows")

    assert count() == before == 8


# --- Pictures ---


def test_a_picture_is_made_anew_and_shown_to_nobody_else(client, story, anna, settings):
    client.post(anna.get_absolute_url(), {**LEAST, "picture": picture()})
    anna.refresh_from_db()
    assert "anna" not in anna.picture.name
    address = f"{anna.get_absolute_url()}picture/"
    response = client.get(address)

    assert response.getvalue()
    assert response["Content-Type"] == "image/jpeg"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "private" in response["Cache-Control"]
    assert address in text_of(client.get(anna.get_absolute_url()))

    client.force_login(create_user())
    assert client.get(address).status_code == 404


def test_a_picture_is_taken_away_with_its_file(client, anna, django_capture_on_commit_callbacks):
    client.post(anna.get_absolute_url(), {**LEAST, "picture": picture()})
    anna.refresh_from_db()
    name, storage = anna.picture.name, anna.picture.storage
    with django_capture_on_commit_callbacks(execute=True):
        client.post(anna.get_absolute_url(), {**LEAST, "is_picture_removed": "on"})

    anna.refresh_from_db()
    assert not anna.picture
    assert not storage.exists(name)
    assert client.get(f"{anna.get_absolute_url()}picture/").status_code == 404


@pytest.mark.parametrize("content", [b"<svg onload=alert(1)>", b"<script>alert(1)</script>", b""])
def test_a_picture_that_is_none_is_refused(client, anna, content):
    upload = SimpleUploadedFile("anna.png", content, content_type="image/png")

    response = client.post(anna.get_absolute_url(), {**LEAST, "name": "Other", "picture": upload})

    assert response.status_code == 422
    anna.refresh_from_db()
    assert (anna.name, anna.picture.name) == ("Anna", "")


# --- Facts and relations ---


def test_a_fact_is_noted_changed_taken_back_and_undone(client, story, anna):
    first, second = create_chapter(story=story), create_chapter(story=story)
    client.post(f"{anna.get_absolute_url()}facts/", {"text": "She limps.", "holds_from": first.pk, "holds_until": ""})
    fact = anna.facts.get()
    assert (fact.text, fact.holds_from, fact.holds_until) == ("She limps.", first, None)
    assert "from chapter 1 on" in text_of(client.get(anna.get_absolute_url()))

    address = f"{anna.get_absolute_url()}facts/{fact.pk}/"
    assert f'value="{first.pk}" selected' in text_of(client.get(address))
    client.post(address, {"text": "She limped.", "holds_from": first.pk, "holds_until": second.pk})
    assert "from chapter 1 to chapter 2" in text_of(client.get(anna.get_absolute_url()))

    client.post(f"{address}delete/")
    assert not anna.facts.exists()
    text = text_of(client.get(anna.get_absolute_url()))
    assert 'name="text" value="She limped."' in text
    assert f'name="holds_until" value="{second.pk}"' in text
    assert 'value="She limped."' not in text_of(client.get(anna.get_absolute_url())), "the offer is made once"


def test_a_fact_keeps_its_chapter_while_that_lies_in_the_bin(client, story, anna):
    create_chapter(story=story)
    gone = create_chapter(story=story)
    fact = services.add_codex_fact(entry=anna, text="She limps.", holds_from=gone)
    services.delete_chapter(chapter=gone)
    address = f"{anna.get_absolute_url()}facts/{fact.pk}/"

    assert f'value="{gone.pk}" selected' in text_of(client.get(address))
    client.post(address, {"text": "She limped.", "holds_from": gone.pk})

    fact.refresh_from_db()
    assert (fact.text, fact.holds_from) == ("She limped.", gone)


def test_a_fact_that_cannot_be_is_said(client, story, anna):
    first, second = create_chapter(story=story), create_chapter(story=story)
    fact = services.add_codex_fact(entry=anna, text="She limps.")
    for wrong in (
        {"text": " "},
        {"text": "x" * 1_001},
        {"text": "x", "holds_from": create_chapter().pk},
        {"text": "x", "holds_from": "none"},
        {"text": "x", "holds_from": second.pk, "holds_until": first.pk},
    ):
        for address in (f"{anna.get_absolute_url()}facts/", f"{anna.get_absolute_url()}facts/{fact.pk}/"):
            response = client.post(address, wrong)
            assert response.status_code == 422
            assert "errorlist" in text_of(response)
    assert [fact.text for fact in anna.facts.all()] == ["She limps."]


def test_a_relation_reads_from_both_sides_and_is_taken_back_from_either(client, story, anna):
    claire = create_codex_entry(story=story, name="Claire")
    client.post(f"{anna.get_absolute_url()}relations/", {"label": "sister of", "other": claire.pk})

    for entry in (anna, claire):
        assert "sister of" in text_of(client.get(entry.get_absolute_url()))
    relation = CodexRelation.objects.get()
    client.post(f"{claire.get_absolute_url()}relations/{relation.pk}/delete/")
    assert not CodexRelation.objects.exists()


def test_a_relation_that_cannot_be_is_said(client, story, anna):
    for wrong in (
        {"label": "", "other": create_codex_entry(story=story).pk},
        {"label": "knows", "other": anna.pk},
        {"label": "knows", "other": create_codex_entry().pk},
        {"label": "knows", "other": ""},
    ):
        response = client.post(f"{anna.get_absolute_url()}relations/", wrong)
        assert response.status_code == 422
    assert not CodexRelation.objects.exists()


# --- Who may, and what is not taken for markup ---


@pytest.fixture
def addresses(story: Story, anna: CodexEntry) -> dict[str, list[str]]:
    other = create_codex_entry(story=story)
    fact = services.add_codex_fact(entry=anna, text="She limps.")
    relation = services.relate_codex_entries(entry=anna, other=other, label="knows")
    chapter = create_chapter(story=story)
    entry, panel = anna.get_absolute_url(), f"/studio/{story.pk}/chapters/{chapter.pk}/codex/"
    return {
        "get": [url(story), f"{entry}picture/", panel, f"{panel}mentions/", f"{panel}{anna.pk}/"],
        "both": [url(story, "new/"), entry, f"{entry}facts/{fact.pk}/"],
        "post": [
            f"{entry}delete/",
            f"{entry}restore/",
            f"{entry}facts/",
            f"{entry}facts/{fact.pk}/delete/",
            f"{entry}relations/",
            f"{entry}relations/{relation.pk}/delete/",
            f"{panel}new/",
        ],
    }


def asks(client: Client, addresses: dict[str, list[str]]) -> list[Callable[[], Any]]:
    gets = [*addresses["get"], *addresses["both"]]
    posts = [*addresses["post"], *addresses["both"]]
    return [
        *(lambda address=address: client.get(address) for address in gets),
        *(lambda address=address: client.post(address, {**LEAST, "text": "x", "label": "x"}) for address in posts),
    ]


def test_anonymous_is_asked_to_log_in(client, addresses):
    client.logout()

    for ask in asks(client, addresses):
        response = ask()
        assert response.status_code == 302
        assert "/accounts/login/" in response["Location"]


def test_a_stranger_finds_nothing_here(client, addresses):
    client.force_login(create_user())

    for ask in asks(client, addresses):
        assert ask().status_code == 404
    assert CodexFact.objects.count() == CodexRelation.objects.count() == 1
    assert CodexEntry.objects.present().count() == 2


def test_another_method_is_refused(client, addresses):
    for address in addresses["get"]:
        assert client.post(address).status_code == 405
    for address in addresses["post"]:
        assert client.get(address).status_code == 405


def test_an_entry_belongs_to_its_story(client, story, anna):
    other = create_story(owner=story.owner)

    assert client.get(url(other, f"{anna.pk}/")).status_code == 404
    assert client.get(url(story, f"{uuid.uuid4()}/")).status_code == 404


def test_nothing_a_writer_says_is_taken_for_markup(client, story):
    chapter = create_chapter(story=story, title=XSS, content=f"{XSS} Anna")
    anna = create_codex_entry(story=story, name=f"Anna {XSS}"[:120], aliases=["Anna", XSS], description=XSS)
    other = create_codex_entry(story=story, name=XSS, aliases=["Anna"])
    fact = services.add_codex_fact(entry=anna, text=XSS, holds_from=chapter)
    services.relate_codex_entries(entry=anna, other=other, label=XSS)
    panel = f"/studio/{story.pk}/chapters/{chapter.pk}/codex/"
    pages = [url(story), url(story, f"?q={XSS}"), url(story, f"new/?name={XSS}"), anna.get_absolute_url()]
    pages += [f"{anna.get_absolute_url()}facts/{fact.pk}/", panel, f"{panel}{anna.pk}/"]

    for page in pages:
        text = text_of(client.get(page))
        assert "<script>alert" not in text
        assert "<img src=x" not in text
    client.post(f"{anna.get_absolute_url()}facts/{fact.pk}/delete/")
    assert "<script>alert" not in text_of(client.get(anna.get_absolute_url()))
    client.post(f"{anna.get_absolute_url()}delete/")
    assert "<script>alert" not in text_of(client.get(url(story, f"?deleted={anna.pk}")))


@pytest.mark.parametrize("junk", ["a\x00b", "\ud800", "‮abc", "👩‍👩‍👧", "a\r\nb"])
def test_strange_characters_are_kept_or_dropped_and_never_break(client, story, junk):
    response = client.post(url(story, "new/"), {**LEAST, "name": f"Anna {junk}".encode("utf-8", "surrogatepass")})

    assert response.status_code == 302
    assert client.get(response["Location"]).status_code == 200
