"""Whatever a writer types or brings along: no page, no export and no answer of the house does anything with it."""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from lxml import etree

from coaching.models import Message, Reply, Session
from costory.archive.story import export_story as export_archive
from costory.lib import markdown
from social.models import Comment, Follow, Like, Notification, Reading, ReadingList, ReadingListItem
from social.services import mail_digests
from stories.exporting import Format, export_story
from stories.models import Beat, Chapter, CodexEntry, CodexFact, CodexRelation, ImportDraft, Note, Photograph, Story
from stories.services import StaleRevision, create_chapter, revise_chapter, save_draft, set_visibility
from stories.tests.test_importing import epub, odt, page, word
from stories.tests.test_photograph_list import picture
from tests.attacks import ATTACKS, faults_in
from tests.factories import create_story, create_user

# What a page or a file says of a row is the same on either database.
pytestmark = [pytest.mark.django_db, pytest.mark.once]
HTMX = {"HX-Request": "true"}
# A fence has no end but its own: what stands after it would be code, and say nothing.
FENCES = [attack for attack in ATTACKS if attack.startswith("```")]
OTHERS = [attack for attack in ATTACKS if attack not in FENCES]
SIZE = 7
GROUPS = [*(OTHERS[start : start + SIZE] for start in range(0, len(OTHERS), SIZE)), FENCES]


def test_the_corpus_is_found_alive_where_nobody_cleans_it():
    """The measure itself: nearly everything with markup of its own is a fault when it stands in a page as it is."""
    alive = [attack for attack in ATTACKS if faults_in(f"<p>{attack.replace(chr(0), '')}</p>")]
    assert len(alive) >= 37
    assert {attack for attack in ATTACKS if re.match("<(script|img|svg|iframe|b |base|meta)", attack)} <= set(alive)
    assert faults_in("<p><a href='https://evil.example'>x</a></p>")
    assert faults_in("<p><a href=' java\tscript:alert(1)'>x</a></p>")


def line(group: list[str], most: int = 200) -> str:
    return " ".join(markdown.normalise_text(" ".join(group)).split())[:most]


def text(group: list[str]) -> str:
    return markdown.normalise_text("\n\n".join(group))


def hostile_story(group: list[str], mode: str) -> Story:
    """A story with these words in every field that holds words."""
    said, long = line(group), text(group)
    owner = create_user(display_name=line(group, 80), bio=long[:500], is_public=True)
    story = create_story(owner=owner, title=said, description=long[:5000], premise=long[:2000], mode=mode)
    chapter = create_chapter(
        story=story, author=owner, title=said, content=long, prompt=said, entry_date=date(2026, 5, 1), setting=long
    )
    for number, title in enumerate(group):
        create_chapter(story=story, author=owner, title=line([title]), content=f"{number}\n\n{text([title])}")
    Note.objects.create(chapter=chapter, body=long[:5000], quote=line(group, 300), position=3)
    Photograph.objects.create(chapter=chapter, position=1, image=picture(), caption=said, description=said)
    entry = CodexEntry.objects.create(
        story=story, name=line(group, 120), aliases=[line([each], 120) for each in group], description=long
    )
    other = CodexEntry.objects.create(story=story, name=line(group[::-1], 120), kind="place", picture=picture())
    CodexFact.objects.create(entry=entry, text=said, holds_from=chapter)
    CodexRelation.objects.create(entry=entry, other=other, label=line(group, 120))
    Beat.objects.create(story=story, act=1, position=1, title=said, summary=long)
    session = Session.objects.create(story=story, user=owner, chapter=chapter, mode="narrative", title=line(group, 80))
    message = Message.objects.create(session=session, content=long, quote=line(group, 300))
    Session.objects.filter(pk=session.pk).update(head=message)
    Reply.objects.create(
        session=session,
        message=message,
        request_key="k",
        state="done",
        model="test/prose",
        ceiling_micros=900,
        cost_micros=700,
        ended_at=timezone.now(),
        content=long,
        content_html=markdown.render(long, is_untrusted=True),
        receipt=[{"part": "chapter", "label": said, "tokens": 9, "included": True, "reason": "whole"}],
    )
    chapter = revise_chapter(chapter=chapter, author=owner, version=1, content=f"{long}\n\nMore, {long}")
    with pytest.raises(StaleRevision):
        revise_chapter(chapter=chapter, author=owner, version=1, content=f"Late: {long}", title=said)
    chapter.revisions.filter(version=1).update(name=line(group, 120))
    reading_list = ReadingList.objects.create(
        owner=owner, name=line(group, 120), description=long[:2000], is_public=True
    )
    ReadingListItem.objects.create(reading_list=reading_list, story=story, position=1, note=long[:1000])
    answerer = create_user(display_name=line(group[::-1], 80))
    said_to = Comment.objects.create(story=story, author=answerer, content=long[:10_000])
    for kind, facts in (("comment", {"comment": said_to}), ("chapter", {"chapter": chapter}), ("like", {})):
        Notification.objects.create(user=owner, kind=kind, cause=kind, actor=answerer, story=story, **facts)
    Like.objects.create(user=answerer, story=story)
    Follow.objects.create(follower=owner, author=answerer)
    Reading.objects.create(reader=owner, story=story, chapter=chapter, read_at=timezone.now())
    first = Comment.objects.create(story=story, author=owner, content=long, quote=line(group, 500), chapter=chapter)
    Comment.objects.create(story=story, author=owner, content=said, parent=first, root=first, depth=2)
    Comment.objects.create(story=story, author=create_user(display_name=said[:80]), content=long, state="waiting")
    set_visibility(story=story, visibility="link")
    save_draft(owner=owner, step="opening", answers={"mode": "fiction", "title": said, "first_sentence": long})
    story.refresh_from_db()
    return story


def pages_for_the_writer(story: Story) -> Iterator[str]:
    chapter = story.chapters.get(position=1)
    entry = story.codex_entries.filter(kind="character").get()
    of_story = ["story-detail", "story-disclosure", "story-export", "story-outline"]
    of_chapter = ["chapter-edit", "chapter-split"]
    beside = ["note-list", "photograph-list", "codex-panel", "revision-list"]
    yield from (reverse(f"stories:{name}", args=[story.pk]) for name in of_story)
    yield from (reverse(f"stories:{name}", args=[story.pk, chapter.pk]) for name in [*of_chapter, *beside])
    for revision in chapter.revisions.all():
        yield reverse("stories:revision-detail", args=[story.pk, chapter.pk, revision.pk])
        yield reverse("stories:revision-detail", args=[story.pk, chapter.pk, revision.pk]) + "?show=text"
    yield reverse("stories:codex", args=[story.pk])
    yield reverse("stories:codex-entry-edit", args=[story.pk, entry.pk])
    yield reverse("stories:codex-panel-entry", args=[story.pk, chapter.pk, entry.pk])
    yield reverse("stories:codex-panel-mentions", args=[story.pk, chapter.pk])
    yield reverse("stories:chapter-provenance", args=[story.pk, chapter.pk])
    yield reverse("coaching:panel", args=[story.pk]) + f"?chapter={chapter.pk}"
    yield reverse("coaching:session-detail", args=[Session.objects.get(story=story).pk])
    if story.mode in {"journal", "legacy"}:
        yield reverse("stories:journal" if story.mode == "journal" else "stories:interview", args=[story.pk])
    for reading_list in ReadingList.objects.filter(owner=story.owner):
        yield reverse("social:reading-list-detail", args=[reading_list.pk])
        yield reverse("social:reading-list-delete", args=[reading_list.pk])
    yield reverse("social:story-lists", args=[story.pk])
    yield from ("/lists/", "/lists/later/", "/history/")
    yield from (
        "/",
        "/studio/",
        "/studio/bin/",
        "/studio/new/",
        "/studio/new/?step=opening",
        "/settings/",
        "/studio/comments/",
    )
    yield from ("/lists/", "/lists/later/", "/history/", "/notifications/")
    yield from ("/", "/studio/", "/studio/bin/", "/studio/new/", "/studio/new/?step=opening", "/settings/")
    yield from pages_for_readers(story)


def pages_for_readers(story: Story) -> list[str]:
    read = reverse("social:story-read", args=[story.pk])
    author = reverse("social:author-detail", args=[story.owner.handle])
    return [read, f"{read}chapters/1/", f"{read}chapters/2/", f"{read}comments/", author]


def assert_inert(response: Any, where: str) -> None:
    assert response.status_code in {200, 409, 422}, where
    kind = response["Content-Type"].partition(";")[0]
    assert "Content-Security-Policy" in response
    assert response["X-Content-Type-Options"] == "nosniff"
    if kind != "application/json":
        assert (kind, faults_in(response.content.decode())) == ("text/html", []), where


@pytest.mark.parametrize("number", range(len(GROUPS)))
def test_no_field_of_a_story_runs_on_any_page(client: Client, number: int):
    group = GROUPS[number]
    story = hostile_story(group, Story.Mode.values[number % 4])
    shared = reverse("social:story-shared", args=[story.share_token])
    for address in (shared, f"{shared}chapters/1/", f"{shared}comments/"):
        assert_inert(client.get(address), address)
    set_visibility(story=story, visibility="public", rating="everyone")
    # Where there are many links, somebody has looked, and let it through.
    Story.objects.filter(pk=story.pk).update(standing="clear")
    reading_list = reverse("social:reading-list-detail", args=[ReadingList.objects.get(owner=story.owner).pk])
    for address in [*pages_for_readers(story), reading_list]:
        response = client.get(address)
        assert response.status_code == 200
        assert_inert(response, address)

    client.force_login(story.owner)
    for address in pages_for_the_writer(story):
        response = client.get(address)
        assert response.status_code == 200, address
        assert_inert(response, address)

    chapter = story.chapters.get(position=1)
    words = {"version": 1, "title": line(group), "content": f"Late again: {text(group)}"}
    sent = [
        ("chapter-edit", words, 409),
        ("chapter-edit", {**words, "title": line(group) * 60}, 422),
        ("chapter-preview", words, 200),
        ("chapter-merge", {**words, "base": "Late", "base_version": 1}, 200),
    ]
    for name, said, status in sent:
        for headers in ({}, HTMX):
            response = client.post(reverse(f"stories:{name}", args=[story.pk, chapter.pk]), said, headers=headers)
            assert response.status_code == status, (name, response.content[:500])
            assert_inert(response, name)
    for needle in group:
        address = reverse("stories:story-find", args=[story.pk])
        assert_inert(client.get(address, {"needle": line([needle], 100), "replacement": line(group, 100)}), address)
    # What is in the bin is offered again in a message with its name.
    for address in (
        f"{chapter.get_absolute_url()}delete/",
        f"{reverse('stories:story-detail', args=[story.pk])}delete/",
    ):
        assert_inert(client.post(address, follow=True), address)


@pytest.mark.parametrize("number", range(len(GROUPS)))
def test_no_mail_of_what_happened_does_anything(settings: Any, number: int):
    settings.EMAIL_CONFIGURED = True
    owner = hostile_story(GROUPS[number], "fiction").owner
    EmailAddress.objects.create(user=owner, email=owner.email, verified=True)
    Notification.objects.update(created_at=timezone.now() - timedelta(days=1))
    assert mail_digests() == 1
    sent: Any = mail.outbox[0]
    assert faults_in(str(sent.alternatives[0][0])) == []
    assert "\n" not in sent.subject
    assert sent.subject.startswith("CoStory · ")


@pytest.mark.parametrize("number", range(len(GROUPS)))
def test_no_file_that_is_taken_along_does_anything(client: Client, number: int):
    story = hostile_story(GROUPS[number], "fiction")
    client.force_login(story.owner)

    with export_story(story=story, kind=Format.EPUB).file as file, zipfile.ZipFile(file) as book:
        for name in book.namelist():
            if name.endswith(".xhtml"):
                tree = etree.fromstring(book.read(name))
                assert not tree.xpath("//*[local-name()='script' or local-name()='iframe' or local-name()='object']")
                for element in tree.iter("{*}a", "{*}img"):
                    address = element.get("href") or element.get("src") or ""
                    assert not re.match(r"\s*(javascript|vbscript|data|file):|//|\\", address, re.IGNORECASE), address
                assert not tree.xpath("//@*[starts-with(name(), 'on') or name() = 'style']")
            assert not name.endswith((".js", ".html", ".htm"))
    with export_story(story=story, kind=Format.DOCX).file as file, zipfile.ZipFile(file) as document:
        for name in document.namelist():
            assert not re.search(r"vba|macro|activeX|embeddings|afchunk", name, re.IGNORECASE)
            if name.endswith(".rels"):
                for relation in etree.fromstring(document.read(name)).iter("{*}Relationship"):
                    if relation.get("TargetMode") == "External":
                        assert re.match("https?:|mailto:", relation.get("Target", "")), relation.get("Target")
            assert b"instrText" not in document.read(name)
            assert b"fldSimple" not in document.read(name)
    for kind in ("markdown", "epub", "docx"):
        response = client.get(reverse("stories:story-download", args=[story.pk]), {"format": kind})
        assert response["Content-Disposition"].startswith("attachment"), kind
        assert response["X-Content-Type-Options"] == "nosniff"
        assert b"".join(response), kind
    archive = client.get(reverse("story-archive", args=[story.pk]))
    assert archive["Content-Type"] == "application/json"
    assert archive["Content-Disposition"].startswith("attachment")
    assert json.loads(archive.getvalue())


# --- Every way in -------------------------------------------------------------------------------------------------

XHTML_ATTACKS = (
    "<h1><script>alert(1)</script>One <img src='x' onerror='alert(1)'/></h1>"
    "<p onclick='alert(1)'>Said <a href='javascript:alert(1)'>she</a><svg onload='alert(1)'><a>x</a></svg>.</p>"
    "<iframe srcdoc='x'></iframe><style>*{}</style><object data='x'></object><template><p>x</p></template>"
)


def as_text(group: list[str]) -> SimpleUploadedFile:
    return SimpleUploadedFile("<img src=x onerror=alert(1)>.txt", text(group).encode())


def as_markdown(group: list[str]) -> SimpleUploadedFile:
    content = f"# {line(group)}\n\n## {line(group[:2])}\n\n{text(group)}\n\n## Two\n\n{text(group)}"
    return SimpleUploadedFile("b.md", content.encode())


def as_word(group: list[str]) -> SimpleUploadedFile:
    def write(document: Any) -> None:
        document.core_properties.title = line(group, 150)
        document.add_heading(line(group), 1)
        for attack in group:
            document.add_paragraph(text([attack]).replace("\x01", ""), style="Quote")
            document.add_paragraph().add_run(text([attack]).replace("\x01", "")).bold = True

    return SimpleUploadedFile("b.docx", word(write))


def escaped(said: str) -> str:
    return said.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\x01", "")


def as_open_document(group: list[str]) -> SimpleUploadedFile:
    body = f'<text:h text:outline-level="1">{escaped(line(group))}</text:h>'
    body += "".join(
        f'<text:p>{escaped(text([attack]))} <text:a xmlns:xlink="http://www.w3.org/1999/xlink"'
        f' xlink:href="javascript:alert(1)">x</text:a></text:p>'
        for attack in group
    )
    return SimpleUploadedFile("b.odt", odt(body))


def as_book(group: list[str]) -> SimpleUploadedFile:
    alive = [f"<html><body><h1>{text([attack])}</h1><p>{text([attack])}<br>" for attack in group]
    dead = page(f"<h2>{escaped(line(group))}</h2><p>{escaped(text(group))}</p>")
    return SimpleUploadedFile("b.epub", epub(page(XHTML_ATTACKS), dead, *alive))


@pytest.mark.parametrize("number", range(0, len(GROUPS), 3))
@pytest.mark.parametrize("write", [as_text, as_markdown, as_word, as_open_document, as_book, None])
def test_no_import_brings_anything_alive(client: Client, write: Any, number: int):
    group = [attack for group in GROUPS[number : number + 3] for attack in group]
    user = create_user()
    client.force_login(user)
    sent = {"file": write(group)} if write else {"text": text(group)}
    response = client.post("/studio/import/", sent)
    assert response.status_code == 302, response.content.decode()
    assert_inert(client.get(response["Location"]), "what was found")
    parts = len(ImportDraft.objects.get().contents["parts"])
    taken = {f"take-{place}": "on" for place in range(parts)}
    titled = {"title": line(group), "mode": "fiction", "language": "en"}
    assert_inert(client.post(response["Location"], {**taken, **titled, "mode": "none"}), "what was found, and wrong")
    assert client.post(response["Location"], {**taken, **titled}).status_code == 302

    story = Story.objects.get()
    assert_shown_inert(client, story)
    for chapter in story.chapters.all():
        assert faults_in(chapter.content_html) == []
        assert_inert(client.get(chapter.get_absolute_url()), "studio")


def assert_shown_inert(client: Client, story: Story) -> None:
    set_visibility(story=story, visibility="public", rating="everyone")
    for address in ("/studio/", f"/studio/{story.pk}/", f"/stories/{story.pk}/", f"/stories/{story.pk}/chapters/1/"):
        assert_inert(client.get(address), address)


@pytest.mark.parametrize("number", range(0, len(GROUPS), 3))
def test_no_archive_brings_anything_alive(client: Client, number: int):
    with export_archive(hostile_story(GROUPS[number], "fiction"), with_notes=True) as file:
        archive = json.load(file)
    reader = create_user()
    client.force_login(reader)
    # Ready HTML is not asked for, and would not be believed.
    archive["chapters"][0]["content_html"] = "<script>alert(1)</script>"
    assert import_archive(client, archive).status_code == 422
    del archive["chapters"][0]["content_html"]
    assert import_archive(client, archive).status_code == 302

    story = Story.objects.get(owner=reader)
    assert_shown_inert(client, story)
    for address in pages_for_the_writer(story):
        assert_inert(client.get(address), address)


def import_archive(client: Client, archive: dict[str, Any]) -> Any:
    content = io.BytesIO(json.dumps(archive).encode()).getvalue()
    return client.post("/studio/import/archive/", {"archive": SimpleUploadedFile("a.json", content)})


def test_a_coach_s_answer_is_no_more_alive_than_a_writer_s_text(client: Client):
    for attack in ATTACKS:
        assert faults_in(markdown.render(attack, is_untrusted=True)) == []
        assert faults_in(markdown.render(attack)) == []


def test_chapters_are_called_what_they_are_called(client: Client):
    """Shown as text, not left out: an attack is what somebody wrote, perhaps about attacks."""
    story = create_story()
    client.force_login(story.owner)
    chapter: Chapter = create_chapter(story=story, author=story.owner, title="<script>alert(1)</script>")
    shown = client.get(chapter.get_absolute_url()).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
