"""The way of a manuscript in: read, looked at, taken in whole, once, or not at all."""

import random
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from accounts.models import User
from stories import services
from stories.exporting import Format, export_story
from stories.importing import read_manuscript
from stories.models import Chapter, ImportDraft, Revision, Story
from tests.factories import create_chapter, create_story, create_user

pytestmark = pytest.mark.django_db
URL = "/studio/import/"
TEXT = "# One\n\nFirst <script>alert(1)</script>.\n\n# Two\n\nSecond.\n\n# Three\n\nThird."
ALL = {"take-0": "on", "take-1": "on", "take-2": "on"}
WORDS = "la mer monte *lentement* vers l’île, « dit-elle\u202f! » the keeper counts; déjà minuit sonne"
STORY: dict[str, Any] = {"title": "The book", "mode": "fiction", "language": "en"}


@pytest.fixture
def user(client: Client) -> User:
    user = create_user()
    client.force_login(user)
    return user


def read(client: Client, text: str = TEXT, **more: str) -> str:
    response = client.post(URL, {"text": text, **more})
    assert response.status_code == 302, response.text
    return str(response["Location"])


def contents() -> list[tuple[str, str]]:
    return list(Chapter.objects.filter(deleted_at=None).order_by("position").values_list("title", "content"))


def test_nothing_is_written_before_it_is_looked_at(client, user):
    address = read(client)
    shown = client.get(address).text

    assert not Story.objects.exists()
    assert "3 chapters" in shown
    assert "Nothing is written yet." in shown
    assert "&lt;script&gt;alert(1)" in shown
    assert "<script>alert(1)" not in shown


def test_it_is_taken_in(client, user):
    response = client.post(read(client), {**ALL, **STORY, "title-1": "Second part"})

    story = Story.objects.get()
    assert response["Location"] == story.get_absolute_url()
    assert (story.title, story.visibility, story.chapter_count, story.word_count) == ("The book", "private", 3, 4)
    assert [title for title, _ in contents()] == ["One", "Second part", "Three"]
    assert set(Revision.objects.values_list("kind", flat=True)) == {"import"}
    assert not ImportDraft.objects.exists()
    assert "<script>alert" not in Chapter.objects.get(position=1).content_html


def test_chapters_can_be_left_out_and_joined(client, user):
    client.post(read(client), {"take-0": "on", "take-2": "on", "join-2": "on", **STORY})

    assert contents() == [("One", "First <script>alert(1)</script>.\n\n## Three\n\nThird.")]


def test_a_file_is_read_by_its_content(client, user):
    file = SimpleUploadedFile("novel.docx", b"# Markdown\n\nafter all", content_type="application/msword")
    address = client.post(URL, {"file": file})["Location"]
    assert "novel.docx" in client.get(address).text
    assert "after all" in client.get(address).text


def test_chapters_go_to_the_end_of_a_story(client, user):
    story = create_story(owner=user)
    create_chapter(story=story, title="Zero")
    address = read(client, story=str(story.pk))
    client.post(address, {"story": str(story.pk), **ALL})

    assert [title for title, _ in contents()] == ["Zero", "One", "Two", "Three"]
    story.refresh_from_db()
    assert story.chapter_count == 4
    assert Story.objects.count() == 1


def test_twice_is_one_story(client, user):
    address = read(client)
    client.post(address, {**ALL, **STORY})
    again = client.post(address, {**ALL, **STORY})

    assert again["Location"] == "/studio/"
    assert Story.objects.count() == 1


def test_cancelled(client, user):
    client.post(f"{read(client)}discard/")
    assert not ImportDraft.objects.exists()
    assert not Story.objects.exists()


@pytest.mark.parametrize(
    "sent", [{}, {"text": "  "}, {"file": SimpleUploadedFile("x.pdf", b"%PDF-1.7 x")}, {"text": "\x00"}]
)
def test_what_cannot_be_read_is_said(client, user, sent):
    response = client.post(URL, sent)
    assert response.status_code == 422
    assert "errorlist" in response.text
    assert not ImportDraft.objects.exists()


@pytest.mark.parametrize("wrong", [{"title": ""}, {"title": "t" * 10_000}, {"mode": "opera"}, {"language": "tlh"}])
def test_a_wrong_answer_keeps_the_manuscript(client, user, wrong):
    response = client.post(read(client), {**ALL, **STORY, **wrong})
    assert response.status_code == 422
    assert ImportDraft.objects.count() == 1
    assert not Story.objects.exists()


def test_nothing_chosen_is_said(client, user):
    assert client.post(read(client), STORY).status_code == 422
    assert not Story.objects.exists()


def test_a_fault_at_any_statement_leaves_nothing_half_imported(client, user):
    """Statement after statement is cut off, until the import comes through."""
    for cut in range(200):
        ImportDraft.objects.all().delete()
        client.post(URL, {"text": TEXT})
        draft = ImportDraft.objects.get()
        seen = 0

        def fail(execute, sql, params, many, context, cut=cut):
            nonlocal seen
            if "SAVEPOINT" not in sql:
                seen += 1
                if seen > cut:
                    raise RuntimeError("the server is gone")
            return execute(sql, params, many, context)

        chosen = [services.Chosen(place, f"T{place}") for place in range(3)]
        try:
            with connection.execute_wrapper(fail):
                services.take_in(draft=draft, chosen=chosen, **STORY)
        except RuntimeError:
            assert not Story.objects.exists()
            assert not Chapter.objects.exists()
            assert ImportDraft.objects.count() == 1
        else:
            break
    assert cut > 10
    assert Chapter.objects.count() == 3


def test_five_hundred_chapters(client, user):
    address = read(client, "".join(f"# Chapter {number}\n\nWord {number}.\n\n" for number in range(500)))
    assert client.get(address).status_code == 200
    taken = {f"take-{number}": "on" for number in range(500)}
    titles = {f"title-{number}": f"T {number}" for number in range(500)}
    client.post(address, {**taken, **titles, **STORY})
    assert Story.objects.get().chapter_count == 500
    assert Chapter.objects.get(position=500).content == "Word 499."


def test_old_ones_go(client, user):
    for _ in range(8):
        read(client)
    assert ImportDraft.objects.count() == 5


def test_it_is_its_owners_alone(client, user):
    address = read(client)
    other = create_story()
    assert client.get(f"{URL}?story={other.pk}").status_code == 404
    assert client.post(address, {**ALL, "story": str(other.pk)}).status_code == 404
    client.force_login(create_user())
    assert client.get(address).status_code == 404
    assert client.post(address, {**ALL, **STORY})["Location"] == "/studio/"
    assert client.post(f"{address}discard/").status_code == 404
    client.logout()
    assert client.get(URL).status_code == 302
    assert client.get(address).status_code == 302
    assert not Story.objects.exclude(pk=other.pk).exists()


def test_methods(client, user):
    assert client.put(URL).status_code == 405
    assert client.get(f"{read(client)}discard/").status_code == 405


@pytest.mark.parametrize("kind", [Format.MARKDOWN, Format.EPUB, Format.DOCX])
def test_a_hundred_thousand_words_come_in_are_edited_go_out_and_come_in_again(user, kind):
    chance = random.Random(3)
    words = WORDS.split(" ")
    paragraphs = [" ".join(chance.choices(words, k=96)) + "." for _ in range(1250)]
    # An emphasis that opens or closes alone is none; each stands whole in a word here.
    text = "# Le phare\n\n" + "".join(
        f"## Chapitre {number + 1}\n\n"
        + "\n\n".join(paragraphs[number * 25 : number * 25 + 25])
        + "\n\n***\n\nFin.\n\n"
        for number in range(50)
    )
    draft = services.keep_import(
        owner=user, file_name="", manuscript=read_manuscript(file_name="phare.md", content=text.encode())
    )
    chosen = [services.Chosen(place, f"Chapitre {place + 1}") for place in range(50)]
    story = services.take_in(draft=draft, chosen=chosen, title="Le phare", mode="fiction", language="fr")
    assert story is not None
    assert story.word_count > 95_000
    chapter = story.chapters.select_related("story").get(position=25)
    services.revise_chapter(
        chapter=chapter, author=user, version=1, content=chapter.content.replace("minuit", "midi", 3)
    )

    with export_story(story=story, kind=kind).file as file:
        again = read_manuscript(file_name="x", content=file.read())
    written = list(story.chapters.order_by("position").values_list("title", "content"))
    assert again.title == "Le phare"
    assert [(part.title, part.content) for part in again.parts] == written
