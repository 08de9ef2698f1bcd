"""A story in one file: everything is in it, and everything comes back, in anybody's account."""

import io
import json
import re
import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from PIL import Image

from billing.models import Entry, Hold, Wallet
from coaching.models import Finding, Message, Proposal, Reply, Session, Summary
from costory.archive.story import export_story, import_story
from costory.lib.archive import InvalidArchive
from costory.lib.tests.test_markdown import assert_harmless
from stories.archive import ChapterPart, chapter_parts
from stories.models import (
    Beat,
    Chapter,
    CodexEntry,
    CodexFact,
    CodexRelation,
    Insertion,
    Note,
    Photograph,
    Revision,
    Story,
)
from stories.services import (
    StaleRevision,
    create_chapter,
    delete_chapter,
    insert_passage,
    restore_revision,
    revise_chapter,
)
from tests.attacks import ATTACKS
from tests.factories import create_story, create_user

pytestmark = pytest.mark.django_db
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def picture(colour="teal", kind="PNG"):
    written = io.BytesIO()
    Image.new("RGBA", (30, 20), (10, 80, 90, 120)).save(written, kind)
    return ContentFile(written.getvalue(), name=f"{uuid.uuid4()}.png")


@pytest.fixture
def story(settings, tmp_path):
    """A story with something of everything in it."""
    settings.MEDIA_ROOT = tmp_path / "media"
    story = create_story(title="L’été d’Éléna", language="fr", visibility="public", premise="Un phare.", is_real=True)
    owner = story.owner
    first = create_chapter(story=story, author=owner, title="Un", content="Il faisait nuit. 👩‍👩‍👧‍👦", prompt="Où ?")
    second = create_chapter(story=story, author=owner, content="Deux.", entry_date=date(2026, 5, 1), setting="Le quai")
    binned = create_chapter(story=story, author=owner, title="Perdu", content="Au fond.")
    delete_chapter(chapter=binned)
    session = Session.objects.create(story=story, user=owner, chapter=first, mode="narrative")
    message = Message.objects.create(session=session, content="Et ensuite\u202f?")
    reply = Reply.objects.create(
        session=session,
        message=message,
        request_key="k",
        state="done",
        model="test/prose",
        content="*Il plut.*",
        ceiling_micros=900,
        cost_micros=700,
        provider_cost_usd="0.000123",
        input_tokens=10,
        output_tokens=5,
        receipt=[{"part": "chapter", "label": "1 · Un", "tokens": 9, "included": True, "reason": "whole"}],
        ended_at=timezone.now(),
    )
    pending = Message.objects.create(session=session, content="Encore ?", parent=message, quote="la mer")
    Message.objects.create(session=session, content="Ou bien ?", parent=message, needs_care=True)
    Session.objects.filter(pk=session.pk).update(
        head=pending, title="La suite", model="test/prose", reads_ahead=True, is_pinned=True
    )
    Reply.objects.create(session=session, message=pending, request_key="p", model="test/prose")
    Proposal.objects.create(
        reply=reply, story=story, user=owner, chapter=first, kind="rewrite", manner="tighten", version=2, start=1, end=4
    )
    Summary.objects.create(chapter=first, text="Ils partent.", text_sha256=Summary.digest(first.content), reply=reply)
    Finding.objects.create(
        story=story,
        origin="model",
        kind="age",
        explanation="Trente ans, puis vingt.",
        first_chapter=first,
        first_quote="trente",
        first_start=3,
        second_chapter=first,
        second_quote="vingt",
        second_start=9,
        fingerprint="a" * 64,
        waived_at=reply.ended_at,
    )
    first = insert_passage(
        chapter=first, author=owner, version=1, position=3, text="Il plut. Puis il neigea. ", reply_id=reply.pk
    )
    first = revise_chapter(chapter=first, author=owner, version=2, content=first.content + "\n\nFin.")
    with pytest.raises(StaleRevision):
        revise_chapter(chapter=first, author=owner, version=1, content="Trop tard.")
    Revision.objects.filter(chapter=first, version=1).update(name="Premier jet", author=None)
    Note.objects.create(chapter=first, body="À revoir", quote="nuit", position=3)
    Photograph.objects.create(chapter=second, position=4, image=picture(), caption="Le quai", description="Un quai")
    elena = CodexEntry.objects.create(
        story=story, name="Éléna", aliases=["Léna"], description="Elle.", picture=picture(), inclusion="always"
    )
    quay = CodexEntry.objects.create(story=story, name="Le quai", kind="place", deleted_at=timezone.now())
    CodexFact.objects.create(entry=elena, text="Elle a peur de l’eau.", holds_from=first, holds_until=binned)
    CodexRelation.objects.create(entry=elena, other=quay, label="revient toujours à")
    Beat.objects.create(story=story, act=2, position=3, title="La tempête", summary="Elle tombe.", chapter=second)
    Beat.objects.create(story=story, act=1, position=1, title="Le départ")
    story.refresh_from_db()
    return story


def archived(story, **options):
    with export_story(story, **options) as file:
        return file.read()


def normal(content):
    """An archive without what an import changes: ids, who may read, the moment it was made, a picture's bytes."""
    seen: dict[str, str] = {}
    text = ID.sub(lambda match: seen.setdefault(match[0], f"id {len(seen)}"), content.decode())
    archive = json.loads(text)
    del archive["exported_at"]
    for name in ("visibility", "published_at"):
        del archive["story"][name]
    for part in [*archive["codex"], *(each for chapter in archive["chapters"] for each in chapter["photographs"])]:
        part["picture"] = bool(part["picture"])
    return archive


# --- There and back ----------------------------------------------------------------------------------------------


def test_everything_comes_back_in_another_account(story):
    before = archived(story, with_notes=True)
    stranger = create_user()

    copy = import_story(owner=stranger, content=before)

    assert normal(archived(copy, with_notes=True)) == normal(before)
    assert copy.owner == stranger
    assert not set(ID.findall(before.decode())) & set(ID.findall(archived(copy, with_notes=True).decode()))


def test_the_archive_names_its_format_and_holds_everything(story):
    archive = json.loads(archived(story))

    assert (archive["format"], archive["version"]) == ("costory-story", 1)
    first, second, binned = archive["chapters"]
    assert [revision["version"] for revision in first["revisions"]] == [1, 2, 3, 3]
    assert first["revisions"][0]["name"] == "Premier jet"
    assert not first["revisions"][0]["is_own"]
    assert {revision["kind"] for revision in first["revisions"]} == {"edit", "coach", "conflict"}
    assert any(run[1] == "coach" for run in first["provenance"])
    assert second["photographs"][0]["caption"] == "Le quai"
    assert binned["deleted_at"] is not None
    assert archive["insertions"][0]["text"] == "Il plut. Puis il neigea. "
    assert [beat["title"] for beat in archive["beats"]] == ["Le départ", "La tempête"]
    exchanges = archive["conversations"][0]["exchanges"]
    assert exchanges[0]["reply"]["cost_micros"] == 700
    assert exchanges[1]["reply"] is None


def test_an_import_is_private_and_keeps_the_bin_and_the_record(story):
    copy = import_story(owner=create_user(), content=archived(story))

    assert (copy.visibility, copy.share_token, copy.published_at) == ("private", None, None)
    assert (copy.chapter_count, copy.word_count) == (2, story.word_count)
    assert Chapter.objects.in_bin_of(copy.owner).get().title == "Perdu"
    first, original = copy.chapters.get(title="Un"), story.chapters.get(title="Un")
    assert first.coach_characters == original.coach_characters > 0
    assert (first.created_at, first.updated_at) == (original.created_at, original.updated_at)
    assert "<p>Il " in first.content_html
    reply = Reply.objects.get(session__story=copy)
    assert reply.content_html == "<p><em>Il plut.</em></p>\n"
    assert {str(reply.pk)} == {run[2] for run in first.provenance if len(run) > 2}
    assert Insertion.objects.get(story=copy).reply_id == reply.pk
    fact = CodexFact.objects.get(entry__story=copy)
    assert (fact.holds_from, fact.holds_until) == (first, copy.chapters.get(title="Perdu"))


def test_an_import_touches_nobodys_money(story):
    owner = create_user()
    before = (Entry.objects.count(), Hold.objects.count(), list(Wallet.objects.values()))

    copy = import_story(owner=owner, content=archived(story))

    assert (Entry.objects.count(), Hold.objects.count(), list(Wallet.objects.values())) == before
    assert Reply.objects.get(session__story=copy).hold is None


def test_what_was_taken_in_can_be_written_on_and_restored(story):
    copy = import_story(owner=create_user(), content=archived(story))
    first = copy.chapters.select_related("story").get(title="Un")

    revised = revise_chapter(chapter=first, author=copy.owner, version=first.version, content=first.content + " Oui.")
    versions = {
        revision.version: revision.text
        for revision in Revision.objects.filter(chapter=revised, kind="edit").select_related("chapter")
    }
    assert versions[3] + " Oui." == versions[4]
    snapshot = Revision.objects.select_related("chapter__story").get(chapter=revised, name="Premier jet")
    assert restore_revision(revision=snapshot, author=copy.owner).content.startswith("Il faisait nuit.")


def test_a_save_while_it_is_written_leaves_it_whole(story):
    parts = chapter_parts(story, with_notes=False)
    next(parts)
    second = story.chapters.select_related("story").get(content="Deux.")
    revise_chapter(chapter=second, author=story.owner, version=1, content="Deux et demi.")

    part = ChapterPart.model_validate_json(json.dumps(next(parts), default=str))
    assert (part.version, part.content) == (2, "Deux et demi.")


def test_a_novel_goes_out_is_edited_and_comes_back_the_same():
    story = create_story(title="A long one", language="fr")
    sentence = "«\u202fOù vas-tu\u202f?\u202f» dit-elle, *lentement*, et l’ombre d’Éléna passait sur le seuil. "
    text = "\n\n".join([sentence * 8] * 25)
    for number in range(48):
        create_chapter(story=story, author=story.owner, title=f"Nuit {number}", content=text)
    story.refresh_from_db()
    assert story.word_count > 100_000

    copy = import_story(owner=create_user(), content=archived(story))
    chapter = copy.chapters.select_related("story").get(position=18)
    revise_chapter(chapter=chapter, author=copy.owner, version=1, content=chapter.content + "\n\nFin.")
    edited = archived(copy)
    again = import_story(owner=create_user(), content=edited)

    assert normal(archived(again)) == normal(edited)
    kept = list(again.chapters.order_by("position").values_list("content", flat=True))
    assert kept == [text + "\n\nFin." if number == 17 else text for number in range(48)]


def test_notes_are_in_it_only_when_asked_for(story):
    assert "À revoir" not in archived(story).decode()
    assert "À revoir" in archived(story, with_notes=True).decode()


def test_an_export_asks_few_questions(story, django_assert_max_num_queries):
    with django_assert_max_num_queries(25):
        archived(story)


@hypothesis_settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=30), st.booleans()
        ),
        max_size=6,
    )
)
def test_any_text_and_any_record_come_back(pieces):
    story = create_story()
    chapter = create_chapter(story=story, author=story.owner)
    for text, is_coach in pieces:
        if is_coach:
            chapter = insert_passage(
                chapter=chapter,
                author=story.owner,
                version=chapter.version,
                position=2,
                text=text,
                reply_id=uuid.uuid4(),
            )
        else:
            chapter = revise_chapter(
                chapter=chapter, author=story.owner, version=chapter.version, content=text + chapter.content
            )
    before = archived(story)
    reader = create_user()
    copy = import_story(owner=reader, content=before)
    after = archived(copy)
    for person in (story.owner, reader):
        person.delete()
    assert normal(after) == normal(before)


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_arrives_as_text(story, attack):
    archive = json.loads(archived(story))
    archive["story"]["title"] = attack[:200]
    archive["chapters"][0].update(content=attack, provenance=[], version=99, title=attack[:200])
    archive["conversations"][0]["exchanges"][0]["reply"]["content"] = attack
    archive["codex"][0].update(name=attack[:100], description=attack)

    try:
        copy = import_story(owner=create_user(), content=json.dumps(archive).encode())
    except InvalidArchive:
        # Half a pair is no text in JSON either.
        assert "\ud83d" in attack
        return
    reply = Reply.objects.get(session__story=copy)
    for html in (copy.chapters.get(position=1, deleted_at=None).content_html, reply.content_html):
        assert_harmless(html, has_links=True)


# --- What is refused ---------------------------------------------------------------------------------------------


def at(*path: Any, value: Any) -> Any:
    def change(archive: Any) -> None:
        for step in path[:-1]:
            archive = archive[step]
        archive[path[-1]] = value

    return change


def drop(*path: Any) -> Any:
    def change(archive: Any) -> None:
        for step in path[:-1]:
            archive = archive[step]
        del archive[path[-1]]

    return change


def twice(name: str) -> Any:
    return lambda archive: archive[name].append(archive[name][0])


FAR = (timezone.now() + timedelta(days=400)).isoformat()
REFUSED = {
    "another format": at("format", value="other"),
    "another version": at("version", value=2),
    "an unknown field": at("story", "owner", value=1),
    "a field missing": drop("story", "title"),
    "an empty title": at("story", "title", value=" \n"),
    "a long title": at("story", "title", value="x" * 201),
    "a wrong type": at("chapters", 0, "content", value=["x"]),
    "a number for a word": at("story", "title", value=1),
    "a word for a number": at("chapters", 0, "version", value="1"),
    "an unknown mode": at("story", "mode", value="poem"),
    "a place below one": at("chapters", 0, "position", value=0),
    "a huge number": at("chapters", 0, "version", value=10**30),
    "a future": at("chapters", 0, "created_at", value=FAR),
    "no time zone": at("chapters", 0, "created_at", value="2026-01-01T00:00:00"),
    "a record that is too short": at("chapters", 0, "provenance", value=[[1, "human"]]),
    "a record with a nobody": at("chapters", 0, "provenance", 0, value=[1, "angel"]),
    "a negative run": at("chapters", 0, "provenance", 0, value=[-1, "human"]),
    "a newest revision that says something else": at("chapters", 1, "revisions", 0, "content", value="Other."),
    "a revision from the future": at("chapters", 0, "version", value=1),
    "two rows with one id": twice("chapters"),
    "two entries with one id": twice("codex"),
    "two replies with one id": twice("conversations"),
    "a cost above its ceiling": at("conversations", 0, "exchanges", 0, "reply", "cost_micros", value=901),
    "a negative cost": at("conversations", 0, "exchanges", 0, "reply", "cost_micros", value=-1),
    "a reply that has not ended": at("conversations", 0, "exchanges", 0, "reply", "state", value="running"),
    "a receipt of something else": at("conversations", 0, "exchanges", 0, "reply", "receipt", value=[{"x": 1}]),
    "a picture that is none": at("codex", 0, "picture", value="bm8="),
    "a picture that is a script": at("codex", 0, "picture", value="PHN2ZyBvbmxvYWQ9ImFsZXJ0KDEpIi8+"),
    "a picture that is not base64": at("chapters", 1, "photographs", 0, "picture", value="%%%"),
}


def counted():
    models = (Story, Chapter, Revision, CodexEntry, CodexFact, Beat, Note, Photograph, Insertion, Session, Reply)
    return [model.objects.count() for model in models]


@pytest.mark.parametrize("change", REFUSED.values(), ids=REFUSED.keys())
def test_a_changed_archive_is_refused_whole(story, settings, change):
    owner, before = create_user(), counted()
    files = sorted(path.name for path in settings.MEDIA_ROOT.rglob("*.*"))
    archive = json.loads(archived(story, with_notes=True))
    change(archive)

    with pytest.raises(InvalidArchive):
        import_story(owner=owner, content=json.dumps(archive).encode())

    assert counted() == before
    assert sorted(path.name for path in settings.MEDIA_ROOT.rglob("*.*")) == files


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"format":' * 5000,
        b'{"version": 1e999999}',
        b"1" * 10_000,
    ],
    ids=["empty", "null", "list", "object", "bytes", "deep", "deeper", "big", "long"],
)
def test_what_is_no_archive_is_refused(content):
    with pytest.raises(InvalidArchive):
        import_story(owner=create_user(), content=content)


def test_ids_of_others_lead_nowhere(story):
    foreign = create_chapter(story=create_story(), author=story.owner, content="Foreign.")
    archive = json.loads(archived(story))
    archive["codex"][0]["facts"][0]["holds_from"] = str(foreign.pk)
    archive["codex"][0]["relations"][0]["other"] = str(uuid.uuid4())
    archive["beats"][0]["chapter"] = str(foreign.pk)
    archive["conversations"][0]["chapter"] = str(foreign.pk)
    theirs = Reply.objects.get(session__story=story, state="done")
    archive["conversations"] = []

    copy = import_story(owner=create_user(), content=json.dumps(archive).encode())

    assert CodexFact.objects.get(entry__story=copy).holds_from is None
    assert not CodexRelation.objects.filter(entry__story=copy).exists()
    assert not copy.beats.filter(chapter=foreign).exists()
    assert str(theirs.pk) not in json.dumps(list(copy.chapters.values_list("provenance", flat=True)))


# --- Pages -------------------------------------------------------------------------------------------------------


def upload(content, name="story.json"):
    return {"archive": SimpleUploadedFile(name, content, content_type="application/json")}


def test_an_archive_is_downloaded(client, story):
    client.force_login(story.owner)

    response = client.get(f"/studio/{story.pk}/archive/")
    with_notes = client.get(f"/studio/{story.pk}/archive/", {"notes": "on"})
    assert "À revoir" not in b"".join(response.streaming_content).decode()
    assert "À revoir" in b"".join(with_notes.streaming_content).decode()
    assert response["Content-Disposition"].startswith('attachment; filename="Lete dElena.costory.json"')
    assert response["Cache-Control"] == "private, no-store"


def test_an_archive_is_taken_in(client, story):
    reader = create_user()
    client.force_login(reader)

    assert "multipart/form-data" in client.get("/studio/import/archive/").content.decode()
    response = client.post("/studio/import/archive/", upload(archived(story)))
    assert response["Location"] == f"/studio/{Story.objects.get(owner=reader).pk}/"


def test_what_stopped_it_is_said(client, story):
    client.force_login(story.owner)
    archive = json.loads(archived(story))
    archive["chapters"][1]["title"] = "x" * 300

    response = client.post("/studio/import/archive/", upload(json.dumps(archive).encode()))
    assert response.status_code == 422
    assert "chapters → 1 → title" in response.content.decode()
    assert client.post("/studio/import/archive/").status_code == 422
    assert Story.objects.count() == 1


def test_anonymous_strangers_and_wrong_methods(client, story):
    address = f"/studio/{story.pk}/archive/"
    for each in (address, "/studio/import/archive/"):
        assert client.get(each)["Location"].startswith("/accounts/login/")
    client.force_login(create_user())
    assert client.get(address).status_code == 404
    assert client.post(address).status_code == 405
    assert client.put("/studio/import/archive/").status_code == 405
